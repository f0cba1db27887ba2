import { expect, it } from 'vitest'
import { plants } from './plants.ts'
import { simulate } from './simulate.ts'

/** CI runs this many; `npm run simulate -- --seeds N --seed S` runs others. */
const seeds = Number(process.env.CROSSDOCK_SEEDS ?? 2_000)
const firstSeed = Number(process.env.CROSSDOCK_SEED ?? 1)

it(`keeps every invariant over ${seeds} seeds from ${firstSeed}`, async () => {
  const failed: string[] = []
  let [orders, moves] = [0, 0]
  for (let seed = firstSeed; seed < firstSeed + seeds && failed.length < 5; seed += 1) {
    const run = await simulate(seed)
    orders += run.orders
    moves += run.moves
    if (run.violations.length > 0) failed.push(`seed ${seed}: ${run.violations.slice(0, 3).join(' | ')}`)
  }
  expect(failed).toEqual([])
  expect(orders).toBeGreaterThan(seeds)
  expect(moves).toBeGreaterThanOrEqual(Math.floor(seeds / 20))
})

it('tells the same story for the same seed, and another one for another seed', async () => {
  const [first, again, other] = [await simulate(42), await simulate(42), await simulate(43)]
  expect(again.trace).toBe(first.trace)
  expect(other.trace).not.toBe(first.trace)
})

it.each(plants)('catches the planted bug %s', async (plant) => {
  const code = plant.slice(0, 2)
  for (let seed = 1; seed <= 200; seed += 1) {
    const { violations } = await simulate(seed, plant)
    if (violations.some((violation) => violation.includes(`${code}:`))) return
  }
  throw new Error(`no seed showed ${plant}`)
})
