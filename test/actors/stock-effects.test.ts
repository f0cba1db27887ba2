/** What a position tells the outside: projections, publication, orders that wait. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type StockEffect, sendStockEffects } from '../../durable-objects/stock-effects.ts'
import { StockSales } from '../../durable-objects/stock-sales.ts'
import type { SkuChange } from '../../src/domain/feed/feed-contract.ts'
import type { PositionId } from '../../src/domain/shared/ids.ts'
import { orderIdFrom, parsePositionId } from '../../src/domain/shared/ids.ts'
import { wakeGraceMs } from '../../src/domain/stock/await-stock.ts'
import type { StockCommand } from '../../src/domain/stock/stock-command.ts'
import type { Env } from '../../src/env.ts'
import { testEnv } from '../fixtures/d1.ts'
import { awaitStock, commit, forgetWaiter, hold, move, protect, release } from '../fixtures/stock-commands.ts'
import { checkedPositions, type TestPosition } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'

const newPosition = checkedPositions()

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    accounts: [
      ...file.accounts.map((account) => ({
        ...account,
        ...(account.id === 'b2b' ? { network: ['west'] } : {}),
        settings: { ...account.settings, publishStock: true },
      })),
      { ...file.accounts[1], id: 'untold', settings: {} } as (typeof file.accounts)[number],
    ],
    locations: file.locations.map((location) => ({ ...location, fulfils: location.id !== 'dark' })),
  }))
})

/** An hour ahead, so that no alarm goes off by itself: what is owed stays until the test lets the alarm run. */
beforeEach(() => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
})

afterEach(() => {
  vi.restoreAllMocks()
})

const laterBy = (ms: number) => vi.mocked(Date.now).mockReturnValue(Date.now() + ms)

/** Everything owed right now, by row. */
const owed = (position: TestPosition) =>
  position.inside((_, state) => {
    const rows = state.storage.sql.exec<{ id: string; effect: string }>('SELECT id, effect FROM outbox ORDER BY id')
    return [...rows].map(({ id, effect }) => [id, JSON.parse(effect) as StockEffect] as const)
  })

/** Behind the position's back, so it has to wake anew to notice. */
async function settleAll(position: TestPosition): Promise<void> {
  await position.inside((_, state) => {
    state.storage.sql.exec('DELETE FROM outbox')
  })
  await evictDurableObject(position.stub)
}

/** Whether the availability of its SKU has heard of it; asking that actor itself would make it ask the position. */
async function hasAvailability({ name }: TestPosition): Promise<boolean> {
  const { sku } = parsePositionId(name as PositionId)
  const stub = testEnv.AVAILABILITY.get(testEnv.AVAILABILITY.idFromName(sku))
  return runInDurableObject(stub, (_, { storage }) => {
    const tables = storage.sql.exec(`SELECT name FROM sqlite_master WHERE name = 'position_summary'`).toArray()
    return tables.length > 0 && storage.sql.exec('SELECT * FROM position_summary').toArray().length > 0
  })
}

const noPush = async () => {}
/** From so long on a timer of a position waits for no send but for a commit to record what was sent. */
const recordAfterMs = 4_000

/**
 * Everybody takes at once what is sent, and what came of it waits for a commit, however long that takes; answers the
 * wake-ups of the projection.
 */
function promptReceivers() {
  const set = setTimeout
  // Cast justified: an object's own timers name nothing but what to do, and when.
  const unlessLate = ((go: () => void, ms = 0) =>
    ms < recordAfterMs ? set(go, ms) : set(() => {}, 0)) as typeof setTimeout
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(unlessLate)
  const receiver = { push: async () => {}, changed: async () => {} }
  for (const namespace of [testEnv.AVAILABILITY, testEnv.FEED]) {
    // Cast justified: only `push` of the one and `changed` of the other are called here.
    vi.spyOn(namespace, 'get').mockReturnValue(receiver as unknown as DurableObjectStub)
  }
  // Cast justified: nothing reads what a queue answers.
  return vi.spyOn(testEnv.PROJECTIONS, 'send').mockResolvedValue(undefined as never)
}

/** Says it, and moves the clock before any timer has gone off: it would find nothing due, and not look again. */
const sendThenLater = (position: TestPosition, command: StockCommand) =>
  position.inside(async (instance) => {
    await instance.execute(position.name, command)
    laterBy(1_500)
  })

/** The timer goes off by the real clock and sends what is due by the test's. */
async function untilSent(wakeUps: ReturnType<typeof promptReceivers>, times: number): Promise<void> {
  await vi.waitFor(() => expect(wakeUps).toHaveBeenCalledTimes(times), { timeout: 20_000, interval: 20 })
  await scheduler.wait(20)
}

