/** The channel replaces the SKU of a line that nothing was promised for yet. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

let rig: OrderRig
beforeEach(() => {
  rig = new OrderRig()
})
afterEach(() => rig.check())

const observe = (...[lines, change]: Parameters<typeof testOrder>) =>
  rig.accept({ type: 'observe', order: testOrder(lines, change) })

it('gives back what it was granted of a SKU that the channel replaced meanwhile', async () => {
  rig.catalogue = { A: { sku: 'ROPE-10', pack: 4 }, B: { sku: 'ROPE-20' } }
  rig.stock.receive('ROPE-10', 'east', 8)
  rig.stock.receive('ROPE-20', 'east', 2)
  observe([{ quantity: 2, sku: 'A' }])
  rig.beforePort = (port) => {
    if (port.startsWith('after hold')) throw new Error('crashed')
  }
  await rig.advance()
  rig.beforePort = () => {}
  observe([{ quantity: 2, sku: 'B' }], { sourceVersionMs: startMs + 1 })
  await rig.settle()
  expect(rig.state.fulfilmentOrders.flatMap(({ lines }) => lines.map(({ sku }) => sku))).toEqual(['ROPE-20'])
  expect(rig.stock.available('ROPE-10', 'east')).toBe(8)
})

it('looks anew for what waited under a SKU that the channel replaced', async () => {
  rig.catalogue = { A: { sku: 'ROPE-10' }, S: { sku: 'SETUP', stocked: false } }
  observe([{ quantity: 2, sku: 'A' }])
  await rig.advance()
  expect(rig.units()).toEqual({ backordered: 2 })
  observe([{ quantity: 2, sku: 'S' }], { sourceVersionMs: startMs + 1 })
  await rig.settle()
  expect(rig.state.stage).toBe('closed')
})
