import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { projectActor } from '../../queues/project-actor.ts'
import { rebuildProjections } from '../../queues/rebuild-projections.ts'
import { actor, type FeedApi } from '../../src/actor-apis.ts'
import type { Db } from '../../src/db/database.ts'
import { exceptions } from '../../src/db/schema/operations.ts'
import { subjectOfProduct } from '../../src/domain/feed/feed-subject.ts'
import { migratedDb, testEnv } from '../fixtures/d1.ts'

let db: Db
beforeAll(async () => {
  db = await migratedDb()
})
const account = 'drifting'
const feed = () => actor<FeedApi>(testEnv.FEED, account)
const facts = { lowStock: 3, raiseDelayMs: 60_000, settleMs: 0 }
const key = { kind: 'stock', item: '8089', place: '71' } as const
const abilities = [{ kind: 'stock', itemsMax: 250, reads: true }] as const
const cases = () => db.select().from(exceptions).where(eq(exceptions.sourceName, account))
let attempts = 0

async function call(drain: 'normal' | 'bulk', shown: number | null): Promise<void> {
  const batch = await feed().begin({ drain, attemptId: `a${++attempts}`, abilities })
  const outcome = { outcome: 'committed', reference: '1' } as const
  const sent = { task: 'send', outcome, verdicts: [] } as const
  const read = { task: 'read', found: [{ ...key, value: shown ?? 0 }] } as const
  await feed().record(batch?.attemptId ?? '', shown === null ? sent : read, facts)
}

describe('a listing that the channel refuses', () => {
  const wish = { sku: 'ROPE-20', urgency: { lowStock: 3 }, reviewAfterMs: null }
  const other = { kind: 'stock', item: '8090', place: '71', value: 9 } as const
  const refusals = async () => (await cases()).filter(({ category }) => category === 'listing_refused')

  it('is one open case that says why, and resolves itself when it is listed no more', async () => {
    await feed().want(account, [{ ...wish, revision: 1, listings: [other] }])
    const batch = await feed().begin({ drain: 'normal', attemptId: 'refused', abilities })
    const outcome = { outcome: 'absent', retryable: false, class: 'value', message: 'no' } as const
    const verdicts = [{ ...other, why: 'refused', message: 'ITEM_NOT_STOCKED' }] as const
    await feed().record(batch?.attemptId ?? '', { task: 'send', outcome, verdicts }, facts)
    await projectActor(testEnv, 'feed', account)
    expect(await refusals()).toMatchObject([
      {
        exceptionId: `${account}/listing_refused/stock/8090@71`,
        ...{ account, team: 'catalog', status: 'open' },
        message: 'ROPE-20: the channel refused the stock of item 8090 at 71: ITEM_NOT_STOCKED',
      },
    ])
    await feed().want(account, [{ ...wish, revision: 2, listings: [] }])
    await projectActor(testEnv, 'feed', account)
    expect(await refusals()).toMatchObject([{ status: 'resolved', resolvedAtMs: expect.any(Number) }])
  })
})

describe('a call that the channel refuses', () => {
  it('is one open case that names its listings, and resolves itself when they are listed no more', async () => {
    const wish = { sku: 'ROPE-30', urgency: { lowStock: 3 }, reviewAfterMs: null }
    const listings = ['8091', '8092'].map((item) => ({ kind: 'stock', item, place: '71', value: 9 }) as const)
    await feed().want(account, [{ ...wish, revision: 1, listings }])
    const batch = await feed().begin({ drain: 'normal', attemptId: 'whole', abilities })
    const outcome = { outcome: 'absent', retryable: false, class: 'value', message: 'HTTP 400' } as const
    await feed().record(batch?.attemptId ?? '', { task: 'send', outcome, verdicts: [] }, facts)
    await projectActor(testEnv, 'feed', account)
    const exceptionId = `${account}/listing_refused/batch/stock`
    const whole = async () => (await cases()).filter((row) => row.exceptionId === exceptionId)
    const names = 'ROPE-30 (item 8091 at 71), ROPE-30 (item 8092 at 71)'
    const message = `A call with the stock of ${names} was refused, and nobody said which of them is to blame: HTTP 400`
    expect(await whole()).toMatchObject([{ status: 'open', team: 'catalog', message }])
    await feed().want(account, [{ ...wish, revision: 2, listings: [] }])
    await projectActor(testEnv, 'feed', account)
    expect(await whole()).toMatchObject([{ status: 'resolved', message }])
  })
})

