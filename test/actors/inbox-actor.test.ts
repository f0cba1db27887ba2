import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { InboxActor } from '../../durable-objects/inbox-actor.ts'
import { actor, type InboxApi } from '../../src/actor-apis.ts'
import type { DeliveryInput } from '../../src/domain/inbox/delivery.ts'
import { inFlightMax } from '../../src/domain/inbox/resend.ts'
import { accountId, correlationId, deliveryId } from '../../src/domain/shared/ids.ts'
import { inboxBreaches } from '../fixtures/check-inbox.ts'
import { testEnv } from '../fixtures/d1.ts'

let inboxes = 0
let inbox = ''

/** A fresh inbox per test. */
function freshInbox() {
  inboxes += 1
  inbox = `nobody-${inboxes}/0`
  // Cast justified: the bindings are typed without their classes, and this one's class is InboxActor.
  const stub = testEnv.INBOX.get(testEnv.INBOX.idFromName(inbox)) as DurableObjectStub<InboxActor>
  return { inbox, stub, api: actor<InboxApi>(testEnv.INBOX, inbox) }
}

const input = (key: string, more: Partial<DeliveryInput> = {}): DeliveryInput => ({
  account: accountId('nobody'),
  domain: 'orders',
  topic: 'orders/create',
  dedupeKeys: [`event:${key}`],
  headers: {},
  body: `{"id":"${key}"}`,
  receivedAtMs: 1_000,
  correlationId: correlationId(`c-${key}`),
  ...more,
})
const applied = { status: 'applied', subjects: ['nobody:1'], message: null } as const

/** An hour ahead, so that no alarm goes off by itself: it sends what arrived a moment after it did. */
beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000))
afterEach(async () => {
  expect(await inboxBreaches(inbox)).toEqual([])
  vi.restoreAllMocks()
})

describe('receiving', () => {
  it('keeps a delivery whole and answers with its id', async () => {
    const { api, inbox: name } = freshInbox()
    const { deliveryId: id, duplicate } = await api.receive(name, input('a', { body: '{"name":"Ζ🚢"}' }))
    expect(duplicate).toBe(false)
    expect(await api.read([id])).toMatchObject([
      { deliveryId: id, status: 'received', body: '{"name":"Ζ🚢"}', topic: 'orders/create', attempts: 0, round: 0 },
    ])
  })

  it('knows a redelivery by any of its keys, and counts it on the first', async () => {
    const { api, inbox: name } = freshInbox()
    const first = await api.receive(name, input('a', { dedupeKeys: ['event:1', 'order:9@5'] }))
    const byOther = await api.receive(name, input('b', { dedupeKeys: ['event:2', 'order:9@5'] }))
    expect(byOther).toEqual({ deliveryId: first.deliveryId, duplicate: true })
    // The key that only the redelivery had is known from then on.
    expect(await api.receive(name, input('c', { dedupeKeys: ['event:2'] }))).toEqual(byOther)
    expect(await api.counts()).toEqual({ received: 1, repeats: 2 })
  })

  it('makes one delivery of many that arrive at once, in one commit', async () => {
    const { api, stub, inbox: name } = freshInbox()
    await api.receive(name, input('warm-up'))
    const { receipts, commits } = await runInDurableObject(stub, async (instance, { storage }) => {
      const spy = vi.spyOn(storage, 'transactionSync')
      const all = Array.from({ length: 64 }, (_, index) => instance.receive(name, input(`k${index % 16}`)))
      return { receipts: await Promise.all(all), commits: spy.mock.calls.length }
    })
    expect(new Set(receipts.map((receipt) => receipt.deliveryId)).size).toBe(16)
    expect(receipts.filter((receipt) => !receipt.duplicate)).toHaveLength(16)
    expect(commits).toBe(1)
  })

  it('refuses a body that no row takes without harming the ones beside it', async () => {
    const { api, inbox: name } = freshInbox()
    const results = await Promise.allSettled([
      api.receive(name, input('good')),
      api.receive(name, input('huge', { body: 'x'.repeat(1_048_577) })),
      api.receive(name, input('fine')),
    ])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await api.counts()).toEqual({ received: 2, repeats: 0 })
  })

  it('keeps what it acknowledged when it is evicted right after', async () => {
    const { api, stub, inbox: name } = freshInbox()
    const { deliveryId: id } = await api.receive(name, input('a'))
    await evictDurableObject(stub)
    expect(await actor<InboxApi>(testEnv.INBOX, name).read([id])).toHaveLength(1)
  })
})

