import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  orderCommand,
  shipmentReport,
  startMs,
  testAddress,
  testOrder,
  testTotals,
  unitsOf,
} from '../../fixtures/order-commands.ts'
import { OrderRig, rigConfig } from '../../fixtures/order-rig.ts'

let rig: OrderRig
beforeEach(() => {
  rig = new OrderRig()
})
afterEach(() => rig.check())

type Lines = Parameters<typeof testOrder>[0]
type Change = Parameters<typeof testOrder>[1]
const observe = (lines: Lines, change: Change = {}) => rig.accept({ type: 'observe', order: testOrder(lines, change) })
const ship = (...report: Parameters<typeof shipmentReport>) =>
  rig.accept({ type: 'record_shipment', shipment: shipmentReport(...report) })
const releasedOrder = async (quantity: number, at: readonly [string, number][] = [['east', quantity]]) => {
  for (const [location, units] of at) rig.stock.receive('ROPE-10', location, units)
  observe([{ quantity }])
  await rig.settle()
}

describe('an order without trouble', () => {
  it('goes from capture to closed, one effect at a time', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    observe([{ quantity: 3 }])
    await rig.advance()
    expect(rig.state.stage).toBe('reserved')
    expect(rig.intents).toEqual({ 'erp_create_order/1': 'pending' })
    rig.commit('erp_create_order/1', 'SO-7')
    await rig.advance()
    expect(rig.state).toMatchObject({ stage: 'released', erp: { account: 'tryton-main', reference: 'SO-7' } })
    expect(rig.units()).toEqual({ released: 3 })
    rig.commit('warehouse_release/F1')
    ship(1, 'a', { L1: 1 })
    ship(1, 'b', { L1: 2 })
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
    expect(rig.units()).toEqual({ shipped: 3 })
    expect(rig.stock.onHand('ROPE-10', 'east')).toBe(2)
    expect(Object.keys(rig.intents)).toEqual([
      'erp_create_order/1',
      'warehouse_release/F1',
      'channel_fulfil/S1',
      'erp_record_shipment/S1',
      'channel_fulfil/S2',
      'erp_record_shipment/S2',
    ])
    expect(rig.openCases).toEqual([])
    expect(rig.state.wakeAtMs).toBeNull()
  })

  it('calls nobody for a release to a warehouse that reports over our own API', async () => {
    const { accounts, ...others } = rig.config
    const spoken = accounts.map((account) =>
      account.id === 'wh-east' ? { ...account, partner: 'canonical' } : account,
    )
    rig.config = { ...others, accounts: spoken }
    await releasedOrder(3)
    expect(rig.state.fulfilmentOrders).toMatchObject([{ account: 'wh-east', byHand: true, status: 'open' }])
    expect(Object.keys(rig.intents)).toEqual(['erp_create_order/1'])
    ship(1, 'a', { L1: 3 })
    await rig.settle()
    expect(rig.units()).toEqual({ shipped: 3 })
  })

  it('asks each position once to hold all lines of the order', async () => {
    for (const name of ['ROPE-10', 'ROPE-20', 'ANCHOR-S']) rig.stock.receive(name, 'east', 9)
    observe([{ quantity: 1 }, { quantity: 2 }, { sku: 'ROPE-20', quantity: 3 }, { sku: 'ANCHOR-S', quantity: 1 }])
    await rig.advance()
    expect(rig.state.stage).toBe('reserved')
    expect([...rig.stock.calls].sort()).toEqual(['ANCHOR-S@east', 'ROPE-10@east', 'ROPE-20@east'])
  })

  it('tells nobody of a shipment when the channel takes no fulfilments and the entity has no ERP', async () => {
    rig.config = rigConfig(
      { partner: 'canonical' },
      { entities: [{ id: 'harbour-us', name: 'H', currencies: ['USD'] }] },
    )
    await releasedOrder(2)
    ship(1, 'a', { L1: 2 })
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
    expect(rig.intents).toEqual({ 'warehouse_release/F1': 'settled' })
  })

  it('waits for a shipment by hand at a location without a warehouse account', async () => {
    const locations = rigConfig().locations.map(({ account: _account, ...location }) => location)
    rig.config = rigConfig({}, { locations })
    await releasedOrder(2)
    expect(rig.state.fulfilmentOrders[0]).toMatchObject({ byHand: true, location: 'east' })
    expect(rig.intents).toEqual({ 'erp_create_order/1': 'settled' })
    ship(1, 'a', { L1: 2 })
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
  })

  it('books a service with the order and never asks for stock of it', async () => {
    rig.catalogue = { ...rig.catalogue, CARE: { sku: 'CARE', stocked: false } }
    observe([{ sku: 'CARE', quantity: 1 }])
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
    expect(rig.stock.calls).toEqual([])
    expect(rig.intents).toEqual({ 'erp_create_order/1': 'settled' })
  })

  it('counts packs in base units at positions and warehouses, and in packs for the channel', async () => {
    rig.catalogue = { 'SIX-PACK': { sku: 'ROPE-10', pack: 6 } }
    rig.stock.receive('ROPE-10', 'east', 13)
    observe([{ sku: 'SIX-PACK', quantity: 2 }])
    await rig.settle(['warehouse_release'])
    expect(rig.stock.available('ROPE-10', 'east')).toBe(1)
    const begun = rig.begin('warehouse_release/F1')
    expect(begun.go && begun.request).toMatchObject({ lines: [{ quantity: 12 }] })
    rig.conclude('warehouse_release/F1', { outcome: 'committed', reference: 'W1' })
    ship(1, 'a', { L1: 12 })
    const told = rig.begin('channel_fulfil/S1')
    expect(told.go && told.request).toMatchObject({ lines: [{ quantity: 2, externalSku: 'SIX-PACK' }] })
    expect(rig.send({ type: 'record_shipment', shipment: shipmentReport(1, 'b', { L1: 5 }) })).toMatchObject({
      ok: false,
      error: { reason: 'shipment_conflict' },
    })
  })
})

