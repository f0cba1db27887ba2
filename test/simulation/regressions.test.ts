/** Seeds that once showed a violation, each named after what went wrong. */
import { expect, it } from 'vitest'
import { simulate } from './simulate.ts'

it.each([[389, 'an order reopened after a report of nothing but short lines is booked at the ERP again']])(
  'keeps every invariant in seed %i: %s',
  async (seed) => {
    expect((await simulate(seed)).violations).toEqual([])
  },
)
