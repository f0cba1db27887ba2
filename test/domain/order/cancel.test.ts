import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FulfilmentOrderId } from '../../../src/domain/shared/ids.ts'
import {
  channelFulfilment,
  fulfilmentOrder,
  refundOf,
  shipmentReport,
  startMs,
  testAddress,
  testOrder,
} from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

let rig: OrderRig
beforeEach(() => {
  rig = new OrderRig()
  rig.stock.receive('ROPE-10', 'east', 10)
})
afterEach(() => rig.check())

type Lines = Parameters<typeof testOrder>[0]
type Change = Parameters<typeof testOrder>[1]
const observe = (lines: Lines, change: Change = {}) => rig.accept({ type: 'observe', order: testOrder(lines, change) })
const newer = (version: number, lines: Lines, change: Change = {}) =>
  observe(lines, { sourceVersionMs: startMs + version, ...change })
const ship = (...report: Parameters<typeof shipmentReport>) =>
  rig.accept({ type: 'record_shipment', shipment: shipmentReport(...report) })
const cancel = () => rig.accept({ type: 'cancel', reason: 'changed my mind' }, 'api')
const refund = (id: string, atMs: number, units: Record<string, number>, restock: 'cancel' | 'return') =>
  rig.accept({ type: 'record_refund', refund: refundOf(id, atMs, units, restock) })
const released = async (quantity: number) => {
  observe([{ quantity }])
  await rig.settle()
  expect(rig.units()).toEqual({ released: quantity })
}
const f1: FulfilmentOrderId = fulfilmentOrder(1)