describe('looking at the order', () => {
  it('holds an order whose SKU nobody mapped, and goes on by itself once it is mapped', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    observe([{ sku: 'MYSTERY', quantity: 1 }])
    await rig.advance()
    expect(rig.state.stage).toBe('captured')
    expect(rig.openCases).toEqual(['sku_mapping/MYSTERY'])
    expect(rig.state.holds.map((hold) => hold.kind)).toEqual(['sku_mapping'])
    rig.catalogue = { MYSTERY: { sku: 'ROPE-10' } }
    await rig.advance()
    expect(rig.state.stage).toBe('captured')
    rig.nowMs = rig.state.wakeAtMs ?? 0
    await rig.advance()
    expect(rig.state.stage).toBe('reserved')
    expect(rig.openCases).toEqual([])
  })

  it('looks at an unmapped SKU at once when somebody retries', async () => {
    observe([{ sku: 'MYSTERY', quantity: 1 }])
    await rig.advance()
    rig.catalogue = { MYSTERY: { sku: 'ROPE-10' } }
    rig.accept({ type: 'retry' }, 'timer')
    await rig.advance()
    expect(rig.state.stage).toBe('validated')
  })

  it.each([
    ['no country', { shipTo: { ...testAddress, country: null } }, 'address_invalid/system-address'],
    ['no address at all', { shipTo: null }, 'address_invalid/system-address'],
    ['a currency the entity does not book', { currency: 'GBP' }, 'order_ingestion/system-entity'],
    ['a failed payment', { payment: 'failed' as const }, 'credit_hold/system-payment'],
    ['totals that do not add up', { totals: { ...testTotals, totalMinor: 5 } }, 'pricing_mismatch/system-price'],
    [
      'lines above the subtotal',
      { totals: { ...testTotals, subtotalMinor: 5, totalMinor: 5 } },
      'pricing_mismatch/system-price',
    ],
  ])('holds an order with %s until a newer version is in order', async (_what, change, exceptionId) => {
    rig.stock.receive('ROPE-10', 'east', 5)
    observe([{ quantity: 1 }], change)
    await rig.advance()
    expect(rig.openCases).toEqual([exceptionId])
    expect(rig.units()).toEqual({ open: 1 })
    observe([{ quantity: 1 }], { sourceVersionMs: startMs + 1 })
    await rig.advance()
    expect(rig.openCases).toEqual([])
    expect(rig.units()).toEqual({ reserved: 1 })
  })

  it('holds an order of an account that the configuration does not know as a channel', async () => {
    rig.config = rigConfig({ id: 'other' } as never)
    observe([{ quantity: 1 }])
    await rig.advance()
    expect(rig.openCases).toEqual(['order_ingestion/system-entity'])
  })

  it('does not place a hold again that a person released, and does when the reason is another', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    observe([{ quantity: 1 }], { payment: 'failed' })
    await rig.advance()
    rig.accept({ type: 'release_hold', holdId: 'system-payment' }, 'operator')
    observe([{ quantity: 1 }], { payment: 'failed', sourceVersionMs: startMs + 1 })
    await rig.advance()
    expect(rig.units()).toEqual({ reserved: 1 })
    observe([{ quantity: 1 }], { payment: 'voided', sourceVersionMs: startMs + 2 })
    await rig.advance()
    expect(rig.openCases).toEqual(['credit_hold/system-payment'])
  })
})

