/** A line of a bundle: planned, held, shipped and given back as its components; counted and booked as the bundle. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { shipmentReport, startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

let rig: OrderRig
beforeEach(() => {
  rig = new OrderRig()
  rig.catalogue = { ...rig.catalogue, KIT: { sku: 'KIT', parts: { 'ROPE-10': 2, 'ANCHOR-S': 1 } } }
})
afterEach(() => rig.check())

const observe = (...[lines, change]: Parameters<typeof testOrder>) =>
  rig.accept({ type: 'observe', order: testOrder(lines, change) })
const receive = (figures: Readonly<Record<string, number>>) => {
  for (const [position, units] of Object.entries(figures)) {
    const [sku = '', location = ''] = position.split('@')
    rig.stock.receive(sku, location, units)
  }
}

describe('an order of a bundle', () => {
  it('goes the whole way: its components leave stock, the ERP and the channel hear of the bundle', async () => {
    receive({ 'ROPE-10@east': 7, 'ANCHOR-S@east': 4 })
    observe([{ sku: 'KIT', quantity: 3 }])
    await rig.settle(['warehouse_release'])
    expect(rig.units()).toEqual({ released: 3 })
    expect([rig.stock.available('ROPE-10', 'east'), rig.stock.available('ANCHOR-S', 'east')]).toEqual([1, 1])
    expect(rig.begin('warehouse_release/F1')).toMatchObject({
      request: {
        lines: [
          {
            sku: 'KIT',
            quantity: 3,
            components: [
              { sku: 'ROPE-10', quantity: 6 },
              { sku: 'ANCHOR-S', quantity: 3 },
            ],
          },
        ],
      },
    })
    rig.conclude('warehouse_release/F1', { outcome: 'committed', reference: 'W1' })
    rig.accept({ type: 'record_shipment', shipment: shipmentReport(1, 'a', { L1: 3 }) })
    await rig.advance()
    expect(rig.begin('erp_record_shipment/S1')).toMatchObject({ request: { lines: [{ sku: 'KIT', quantity: 3 }] } })
    rig.conclude('erp_record_shipment/S1', { outcome: 'committed', reference: 'E1' })
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
    expect([rig.stock.onHand('ROPE-10', 'east'), rig.stock.onHand('ANCHOR-S', 'east')]).toEqual([1, 1])
    expect(rig.stock.claimed()).toBe(0)
  })

  it('sums what two lines take of one component before it asks', async () => {
    receive({ 'ROPE-10@east': 5, 'ANCHOR-S@east': 9 })
    const lines = [
      { sku: 'KIT', quantity: 2 },
      { sku: 'ROPE-10', quantity: 2 },
    ]
    observe(lines, { allowPartial: false })
    await rig.advance()
    expect(rig.stock.claimed()).toBe(0)
    expect(rig.units('L1')).toEqual({ backordered: 2 })
    receive({ 'ROPE-10@east': 1 })
    rig.accept({ type: 'retry' }, 'operator')
    await rig.settle()
    expect([rig.units('L1'), rig.units('L2')]).toEqual([{ released: 2 }, { released: 2 }])
    expect(rig.stock.available('ROPE-10', 'east')).toBe(0)
  })

  it('is split by whole bundles: what two locations have together makes none', async () => {
    receive({ 'ROPE-10@east': 4, 'ANCHOR-S@east': 1, 'ROPE-10@west': 2, 'ANCHOR-S@west': 1 })
    receive({ 'ROPE-20@east': 1 })
    observe([{ sku: 'KIT', quantity: 3 }])
    await rig.settle()
    expect(rig.units()).toEqual({ released: 2, backordered: 1 })
    expect(rig.state.fulfilmentOrders.map(({ location, lines }) => [location, lines[0]?.quantity])).toEqual([
      ['east', 1],
      ['west', 1],
    ])
  })

  it('waits in line at the components, and goes on when the missing one comes', async () => {
    receive({ 'ROPE-10@east': 2 })
    observe([{ sku: 'KIT', quantity: 1 }])
    await rig.settle()
    expect(rig.units()).toEqual({ backordered: 1 })
    expect(rig.state.saga.waitingAt).toMatchObject([
      { sku: 'ROPE-10', location: 'east', quantity: 2, registered: true },
      { sku: 'ROPE-10', location: 'west', quantity: 2 },
      { sku: 'ANCHOR-S', location: 'east', quantity: 1 },
      { sku: 'ANCHOR-S', location: 'west', quantity: 1 },
    ])
    receive({ 'ANCHOR-S@east': 1 })
    rig.accept({ type: 'retry' })
    await rig.settle()
    expect(rig.units()).toEqual({ released: 1 })
  })

  it('gives back the component that was granted when another one was refused', async () => {
    receive({ 'ROPE-10@east': 2, 'ANCHOR-S@east': 1 })
    let taken = false
    rig.beforePort = (port) => {
      if (taken || !port.startsWith('hold ANCHOR-S')) return
      taken = true
      const place = rig.stock.place('ANCHOR-S', 'east')
      place.position = { ...place.position, sellable: 0 }
    }
    observe([{ sku: 'KIT', quantity: 1 }])
    await rig.settle()
    expect(rig.types).toContain('stock_refused')
    expect(rig.units()).toEqual({ backordered: 1 })
    expect(rig.stock.claimed()).toBe(0)
  })

  it('gives back every component when it is cancelled', async () => {
    receive({ 'ROPE-10@east': 4, 'ANCHOR-S@east': 4 })
    observe([{ sku: 'KIT', quantity: 2 }])
    await rig.settle(['warehouse_release'])
    rig.accept({ type: 'cancel', reason: 'changed my mind' }, 'api')
    await rig.settle()
    expect(rig.state.stage).toBe('cancelled')
    expect(rig.stock.claimed()).toBe(0)
  })

  it('loses the whole claim when one component ran out of time, and gives the others back', async () => {
    receive({ 'ROPE-10@east': 2, 'ANCHOR-S@east': 1 })
    observe([{ sku: 'KIT', quantity: 1 }])
    await rig.advance()
    rig.stock.apply('ANCHOR-S', 'east', [releaseOf('shopify-us:1001/L1/1')], startMs)
    await rig.settle(['warehouse_release'])
    expect(rig.types).toContain('reservation_lost')
    expect(rig.units()).toEqual({ released: 1 })
    expect(rig.stock.claimed()).toBe(3)
  })

  it('counts packs of bundles: two kits for each unit that the channel sells', async () => {
    rig.catalogue = { PAIR: { sku: 'KIT', pack: 2, parts: { 'ROPE-10': 2, 'ANCHOR-S': 1 } } }
    receive({ 'ROPE-10@east': 9, 'ANCHOR-S@east': 9 })
    observe([{ sku: 'PAIR', quantity: 2 }])
    await rig.settle(['warehouse_release'])
    expect([rig.stock.available('ROPE-10', 'east'), rig.stock.available('ANCHOR-S', 'east')]).toEqual([1, 5])
    rig.commit('warehouse_release/F1')
    rig.accept({ type: 'record_shipment', shipment: shipmentReport(1, 'a', { L1: 4 }) })
    await rig.settle()
    expect(rig.units()).toEqual({ shipped: 2 })
    expect([rig.stock.onHand('ROPE-10', 'east'), rig.stock.onHand('ANCHOR-S', 'east')]).toEqual([1, 5])
  })
})

function releaseOf(reservationId: string) {
  const cause = { correlationId: 'c-elsewhere', kind: 'timer', id: 't' } as const
  return { type: 'release', reservationId, quantity: null, commandId: 'elsewhere', cause } as never
}