describe('a cancelled order', () => {
  it('is over at once before anything was promised', async () => {
    observe([{ quantity: 2 }])
    cancel()
    await rig.settle()
    expect(rig.state.stage).toBe('cancelled')
    expect(rig.intents).toEqual({})
    expect(rig.stock.calls).toEqual([])
  })

  it('gives its stock back and withdraws the ERP order that was not called yet', async () => {
    observe([{ quantity: 2 }])
    await rig.advance()
    cancel()
    await rig.settle()
    expect(rig.state.stage).toBe('cancelled')
    expect(rig.intents).toEqual({ 'erp_create_order/1': 'withdrawn' })
    expect(rig.stock.available('ROPE-10', 'east')).toBe(10)
  })

  it('settles holds that were being asked for, and gives them back', async () => {
    rig.beforePort = (port) => {
      if (port === 'after hold ROPE-10@east') throw new Error('crashed')
    }
    observe([{ quantity: 2 }])
    await rig.advance()
    expect(rig.stock.available('ROPE-10', 'east')).toBe(8)
    rig.beforePort = () => {}
    cancel()
    await rig.settle()
    expect(rig.state.stage).toBe('cancelled')
    expect(rig.stock.available('ROPE-10', 'east')).toBe(10)
  })

  it('has its ERP order cancelled when that was posted', async () => {
    observe([{ quantity: 2 }])
    await rig.settle(['warehouse_release'])
    cancel()
    await rig.settle()
    expect(rig.intents).toEqual({
      'erp_create_order/1': 'settled',
      'warehouse_release/F1': 'withdrawn',
      'erp_cancel_order/1': 'settled',
    })
    expect(rig.state.stage).toBe('cancelled')
  })

  it('has its ERP order cancelled when a call under way turns out to have made it', async () => {
    observe([{ quantity: 2 }])
    await rig.advance()
    rig.begin('erp_create_order/1')
    cancel()
    expect(rig.intents).toEqual({ 'erp_create_order/1': 'calling' })
    rig.conclude('erp_create_order/1', { outcome: 'committed', reference: 'SO-1' })
    await rig.settle()
    expect(rig.intents).toEqual({ 'erp_create_order/1': 'settled', 'erp_cancel_order/1': 'settled' })
  })

  it('is called back from the warehouse, and its stock returned once the warehouse agreed', async () => {
    await released(2)
    cancel()
    expect(rig.state.stage).toBe('released')
    expect(rig.intents['warehouse_cancel/F1']).toBe('pending')
    expect(rig.stock.available('ROPE-10', 'east')).toBe(8)
    await rig.settle()
    expect(rig.state.stage).toBe('cancelled')
    expect(rig.stock.available('ROPE-10', 'east')).toBe(10)
    expect(rig.intents['erp_cancel_order/1']).toBe('settled')
  })

  it('waits with the recall until it is known whether the release got there', async () => {
    observe([{ quantity: 2 }])
    await rig.settle(['warehouse_release'])
    rig.begin('warehouse_release/F1')
    rig.conclude('warehouse_release/F1', { outcome: 'unknown', class: 'connection', message: 'timeout' })
    cancel()
    expect(rig.intents['warehouse_cancel/F1']).toBeUndefined()
    rig.nowMs += 60_000
    expect(rig.begin('warehouse_release/F1')).toMatchObject({ go: true, mustProbe: true })
    rig.conclude('warehouse_release/F1', { outcome: 'committed', reference: 'W1' })
    await rig.settle()
    expect(rig.state.stage).toBe('cancelled')
  })

  it('ships what the warehouse would not give back, and says so', async () => {
    await released(2)
    cancel()
    rig.reject('warehouse_cancel/F1', 'already packed')
    expect(rig.state.cancellation?.refused).toContain('already packed')
    expect(rig.openCases).toEqual([`wms_rejected/recall ${f1}`])
    ship(1, 'a', { L1: 2 })
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
    expect(rig.openCases).toEqual([`wms_rejected/recall ${f1}`, 'shipment_unconfirmed/cancelled too late'])
  })

  it('cancels what has not left when a part has', async () => {
    await released(3)
    ship(1, 'a', { L1: 1 })
    cancel()
    await rig.settle()
    expect(rig.units()).toEqual({ shipped: 1, cancelled: 2 })
    expect(rig.state.stage).toBe('closed')
    expect(rig.state.cancellation?.refused).toBe('1 units had left')
    expect(rig.openCases).toContain('erp_post_failed/quantities')
  })

  it('is too late once everything has left', async () => {
    await released(1)
    ship(1, 'a', { L1: 1 })
    const refusal = { ok: false, error: { reason: 'cancel_too_late', shipped: 1 } }
    expect(rig.send({ type: 'cancel', reason: 'x' }, 'api')).toMatchObject(refusal)
    await rig.settle()
    expect(rig.send({ type: 'cancel', reason: 'x' }, 'api')).toMatchObject(refusal)
  })

  it('is cancelled once, however often it is asked', async () => {
    await released(1)
    cancel()
    expect(cancel().effect).toBe('unchanged')
    await rig.settle()
    expect(cancel().effect).toBe('unchanged')
  })

  it('is cancelled by the channel saying so, also in a version that is no longer the newest', async () => {
    newer(5, [{ quantity: 2 }])
    await rig.advance()
    const said = observe([{ quantity: 2 }], { sourceVersionMs: startMs, cancelledAtMs: startMs, cancelReason: 'fraud' })
    expect(said.effect).toBe('stale')
    await rig.settle()
    expect(rig.state).toMatchObject({ stage: 'cancelled', cancellation: { reason: 'fraud', requestedAtMs: startMs } })
  })

  it('forgets its place in line', async () => {
    observe([{ quantity: 20 }])
    await rig.advance()
    expect(rig.stock.waiters()).not.toEqual([])
    cancel()
    await rig.settle()
    expect(rig.stock.waiters()).toEqual([])
  })

  it('places no hold any more', async () => {
    observe([{ quantity: 1 }])
    cancel()
    const hold = { type: 'place_hold', holdId: 'h', kind: 'manual', reason: 'r' } as const
    expect(rig.send(hold)).toMatchObject({ error: { reason: 'order_closed', stage: 'cancelled' } })
  })
})