describe('holds', () => {
  it('keep an order from being planned, several at once, and let it go on when the last is released', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    observe([{ quantity: 1 }])
    rig.accept({ type: 'place_hold', holdId: 'h1', kind: 'fraud', reason: 'velocity' }, 'operator')
    rig.accept({ type: 'place_hold', holdId: 'h2', kind: 'credit', reason: 'limit' }, 'operator')
    await rig.advance()
    expect(rig.state.stage).toBe('validated')
    expect(rig.openCases).toEqual(['credit_hold/h2'])
    rig.accept({ type: 'release_hold', holdId: 'h1' }, 'operator')
    await rig.advance()
    expect(rig.state.stage).toBe('validated')
    rig.accept({ type: 'release_hold', holdId: 'h2' }, 'operator')
    await rig.settle()
    expect(rig.state.stage).toBe('released')
  })

  it('keep a call back that had been opened before, and let it go after', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    observe([{ quantity: 1 }])
    await rig.advance()
    rig.accept({ type: 'place_hold', holdId: 'h1', kind: 'manual', reason: 'ask' }, 'operator')
    expect(rig.begin('erp_create_order/1')).toMatchObject({ go: false, why: 'later' })
    expect(rig.intent('erp_create_order/1').attempts).toBe(0)
    rig.accept({ type: 'release_hold', holdId: 'h1' }, 'operator')
    expect(rig.begin('erp_create_order/1')).toMatchObject({ go: true })
  })

  it('are one hold when placed twice, and a conflict when the same id says something else', () => {
    observe([{ quantity: 1 }])
    const hold = { type: 'place_hold', holdId: 'h1', kind: 'manual', reason: 'ask' } as const
    expect(rig.accept(hold).effect).toBe('applied')
    expect(rig.accept(hold).effect).toBe('unchanged')
    expect(rig.send({ ...hold, reason: 'other' })).toMatchObject({ error: { reason: 'hold_conflict' } })
    expect(rig.send({ type: 'release_hold', holdId: 'h9' })).toMatchObject({ error: { reason: 'hold_not_found' } })
    expect(rig.accept({ type: 'release_hold', holdId: 'h1' }).effect).toBe('applied')
    expect(rig.accept({ type: 'release_hold', holdId: 'h1' }).effect).toBe('unchanged')
  })
})

