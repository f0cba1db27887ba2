import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LocationFacts } from '../../../src/domain/order/plan-inputs.ts'
import { lineId, locationId } from '../../../src/domain/shared/ids.ts'
import { testConfig } from '../../fixtures/config.ts'
import { startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig, rigConfig } from '../../fixtures/order-rig.ts'

const open = (location: string): LocationFacts => ({
  location,
  isUp: true,
  dispatchAtMs: startMs,
  capacity: { dayKey: '2026-03-02', unitsMax: null, unitsUsed: 0, ordersMax: 100, ordersUsed: 0 },
})

const [first] = testConfig.locations
const threeLocations =
  first === undefined ? [] : [...testConfig.locations, { ...first, id: 'south', name: 'Savannah', priority: 30 }]

let rig = new OrderRig()
beforeEach(() => {
  rig = new OrderRig()
  rig.locations = ['east', 'west'].map(open)
  rig.stock.receive('ROPE-10', 'east', 10)
  rig.stock.receive('ROPE-10', 'west', 10)
})
afterEach(() => rig.check())

const observe = (quantity: number) => rig.accept({ type: 'observe', order: testOrder([{ quantity }]) })
const leave = (location: string) =>
  rig.accept({ type: 'leave_location', location: locationId(location), reason: 'flood' }, 'timer')
const days = () =>
  rig.locationCalls.map(
    ({ location, command }) => `${command.type} ${'claimId' in command ? command.claimId : ''}@${location}`,
  )
const places = () =>
  rig.state.reservations.filter(({ status }) => status !== 'released').map(({ location }) => location)
const full = { reason: 'capacity_full', day: '2026-03-02', ordersFree: 0, unitsFree: null, nextFreeDay: null } as const

describe('the day that an order uses', () => {
  it('is claimed once at each location of the plan, before any unit is held there', async () => {
    rig.beforePort = (port) => {
      if (port.startsWith('hold')) expect(rig.locationCalls).toHaveLength(1)
    }
    observe(2)
    await rig.settle(['warehouse_release'])
    expect(days()).toEqual(['reserve_capacity shopify-us:1001/1@east'])
    expect(rig.locationCalls[0]?.command).toMatchObject({ day: '2026-03-02', orders: 1, units: 2, overbook: false })
  })

  it('is not asked for without end where nobody takes it: the order waits and looks again later', async () => {
    rig.locationVerdict = () => ({ ok: false, error: full })
    observe(2)
    for (let turn = 0; turn < 5; turn++) await rig.advance()
    expect(rig.locationCalls).toHaveLength(4)
    expect(rig.state.lines[0]?.quantities).toMatchObject({ open: 0, backordered: 2 })
    rig.locationVerdict = () => ({ ok: true, effect: 'applied' })
    rig.nowMs = rig.state.saga.recheckAtMs ?? 0
    await rig.advance()
    expect(places()).toEqual(['east'])
  })

  it('makes the order go elsewhere when it is full, with nothing held meanwhile', async () => {
    rig.locationVerdict = (location) =>
      location === 'east' ? { ok: false, error: full } : { ok: true, effect: 'applied' }
    rig.beforePort = (port) => {
      const [east] = rig.locations
      if (port !== 'reserve_capacity east' || east?.capacity == null) return
      rig.locations = [{ ...east, capacity: { ...east.capacity, ordersUsed: 100 } }, open('west')]
    }
    observe(2)
    await rig.advance()
    expect(rig.stock.calls.some((call) => call.endsWith('@east'))).toBe(false)
    expect(places()).toEqual(['west'])
    expect(rig.types).toContain('stock_refused')
  })

  it('is given back when nothing of the order is left there', async () => {
    observe(2)
    await rig.advance()
    rig.accept({ type: 'cancel', reason: 'changed my mind' }, 'api')
    await rig.settle()
    expect(days()).toEqual(['reserve_capacity shopify-us:1001/1@east', 'release_capacity shopify-us:1001/1@east'])
    expect(rig.state.saga.capacity).toEqual([])
  })

  it('is over-booked where the profile does not insist on it', async () => {
    const [strategy] = rig.profile.profile.strategies
    if (strategy === undefined) throw new Error('a profile has a strategy')
    const lax = { ...strategy, constraints: { ...strategy.constraints, withinCapacity: false } }
    rig.profile = { profile: { ...rig.profile.profile, strategies: [lax] }, version: 3 }
    observe(1)
    await rig.advance()
    expect(rig.locationCalls[0]?.command).toMatchObject({ overbook: true })
  })
})

