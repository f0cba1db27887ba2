/** Future-dated orders: booked at once, held for their day, and with no warehouse before it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { betterPlanDefault } from '../../../src/domain/config/better-plan.ts'
import { sourcingDefault } from '../../../src/domain/config/sourcing.ts'
import type { CanonicalOrder } from '../../../src/domain/order/canonical-order.ts'
import { startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig, rigConfig } from '../../fixtures/order-rig.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const shipDateMs = startMs + 5 * dayMs

let rig: OrderRig
beforeEach(async () => {
  rig = new OrderRig(rigConfig({}, { sourcing: { ...sourcingDefault, betterPlan: betterPlanDefault } }))
  rig.stock.receive('ROPE-10', 'east', 10)
  rig.accept({ type: 'observe', order: dated(shipDateMs) })
  await rig.settle()
})
afterEach(() => rig.check())

const dated = (shipNotBeforeMs: number, change: Partial<CanonicalOrder> = {}) =>
  testOrder([{ quantity: 3 }], { shipNotBeforeMs, ...change })

/** Wakes when it means to, as often as it means to. */
async function until(atMs: number): Promise<number> {
  let wakes = 0
  for (let wakeAtMs = rig.state.wakeAtMs; wakeAtMs !== null && wakeAtMs <= atMs; wakeAtMs = rig.state.wakeAtMs) {
    rig.nowMs = Math.max(rig.nowMs + 1, wakeAtMs)
    await rig.settle()
    wakes += 1
  }
  rig.nowMs = atMs
  return wakes
}
const released = () => rig.state.fulfilmentOrders.map(({ location }) => location)

describe('a future-dated order', () => {
  it('is booked at once, and no warehouse hears of it before its day', async () => {
    expect(rig.state).toMatchObject({ stage: 'posted', reservations: [{ status: 'held' }] })
    await until(shipDateMs - 1)
    expect([released(), rig.units()]).toEqual([[], { reserved: 3 }])
    await until(shipDateMs)
    expect([released(), rig.units()]).toEqual([['east'], { released: 3 }])
    expect(rig.types.filter((type) => type === 'fulfilment_order_opened')).toHaveLength(1)
  })

  it('keeps its units all the while, and looks at them a few times a day', async () => {
    const wakes = await until(shipDateMs - 1)
    expect(rig.state.reservations[0]?.expiresAtMs).toBeGreaterThan(rig.nowMs + 11 * hourMs)
    expect(rig.stock.available('ROPE-10', 'east')).toBe(7)
    expect(wakes).toBeLessThan(5 * 8)
  })

  it('gives them back when it is cancelled before', async () => {
    await until(startMs + 2 * dayMs)
    rig.accept({ type: 'observe', order: dated(shipDateMs, { cancelledAtMs: rig.nowMs, sourceVersionMs: rig.nowMs }) })
    await rig.settle()
    expect(rig.state.stage).toBe('cancelled')
    expect([released(), rig.stock.available('ROPE-10', 'east')]).toEqual([[], 10])
  })

  it.each([
    ['goes at once when its day is brought forward to now', startMs + 2 * dayMs, ['east']],
    ['waits on when its day is put off', shipDateMs + dayMs, []],
  ])('%s', async (_, changedMs, expected) => {
    await until(startMs + 2 * dayMs)
    rig.accept({ type: 'observe', order: dated(changedMs, { sourceVersionMs: rig.nowMs }) })
    await rig.settle()
    await until(shipDateMs)
    expect(released()).toEqual(expected)
  })

  it('is held by a person beyond its day', async () => {
    rig.accept({ type: 'place_hold', holdId: 'h1', kind: 'fraud', reason: 'odd' }, 'operator')
    await until(shipDateMs + hourMs)
    expect(released()).toEqual([])
    rig.accept({ type: 'release_hold', holdId: 'h1' }, 'operator')
    await rig.settle()
    expect(released()).toEqual(['east'])
  })
})