describe('promising', () => {
  it('splits over two locations when no single one has enough', async () => {
    await releasedOrder(5, [
      ['east', 3],
      ['west', 2],
    ])
    expect(rig.state.fulfilmentOrders.map(({ location, lines }) => [location, lines[0]?.quantity])).toEqual([
      ['east', 3],
      ['west', 2],
    ])
  })

  it('backorders what nobody has, ships the rest, and resumes by itself when stock comes', async () => {
    await releasedOrder(5, [['east', 3]])
    expect(rig.units()).toEqual({ released: 3, backordered: 2 })
    expect(rig.stock.waiters()).toEqual(['shopify-us:1001', 'shopify-us:1001'])
    rig.stock.receive('ROPE-10', 'west', 2)
    rig.accept({ type: 'retry' }, 'timer')
    await rig.settle()
    expect(rig.units()).toEqual({ released: 5 })
    expect(rig.stock.waiters()).toEqual([])
    expect(rig.state.fulfilmentOrders.map((each) => each.fulfilmentOrderId.slice(-2))).toEqual(['F1', 'F2'])
    expect(Object.keys(rig.intents).filter((id) => id.startsWith('erp_create'))).toHaveLength(1)
  })

  it('resumes a backorder by its own timer when the wake-up is lost', async () => {
    await releasedOrder(2, [])
    expect(rig.units()).toEqual({ backordered: 2 })
    rig.stock.receive('ROPE-10', 'east', 2)
    rig.nowMs = rig.state.wakeAtMs ?? 0
    await rig.settle()
    expect(rig.units()).toEqual({ released: 2 })
  })

  it('slows down when it is woken again and again for stock that does not fit', async () => {
    rig.config = rigConfig({ allowPartial: false })
    await releasedOrder(5, [['east', 1]])
    for (let wake = 0; wake < 5; wake++) {
      rig.accept({ type: 'retry' }, 'timer')
      await rig.advance()
    }
    expect(rig.state.wakeAtMs).toBeGreaterThan(rig.nowMs)
    const looks = rig.types.filter((type) => type === 'units_backordered').length
    rig.accept({ type: 'retry' }, 'timer')
    await rig.advance()
    expect(rig.types.filter((type) => type === 'units_backordered')).toHaveLength(looks)
  })

  it('opens a case instead of waiting when the channel says so, and plans again when somebody retries', async () => {
    rig.config = rigConfig({ whenOutOfStock: 'exception' })
    await releasedOrder(2, [])
    expect(rig.openCases).toEqual(['out_of_stock/units'])
    expect(rig.stock.waiters()).toEqual([])
    expect(rig.state.wakeAtMs).toBeNull()
    rig.stock.receive('ROPE-10', 'east', 2)
    rig.accept({ type: 'retry' }, 'operator')
    await rig.settle()
    expect(rig.units()).toEqual({ released: 2 })
    expect(rig.openCases).toEqual([])
  })

  it('opens a case when no location serves the channel', async () => {
    rig.config = rigConfig({}, { locations: rigConfig().locations.map((each) => ({ ...each, fulfils: false })) })
    await releasedOrder(1, [])
    expect(rig.openCases).toEqual(['routing_failed/units'])
  })

  it('ships nothing of an order that may not go in part until one location has all of it', async () => {
    rig.config = rigConfig({ allowPartial: false })
    await releasedOrder(5, [
      ['east', 3],
      ['west', 4],
    ])
    expect(rig.units()).toEqual({ backordered: 5 })
    rig.stock.receive('ROPE-10', 'west', 1)
    rig.accept({ type: 'retry' }, 'timer')
    await rig.settle()
    expect(rig.state.fulfilmentOrders.map((each) => each.location)).toEqual(['west'])
  })

  it('gives everything back and plans anew when one position refuses', async () => {
    rig.config = rigConfig({ allowPartial: false })
    rig.stock.receive('ROPE-10', 'east', 5)
    rig.stock.receive('ROPE-20', 'east', 5)
    rig.stock.receive('ROPE-10', 'west', 5)
    rig.stock.receive('ROPE-20', 'west', 5)
    rig.beforePort = (port) => {
      if (port === 'hold ROPE-20@east') rig.stock.receive('ROPE-20', 'east', -5)
    }
    observe([{ quantity: 2 }, { sku: 'ROPE-20', quantity: 2 }])
    await rig.advance()
    expect(rig.types.filter((type) => type === 'stock_refused')).toHaveLength(1)
    expect(rig.stock.available('ROPE-10', 'east')).toBe(5)
    expect(rig.state.reservations.map(({ location, status }) => [location, status])).toEqual([
      ['west', 'held'],
      ['west', 'held'],
    ])
  })

  it('keeps what was granted and plans only the rest anew when the order may go in part', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    rig.stock.receive('ROPE-20', 'east', 5)
    rig.stock.receive('ROPE-20', 'west', 5)
    rig.beforePort = (port) => {
      if (port === 'hold ROPE-20@east') rig.stock.receive('ROPE-20', 'east', -5)
    }
    observe([{ quantity: 2 }, { sku: 'ROPE-20', quantity: 2 }])
    await rig.advance()
    expect(rig.units('L1')).toEqual({ reserved: 2 })
    expect(rig.units('L2')).toEqual({ reserved: 2 })
    expect(rig.state.reservations.map(({ location }) => location)).toEqual(['east', 'west'])
  })

  it('gives up after a bounded number of refusals and waits', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    let taken = 0
    rig.beforePort = (port) => {
      if (port === 'figure ROPE-10@east') rig.stock.receive('ROPE-10', 'east', taken)
      if (port !== 'hold ROPE-10@east') return
      taken = rig.stock.available('ROPE-10', 'east')
      rig.stock.receive('ROPE-10', 'east', -taken)
    }
    observe([{ quantity: 2 }])
    await rig.advance()
    expect(rig.types.filter((type) => type === 'stock_refused')).toHaveLength(4)
    expect(rig.units()).toEqual({ backordered: 2 })
  })

  it('plans anew when a position has forgotten its hold before the commit', async () => {
    rig.stock.receive('ROPE-10', 'east', 2)
    observe([{ quantity: 2 }])
    await rig.advance()
    rig.nowMs += 25 * 3_600_000
    rig.commit('erp_create_order/1')
    await rig.settle()
    expect(rig.types).toContain('reservation_lost')
    expect(rig.units()).toEqual({ released: 2 })
    expect(rig.stock.available('ROPE-10', 'east')).toBe(0)
  })

  it('extends its holds while the ERP is away', async () => {
    rig.stock.receive('ROPE-10', 'east', 2)
    observe([{ quantity: 2 }])
    await rig.advance()
    const extensions = () => rig.types.filter((type) => type === 'holds_extended').length
    const awayUntilMs = rig.nowMs + 3 * 24 * 3_600_000
    while ((rig.state.wakeAtMs ?? 0) <= awayUntilMs) {
      rig.nowMs = rig.state.wakeAtMs ?? 0
      await rig.advance()
    }
    expect(extensions()).toBe(3)
    await rig.settle()
    expect(rig.types).not.toContain('reservation_lost')
    expect(rig.state.stage).toBe('released')
  })

  it('does not take the memory of an extension for a hold that ran out since', async () => {
    rig.stock.receive('ROPE-10', 'east', 2)
    observe([{ quantity: 2 }])
    await rig.advance()
    rig.nowMs = rig.state.wakeAtMs ?? 0
    rig.beforePort = (port) => {
      if (port.startsWith('after extend')) throw new Error('crashed')
    }
    await rig.advance()
    rig.beforePort = () => {}
    rig.nowMs += 48 * 3_600_000
    await rig.advance(1)
    expect(rig.state.reservations.map(({ expiresAtMs }) => (expiresAtMs ?? 0) < rig.nowMs)).toEqual([true])
    await rig.settle()
    expect(rig.state.stage).toBe('released')
  })

  it('books the service that is left once its goods were cancelled', async () => {
    rig.catalogue = { A: { sku: 'ROPE-10' }, S: { sku: 'SETUP', stocked: false } }
    rig.stock.receive('ROPE-10', 'east', 2)
    observe([
      { quantity: 2, sku: 'A' },
      { quantity: 1, sku: 'S' },
    ])
    await rig.advance()
    observe(
      [
        { quantity: 0, sku: 'A' },
        { quantity: 1, sku: 'S' },
      ],
      { sourceVersionMs: startMs + 1 },
    )
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
    expect(rig.units('L2')).toEqual({ shipped: 1 })
  })
})

