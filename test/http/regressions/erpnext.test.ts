/** Public defects of ERPNext (github.com/frappe/erpnext), shown not to be here. */
import { beforeAll, expect, it } from 'vitest'
import { openShop, order, reserve, settled, statesOf, stock, stockAll, unitsIn } from './shop.ts'

/** Longer than the page of fifty at whose end the reservations of the report stopped. */
const catalogue = Array.from({ length: 60 }, (_, index) => `PART-${index}`)
const oneEach = (skus: readonly string[]) => Object.fromEntries(skus.map((sku) => [sku, 1]))

beforeAll(() => openShop({}, catalogue))

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

/** Only the first page of a long order's lines got its reservation, and nothing said that the others had none. */
it('#51519: every line of an order of 60 lines gets its units, not only the first fifty', async () => {
  await stockAll(catalogue, 1)
  await order('PO-51519', oneEach(catalogue))
  const state = await settled('PO-51519')
  expect(state.lines.map(({ quantities }) => quantities.released)).toEqual(catalogue.map(() => 1))
  expect(state.reservations.map(({ status, quantity }) => [status, quantity])).toEqual(
    catalogue.map(() => ['committed', 1]),
  )
  const states = await Promise.all(catalogue.map((sku) => statesOf(sku)))
  expect(states.map(({ committed, available }) => [committed, available])).toEqual(catalogue.map(() => [1, 0]))
})

it('#51519: nor does a cart of 60 lines hold only some of them', async () => {
  await stockAll(catalogue, 1, 'west')
  const answer = await reserve('long-cart', oneEach(catalogue))
  expect(answer.status).toBe(201)
  const { lines } = (await answer.json()) as { lines: { granted: number }[] }
  expect(lines.map(({ granted }) => granted)).toEqual(catalogue.map(() => 1))
  const states = await Promise.all(catalogue.map((sku) => statesOf(sku, 'west')))
  expect(states.map(({ reserved, available }) => [reserved, available])).toEqual(catalogue.map(() => [1, 0]))
})