describe('a changed order', () => {
  it('cancels lowered units where they are cheapest to have back', async () => {
    observe([{ quantity: 12 }])
    await rig.advance()
    expect(rig.units()).toEqual({ reserved: 10, backordered: 2 })
    newer(1, [{ quantity: 9 }])
    await rig.settle()
    expect(rig.units()).toEqual({ released: 9, cancelled: 3 })
    expect(rig.stock.available('ROPE-10', 'east')).toBe(1)
  })

  it('makes new units when the quantity is raised, after taking cancelled ones back', async () => {
    observe([{ quantity: 4 }])
    newer(1, [{ quantity: 1 }])
    expect(rig.units()).toEqual({ open: 1, cancelled: 3 })
    newer(2, [{ quantity: 6 }])
    expect(rig.units()).toEqual({ open: 6 })
    expect(rig.state.lines[0]?.ordered).toBe(6)
  })

  it('calls a release back whose quantity is lowered, and releases what is left anew', async () => {
    await released(5)
    newer(1, [{ quantity: 3 }])
    await rig.settle()
    expect(rig.units()).toEqual({ released: 3, cancelled: 2 })
    expect(rig.state.fulfilmentOrders.map(({ status, lines }) => [status, lines[0]?.quantity])).toEqual([
      ['cancelled', 5],
      ['in_progress', 3],
    ])
    expect(rig.stock.available('ROPE-10', 'east')).toBe(7)
  })

  it('adds and removes lines', async () => {
    rig.stock.receive('ROPE-20', 'east', 5)
    observe([{ id: 'A', quantity: 1 }])
    await rig.advance()
    newer(1, [{ id: 'B', sku: 'ROPE-20', quantity: 2 }])
    await rig.settle()
    expect(rig.units('A')).toEqual({ cancelled: 1 })
    expect(rig.units('B')).toEqual({ released: 2 })
  })

  it('is unchanged by the same version, and stale by an older one', () => {
    newer(1, [{ quantity: 2 }])
    expect(newer(1, [{ quantity: 2 }]).effect).toBe('unchanged')
    expect(observe([{ quantity: 7 }]).effect).toBe('stale')
    expect(rig.units()).toEqual({ open: 2, cancelled: 5 })
  })

  it('takes a new address before the release, and opens a case for one after it', async () => {
    const moved = { shipTo: { ...testAddress, line1: '2 Pier Road' } }
    observe([{ quantity: 1 }])
    await rig.advance()
    newer(1, [{ quantity: 1 }], moved)
    await rig.settle()
    expect(rig.openCases).toEqual([])
    newer(2, [{ quantity: 1 }], { shipTo: testAddress })
    expect(rig.openCases).toEqual(['address_invalid/changed after release'])
    ship(1, 'a', { L1: 1 })
    await rig.settle()
    expect(rig.openCases).toEqual([])
  })

  it('maps a line again whose SKU was changed before anything was promised for it', async () => {
    rig.stock.receive('ROPE-20', 'east', 5)
    observe([{ quantity: 20 }])
    await rig.advance()
    newer(1, [{ quantity: 1, sku: 'ROPE-20' }])
    await rig.settle()
    expect(rig.state.lines[0]?.sku).toBe('ROPE-10')
    const other = new OrderRig()
    other.accept({ type: 'observe', order: testOrder([{ quantity: 1 }]) })
    other.accept({
      type: 'observe',
      order: testOrder([{ quantity: 1, sku: 'ROPE-20' }], { sourceVersionMs: startMs + 1 }),
    })
    await other.advance()
    expect(other.state.lines[0]?.sku).toBe('ROPE-20')
  })

  it('is taken up again when the channel raises it after it had closed', async () => {
    await released(1)
    ship(1, 'a', { L1: 1 })
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
    newer(1, [{ quantity: 2 }])
    await rig.settle()
    expect(rig.units()).toEqual({ shipped: 1, released: 1 })
    expect(rig.state.stage).toBe('released')
  })

  it('is taken up again when every line had been lowered to nothing, with an ERP order of its own', async () => {
    observe([{ quantity: 2 }])
    await rig.settle(['warehouse_release'])
    newer(1, [{ quantity: 0 }])
    await rig.settle()
    expect(rig.state.stage).toBe('cancelled')
    expect(rig.intents['erp_cancel_order/1']).toBe('settled')
    newer(2, [{ quantity: 1 }])
    await rig.settle()
    expect(rig.state.stage).toBe('released')
    expect(rig.intent('erp_create_order/2').externalId).toBe('shopify-us:1001#2')
  })

  it('keeps one row small: a huge order keeps the beginnings of its titles', () => {
    const lines = Array.from({ length: 500 }, (_, index) => ({ id: `L${index}`, quantity: 1 }))
    const order = testOrder(lines)
    const wordy = { ...order, lines: order.lines.map((line) => ({ ...line, title: '語'.repeat(1_000) })) }
    rig.accept({ type: 'observe', order: wordy })
    expect(new TextEncoder().encode(JSON.stringify(rig.document)).length).toBeLessThan(700_000)
  })
})