/** Queues that keep what they are sent, over the rest of the environment. */
function recordingEnv() {
  const sent: unknown[] = []
  const queue = {
    send: async (body: unknown) => sent.push(body),
    sendBatch: async (messages: Iterable<{ body: unknown }>) => sent.push(...[...messages].map(({ body }) => body)),
  }
  const feed = { changed: async (account: string, changes: readonly SkuChange[]) => sent.push({ account, changes }) }
  const feeds = { idFromName: (name: string) => name, get: () => feed }
  // Cast justified: only `send` and `sendBatch` of these two queues, and `changed` of feeds, are used here.
  const env = { ...testEnv, PROJECTIONS: queue, FEED: feeds, INBOUND_ORDERS: queue } as unknown as Env
  return { env, sent }
}

const rowOf = (effect: StockEffect) => ({
  id: 'row',
  effect,
  dueAtMs: 0,
  attempts: 0,
  revision: 1,
  createdAtMs: 0,
  lastError: null,
})

describe('a change', () => {
  it('owes one wake-up to the projection and one to publication, however many commands it took', async () => {
    const position = newPosition()
    await position.api.applyMany(position.name, [
      move('m1', 'receipt', 10, Date.now()),
      hold('r1', 1),
      hold('r2', 1),
      release('r1'),
    ])
    await position.send(hold('r3', 1))
    expect(await owed(position)).toEqual([
      // A wake-up: whoever gets it looks at what is there by then.
      ['project', { kind: 'project', throughSeq: 4 }],
      ['publish', { kind: 'publish' }],
      ['summarise', { kind: 'summarise' }],
    ])
  })

  it('that leaves available as it was owes publication nothing', async () => {
    const position = newPosition()
    await position.send(move('m1', 'receipt', 10, Date.now()))
    await settleAll(position)
    await position.send(move('m2', 'receipt', 4, Date.now(), 'damaged'))
    expect((await owed(position)).map(([id]) => id)).toEqual(['project', 'summarise'])
  })

  it('that is none owes nothing', async () => {
    const position = newPosition()
    await position.send(hold('r1', 1))
    expect(await owed(position)).toEqual([])
  })

  it('is owed to the projection until that confirms it has all of it', async () => {
    const position = newPosition()
    await position.api.applyMany(position.name, [move('m1', 'receipt', 10, Date.now()), hold('r1', 1)])
    // What was confirmed is recorded by the next commit, the alarm's at the latest.
    const isOwed = async () => {
      await runDurableObjectAlarm(position.stub)
      return (await owed(position)).some(([id]) => id === 'project')
    }
    await position.api.projected(1)
    expect(await isOwed()).toBe(true)
    await position.api.projected(2)
    expect(await isOwed()).toBe(false)
    await position.api.reproject()
    expect(await isOwed()).toBe(true)
  })

  it('leaves by the alarm, which is still set after an eviction', async () => {
    const position = newPosition()
    await position.send(move('m1', 'receipt', 10, Date.now()))
    await evictDurableObject(position.stub)
    await position.available()
    laterBy(1_000)
    expect(await runDurableObjectAlarm(position.stub)).toBe(true)
    await position.api.projected(1)
    await vi.waitFor(async () => expect(await owed(position)).toEqual([]), { timeout: 20_000 })
  })

  it('leaves by a timer, long before the alarm that stands behind it', async () => {
    vi.restoreAllMocks()
    const position = newPosition()
    const sentAtMs = Date.now()
    await position.send(move('m1', 'receipt', 10, sentAtMs))
    const alarmAtMs = () => position.inside((_, { storage }) => storage.getAlarm())
    expect(await alarmAtMs()).toBeGreaterThan(sentAtMs + 5_000)
    const timeout = 20_000
    await vi.waitFor(async () => expect(await hasAvailability(position)).toBe(true), { timeout, interval: 50 })
    expect(Date.now()).toBeLessThan((await alarmAtMs()) ?? 0)
  })

  it('costs a position that goes on being touched one commit each time, whatever is sent and confirmed', async () => {
    const position = newPosition()
    const wakeUps = promptReceivers()
    await sendThenLater(position, move('m1', 'receipt', 10, Date.now()))
    const touches = 4
    const commits = await position.inside(async (instance, { storage }) => {
      const written = vi.spyOn(storage, 'transactionSync')
      for (let touch = 1; touch <= touches; touch++) {
        await untilSent(wakeUps, touch)
        await instance.projected(touch)
        await instance.execute(position.name, hold(`r${touch}`, 1))
        laterBy(1_500)
      }
      return written.mock.calls.length
    })
    expect(commits).toBe(touches)
  })

  it('leaves by a timer also where its projection is due later than all else', async () => {
    vi.restoreAllMocks()
    const wakeUps = promptReceivers()
    const position = newPosition()
    await position.send(move('m1', 'receipt', 10, Date.now()))
    await vi.waitFor(() => expect(wakeUps).toHaveBeenCalledTimes(1), { timeout: 20_000, interval: 20 })
    await position.send(hold('r1', 1))
    await vi.waitFor(() => expect(wakeUps).toHaveBeenCalledTimes(2), { timeout: 20_000, interval: 20 })
    expect(Date.now()).toBeLessThan((await position.inside((_, { storage }) => storage.getAlarm())) ?? 0)
  })

  it('leaves no row behind the alarm once all of it was sent and confirmed', async () => {
    const position = newPosition()
    const wakeUps = promptReceivers()
    await sendThenLater(position, move('m1', 'receipt', 10, Date.now()))
    await untilSent(wakeUps, 1)
    await position.api.projected(1)
    expect(await owed(position)).toHaveLength(3)
    expect(await runDurableObjectAlarm(position.stub)).toBe(true)
    expect(await owed(position)).toEqual([])
    expect(wakeUps).toHaveBeenCalledTimes(1)
    expect(await position.inside((_, { storage }) => storage.getAlarm())).toBeNull()
  })

  it('is sent once more by a position that died before it recorded that it had been', async () => {
    const position = newPosition()
    const wakeUps = promptReceivers()
    await sendThenLater(position, move('m1', 'receipt', 10, Date.now()))
    await untilSent(wakeUps, 1)
    await position.api.projected(1)
    await evictDurableObject(position.stub)
    await runDurableObjectAlarm(position.stub)
    expect(wakeUps).toHaveBeenCalledTimes(2)
    // Nothing is left but the wake-up that nobody has confirmed.
    expect((await owed(position)).map(([id]) => id)).toEqual(['project'])
  })
})

