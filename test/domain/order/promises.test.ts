/** The promise ledger: taken with the order, looked after until its date, and told about before it is too late. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimOf, writeClaim } from '../../../src/domain/atp/promise-claim.ts'
import { locationId, sku } from '../../../src/domain/shared/ids.ts'
import { shipmentReport, startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const byMs = startMs + 10 * dayMs
const promiseCase = 'promise_at_risk/promise L1'

let rig: OrderRig
beforeEach(() => {
  rig = new OrderRig()
})
afterEach(() => rig.check())

const observe = (quantity: number, change: Parameters<typeof testOrder>[1] = {}) =>
  rig.accept({ type: 'observe', order: testOrder([{ quantity }], { promisedByMs: byMs, ...change }) })
const promise = () => rig.state.promises?.[0]
const ship = (id: string, quantity: number, shippedAtMs: number) =>
  rig.accept({ type: 'record_shipment', shipment: shipmentReport(1, id, { L1: quantity }, {}, { shippedAtMs }) })

/** The order's own timers, and nothing else, until then. */
async function liveUntil(untilMs: number): Promise<void> {
  for (let wakeAtMs = rig.state.wakeAtMs; wakeAtMs !== null && wakeAtMs <= untilMs; wakeAtMs = rig.state.wakeAtMs) {
    rig.nowMs = Math.max(rig.nowMs + 1, wakeAtMs)
    await rig.advance()
  }
  rig.nowMs = Math.max(rig.nowMs, untilMs)
}

describe('a promise is taken', () => {
  it('when the order names a date, and once however often the order comes', () => {
    observe(3)
    observe(3)
    observe(3, { sourceVersionMs: startMs + 1, tags: ['again'] })
    expect(promise()).toMatchObject({ lineId: 'L1', quantity: 3, byMs, source: 'named', standing: 'open', plan: [] })
    expect(rig.types.filter((type) => type === 'promise_taken')).toHaveLength(1)
  })

  it('anew when the order names another date', () => {
    observe(3)
    observe(3, { sourceVersionMs: startMs + 1, promisedByMs: byMs + dayMs })
    expect(promise()).toMatchObject({ byMs: byMs + dayMs, standing: 'open' })
    expect(rig.state.promises).toHaveLength(1)
  })

  it('with its plan, confidence and basis when a line carries one of our answers', () => {
    const quoted = {
      dateMs: startMs + dayMs,
      likelyDateMs: startMs + dayMs,
      confidencePercent: 80,
      plan: [
        {
          sku: sku('ROPE-10'),
          location: locationId('east'),
          quantity: 3,
          fromMs: startMs,
          departsAtMs: startMs,
          service: null,
          likelyDateMs: startMs + dayMs,
          dateMs: startMs + dayMs,
          confidencePercent: 80,
        },
      ],
    }
    const given = {
      sku: 'ROPE-10',
      channel: 'shopify-us',
      quantity: 3,
      config: 'v7',
      issuedAtMs: startMs,
      dateOf: 'delivery',
    } as const
    const claim = claimOf({ ...given, wantedByMs: startMs + 2 * dayMs, versionOf: () => 41 }, quoted)
    const order = testOrder([{ quantity: 3 }])
    const lines = order.lines.map((line) => ({ ...line, promiseId: `${writeClaim(claim)}.signature` }))
    rig.accept({ type: 'observe', order: { ...order, lines } })
    expect(promise()).toMatchObject({
      source: 'quoted',
      byMs: startMs + 2 * dayMs,
      dateOf: 'delivery',
      confidencePercent: 80,
      configVersion: 'v7',
      plan: [{ sku: 'ROPE-10', location: 'east', quantity: 3, version: 41 }],
    })
  })

  it('by no order that names none, which then has no timer for it', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    rig.accept({ type: 'observe', order: testOrder([{ quantity: 3 }]) })
    await rig.settle()
    expect(rig.state.promises).toBeUndefined()
    expect(rig.state.wakeAtMs).toBeNull()
  })
})

