import { describe, expect, it, vi } from 'vitest'
import type { StockApi } from '../../src/actor-apis.ts'
import { nextSteps } from '../../src/domain/order/next-steps.ts'
import type { OrderState } from '../../src/domain/order/order-state.ts'
import { testEnv } from '../fixtures/d1.ts'
import { availableAt, checkedOrders, receive, sellNewSku, stockAt } from '../fixtures/order-actor-rig.ts'
import { orderCommand, refundOf, startMs, testOrder } from '../fixtures/order-commands.ts'

const { newOrder, wakeUps } = checkedOrders()
const units = (order: OrderState): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(order.lines[0]?.quantities ?? {}).filter(([, quantity]) => quantity > 0))

/** The saga, which runs behind the answers, wants nothing more of anybody for now. */
const isAtRest = (order: OrderState) => nextSteps(order, Date.now()).length === 0

describe('an order', () => {
  it('goes from capture to closed while partners do what they are asked', async () => {
    const sku = await sellNewSku()
    await receive(sku, 'east', 5)
    const order = newOrder()
    expect(await order.observe([{ sku, quantity: 3 }])).toMatchObject({ ok: true, effect: 'applied' })
    await order.settle('released')
    await order.ship(1, 'a', { L1: 1 })
    await order.ship(1, 'b', { L1: 2 })
    const closed = await order.settle('closed')
    expect(units(closed)).toEqual({ shipped: 3 })
    expect(closed.intents).toHaveLength(6)
    const { states } = await stockAt(sku, 'east').view(`${sku}@east`)
    expect(states).toMatchObject({ onHand: 2, available: 2, committed: 0 })
  })

  it('answers reads of an untouched order without creating anything, and refuses without a trace', async () => {
    const order = newOrder()
    expect(await order.api.state()).toBeNull()
    expect(await order.api.snapshot(0, 10)).toBeNull()
    expect(await order.api.beginAttempt('erp_create_order/1', 't')).toEqual({ go: false, why: 'not_found' })
    expect(await order.api.projectionPage(0, 10)).toMatchObject({ document: null, entries: [] })
    await order.api.recordOutcome('erp_create_order/1', 1, { outcome: 'committed', reference: 'x' })
    await order.api.reproject()
    expect(await order.send({ type: 'cancel', reason: 'x' })).toMatchObject({ error: { reason: 'order_not_found' } })
    expect((await order.stored()).tables).toBe(0)
    expect(await order.alarmAtMs()).toBeNull()
  })

  it('gives the same command the same verdict, whatever happened since', async () => {
    const order = newOrder()
    const unknown = orderCommand({ type: 'cancel', reason: 'x' }, 'api')
    expect(await order.api.execute(order.name, unknown)).toMatchObject({ ok: false })
    const body = {
      type: 'observe',
      order: testOrder([{ quantity: 1 }], { externalOrderId: order.externalOrderId }),
    } as const
    const observed = orderCommand(body)
    const first = await order.api.execute(order.name, observed)
    const conflict = orderCommand({ type: 'release_hold', holdId: 'none' }, 'api')
    const refused = await order.api.execute(order.name, conflict)
    expect(refused).toMatchObject({ error: { reason: 'hold_not_found' } })
    await order.api.execute(order.name, unknown)
    await order.evict()
    expect(await order.api.execute(order.name, observed)).toEqual(first)
    expect(await order.api.execute(order.name, conflict)).toEqual(refused)
    expect((await order.state()).cancellation).not.toBeNull()
  })

  it('keeps everything over an eviction, and its alarm', async () => {
    const sku = await sellNewSku()
    await receive(sku, 'east', 5)
    const order = newOrder()
    await order.observe([{ sku, quantity: 2 }])
    const before = await order.until((state) => state.stage === 'reserved' && isAtRest(state))
    await order.evict()
    expect(await order.state()).toEqual(before)
    await order.untilArmed()
  })

  it('keeps facts that came early over an eviction, and applies them when it is observed', async () => {
    const order = newOrder()
    const { externalOrderId } = order
    await order.send({ type: 'record_refund', refund: refundOf('r1', startMs + 1, { L1: 1 }, 'cancel') })
    expect(await order.api.state()).toBeNull()
    expect(await order.api.projectionPage(0, 10)).toMatchObject({ document: null, throughSeq: 1 })
    await order.evict()
    await order.observe([{ quantity: 3 }], { externalOrderId })
    expect(units(await order.state())).toMatchObject({ cancelled: 1 })
  })

  it('stores an order of five hundred long lines, and reads it back whole', async () => {
    const order = newOrder()
    const lines = Array.from({ length: 500 }, (_, index) => ({ id: `L${index}`, sku: 'X'.repeat(250), quantity: 1 }))
    const big = testOrder(lines, { externalOrderId: order.externalOrderId })
    const wide = { ...big, lines: big.lines.map((line) => ({ ...line, title: '語𝄞'.repeat(300) })) }
    await order.send({ type: 'observe', order: wide })
    const before = await order.until((state) => state.holds.length > 0 && isAtRest(state))
    await order.evict()
    expect(await order.state()).toEqual(before)
    const { body } = await order.stored().then(({ document }) => ({ body: JSON.stringify(document) }))
    expect(new TextEncoder().encode(body).length).toBeLessThan(1_000_000)
  })

  it('calls each position of the plan once for the hold', async () => {
    const skus = await Promise.all([sellNewSku(), sellNewSku(), sellNewSku()])
    for (const sku of skus) await receive(sku, 'east', 5)
    const holds: string[] = []
    const get = testEnv.STOCK.get.bind(testEnv.STOCK)
    vi.spyOn(testEnv.STOCK, 'get').mockImplementation((id, options) => {
      const stub = get(id, options)
      return new Proxy(stub, {
        get: (target, name) => (name === 'applyMany' ? counted(target as never) : Reflect.get(target, name)),
      })
    })
    const counted =
      (stub: StockApi): StockApi['applyMany'] =>
      (position, commands) => {
        if (commands.some((command) => command.type === 'hold')) holds.push(position)
        return stub.applyMany(position, commands)
      }
    const order = newOrder()
    await order.observe([...skus, ...skus].map((sku, index) => ({ id: `L${index}`, sku, quantity: 1 })))
    await order.until((state) => state.stage === 'reserved')
    expect(holds.sort()).toEqual(skus.map((sku) => `${sku}@east`).sort())
  })
})