describe('an inbox that never received anything', () => {
  it('answers every question and writes nothing', async () => {
    const { api, stub } = freshInbox()
    expect(await api.read(['nothing'])).toEqual([])
    expect(await api.counts()).toEqual({})
    expect(await api.pollWatermark()).toBeNull()
    expect(await api.projectionPage(0, 10)).toEqual({ document: null, entries: [], throughSeq: 0, more: false })
    expect(await api.replay('nothing', { correlationId: correlationId('c'), kind: 'operator', id: 'o' })).toBe(false)
    await api.settle('nothing', applied)
    await api.reproject()
    const tables = await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '_cf%'").toArray(),
    )
    expect(tables).toEqual([])
  })
})

describe('settling', () => {
  it('takes each outcome once, and a dead letter may still turn out well', async () => {
    const { api, inbox: name } = freshInbox()
    const ids = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (key) => (await api.receive(name, input(key))).deliveryId),
    )
    const [a = '', b = '', c = '', d = ''] = ids
    await api.settleMany([
      { deliveryId: deliveryId(a), outcome: applied },
      {
        deliveryId: deliveryId(b),
        outcome: { status: 'rejected', reason: 'schema_mismatch', message: 'x', subjects: [] },
      },
      { deliveryId: deliveryId(c), outcome: { status: 'duplicate', subjects: [], message: 'known' } },
      {
        deliveryId: deliveryId(d),
        outcome: { status: 'dead_lettered', reason: 'gave_up', message: 'x', subjects: [] },
      },
    ])
    await api.settle(a, { status: 'rejected', reason: 'late', message: 'late', subjects: [] })
    expect(await api.counts()).toEqual({ applied: 1, rejected: 1, duplicate: 1, dead_lettered: 1, repeats: 0 })
    await api.settle(d, applied)
    expect((await api.counts()).applied).toBe(2)
  })

  it('puts a delivery off until its time, in another round', async () => {
    const { api, stub, inbox: name } = freshInbox()
    const { deliveryId: id } = await api.receive(name, input('early'))
    const retryAtMs = Date.now() + 3_600_000
    await api.settleMany([
      { deliveryId: id, outcome: { status: 'deferred', reason: 'order_not_found', message: 'early', retryAtMs } },
    ])
    expect(await api.read([id])).toMatchObject([{ status: 'received', round: 1, reason: 'order_not_found' }])
    await runDurableObjectAlarm(stub)
    expect(await api.read([id])).toMatchObject([{ attempts: 0 }])
  })

  it('says in its log what a delivery waits for, once for each thing', async () => {
    const { api, inbox: name } = freshInbox()
    const { deliveryId: id } = await api.receive(name, input('early'))
    const early = { status: 'deferred', reason: 'order_not_found', message: 'orderId=1', retryAtMs: 0 } as const
    for (const reason of ['order_not_found', 'order_not_found', 'fulfilment_order_not_found']) {
      await api.settleMany([{ deliveryId: id, outcome: { ...early, reason } }])
    }
    const { entries } = await api.projectionPage(1, 10)
    expect(entries.map(({ type, event }) => [type, JSON.parse(event).delivery])).toMatchObject([
      ['delivery_deferred', { status: 'received', reason: 'order_not_found', message: 'orderId=1' }],
      ['delivery_deferred', { status: 'received', reason: 'fulfilment_order_not_found' }],
    ])
  })

  it('soon sends again what got lost in a later round', async () => {
    const { api, stub, inbox: name } = freshInbox()
    const { deliveryId: id } = await api.receive(name, input('early'))
    for (let round = 0; round < 5; round += 1) {
      await passTime(stub)
      await runDurableObjectAlarm(stub)
      const early = { status: 'deferred', reason: 'order_not_found', message: 'x', retryAtMs: 0 } as const
      await api.settleMany([{ deliveryId: id, outcome: early }])
    }
    await passTime(stub)
    await runDurableObjectAlarm(stub)
    expect(await api.read([id])).toMatchObject([{ round: 5, attempts: 1 }])
    const dueMs = await runInDurableObject(stub, (_, state) =>
      Number(state.storage.sql.exec('SELECT due_ms FROM delivery').one().due_ms),
    )
    expect(dueMs - Date.now()).toBeLessThanOrEqual(20_000)
  })

  it('replays on an operator’s word, in another round', async () => {
    const { api, inbox: name } = freshInbox()
    const { deliveryId: id } = await api.receive(name, input('a'))
    await api.settle(id, { status: 'rejected', reason: 'unknown_sku', message: 'x', subjects: [] })
    const cause = { correlationId: correlationId('c'), kind: 'operator', id: 'ops@example.com' } as const
    expect(await api.replay(id, cause)).toBe(true)
    expect(await api.replay(id, cause)).toBe(false)
    expect(await api.read([id])).toMatchObject([{ status: 'received', round: 1, reason: null }])
    const page = await api.projectionPage(0, 10)
    expect(page.entries.map((entry) => [entry.type, entry.cause.kind])).toEqual([
      ['delivery_received', 'delivery'],
      ['delivery_settled', 'delivery'],
      ['delivery_replayed', 'operator'],
    ])
  })
})