describe('a promise that will be broken', () => {
  it('raises a case before its date, as soon as the supply it waits for is too late', async () => {
    rig.expected = [{ waitsFor: 'supply', atMs: byMs - dayMs }]
    observe(3)
    await rig.advance()
    await liveUntil(startMs + dayMs)
    expect(rig.openCases).not.toContain(promiseCase)
    rig.expected = [{ waitsFor: 'supply', atMs: byMs + dayMs }]
    await liveUntil(startMs + 2 * dayMs)
    expect(rig.openCases).toContain(promiseCase)
    expect(promise()).toMatchObject({ standing: 'at_risk', reason: 'late_supply', expectedAtMs: byMs + dayMs })
    const found = rig.state.exceptions.find(({ exceptionId }) => exceptionId === promiseCase)
    expect(found?.openedAtMs).toBeLessThan(byMs)
    expect(found?.moneyAtRiskMinor).toBe(3_000)
  })

  it('raises it at once when nobody has the units and nothing is announced', async () => {
    rig.expected = [{ waitsFor: 'supply', atMs: null }]
    observe(3)
    await rig.advance()
    expect(promise()).toMatchObject({ standing: 'at_risk', reason: 'no_supply', expectedAtMs: null })
  })

  it('raises it when the location leaves too late, by its cut-off', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    observe(3)
    await rig.settle()
    rig.expected = [{ waitsFor: 'dispatch', atMs: byMs + hourMs }]
    await liveUntil(byMs - hourMs)
    expect(promise()).toMatchObject({ standing: 'at_risk', reason: 'late_dispatch' })
    expect(rig.openCases).toContain(promiseCase)
  })

  it('is looked at when the order is woken, not only by its timers', async () => {
    rig.expected = [{ waitsFor: 'supply', atMs: byMs - hourMs }]
    observe(3)
    await rig.advance()
    rig.expected = [{ waitsFor: 'supply', atMs: byMs + hourMs }]
    rig.accept({ type: 'retry' })
    await rig.advance()
    expect(rig.openCases).toContain(promiseCase)
  })
})

describe('its case', () => {
  it('resolves itself when the promise is safe again', async () => {
    rig.expected = [{ waitsFor: 'supply', atMs: null }]
    observe(3)
    await rig.advance()
    expect(rig.openCases).toContain(promiseCase)
    rig.expected = [{ waitsFor: 'supply', atMs: byMs - hourMs }]
    await liveUntil(startMs + dayMs)
    expect(rig.openCases).not.toContain(promiseCase)
    expect(promise()).toMatchObject({ standing: 'open', reason: null })
  })

  it('resolves itself when the units leave in time', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    rig.expected = [{ waitsFor: 'dispatch', atMs: byMs + hourMs }]
    observe(3)
    await rig.settle()
    await liveUntil(startMs + dayMs)
    expect(rig.openCases).toContain(promiseCase)
    ship('a', 1, startMs + dayMs)
    expect(rig.openCases).toContain(promiseCase)
    ship('b', 2, byMs)
    expect(promise()).toMatchObject({ standing: 'kept', expectedAtMs: byMs, lookAtMs: null })
    expect(rig.openCases).not.toContain(promiseCase)
  })
})

describe('in the end', () => {
  it('a promise whose units left too late is broken', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    observe(3)
    await rig.settle()
    ship('a', 3, byMs + 1)
    expect(promise()).toMatchObject({ standing: 'broken', expectedAtMs: byMs + 1 })
  })

  it('a promise whose date passes without them is broken, and is not looked at any more', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    observe(3)
    await rig.settle()
    await liveUntil(byMs + dayMs)
    expect(promise()).toMatchObject({ standing: 'broken', lookAtMs: null })
    expect(rig.openCases).not.toContain(promiseCase)
  })

  it('a promise that nobody wants any more is withdrawn', async () => {
    rig.expected = [{ waitsFor: 'supply', atMs: null }]
    observe(3)
    await rig.advance()
    rig.accept({ type: 'cancel', reason: 'changed my mind' })
    await rig.advance()
    expect(promise()).toMatchObject({ standing: 'withdrawn', lookAtMs: null })
    expect(rig.openCases).not.toContain(promiseCase)
  })

  it('a promise costs few looks: over a month some hundred, while its units lie ready', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    observe(3, { promisedByMs: startMs + 30 * dayMs })
    await rig.settle()
    await liveUntil(startMs + 31 * dayMs)
    expect(rig.types.filter((type) => type === 'promises_reviewed').length).toBeLessThan(150)
  })
})