describe('a location that goes down', () => {
  const down = () => {
    rig.locations = [{ ...open('east'), isUp: false }, open('west')]
  }

  it('is not planned with', async () => {
    down()
    observe(2)
    await rig.advance()
    expect(places()).toEqual(['west'])
  })

  it('loses what it has not been sent yet to another location, and its day with it', async () => {
    observe(2)
    await rig.advance()
    expect(places()).toEqual(['east'])
    down()
    leave('east')
    await rig.advance()
    expect(places()).toEqual(['west'])
    expect(days()).toContain('release_capacity shopify-us:1001/1@east')
    expect(rig.units()).toEqual({ reserved: 2 })
  })

  it('is asked to give back what it was sent, which then ships from elsewhere', async () => {
    observe(2)
    await rig.settle(['warehouse_cancel'])
    expect(rig.state.fulfilmentOrders.map(({ location }) => location)).toEqual(['east'])
    down()
    leave('east')
    expect(rig.intents).toMatchObject({ 'warehouse_cancel/F1': 'pending' })
    await rig.settle()
    const active = rig.state.fulfilmentOrders.filter(({ status }) => status !== 'cancelled')
    expect(active.map(({ location }) => location)).toEqual(['west'])
  })

  it('keeps what it will not give back', async () => {
    observe(2)
    await rig.settle(['warehouse_cancel'])
    leave('east')
    rig.reject('warehouse_cancel/F1', 'picked already')
    await rig.settle()
    expect(rig.units()).toEqual({ released: 2 })
    expect(rig.state.fulfilmentOrders).toMatchObject([{ location: 'east', recallRefused: 'picked already' }])
  })

  it('is gone back to when it is up again, with what nobody else had', async () => {
    rig.stock.receive('ROPE-10', 'west', -10)
    observe(2)
    await rig.advance()
    down()
    leave('east')
    await rig.advance()
    expect(rig.units()).toEqual({ backordered: 2 })
    rig.locations = ['east', 'west'].map(open)
    rig.accept({ type: 'return_to_location', location: locationId('east') }, 'timer')
    await rig.advance()
    expect(places()).toEqual(['east'])
    expect(rig.send({ type: 'return_to_location', location: locationId('east') }, 'timer')).toMatchObject({
      value: { effect: 'unchanged' },
    })
  })

  it('does not concern an order that has nothing there, nor one that was told already', async () => {
    observe(2)
    await rig.advance()
    expect(leave('west').effect).toBe('unchanged')
    expect(leave('east').effect).toBe('applied')
    expect(leave('east').effect).toBe('unchanged')
  })
})

describe('a line that is short in part', () => {
  const fulfilmentOrders = () => rig.state.fulfilmentOrders.map(({ fulfilmentOrderId }) => fulfilmentOrderId)
  const ship = (quantity: number, short: number) => {
    const [fulfilmentOrderId] = fulfilmentOrders()
    if (fulfilmentOrderId === undefined) throw new Error('nothing was released')
    const id = lineId('L1')
    const parcel = { carrier: null, service: null, trackingNumber: null, trackingUrl: null, shippedAtMs: rig.nowMs }
    const lines = quantity === 0 ? [] : [{ lineId: id, quantity }]
    const shortLines = [{ lineId: id, quantity: short, reason: 'not on the shelf' }]
    rig.accept({
      type: 'record_shipment',
      shipment: { externalShipmentId: 'P-1', fulfilmentOrderId, lines, shortLines, ...parcel },
    })
  }

  it('is planned again for what is missing and no more, over as many locations as it takes', async () => {
    rig = new OrderRig(rigConfig({}, { locations: threeLocations }))
    rig.stock.receive('ROPE-10', 'east', 10)
    rig.stock.receive('ROPE-10', 'west', 2)
    rig.stock.receive('ROPE-10', 'south', 3)
    observe(8)
    await rig.settle(['warehouse_cancel'])
    ship(3, 5)
    await rig.settle(['warehouse_cancel'])
    expect(rig.units()).toEqual({ shipped: 3, released: 5 })
    const later = rig.state.fulfilmentOrders.slice(1)
    expect(later.map(({ location, lines }) => `${lines[0]?.quantity}@${location}`).sort()).toEqual([
      '2@west',
      '3@south',
    ])
    expect(rig.stock.onHand('ROPE-10', 'east')).toBe(7)
    expect(rig.stock.available('ROPE-10', 'east')).toBe(7)
  })

  it('waits for what nobody else has, while the rest is on its way', async () => {
    rig.stock.receive('ROPE-10', 'west', -8)
    observe(8)
    await rig.settle(['warehouse_cancel'])
    ship(3, 5)
    await rig.settle(['warehouse_cancel'])
    expect(rig.units()).toEqual({ shipped: 3, released: 2, backordered: 3 })
  })
})
