/** Seeds that once showed a violation, each named after what went wrong, with what was simulated then. */
import { expect, it } from 'vitest'
import { simulate } from './simulate.ts'

it.each([
  [178, 'units that waited under a SKU which the channel replaced are looked for anew'],
  [236, 'a wake time that has passed is not asked about in a loop'],
  [426, 'a service is booked although the goods beside it were cancelled'],
  [701, 'an order is booked anew only when the cancellation of its ERP order was answered'],
  [2825, 'an order reopened after a report of nothing but short lines is booked at the ERP again'],
])('keeps every invariant in seed %i: %s', async (seed) => {
  expect((await simulate(seed, null, undefined, 'orders')).violations).toEqual([])
})