describe('what was sold', () => {
  const granted = { ok: true, effect: 'applied', granted: 2, available: 8, version: 1 } as const

  it('is told by channel, carts and repetitions apart, and once', async () => {
    const sales = new StockSales()
    sales.note(hold('b2b:1/1/1', 2, { orderId: orderIdFrom('b2b:1') }), granted)
    sales.note(hold('b2b:2/1/1', 2, { orderId: orderIdFrom('b2b:2') }), granted)
    sales.note(hold('b2b:2/1/1', 2, { orderId: orderIdFrom('b2b:2') }), { ...granted, effect: 'unchanged' })
    sales.note(hold('cart-1', 2), granted)
    sales.note(move('m1', 'receipt', 4, 0), granted)
    expect(sales.take()).toEqual({ b2b: 4 })
    expect(sales.take()).toEqual({})
  })

  it('is a cart as well, once it was committed, and not an order’s claim that is committed', () => {
    const sales = new StockSales()
    sales.note({ ...commit('cart/1/1'), soldBy: 'b2b' }, granted)
    sales.note({ ...commit('cart/2/1'), soldBy: null }, granted)
    sales.note(commit('b2b:1/1/1'), granted)
    expect(sales.take()).toEqual({ b2b: 2, '': 2 })
  })

  it('is a committed cart once, though an order takes it over later', () => {
    const sales = new StockSales()
    sales.note({ ...commit('cart/1/1'), soldBy: 'b2b' }, granted)
    sales.note(release('cart/1/1'), granted)
    sales.note(hold('b2b:1/1/1', 3, { orderId: orderIdFrom('b2b:1') }), { ...granted, granted: 3 })
    expect(sales.take()).toEqual({ b2b: 3 })
    sales.note(release('b2b:1/1/1'), granted)
    sales.note(hold('b2b:2/1/1', 2, { orderId: orderIdFrom('b2b:2') }), granted)
    expect(sales.take()).toEqual({ b2b: 2 })
  })
})