describe('calls to partners', () => {
  const reserved = async () => {
    const sku = await sellNewSku()
    await receive(sku, 'east', 5)
    const order = newOrder()
    await order.observe([{ sku, quantity: 2 }])
    await order.until((state) => state.intents.length > 0 && isAtRest(state))
    return order
  }

  it('wakes the consumer by alarm, and again while nobody acts upon it', async () => {
    const order = await reserved()
    await vi.waitFor(() => expect(wakeUps()).toContain(`${order.name} erp_create_order/1`), { timeout: 15_000 })
    const sent = wakeUps().length
    vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ['Date'] })
    await order.alarm()
    expect(wakeUps().slice(sent)).toContain(`${order.name} erp_create_order/1`)
  })

  it('leases an attempt to one caller, who may ask again, and probes once the lease ran out', async () => {
    const order = await reserved()
    const first = await order.api.beginAttempt('erp_create_order/1', 'a')
    expect(first).toMatchObject({ go: true, attempt: 1, mustProbe: false, request: { externalId: order.name } })
    expect(await order.api.beginAttempt('erp_create_order/1', 'a')).toEqual(first)
    expect(await order.api.beginAttempt('erp_create_order/1', 'b')).toMatchObject({ go: false, why: 'later' })
    vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ['Date'] })
    const second = await order.api.beginAttempt('erp_create_order/1', 'b')
    expect(second).toMatchObject({ go: true, attempt: 2, mustProbe: true })
  })

  it('waits with the probe until the partner has had time, as long as the account says', async () => {
    const order = await reserved()
    await order.api.beginAttempt('erp_create_order/1', 'a')
    const calledAtMs = Date.now()
    await order.api.recordOutcome('erp_create_order/1', 1, { outcome: 'unknown', class: 'connection', message: '?' })
    const again = await order.api.beginAttempt('erp_create_order/1', 'b')
    expect(again).toMatchObject({ go: false, why: 'later', retryAtMs: expect.any(Number) })
    if ('retryAtMs' in again) expect(again.retryAtMs - calledAtMs).toBeGreaterThan(29_000)
  })

  it('puts a call off while the partner is closed to us', async () => {
    const order = await reserved()
    const retryAtMs = Date.now() + 600_000
    await order.api.deferIntent('erp_create_order/1', retryAtMs, 'breaker open')
    expect(await order.api.beginAttempt('erp_create_order/1', 'a')).toEqual({ go: false, why: 'later', retryAtMs })
  })

  it('shows its log in pages, and wakes projections until they have confirmed', async () => {
    const order = await reserved()
    const { version } = await order.state()
    const page = await order.api.projectionPage(0, 2)
    expect(page).toMatchObject({ throughSeq: 2, more: true, document: { orderId: order.name } })
    expect((await order.api.snapshot(version - 1, 10))?.entries).toHaveLength(1)
    const owed = () => order.outboxRows((id) => id === 'project')
    await order.api.projected(version - 1)
    expect(await owed()).toEqual(['project'])
    await order.api.projected(version)
    expect(await owed()).toEqual([])
    await order.api.reproject()
    expect(await owed()).toEqual(['project'])
    await order.untilArmed()
  })
})

