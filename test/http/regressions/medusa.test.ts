/** Public defects of Medusa (github.com/medusajs/medusa), shown not to be here. */
import { beforeAll, expect, it } from 'vitest'
import { testApiKey } from '../../fixtures/config.ts'
import { send } from '../send.ts'
import { openShop, order, reserve, sellable, settled, statesOf, stock, unitsIn } from './shop.ts'

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

/** Availability is summed over the locations; what was summed must also be what a checkout can have. */
it('#14987: what no location has alone is held and released from several, as its availability said', async () => {
  await stock('LAMP-12V', 1, 'east')
  await stock('LAMP-12V', 1, 'west')
  expect(await sellable('LAMP-12V', 'b2b')).toBe(2)
  const cart = await reserve('both-lamps', { 'LAMP-12V': 2 }, 'b2b')
  expect(cart.status).toBe(201)
  const [line] = ((await cart.json()) as { lines: { allocations: unknown[] }[] }).lines
  expect(line?.allocations).toEqual([
    { location: 'east', quantity: 1 },
    { location: 'west', quantity: 1 },
  ])
  expect(await sellable('LAMP-12V', 'b2b')).toBe(0)
  await order('PO-14987', { 'LAMP-12V': 2 }, { reservationId: 'both-lamps' })
  const state = await settled('PO-14987')
  expect(unitsIn(state, 'released')).toBe(2)
  expect(state.fulfilmentOrders.map(({ location }) => location).sort()).toEqual(['east', 'west'])
  const taken = { onHand: 1, committed: 1, reserved: 0, available: 0, backordered: 0 }
  expect(await statesOf('LAMP-12V', 'east')).toMatchObject(taken)
  expect(await statesOf('LAMP-12V', 'west')).toMatchObject(taken)
})

it('#14987: nor does a checkout without a cart fail for being larger than any location', async () => {
  await stock('ANCHOR-L', 2, 'east')
  await stock('ANCHOR-L', 3, 'west')
  await order('PO-14987-2', { 'ANCHOR-L': 5 })
  expect(unitsIn(await settled('PO-14987-2'), 'released')).toBe(5)
  expect(await statesOf('ANCHOR-L', 'east')).toMatchObject({ committed: 2, available: 0, backordered: 0 })
  expect(await statesOf('ANCHOR-L', 'west')).toMatchObject({ committed: 3, available: 0, backordered: 0 })
})