describe('drift that a feed found', () => {
  const drifts = async () => (await cases()).filter(({ category }) => category === 'inventory_drift')

  it('is an open case with its difference, and resolves itself when the channel converges', async () => {
    const wish = { sku: 'ROPE-10', revision: 1, urgency: { lowStock: 3 }, reviewAfterMs: null }
    await feed().want(account, [{ ...wish, listings: [{ ...key, value: 9 }] }])
    await call('normal', null)
    await feed().tick(account, 'v1', 10)
    await call('bulk', 50)
    expect(await projectActor(testEnv, 'feed', account)).toBe('projected')
    expect(await drifts()).toMatchObject([
      {
        exceptionId: `${account}/inventory_drift/stock/8089@71`,
        ...{ sourceKind: 'feed', account, category: 'inventory_drift', team: 'inventory', status: 'open' },
        message: 'ROPE-10: the channel showed 50 of item 8089 at 71, and had confirmed 9.',
      },
    ])
    const [{ openedAtMs } = { openedAtMs: 0 }] = await drifts()
    await call('normal', null)
    await projectActor(testEnv, 'feed', account)
    expect(await drifts()).toMatchObject([{ status: 'resolved', openedAtMs, version: 6 }])
  })

  it('of a price is a case of pricing, with what the channel asked', async () => {
    const priced = { kind: 'price', item: '9', place: '7', value: 1_990 } as const
    const wish = { sku: 'ROPE-40', revision: 1, urgency: { lowStock: 3 }, reviewAfterMs: null }
    await feed().want(account, [{ ...wish, listings: [priced] }])
    const able = [{ kind: 'price', itemsMax: 10, reads: true }] as const
    const sent = await feed().begin({ drain: 'bulk', attemptId: 'priced', abilities: able })
    const outcome = { outcome: 'committed', reference: '1' } as const
    await feed().record(sent?.attemptId ?? '', { task: 'send', outcome, verdicts: [] }, facts)
    await feed().tick(account, 'v1', 10)
    const look = await feed().begin({ drain: 'bulk', attemptId: 'look', abilities: able })
    await feed().record(look?.attemptId ?? '', { task: 'read', found: [{ ...priced, value: 990 }] }, facts)
    await projectActor(testEnv, 'feed', account)
    expect((await cases()).filter(({ category }) => category === 'pricing_mismatch')).toMatchObject([
      {
        ...{ exceptionId: `${account}/pricing_mismatch/price/9@7`, team: 'pricing', status: 'open' },
        message: 'ROPE-40: the channel asked 990 for variant 9, and had confirmed 1990 (minor units).',
        remediation: 'Find out who else changes this price at the channel; ours is sent again by itself.',
      },
    ])
  })

  it('of content is a case of the catalogue that names the product, and so is its refusal', async () => {
    const content = { kind: 'content', item: '7', place: '', value: 5 * 128 + 1 } as const
    const wish = { sku: subjectOfProduct('7'), revision: 1, urgency: { lowStock: 3 }, reviewAfterMs: null }
    await feed().want(account, [{ ...wish, listings: [content] }])
    const able = [{ kind: 'content', itemsMax: 10, reads: true }] as const
    const next = async (name: string) =>
      (await feed().begin({ drain: 'bulk', attemptId: name, abilities: able }))?.attemptId ?? ''
    const outcome = { outcome: 'committed', reference: '1' } as const
    await feed().record(await next('said'), { task: 'send', outcome, verdicts: [] }, facts)
    await feed().tick(account, 'v1', 10)
    await feed().record(await next('seen'), { task: 'read', found: [{ ...content, value: 6 * 128 + 1 }] }, facts)
    const failed = { outcome: 'absent', retryable: false, class: 'value', message: 'no' } as const
    const verdicts = [{ ...content, why: 'refused', message: "title: can't be blank" }] as const
    await feed().record(await next('refused-content'), { task: 'send', outcome: failed, verdicts }, facts)
    await projectActor(testEnv, 'feed', account)
    expect((await cases()).filter(({ exceptionId }) => exceptionId.endsWith('content/7@'))).toMatchObject([
      {
        ...{ exceptionId: `${account}/content_mismatch/content/7@`, team: 'catalog', status: 'open' },
        message: "The channel's product 7 said something else: version 00000000006, and had confirmed 00000000005.",
      },
      {
        ...{ exceptionId: `${account}/listing_refused/content/7@`, team: 'catalog', status: 'open' },
        message: "The channel refused the content of product 7: title: can't be blank",
      },
    ])
  })

  it('and a refusal are in D1 again when that was built anew', async () => {
    const before = await cases()
    await rebuildProjections(testEnv, { rebuildId: 'r', requestedAtMs: 1 })
    expect(await cases()).toEqual(before)
  })
})
