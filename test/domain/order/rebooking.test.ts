/** An order that is cancelled at the ERP and then wanted again: one live ERP order at any time, and calls name theirs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OrderCommandBody } from '../../../src/domain/order/order-command.ts'
import { refundOf, shipmentReport, startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

let rig: OrderRig
beforeEach(() => {
  rig = new OrderRig()
  rig.stock.receive('ROPE-10', 'east', 10)
})
afterEach(() => rig.check())

const observe = (version: number, quantity: number) =>
  rig.accept({ type: 'observe', order: testOrder([{ quantity }], { sourceVersionMs: startMs + version }) })
const refundAll = (): OrderCommandBody => ({
  type: 'record_refund',
  refund: refundOf('r1', startMs + 5, { L1: 2 }, 'cancel'),
})

describe('an order wanted again after it was cancelled', () => {
  beforeEach(async () => {
    observe(1, 2)
    await rig.settle(['warehouse_release'])
    rig.accept(refundAll())
    expect(rig.state.stage).toBe('cancelled')
    expect(rig.intents).toMatchObject({ 'erp_create_order/1': 'settled', 'erp_cancel_order/1': 'pending' })
  })

  it('keeps its ERP order when the cancellation was not called yet', async () => {
    observe(10, 3)
    await rig.settle()
    expect(rig.intents).toMatchObject({ 'erp_create_order/1': 'settled', 'erp_cancel_order/1': 'withdrawn' })
    expect(rig.intents).not.toHaveProperty('erp_create_order/2')
  })

  it('waits for a cancellation that is being called before it is booked anew', async () => {
    rig.begin('erp_cancel_order/1')
    observe(10, 3)
    await rig.advance()
    expect(rig.intents).not.toHaveProperty('erp_create_order/2')
    rig.conclude('erp_cancel_order/1', { outcome: 'committed', reference: 'S1' })
    await rig.settle()
    expect(rig.intent('erp_create_order/2')).toMatchObject({ status: 'settled', externalId: `${rig.state.orderId}#2` })
    expect(rig.state.erp?.reference).toBe('ref-erp_create_order/2')
  })

  it('keeps its ERP order when the ERP turns the cancellation down meanwhile', async () => {
    rig.begin('erp_cancel_order/1')
    observe(10, 3)
    rig.conclude('erp_cancel_order/1', { outcome: 'absent', retryable: true, class: 'intermittent', message: 'busy' })
    await rig.settle()
    expect(rig.intents).toMatchObject({ 'erp_cancel_order/1': 'withdrawn' })
    expect(rig.intents).not.toHaveProperty('erp_create_order/2')
  })

  it('tells the ERP of shipments under its newest ERP order', async () => {
    rig.commit('erp_cancel_order/1')
    observe(10, 3)
    await rig.settle(['erp_record_shipment'])
    const release = rig.state.fulfilmentOrders.length
    rig.accept({ type: 'record_shipment', shipment: shipmentReport(release, 's1', { L1: 3 }) })
    const begun = rig.begin('erp_record_shipment/S1')
    expect(begun).toMatchObject({ go: true, request: { erpReference: 'ref-erp_create_order/2' } })
  })

  it('cancels the ERP order that the cancellation is about', async () => {
    rig.commit('erp_cancel_order/1')
    observe(10, 3)
    await rig.settle(['warehouse_release'])
    rig.accept({ type: 'cancel', reason: 'no' }, 'api')
    const begun = rig.begin('erp_cancel_order/2')
    expect(begun).toMatchObject({ go: true, request: { erpReference: 'ref-erp_create_order/2' } })
  })
})

it('books an order anew that was short-shipped to nothing, cancelled, and is wanted again', async () => {
  observe(1, 2)
  await rig.settle()
  rig.accept({ type: 'record_shipment', shipment: shipmentReport(1, 's1', {}, { L1: 2 }) })
  rig.accept(refundAll())
  await rig.settle()
  expect(rig.state.stage).toBe('cancelled')
  observe(10, 3)
  rig.accept({ type: 'retry' }, 'operator')
  await rig.settle()
  expect(rig.intents).toMatchObject({ 'erp_cancel_order/1': 'settled', 'erp_create_order/2': 'settled' })
})
