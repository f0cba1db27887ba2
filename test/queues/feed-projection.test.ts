import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { projectActor } from '../../queues/project-actor.ts'
import { rebuildProjections } from '../../queues/rebuild-projections.ts'
import { actor, type FeedApi } from '../../src/actor-apis.ts'
import type { Db } from '../../src/db/database.ts'
import { exceptions } from '../../src/db/schema/operations.ts'
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

describe('drift that a feed found', () => {
  it('is an open case with its difference, and resolves itself when the channel converges', async () => {
    const wish = { sku: 'ROPE-10', revision: 1, urgency: { lowStock: 3 }, reviewAfterMs: null }
    await feed().want(account, [{ ...wish, listings: [{ ...key, value: 9 }] }])
    await call('normal', null)
    await feed().tick('v1', 10)
    await call('bulk', 50)
    expect(await projectActor(testEnv, 'feed', account)).toBe('projected')
    expect(await cases()).toMatchObject([
      {
        exceptionId: `${account}/inventory_drift/stock/8089@71`,
        ...{ sourceKind: 'feed', account, category: 'inventory_drift', team: 'inventory', status: 'open' },
        message: 'ROPE-10: the channel showed 50 of item 8089 at 71, and had confirmed 9.',
      },
    ])
    const [{ openedAtMs } = { openedAtMs: 0 }] = await cases()
    await call('normal', null)
    await projectActor(testEnv, 'feed', account)
    expect(await cases()).toMatchObject([{ status: 'resolved', openedAtMs, version: 2 }])
  })

  it('is in D1 again when that was built anew', async () => {
    const before = await cases()
    await rebuildProjections(testEnv, { rebuildId: 'r', requestedAtMs: 1 })
    expect(await cases()).toEqual(before)
  })
})
