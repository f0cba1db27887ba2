/** Public defects of Medusa (github.com/medusajs/medusa), shown not to be here. */
import { beforeAll, expect, it } from 'vitest'
import { testApiKey } from '../../fixtures/config.ts'
import { send } from '../send.ts'
import { openShop, order, reserve, settled, statesOf, stock, unitsIn } from './shop.ts'

beforeAll(() =>
  openShop({ 'STARTER-SET': { 'ROPE-10': 5 }, 'GIFT-SET': { 'ROPE-10': 5 }, 'DECK-SET': { 'BUOY-R': 5 } }),
)

it('#16502: a cart whose two bundles share a component is checked for the sum, not line by line', async () => {
  await stock('ROPE-10', 5)
  const both = await reserve('two-bundles', { 'STARTER-SET': 1, 'GIFT-SET': 1 })
  expect(both.status).toBe(409)
  expect(await statesOf('ROPE-10')).toMatchObject({ available: 5, reserved: 0 })
  expect((await reserve('one-bundle', { 'STARTER-SET': 1 })).status).toBe(201)
  expect(await statesOf('ROPE-10')).toMatchObject({ available: 0, reserved: 5, backordered: 0 })
})

it('#16502: nor does an order of a bundle and of its component oversell the component', async () => {
  await stock('BUOY-R', 5)
  await order('PO-16502', { 'DECK-SET': 1, 'BUOY-R': 5 }, { allowPartial: false })
  expect(unitsIn(await settled('PO-16502'), 'released')).toBe(0)
  expect(await statesOf('BUOY-R')).toMatchObject({ available: 5, committed: 0, backordered: 0 })
})

it('#16569: of concurrent reservations of the last unit one succeeds, and the counter is true', async () => {
  await stock('ANCHOR-S', 1)
  const ids = Array.from({ length: 20 }, (_, index) => `last-anchor-${index}`)
  const statuses = (await Promise.all(ids.map((id) => reserve(id, { 'ANCHOR-S': 1 })))).map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  expect(await statesOf('ANCHOR-S')).toMatchObject({ reserved: 1, available: 0 })
  const authorization = `Bearer ${testApiKey}`
  const remove = (id: string) => send(`/v1/reservations/${id}`, { method: 'DELETE', headers: { authorization } })
  await Promise.all([...ids, ...ids].map(remove))
  expect(await statesOf('ANCHOR-S')).toMatchObject({ reserved: 0, available: 1 })
})