describe('refunds, returns and fulfilments by hand', () => {
  it('cancels unshipped units that were refunded', async () => {
    observe([{ quantity: 3 }])
    await rig.advance()
    refund('r1', startMs + 1, { L1: 1 }, 'cancel')
    await rig.settle()
    expect(rig.units()).toEqual({ released: 2, cancelled: 1 })
    expect(refund('r1', startMs + 1, { L1: 1 }, 'cancel').effect).toBe('unchanged')
  })

  it('does not cancel again what the newest version has taken off already', () => {
    newer(5, [{ quantity: 2 }])
    refund('r1', startMs + 4, { L1: 1 }, 'cancel')
    expect(rig.units()).toEqual({ open: 2 })
  })

  it('counts units returned by refund and by receipt once', async () => {
    await released(2)
    ship(1, 'a', { L1: 2 })
    refund('r1', startMs + 1, { L1: 1 }, 'return')
    const returned = {
      type: 'record_return',
      externalReturnId: 'x',
      lines: [{ lineId: 'L1' as never, quantity: 1 }],
      atMs: 1,
    } as const
    rig.accept(returned)
    expect(rig.accept(returned).effect).toBe('unchanged')
    expect(rig.units()).toEqual({ shipped: 2, returned: 1 })
    const more = { ...returned, externalReturnId: 'y', lines: [{ lineId: 'L1' as never, quantity: 2 }] }
    expect(rig.send(more)).toMatchObject({ error: { reason: 'return_exceeds_shipped', quantity: 3, shipped: 2 } })
    const unknown = { ...returned, externalReturnId: 'z', lines: [{ lineId: 'L9' as never, quantity: 1 }] }
    expect(rig.send(unknown)).toMatchObject({ error: { reason: 'line_not_found' } })
  })

  it('knows its own fulfilment when it comes back from the channel', async () => {
    await released(2)
    ship(1, 'a', { L1: 2 })
    rig.accept(channelFulfilment('9001', { L1: 2 }, ['1Za']))
    await rig.settle()
    expect(rig.units()).toEqual({ shipped: 2 })
    expect(rig.openCases).toEqual([])
  })

  it('knows its own fulfilment without a tracking number while the call is still out', async () => {
    await released(2)
    ship(1, 'a', { L1: 2 }, {}, { trackingNumber: null })
    rig.begin('channel_fulfil/S1')
    rig.accept(channelFulfilment('9001', { L1: 2 }))
    expect(rig.openCases).toEqual([])
    rig.conclude('channel_fulfil/S1', { outcome: 'committed', reference: '9001' })
    await rig.settle()
    expect(rig.openCases).toEqual([])
  })

  it('ships nothing twice that somebody fulfilled by hand before it was promised', async () => {
    observe([{ quantity: 2 }])
    rig.accept(channelFulfilment('9001', { L1: 2 }))
    await rig.settle()
    expect(rig.units()).toEqual({ shipped: 2 })
    expect(rig.state.lines[0]?.shippedExternally).toBe(2)
    expect(rig.state.stage).toBe('closed')
    expect(rig.openCases).toEqual(['shipment_unconfirmed/fulfilment 9001'])
  })

  it('calls a release back that somebody fulfilled by hand, and gives its stock back', async () => {
    await released(2)
    rig.accept(channelFulfilment('9001', { L1: 2 }))
    expect(rig.intents['warehouse_cancel/F1']).toBe('pending')
    await rig.settle()
    expect(rig.units()).toEqual({ shipped: 2 })
    expect(rig.stock.available('ROPE-10', 'east')).toBe(10)
    expect(rig.state.stage).toBe('closed')
  })

  it('takes units back that were fulfilled by hand and then not', async () => {
    observe([{ quantity: 2 }])
    rig.accept(channelFulfilment('9001', { L1: 2 }))
    rig.accept(channelFulfilment('9001', { L1: 2 }, [], { status: 'cancelled', atMs: startMs + 9_000 }))
    await rig.settle()
    expect(rig.units()).toEqual({ released: 2 })
    expect(rig.openCases).toEqual([])
  })

  it('maps a line that wanted nothing at first once it wants something', async () => {
    rig.accept(channelFulfilment('9001', { A: 2 }))
    observe([
      { id: 'A', quantity: 2 },
      { id: 'B', quantity: 1 },
    ])
    await rig.settle()
    expect(rig.state.lines[0]?.sku).toBeNull()
    rig.accept(channelFulfilment('9001', { A: 2 }, [], { status: 'cancelled', atMs: startMs + 9_000 }))
    await rig.settle()
    expect(rig.units('A')).toEqual({ released: 2 })
  })

  it('keeps the newest tracking of a parcel', async () => {
    await released(1)
    ship(1, 'a', { L1: 1 })
    const tracking = (status: 'in_transit' | 'delivered', atMs: number) =>
      rig.accept({ type: 'record_tracking', trackingNumber: '1Za', status, rawStatus: status, atMs }).effect
    expect(tracking('delivered', startMs + 20)).toBe('applied')
    expect(tracking('in_transit', startMs + 10)).toBe('stale')
    expect(rig.units()).toEqual({ shipped: 1, delivered: 1 })
  })
})