describe('sending', () => {
  const east = 'ROPE-10@east' as PositionId
  const west = 'ROPE-10@west' as PositionId

  it('tells every channel that the location serves and that shows our figures, and no other', async () => {
    const { env, sent } = recordingEnv()
    expect(
      await sendStockEffects(env, east, [rowOf({ kind: 'publish' })], () => ({ b2b: 2 }), Date.now(), noPush),
    ).toBe('done')
    const change = { sku: 'ROPE-10', changedAtMs: 0, sold: { b2b: 2 } }
    expect(sent).toEqual([{ account: 'shopify-us', changes: [change] }])
    await sendStockEffects(env, west, [rowOf({ kind: 'publish' })], () => ({ b2b: 2 }), Date.now(), noPush)
    expect(sent.slice(1).map((message) => (message as { account: string }).account)).toEqual(['shopify-us', 'b2b'])
  })

  it('says nothing to channels about a location that serves none', async () => {
    const { env, sent } = recordingEnv()
    await sendStockEffects(
      env,
      'ROPE-10@nowhere' as PositionId,
      [rowOf({ kind: 'publish' })],
      () => ({ b2b: 2 }),
      Date.now(),
      noPush,
    )
    expect(sent).toEqual([])
  })

  it('wakes the projection and will do so again until it confirms', async () => {
    const { env, sent } = recordingEnv()
    const disposition = await sendStockEffects(
      env,
      east,
      [rowOf({ kind: 'project', throughSeq: 7 })],
      () => ({}),
      1_000,
      noPush,
    )
    expect(disposition).toEqual({ againAtMs: 61_000 })
    expect(sent).toEqual([{ type: 'project', actor: 'stock', name: east, throughSeq: 7 }])
  })

  it('wakes the orders that waited', async () => {
    const { env, sent } = recordingEnv()
    const rows = ['b2b:1', 'b2b:2'].map((id) => rowOf({ kind: 'wake', orderId: orderIdFrom(id) }))
    expect(await sendStockEffects(env, east, rows, () => ({}), 0, noPush)).toBe('done')
    expect(sent).toEqual([
      { type: 'wake_order', orderId: 'b2b:1', why: 'stock at ROPE-10@east' },
      { type: 'wake_order', orderId: 'b2b:2', why: 'stock at ROPE-10@east' },
    ])
  })
})

describe('orders that wait', () => {
  const woken = async (position: TestPosition) =>
    (await owed(position)).flatMap(([, effect]) => (effect.kind === 'wake' ? [effect.orderId] : []))

  it('are woken in order, as far as an arrival reaches', async () => {
    const position = newPosition()
    await position.send(awaitStock('b2b:1', 2))
    await position.send(awaitStock('b2b:2', 2))
    await position.send(awaitStock('b2b:3', 2))
    expect(await woken(position)).toEqual([])
    await position.send(move('m1', 'receipt', 3, Date.now()))
    expect(await woken(position)).toEqual(['b2b:1', 'b2b:2'])
  })

  it('are woken for what is protected for their group, past those of no group', async () => {
    const position = newPosition()
    await position.send(protect('vip', 3))
    await position.send(awaitStock('b2b:1', 2))
    await position.send(awaitStock('b2b:2', 2, { group: 'vip' }))
    await position.send(move('m1', 'receipt', 3, Date.now()))
    expect(await woken(position)).toEqual(['b2b:2'])
    await position.send(move('m2', 'receipt', 1, Date.now()))
    expect(await woken(position)).toEqual(['b2b:1', 'b2b:2'])
  })

  it('are woken by a release and by an expiry as well', async () => {
    const position = newPosition()
    await position.send(move('m1', 'receipt', 2, Date.now()))
    await position.send(hold('r1', 1))
    const expiresAtMs = Date.now() + 60_000
    await position.send(hold('r2', 1, { expiresAtMs }))
    await position.send(awaitStock('b2b:1', 1))
    await position.send(awaitStock('b2b:2', 1))
    await position.send(release('r1'))
    expect(await woken(position)).toEqual(['b2b:1'])
    await settleAll(position)
    await position.send(hold('r3', 1))
    vi.mocked(Date.now).mockReturnValue(expiresAtMs + wakeGraceMs)
    await runDurableObjectAlarm(position.stub)
    expect(await woken(position)).toEqual(['b2b:2'])
  })

  it('make room for the next when they do not take what they were offered', async () => {
    const position = newPosition()
    await position.send(awaitStock('b2b:1', 2))
    await position.send(awaitStock('b2b:2', 2))
    await position.send(move('m1', 'receipt', 2, Date.now()))
    await settleAll(position)
    laterBy(wakeGraceMs + 1_000)
    await runDurableObjectAlarm(position.stub)
    expect(await woken(position)).toEqual(['b2b:2'])
  })

  it('are woken for the rest when it comes, though they were woken a moment ago', async () => {
    const position = newPosition()
    await position.send(awaitStock('b2b:1', 4))
    await position.send(move('m1', 'receipt', 2, Date.now()))
    expect(await woken(position)).toEqual(['b2b:1'])
    await settleAll(position)
    await position.send(hold('b2b:1/1/1', 2))
    await position.send(awaitStock('b2b:1', 2))
    expect(await woken(position)).toEqual([])
    await position.send(move('m2', 'receipt', 8, Date.now()))
    expect(await woken(position)).toEqual(['b2b:1'])
  })

  it('are left alone once they are forgotten', async () => {
    const position = newPosition()
    await position.send(awaitStock('b2b:1', 2))
    await position.send(forgetWaiter('b2b:1'))
    await position.send(move('m1', 'receipt', 2, Date.now()))
    expect(await woken(position)).toEqual([])
    expect(await position.inside((_, state) => [...state.storage.sql.exec('SELECT * FROM waiter')].length)).toBe(0)
  })
})
