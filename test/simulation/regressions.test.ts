/** Seeds that once showed a violation, each named after what went wrong. */
import { expect, it } from 'vitest'
import { simulate } from './simulate.ts'

it.each([
  [178, 'units that waited under a SKU which the channel replaced are looked for anew'],
  [236, 'a wake time that has passed is not asked about in a loop'],
  [389, 'an order reopened after a report of nothing but short lines is booked at the ERP again'],
  [426, 'a service is booked although the goods beside it were cancelled'],
])('keeps every invariant in seed %i: %s', async (seed) => {
  expect((await simulate(seed)).violations).toEqual([])
})