describe('calls to partners', () => {
  it('holds the order up when the ERP turns it down, and posts it again when somebody retries', async () => {
    observe([{ quantity: 1 }])
    await rig.advance()
    rig.reject('erp_create_order/1', 'unknown party 4711')
    expect(rig.openCases).toEqual(['erp_post_failed/erp_create_order/1'])
    expect(rig.state.exceptions[0]?.fingerprint).toContain('unknown party #')
    rig.accept({ type: 'retry' }, 'operator')
    await rig.settle()
    expect(rig.openCases).toEqual([])
    expect(rig.state.stage).toBe('released')
  })

  it('opens a case when a partner is away for long, and resolves it when the call gets through', async () => {
    observe([{ quantity: 1 }])
    await rig.advance()
    for (let attempt = 0; attempt < 8; attempt++) {
      rig.nowMs = Math.max(rig.nowMs, rig.intent('erp_create_order/1').notBeforeMs)
      rig.begin('erp_create_order/1')
      rig.conclude('erp_create_order/1', { outcome: 'absent', retryable: true, class: 'intermittent', message: '503' })
    }
    expect(rig.openCases).toEqual(['partner_outage/erp_create_order/1'])
    rig.nowMs = rig.intent('erp_create_order/1').notBeforeMs
    await rig.settle()
    expect(rig.openCases).toEqual([])
  })

  it('does not close while the channel has not been told', async () => {
    await released(1)
    ship(1, 'a', { L1: 1 })
    await rig.settle(['channel_fulfil'])
    rig.reject('channel_fulfil/S1', 'fulfilment order is closed')
    await rig.settle()
    expect(rig.state.stage).toBe('released')
    rig.accept({ type: 'retry' }, 'operator')
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
  })
})