describe('warehouses that do otherwise', () => {
  it('plans a rejected release elsewhere and gives the stock back', async () => {
    await releasedOrder(2, [
      ['east', 2],
      ['west', 2],
    ])
    rig.accept({
      type: 'record_rejection',
      fulfilmentOrderId: rig.state.fulfilmentOrders[0]?.fulfilmentOrderId as never,
      reason: 'closed',
    })
    await rig.settle()
    expect(rig.state.fulfilmentOrders.map(({ location, status }) => [location, status])).toEqual([
      ['east', 'cancelled'],
      ['west', 'in_progress'],
    ])
    expect(rig.stock.available('ROPE-10', 'east')).toBe(2)
    expect(rig.openCases).toEqual([])
  })

  it('opens a case when every location rejected, and asks them again when somebody retries', async () => {
    await releasedOrder(2, [
      ['east', 2],
      ['west', 2],
    ])
    for (const number of [1, 2]) {
      rig.accept({
        type: 'record_rejection',
        fulfilmentOrderId: `shopify-us:1001/F${number}` as never,
        reason: 'closed',
      })
      await rig.settle()
    }
    expect(rig.units()).toEqual({ backordered: 2 })
    expect(rig.openCases).toEqual(['wms_rejected/release'])
    rig.accept({ type: 'retry' }, 'operator')
    await rig.settle()
    expect(rig.units()).toEqual({ released: 2 })
    expect(rig.openCases).toEqual([])
  })

  it('takes a release the account turned down for a rejection', async () => {
    rig.stock.receive('ROPE-10', 'east', 2)
    rig.stock.receive('ROPE-10', 'west', 2)
    observe([{ quantity: 2 }])
    await rig.settle(['warehouse_release'])
    rig.reject('warehouse_release/F1', 'unknown SKU')
    await rig.settle()
    expect(rig.state.fulfilmentOrders.map(({ location, rejection }) => [location, rejection])).toEqual([
      ['east', 'unknown SKU'],
      ['west', null],
    ])
  })

  it('plans short units elsewhere, not where they were missing', async () => {
    await releasedOrder(3, [
      ['east', 3],
      ['west', 1],
    ])
    ship(1, 'a', { L1: 2 }, { L1: 1 })
    await rig.settle()
    expect(rig.state.fulfilmentOrders.map(({ location, status }) => [location, status])).toEqual([
      ['east', 'incomplete'],
      ['west', 'in_progress'],
    ])
    expect(rig.stock.available('ROPE-10', 'east')).toBe(1)
    expect(rig.openCases).toEqual(['inventory_drift/L1@east'])
    ship(2, 'b', { L1: 1 })
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
    expect(rig.openCases).toEqual([])
  })

  it('passes over a warehouse that cancelled on its own', async () => {
    await releasedOrder(1, [
      ['east', 1],
      ['west', 1],
    ])
    rig.accept({
      type: 'record_fulfilment_cancelled',
      fulfilmentOrderId: 'shopify-us:1001/F1' as never,
      reason: 'flood',
    })
    await rig.settle()
    expect(rig.state.fulfilmentOrders.map((each) => each.location)).toEqual(['east', 'west'])
  })

  it('records an acceptance once', async () => {
    await releasedOrder(1)
    const accepted = {
      type: 'record_acceptance',
      fulfilmentOrderId: 'shopify-us:1001/F1' as never,
      reference: 'W-9',
    } as const
    expect(rig.accept(accepted).effect).toBe('applied')
    expect(rig.accept(accepted).effect).toBe('unchanged')
    expect(rig.state.fulfilmentOrders[0]?.reference).toBe('W-9')
  })

  it('takes a shipment as proof that the release got there, whatever became of the call', async () => {
    rig.stock.receive('ROPE-10', 'east', 2)
    observe([{ quantity: 2 }])
    await rig.settle(['warehouse_release'])
    rig.begin('warehouse_release/F1')
    rig.conclude('warehouse_release/F1', { outcome: 'unknown', class: 'connection', message: 'timeout' })
    ship(1, 'a', { L1: 2 })
    expect(rig.intents['warehouse_release/F1']).toBe('settled')
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
  })

  it('counts a redelivered shipment once and refuses one that says something else', async () => {
    await releasedOrder(3)
    ship(1, 'a', { L1: 2 })
    expect(ship(1, 'a', { L1: 2 }).effect).toBe('unchanged')
    const send = (...report: Parameters<typeof shipmentReport>) =>
      rig.send({ type: 'record_shipment', shipment: shipmentReport(...report) })
    expect(send(1, 'a', { L1: 1 })).toMatchObject({ error: { reason: 'shipment_conflict' } })
    expect(send(1, 'b', { L1: 2 })).toMatchObject({ error: { reason: 'shipment_exceeds_release', released: 1 } })
    expect(send(1, 'b', { L9: 1 })).toMatchObject({ error: { reason: 'line_not_found' } })
    expect(send(7, 'b', { L1: 1 })).toMatchObject({ error: { reason: 'fulfilment_order_not_found' } })
    expect(rig.units()).toEqual({ released: 1, shipped: 2 })
  })
})