describe('waiting for stock', () => {
  it('resumes by itself after a receipt', async () => {
    const sku = await sellNewSku()
    const order = newOrder()
    await order.observe([{ sku, quantity: 2 }])
    await order.until((state) => state.saga.waitingAt.some((place) => place.registered))
    await receive(sku, 'west', 2)
    const state = await order.until(({ stage }) => stage === 'reserved')
    expect(state.reservations.map(({ location }) => location)).toEqual(['west'])
  })

  it('plans a rejected release anew', async () => {
    const sku = await sellNewSku()
    for (const location of ['east', 'west']) await receive(sku, location, 2)
    const order = newOrder()
    await order.observe([{ sku, quantity: 2 }])
    await order.settle('released')
    await order.send({ type: 'record_rejection', fulfilmentOrderId: `${order.name}/F1` as never, reason: 'closed' })
    await order.until((state) => state.fulfilmentOrders.length === 2)
    await order.settle('released')
    expect(await availableAt(sku, 'east')).toBe(2)
    expect(await availableAt(sku, 'west')).toBe(0)
  })

  it('cancels and gives back at every stage', async () => {
    const sku = await sellNewSku()
    await receive(sku, 'east', 10)
    for (const stage of ['captured', 'reserved', 'released'] as const) {
      const order = newOrder()
      await order.observe([{ sku, quantity: 2 }])
      if (stage === 'reserved') await order.until((state) => state.stage === 'reserved')
      if (stage === 'released') await order.settle('released')
      await order.send({ type: 'cancel', reason: stage }, 'api')
      const state = await order.settle('cancelled')
      expect(units(state)).toEqual({ cancelled: 2 })
    }
    expect(await availableAt(sku, 'east')).toBe(10)
  })
})

describe('a crash', () => {
  /** Dies at the nth call to a position: before it is made, or after the position has acted. */
  function dieAt(nth: number, when: 'before' | 'after') {
    const fate = { calls: 0, died: false }
    const get = testEnv.STOCK.get.bind(testEnv.STOCK)
    const spy = vi.spyOn(testEnv.STOCK, 'get').mockImplementation((id, options) => {
      const stub = get(id, options)
      return new Proxy(stub, {
        get: (target, name) => {
          if (name !== 'view' && name !== 'applyMany') return Reflect.get(target, name)
          // Cast justified: the namespace's stubs answer exactly what StockApi says, by name.
          const call = (...input: unknown[]) => (target as never as Record<string, Call>)[name]?.(...input)
          return (...input: unknown[]) => mortal(call, input)
        },
      })
    })
    async function mortal(call: Call, input: unknown[]): Promise<unknown> {
      fate.calls += 1
      const dies = fate.calls === nth
      fate.died ||= dies
      if (dies && when === 'before') throw new Error('crashed')
      const answer = await call(...input)
      if (dies) throw new Error('crashed')
      return answer
    }
    return { fate, heal: () => spy.mockRestore() }
  }
  type Call = (...input: unknown[]) => unknown

  /** An order of two locations, with a crash at the nth call; true when the crash came before the order's end. */
  async function liveThrough(nth: number, when: 'before' | 'after'): Promise<boolean> {
    const sku = await sellNewSku()
    await receive(sku, 'east', 2)
    await receive(sku, 'west', 1)
    const order = newOrder()
    const { fate, heal } = dieAt(nth, when)
    let revived = false
    const revive = async () => {
      if (!fate.died || revived) return
      revived = true
      await order.evict()
      vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] })
      await order.alarm()
    }
    await order.observe([{ sku, quantity: 3 }])
    const isReleased = (state: OrderState) => units(state).released === 3
    const { fulfilmentOrders } = await order.settle('released', revive, isReleased)
    for (const [index, { lines }] of fulfilmentOrders.entries()) {
      await order.ship(index + 1, `s${index}`, { L1: lines[0]?.quantity ?? 0 })
    }
    await order.settle('closed', revive)
    heal()
    vi.useRealTimers()
    for (const location of ['east', 'west']) {
      const { states } = await stockAt(sku, location).view(`${sku}@${location}`)
      expect(states).toMatchObject({ onHand: 0, committed: 0, reserved: 0, available: 0 })
    }
    return fate.died
  }

  it.each(['before', 'after'] as const)(
    'between any two steps, %s a position acted, loses and doubles nothing',
    async (when) => {
      let nth = 1
      while (await liveThrough(nth, when)) nth += 1
      expect(nth).toBeGreaterThan(6)
    },
  )

  it('is got over without anybody asking: the alarm takes the saga up again', async () => {
    const sku = await sellNewSku()
    await receive(sku, 'east', 2)
    const order = newOrder()
    const { fate } = dieAt(1, 'before')
    await order.observe([{ sku, quantity: 2 }])
    await vi.waitFor(() => expect(fate.died).toBe(true), { timeout: 15_000 })
    await order.evict()
    await order.until((state) => state.stage === 'reserved')
  })
})
