/** Promises of when the buyer has it: what the first plan comes to where nobody named a date, and what becomes of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { locationId } from '../../../src/domain/shared/ids.ts'
import type { Lane } from '../../../src/domain/sourcing/request.ts'
import { shipmentReport, startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

const dayMs = 86_400_000
const ground: Lane = {
  service: 'ground',
  currency: 'USD',
  p50Days: 2,
  p90Days: 4,
  brackets: [{ gramsMax: 50_000, costMinor: 500 }],
}
const byMs = startMs + 4 * dayMs

let rig: OrderRig
beforeEach(() => {
  rig = new OrderRig()
  rig.rated = [{ location: locationId('east'), zone: 2, lanes: [ground] }]
  rig.skus = []
})
afterEach(() => rig.check())

const promise = () => rig.state.promises?.[0]
const ship = (id: string, quantity: number, shippedAtMs = rig.nowMs) =>
  rig.accept({ type: 'record_shipment', shipment: shipmentReport(1, id, { L1: quantity }, {}, { shippedAtMs }) })
const track = (id: string, status: 'delivered' | 'in_transit', atMs = rig.nowMs) =>
  rig.accept({ type: 'record_tracking', trackingNumber: `1Z${id}`, status, rawStatus: status, atMs })

async function planned(quantity = 3): Promise<void> {
  rig.stock.receive('ROPE-10', 'east', 5)
  rig.accept({ type: 'observe', order: testOrder([{ quantity }]) })
  await rig.settle()
}
/** The order's own timers, and nothing else, until then. */
async function liveUntil(untilMs: number): Promise<void> {
  for (let wakeAtMs = rig.state.wakeAtMs; wakeAtMs !== null && wakeAtMs <= untilMs; wakeAtMs = rig.state.wakeAtMs) {
    rig.nowMs = Math.max(rig.nowMs + 1, wakeAtMs)
    await rig.advance()
  }
  rig.nowMs = Math.max(rig.nowMs, untilMs)
}

describe('an order that took no promise', () => {
  it('is promised what its first plan comes to, by the service that was chosen', async () => {
    await planned()
    expect(promise()).toMatchObject({
      ...{ lineId: 'L1', source: 'planned', dateOf: 'delivery', quantity: 3, byMs, confidencePercent: 90 },
      ...{ standing: 'open', departsAtMs: startMs, plan: [{ sku: 'ROPE-10', location: 'east', quantity: 3 }] },
    })
    expect(rig.types.filter((type) => type === 'promise_taken')).toHaveLength(1)
  })

  it('is promised nothing where no service is known to go there', async () => {
    rig.rated = []
    await planned()
    expect(rig.state.promises).toBeUndefined()
  })

  it('is promised nothing for units that nobody has', async () => {
    rig.accept({ type: 'observe', order: testOrder([{ quantity: 3 }]) })
    await rig.settle()
    expect(rig.state.promises).toBeUndefined()
  })

  it('keeps its first promise when it is planned again', async () => {
    rig.stock.receive('ROPE-10', 'east', 1)
    rig.accept({ type: 'observe', order: testOrder([{ quantity: 3 }]) })
    await rig.settle()
    rig.nowMs += dayMs
    rig.stock.receive('ROPE-10', 'east', 5)
    rig.accept({ type: 'retry' }, 'operator')
    await rig.settle()
    expect(rig.units()).toMatchObject({ released: 3 })
    expect(rig.state.promises).toHaveLength(1)
    expect(promise()).toMatchObject({ quantity: 1, byMs })
  })

  it('is not looked at before its units ought to have left', async () => {
    await planned()
    expect(rig.state.wakeAtMs).toBe(startMs + 3_600_000)
    rig.expected = [{ waitsFor: 'dispatch', atMs: byMs + dayMs }]
    await liveUntil(startMs + 3_600_000)
    expect(promise()).toMatchObject({ standing: 'at_risk', reason: 'late_dispatch' })
  })
})

describe('a promise of when it is there', () => {
  it('is not kept by leaving, and is kept when the carrier has delivered in time', async () => {
    await planned()
    ship('a', 3)
    expect(promise()).toMatchObject({ standing: 'open', expectedAtMs: startMs + 4 * dayMs, lookAtMs: byMs + 1 })
    rig.nowMs = startMs + 3 * dayMs
    track('a', 'delivered')
    expect(promise()).toMatchObject({ standing: 'kept', expectedAtMs: startMs + 3 * dayMs, lookAtMs: null })
  })

  it('is broken when the carrier delivers too late', async () => {
    await planned()
    ship('a', 3)
    track('a', 'delivered', byMs + 1)
    expect(promise()).toMatchObject({ standing: 'broken', expectedAtMs: byMs + 1 })
  })

  it('is at risk when it left too late to be there, with a case before the date', async () => {
    await planned()
    rig.nowMs = startMs + 2 * dayMs
    ship('a', 3)
    expect(promise()).toMatchObject({ standing: 'at_risk', reason: 'late_transit', expectedAtMs: byMs + 2 * dayMs })
    expect(rig.openCases).toContain('promise_at_risk/promise L1')
    await liveUntil(byMs + 1)
    expect(promise()).toMatchObject({ standing: 'broken' })
    expect(rig.openCases).not.toContain('promise_at_risk/promise L1')
  })

  it('counts as kept on its date when it left in time and no carrier tells of it', async () => {
    await planned()
    ship('a', 3)
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
    await liveUntil(byMs + dayMs)
    expect(promise()).toMatchObject({ standing: 'kept', expectedAtMs: byMs })
    expect(rig.state.wakeAtMs).toBeNull()
  })

  it('is broken on its date when the carrier tells that it is still under way', async () => {
    await planned()
    ship('a', 3)
    track('a', 'in_transit')
    await liveUntil(byMs + dayMs)
    expect(promise()).toMatchObject({ standing: 'broken', reason: 'date_passed' })
  })

  it('is kept only when the last of several parcels is there', async () => {
    await planned()
    ship('a', 2)
    track('a', 'delivered')
    expect(promise()).toMatchObject({ standing: 'open' })
    ship('b', 1)
    expect(promise()).toMatchObject({ standing: 'open' })
    track('b', 'delivered')
    expect(promise()).toMatchObject({ standing: 'kept' })
  })

  it('costs one look while all goes as planned', async () => {
    await planned()
    ship('a', 3)
    await rig.settle()
    await liveUntil(byMs + dayMs)
    expect(rig.types.filter((type) => type === 'promises_reviewed')).toHaveLength(2)
  })
})