describe('waiting for an order that does not exist', () => {
  it('refuses what only a known order can be asked', () => {
    for (const body of [
      { type: 'cancel', reason: 'x' },
      { type: 'retry' },
      { type: 'release_hold', holdId: 'h' },
    ] as const) {
      expect(rig.send(body)).toMatchObject({ ok: false, error: { reason: 'order_not_found' } })
    }
    expect(rig.document.version).toBe(0)
  })

  it('parks a fact once, and applies it when the order is observed', async () => {
    const fact = orderCommand({
      type: 'record_tracking',
      trackingNumber: '1Za',
      status: 'delivered',
      rawStatus: 'D',
      atMs: startMs + 5,
    })
    rig.accept(fact)
    expect(rig.document).toMatchObject({ state: null, version: 1, parked: [{ type: 'record_tracking' }] })
    await releasedOrder(2)
    ship(1, 'a', { L1: 2 })
    expect(rig.units()).toEqual({ shipped: 2, delivered: 2 })
  })

  it('lets go of a parked fact that the order refuses', () => {
    rig.accept({ type: 'record_return', externalReturnId: 'r1', lines: unitsOf({ L1: 1 }), atMs: startMs })
    observe([{ quantity: 1 }])
    expect(rig.state.returns).toEqual([])
    expect(rig.document.parked).toEqual([])
  })
})
