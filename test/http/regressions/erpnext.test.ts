/** A public defect of ERPNext (github.com/frappe/erpnext), shown not to be here. */
import { beforeAll, expect, it } from 'vitest'
import { openShop, order, reserve, settled, statesOf, stock, unitsIn } from './shop.ts'

beforeAll(() => openShop())

it('#51375: reservations that are made simultaneously, by carts and by orders, never exceed the stock', async () => {
  await stock('ROPE-10', 10)
  const carts = Array.from({ length: 6 }, (_, index) => reserve(`entry-${index}`, { 'ROPE-10': 3 }))
  const orders = Array.from({ length: 6 }, (_, index) => order(`ENTRY-${index}`, { 'ROPE-10': 3 }))
  const [answers] = await Promise.all([Promise.all(carts), Promise.all(orders)])
  const states = await Promise.all(orders.map((_, index) => settled(`ENTRY-${index}`)))
  const held = 3 * answers.filter(({ status }) => status === 201).length
  const released = states.reduce((sum, state) => sum + unitsIn(state, 'released'), 0)
  expect(held + released).toBeLessThanOrEqual(10)
  expect(await statesOf('ROPE-10')).toMatchObject({ reserved: held, committed: released, backordered: 0 })
})
