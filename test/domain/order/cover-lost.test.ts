/** A position can no longer serve what it promised the order. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { locationId, reservationId, sku } from '../../../src/domain/shared/ids.ts'
import type { ShortageCause } from '../../../src/domain/stock/claim-cover.ts'
import { testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig, rigConfig } from '../../fixtures/order-rig.ts'

let rig = new OrderRig()
beforeEach(() => {
  rig = new OrderRig()
  rig.stock.receive('ROPE-10', 'east', 10)
  rig.stock.receive('ROPE-10', 'west', 10)
})
afterEach(() => rig.check())

const count: ShortageCause = {
  type: 'drifted',
  reference: 'count-7',
  difference: -8,
  movements: [{ id: 'movement/m1', occurredAtMs: 5, units: 2 }],
}
const observe = (quantity: number, allowPartial = true) =>
  rig.accept({ type: 'observe', order: { ...testOrder([{ quantity }]), allowPartial } })
const lose = (units: number) => rig.stock.receive('ROPE-10', 'east', -units)
/** East says so many base units of the order's claim are not there. */
const tell = (units: number, version = 100, attempt = 1) =>
  rig.accept(
    {
      type: 'record_cover',
      sku: sku('ROPE-10'),
      location: locationId('east'),
      version,
      claims: units === 0 ? [] : [{ reservationId: reservationId(`shopify-us:1001/L1/${attempt}`), units }],
      because: count,
    },
    'timer',
  )
const claims = () =>
  rig.state.reservations
    .filter(({ status }) => status !== 'released')
    .map(({ location, quantity, released }) => `${quantity - released}@${location}`)

describe('an order whose claim lost its cover', () => {
  it('plans the units that are missing elsewhere, and keeps those that are there', async () => {
    observe(5)
    await rig.advance()
    lose(7)
    tell(2)
    expect(rig.units()).toEqual({ open: 2, reserved: 3 })
    await rig.advance()
    expect(claims()).toEqual(['3@east', '2@west'])
    expect(rig.types).toContain('cover_lost')
    expect(rig.openCases).toEqual([])
  })

  it('waits in line for what nobody has', async () => {
    observe(5)
    await rig.advance()
    lose(7)
    rig.stock.receive('ROPE-10', 'west', -10)
    tell(2)
    await rig.advance()
    expect(rig.units()).toEqual({ backordered: 2, reserved: 3 })
    expect(rig.stock.waiters()).toContain('shopify-us:1001')
  })

  it('goes elsewhere whole when it may not go in part', async () => {
    observe(5, false)
    await rig.advance()
    lose(7)
    tell(2)
    await rig.advance()
    expect(claims()).toEqual(['5@west'])
  })

  it('moves once however often and late it is told', async () => {
    observe(5)
    await rig.advance()
    lose(7)
    tell(2, 100)
    expect(tell(2, 100).effect).toBe('unchanged')
    expect(tell(4, 99).effect).toBe('unchanged')
    await rig.advance()
    expect(claims()).toEqual(['3@east', '2@west'])
  })

  it('takes what it is giving back already for what it is told of', async () => {
    observe(5)
    await rig.advance()
    lose(7)
    tell(2, 100)
    // Read before the two units had come back there.
    tell(2, 101)
    await rig.advance()
    expect(claims()).toEqual(['3@east', '2@west'])
  })

  it('acts on what it was told before it knew of its own claim', async () => {
    rig.beforePort = (port) => {
      if (!port.startsWith('after hold')) return
      rig.beforePort = () => {}
      lose(7)
      tell(2)
    }
    observe(5)
    await rig.advance()
    expect(claims()).toEqual(['3@east', '2@west'])
  })

  it('stays when the units are back before it has heard of anything', async () => {
    observe(5)
    await rig.advance()
    expect(tell(0).effect).toBe('unchanged')
    expect(claims()).toEqual(['5@east'])
    expect(rig.types).not.toContain('cover_told')
  })

  it('counts whole bundles and packs: one that misses a part is not there', async () => {
    rig = new OrderRig(rigConfig())
    rig.catalogue = { 'ROPE-10': { sku: 'ROPE-10', pack: 4 } }
    rig.stock.receive('ROPE-10', 'east', 12)
    rig.stock.receive('ROPE-10', 'west', 12)
    observe(3)
    await rig.advance()
    lose(5)
    tell(5)
    expect(rig.units()).toEqual({ open: 2, reserved: 1 })
    await rig.advance()
    expect(claims()).toEqual(['1@east', '2@west'])
  })
})

describe('an order that is with the warehouse', () => {
  beforeEach(async () => {
    observe(5)
    await rig.settle(['warehouse_cancel'])
    lose(7)
  })

  it('is not moved, and becomes a case with the position, the difference and the movements', () => {
    tell(2)
    expect(rig.units()).toEqual({ released: 5 })
    expect(rig.openCases).toEqual(['inventory_drift/cover ROPE-10@east'])
    expect(rig.state.exceptions[0]?.message).toBe(
      'east was told to ship 2 of ROPE-10 that its position has not got. ' +
        'Because of count-7 (drifted) (-8). Moved after it: movement/m1 +2.',
    )
  })

  it('whose units are found again is no case any more', () => {
    tell(2, 100)
    tell(0, 101)
    expect(rig.openCases).toEqual([])
    tell(2, 100)
    expect(rig.openCases).toEqual([])
  })

  it('goes elsewhere with what the warehouse turns down later', async () => {
    tell(2)
    const [order] = rig.state.fulfilmentOrders
    if (order === undefined) throw new Error('nothing was released')
    const { fulfilmentOrderId } = order
    rig.accept({ type: 'record_rejection', fulfilmentOrderId, reason: 'not found' })
    await rig.advance()
    expect(claims()).toEqual(['5@west'])
    expect(rig.openCases).toEqual([])
  })
})
