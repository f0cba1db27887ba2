import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { shipmentReport, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

let rig: OrderRig
beforeEach(() => {
  rig = new OrderRig()
})
afterEach(() => rig.check())

const observe = (...lines: Parameters<typeof testOrder>[0]) => rig.accept({ type: 'observe', order: testOrder(lines) })
const ship = (...report: Parameters<typeof shipmentReport>) =>
  rig.accept({ type: 'record_shipment', shipment: shipmentReport(...report) })

describe('an order without trouble', () => {
  it('goes from capture to closed', async () => {
    rig.stock.receive('ROPE-10', 'east', 5)
    observe({ quantity: 3 })
    await rig.advance()
    expect(rig.state.stage).toBe('reserved')
    expect(rig.intents).toEqual({ 'erp_create_order/1': 'pending' })
    rig.commit('erp_create_order/1', 'SO-7')
    await rig.advance()
    expect(rig.state.stage).toBe('released')
    expect(rig.units()).toEqual({ released: 3 })
    rig.commit('warehouse_release/F1')
    ship(1, 'a', { L1: 1 })
    ship(1, 'b', { L1: 2 })
    await rig.settle()
    expect(rig.state.stage).toBe('closed')
    expect(rig.units()).toEqual({ shipped: 3 })
    expect(rig.stock.onHand('ROPE-10', 'east')).toBe(2)
    expect(Object.values(rig.intents)).toEqual(Array(6).fill('settled'))
    expect(rig.openCases).toEqual([])
  })
})
