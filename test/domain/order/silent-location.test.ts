/** A location that does not answer is gone around where the rest serves the order, and waited for where it does not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LocationFacts } from '../../../src/domain/order/plan-inputs.ts'
import { profileSchema } from '../../../src/domain/sourcing/profile.ts'
import { startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

const answering = (location: string): LocationFacts => ({
  ...{ location, isUp: true, dispatchAtMs: startMs, capacity: null },
})
const silent = (location: string): LocationFacts => ({ ...answering(location), isReached: false })

let rig = new OrderRig()
beforeEach(() => {
  rig = new OrderRig()
  rig.locations = [silent('east'), answering('west')]
  rig.stock.receive('ROPE-10', 'east', 10)
  rig.stock.receive('ROPE-10', 'west', 5)
})
afterEach(() => rig.check())

const observe = (quantity: number) => rig.accept({ type: 'observe', order: testOrder([{ quantity }]) })
const places = () => rig.state.reservations.map(({ location }) => location)

describe('an order that the rest of the network serves', () => {
  it('goes on without the location, and says why it was left out', async () => {
    observe(5)
    await rig.settle()
    expect(rig.units()).toEqual({ released: 5 })
    expect(places()).toEqual(['west'])
    const planned = rig.history.findLast(({ event }) => event.type === 'planned')?.event
    const refusals = planned?.type === 'planned' ? planned.decision?.attempts[0]?.refusals : null
    expect(refusals).toEqual([{ location: 'east', lineId: null, constraint: 'location_silent' }])
  })

  it('keeps what it holds rather than look for better without the location', async () => {
    rig.locations = [answering('east'), answering('west')]
    observe(2)
    await rig.settle(['warehouse_release'])
    const held = places()
    rig.locations = [silent('east'), answering('west')]
    rig.nowMs = (rig.state.wakeAtMs ?? rig.nowMs) + 1
    await rig.advance()
    expect(places()).toEqual(held)
  })
})

describe('an order that needs the location', () => {
  it('waits for its answer, and is not told that there is no stock', async () => {
    observe(8)
    const { outcome, errors } = await rig.advance()
    expect([outcome, errors]).toEqual(['failed', ['east does not answer']])
    expect(rig.units()).toEqual({ open: 8 })
    rig.locations = [answering('east'), answering('west')]
    await rig.settle()
    expect(rig.units()).toEqual({ released: 8 })
    expect(places()).toEqual(['east'])
  })

  it('waits for stock where the location has none of it either', async () => {
    rig.stock.receive('ROPE-10', 'east', -10)
    observe(8)
    await rig.settle(['warehouse_release'])
    expect(rig.units()).toMatchObject({ backordered: expect.any(Number) })
    expect(rig.units().open).toBeUndefined()
  })

  it('waits for stock where the profile excludes the location anyway', async () => {
    const strategies = [{ id: 'west-only', constraints: { excludedLocations: ['east'] } }]
    rig.profile = { profile: profileSchema.parse({ id: 'west', strategies }), version: 1 }
    observe(8)
    await rig.settle(['warehouse_release'])
    expect(rig.units().open).toBeUndefined()
  })
})
