/** A public defect of Saleor (github.com/saleor/saleor), shown not to be here. */
import { beforeAll, expect, it } from 'vitest'
import { openShop, order, settled, statesOf, stock, unitsIn } from './shop.ts'

beforeAll(() => openShop())

it('#5334: of a hundred orders placed at once none is without its allocation, and none has two', async () => {
  await stock('ROPE-10', 100)
  const ids = Array.from({ length: 100 }, (_, index) => `ORDER-${index}`)
  await Promise.all(ids.map((id) => order(id, { 'ROPE-10': 1 })))
  const states = await Promise.all(ids.map(settled))
  expect(states.map((state) => unitsIn(state, 'released'))).toEqual(ids.map(() => 1))
  const claims = states.flatMap(({ reservations }) => reservations.map(({ status, quantity }) => [status, quantity]))
  expect(claims).toEqual(ids.map(() => ['committed', 1]))
  expect(await statesOf('ROPE-10')).toMatchObject({ onHand: 100, committed: 100, reserved: 0, available: 0 })
})
