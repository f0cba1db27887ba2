/** What is said of a bundle is what a cart and an order of it can have: all that is in one lies at one location. */
import { beforeAll, expect, it } from 'vitest'
import { openShop, order, reserve, sellable, settled, statesOf, stock, unitsIn } from './regressions/shop.ts'

beforeAll(() => openShop({ 'MOORING-SET': { 'ROPE-10': 2, 'ANCHOR-S': 1 } }))

it('counts no parts that lie apart, neither for a channel, nor for a cart, nor for an order', async () => {
  await stock('ROPE-10', 4, 'east')
  await stock('ANCHOR-S', 2, 'west')
  expect(await sellable('MOORING-SET', 'b2b')).toBe(0)
  expect((await reserve('apart', { 'MOORING-SET': 1 }, 'b2b')).status).toBe(409)
  await stock('ANCHOR-S', 1, 'east')
  expect(await sellable('MOORING-SET', 'b2b')).toBe(1)
  expect((await reserve('together', { 'MOORING-SET': 1 }, 'b2b')).status).toBe(201)
  expect(await sellable('MOORING-SET', 'b2b')).toBe(0)
  await order('PO-APART', { 'MOORING-SET': 1 })
  expect(unitsIn(await settled('PO-APART'), 'backordered')).toBe(1)
  expect(await statesOf('ROPE-10', 'east')).toMatchObject({ available: 2, reserved: 2 })
  expect(await statesOf('ANCHOR-S', 'west')).toMatchObject({ available: 2, reserved: 0 })
})