describe('sending', () => {
  it('sends what arrived, and again what nobody settled', async () => {
    const { api, stub, inbox: name } = freshInbox()
    const { deliveryId: id } = await api.receive(name, input('a'))
    await passTime(stub)
    await runDurableObjectAlarm(stub)
    expect(await api.read([id])).toMatchObject([{ attempts: 1 }])
    await runDurableObjectAlarm(stub)
    expect(await api.read([id])).toMatchObject([{ attempts: 1 }])
    await passTime(stub)
    await runDurableObjectAlarm(stub)
    expect(await api.read([id])).toMatchObject([{ attempts: 2 }])
  })

  it('holds back beyond what may be in flight, and goes on as deliveries are settled', async () => {
    const { api, stub, inbox: name } = freshInbox()
    const count = inFlightMax + 40
    const ids = await Promise.all(
      Array.from({ length: count }, async (_, index) => (await api.receive(name, input(`k${index}`))).deliveryId),
    )
    await passTime(stub)
    await runDurableObjectAlarm(stub)
    await runDurableObjectAlarm(stub)
    const sent = async () =>
      (await api.read(ids)).filter((delivery) => delivery.attempts > 0).map((each) => each.deliveryId)
    const first = await sent()
    expect(first).toHaveLength(inFlightMax)
    await api.settleMany(first.slice(0, 10).map((id) => ({ deliveryId: id, outcome: applied })))
    await runDurableObjectAlarm(stub)
    expect(await sent()).toHaveLength(inFlightMax + 10)
  })

  it('arms its alarm again when it wakes without one', async () => {
    const { api, stub, inbox: name } = freshInbox()
    await api.receive(name, input('a'))
    await runInDurableObject(stub, (_, state) => state.storage.deleteAlarm())
    await evictDurableObject(stub)
    await actor<InboxApi>(testEnv.INBOX, name).counts()
    expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).not.toBeNull()
  })
})

describe('projection', () => {
  it('pages its log, and is quiet once the consumer has confirmed all of it', async () => {
    const { api, stub, inbox: name } = freshInbox()
    for (const key of ['a', 'b', 'c']) await api.receive(name, input(key))
    const first = await api.projectionPage(0, 2)
    expect([first.entries.length, first.throughSeq, first.more]).toEqual([2, 2, true])
    expect((await api.projectionPage(2, 2)).more).toBe(false)
    await api.projected(2)
    expect(await wakeUps(stub)).toBe(1)
    await api.projected(3)
    expect(await wakeUps(stub)).toBe(0)
    await api.reproject()
    expect(await wakeUps(stub)).toBe(1)
  })
})

describe('the poll watermark', () => {
  it('is kept', async () => {
    const { api, stub, inbox: name } = freshInbox()
    await api.setPollWatermark(1_700_000_000_000)
    await evictDurableObject(stub)
    expect(await actor<InboxApi>(testEnv.INBOX, name).pollWatermark()).toBe(1_700_000_000_000)
  })
})

describe('tidying', () => {
  it('forgets settled deliveries and their keys after their time, and nothing unsettled', async () => {
    const { api, stub, inbox: name } = freshInbox()
    const { deliveryId: old } = await api.receive(name, input('old'))
    await api.receive(name, input('open'))
    await api.settle(old, applied)
    await runInDurableObject(stub, (_, state) => {
      state.storage.sql.exec('UPDATE delivery SET settled_at_ms = 1 WHERE settled_at_ms IS NOT NULL')
      state.storage.sql.exec("UPDATE timer SET due_ms = 1 WHERE name = 'tidy'")
    })
    await evictDurableObject(stub)
    await runDurableObjectAlarm(stub)
    expect(await api.counts()).toEqual({ received: 1, repeats: 0 })
    expect((await api.receive(name, input('old'))).duplicate).toBe(false)
    expect((await api.receive(name, input('open'))).duplicate).toBe(true)
  })
})

/** Makes everything due now, as if its time had come, and lets the actor read its rows afresh. */
async function passTime(stub: DurableObjectStub): Promise<void> {
  await runInDurableObject(stub, (_, state) => {
    state.storage.sql.exec('UPDATE delivery SET due_ms = 1 WHERE due_ms IS NOT NULL')
  })
  await evictDurableObject(stub)
}

async function wakeUps(stub: DurableObjectStub): Promise<number> {
  return runInDurableObject(stub, (_, state) => state.storage.sql.exec('SELECT id FROM outbox').toArray().length)
}
