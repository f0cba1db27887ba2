/** Public defects of Vendure (github.com/vendurehq/vendure), shown not to be here. */
import { beforeAll, expect, it } from 'vitest'
import { openShop, order, reserve, sellable, settled, statesOf, stock, unitsIn } from './shop.ts'

beforeAll(() => openShop())

it('#4030: what earlier orders were allocated at a location is taken into account by the next one', async () => {
  await stock('ROPE-10', 10, 'east')
  await stock('ROPE-10', 15, 'west')
  for (const [id, quantity] of [
    ['PO-1', 13],
    ['PO-2', 12],
  ] as const) {
    await order(id, { 'ROPE-10': quantity })
    expect(unitsIn(await settled(id), 'released')).toBe(quantity)
  }
  expect(await statesOf('ROPE-10', 'east')).toMatchObject({ committed: 10, available: 0, backordered: 0 })
  expect(await statesOf('ROPE-10', 'west')).toMatchObject({ committed: 15, available: 0, backordered: 0 })
  await order('PO-3', { 'ROPE-10': 1 })
  expect(unitsIn(await settled('PO-3'), 'backordered')).toBe(1)
})

it('#3508: of concurrent checkouts of the last unit one gets it, and the others wait', async () => {
  await stock('ANCHOR-L', 1)
  const ids = Array.from({ length: 8 }, (_, index) => `CHECKOUT-${index}`)
  await Promise.all(ids.map((id) => order(id, { 'ANCHOR-L': 1 })))
  const states = await Promise.all(ids.map(settled))
  expect(states.filter((state) => unitsIn(state, 'released') === 1)).toHaveLength(1)
  expect(states.filter((state) => unitsIn(state, 'backordered') === 1)).toHaveLength(7)
  expect(await statesOf('ANCHOR-L')).toMatchObject({ onHand: 1, committed: 1, available: 0, backordered: 0 })
})

/** One seller's location is empty, another's is not: the first must neither show nor sell what the second has. */
it('#2356: a channel whose own location is empty shows and sells nothing of what another location has', async () => {
  await openShop({}, [], ['east'])
  await stock('BUOY-R', 10, 'west')
  expect(await sellable('BUOY-R', 'b2b')).toBe(0)
  expect(await sellable('BUOY-R', 'shopify-us')).toBe(10)
  expect((await reserve('other-seller', { 'BUOY-R': 1 }, 'b2b')).status).toBe(409)
  await order('PO-2356', { 'BUOY-R': 1 })
  const state = await settled('PO-2356')
  expect([unitsIn(state, 'released'), unitsIn(state, 'backordered')]).toEqual([0, 1])
  expect(await statesOf('BUOY-R', 'west')).toMatchObject({ onHand: 10, available: 10, committed: 0 })
  expect((await reserve('own-seller', { 'BUOY-R': 10 }, 'shopify-us')).status).toBe(201)
})
