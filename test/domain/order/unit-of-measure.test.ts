/** A line may count in a unit of measure of its SKU: stock is asked in base units, everybody else hears the line's own. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { shipmentReport, startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

let rig: OrderRig
beforeEach(() => {
  rig = new OrderRig()
  rig.catalogue = { 'ROPE-10': { sku: 'ROPE-10', units: { CS: 12 } } }
})
afterEach(() => rig.check())

function observe(quantity: number, unit: string | undefined, sourceVersionMs = startMs) {
  const { lines, ...order } = testOrder([{ quantity }], { sourceVersionMs })
  const counted = lines.map((line) => ({ ...line, ...(unit === undefined ? {} : { unit }) }))
  rig.accept({ type: 'observe', order: { ...order, lines: counted } })
}

it('converts cases to base units at the position and the warehouse, and counts cases everywhere else', async () => {
  rig.stock.receive('ROPE-10', 'east', 30)
  observe(2, 'CS')
  await rig.settle(['warehouse_release'])
  expect(rig.units()).toEqual({ released: 2 })
  expect(rig.stock.available('ROPE-10', 'east')).toBe(6)
  expect(rig.begin('warehouse_release/F1')).toMatchObject({ request: { lines: [{ quantity: 24 }] } })
  rig.conclude('warehouse_release/F1', { outcome: 'committed', reference: 'W1' })
  rig.accept({ type: 'record_shipment', shipment: shipmentReport(1, 'a', { L1: 24 }) })
  await rig.settle()
  expect(rig.units()).toEqual({ shipped: 2 })
})

it('holds an order that counts in a unit which the catalogue does not know, and goes on when it does', async () => {
  rig.stock.receive('ROPE-10', 'east', 200)
  observe(2, 'PAL')
  await rig.advance()
  expect(rig.state.holds).toMatchObject([{ kind: 'sku_mapping', reason: 'No listing for ROPE-10 in PAL.' }])
  rig.catalogue = { 'ROPE-10': { sku: 'ROPE-10', units: { PAL: 60 } } }
  rig.accept({ type: 'retry' }, 'operator')
  await rig.settle()
  expect(rig.stock.available('ROPE-10', 'east')).toBe(80)
})

it('looks anew when the channel counts what it waits for in another unit', async () => {
  observe(2, 'CS')
  await rig.advance()
  expect(rig.units()).toEqual({ backordered: 2 })
  rig.stock.receive('ROPE-10', 'east', 5)
  observe(2, undefined, startMs + 1)
  await rig.settle()
  expect(rig.units()).toEqual({ released: 2 })
  expect(rig.stock.available('ROPE-10', 'east')).toBe(3)
})
