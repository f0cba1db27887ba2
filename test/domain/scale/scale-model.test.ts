/** The model of the deployed system: it repeats itself, loses no order, and moves the way its settings say. */
import { expect, it } from 'vitest'
import { settingsWith } from '../../../scripts/scale/inputs.ts'
import { runModel } from '../../../scripts/scale/model.ts'
import { orderCost } from '../../../scripts/scale/order-cost.ts'

const seconds = 2
const small = settingsWith({ ordersPerMinute: 6_000, skus: 10_000, hotUnits: 20 })
const busiest = (run: ReturnType<typeof runModel>, kind: string) =>
  run.stations.find((station) => station.kind === kind)?.busyShare ?? 0

it('gives the same run for the same seed, and another for another', () => {
  const run = runModel(small, seconds, 7)
  expect(runModel(small, seconds, 7)).toEqual(run)
  expect(runModel(small, seconds, 8).events).not.toBe(run.events)
})

it.each([1, 2, 3, 4, 5])('ends every order in exactly one outcome, and sells no unit twice (seed %i)', (seed) => {
  const { orders, outcomes } = runModel(small, seconds, seed)
  expect(orders).toBeGreaterThan(100)
  expect(outcomes.reserved + outcomes.backordered + outcomes.refused).toBe(orders)
  const onlyHot = { ...small, hotPercent: 100, linesMax: 1 }
  const sale = runModel(onlyHot, seconds, seed)
  expect(sale.outcomes.reserved).toBeLessThanOrEqual(small.hotSkus * small.hotUnits)
})

it('refuses orders when one object has more to do than it may let wait', () => {
  const narrow = { ...small, hotPercent: 100, hotSkus: 1, hotUnits: 10_000, parkedMax: 4, attemptsMax: 1 }
  const { orders, outcomes } = runModel({ ...narrow, objectRequestsPerSecond: 20 }, seconds, 1)
  expect(outcomes.refused).toBeGreaterThan(0)
  expect(outcomes.reserved + outcomes.backordered + outcomes.refused).toBe(orders)
})

it('is relieved by more shards of a hot position and by larger batches of projections', () => {
  const crowded = { ...small, hotPercent: 100, hotUnits: 10_000 }
  const [one, eight] = [1, 8].map((shardsPerHotSku) => runModel({ ...crowded, shardsPerHotSku }, seconds, 1))
  if (!one || !eight) throw new Error('both were run')
  expect(busiest(eight, 'hotPosition')).toBeLessThan(busiest(one, 'hotPosition'))
  const slow = { ...small, d1QueryMs: 20 }
  const [few, many] = [2, 50].map((projectionBatch) => runModel({ ...slow, projectionBatch }, seconds, 1))
  if (!few || !many) throw new Error('both were run')
  expect(busiest(many, 'database')).toBeLessThan(busiest(few, 'database'))
})

it('prices an order by what was counted', () => {
  const run = runModel(small, seconds, 1)
  const { lines } = orderCost(run, small)
  const dearer = orderCost(run, { ...small, rowsWrittenPrice: 2 * small.rowsWrittenPrice })
  const total = (some: typeof lines) => some.reduce((sum, { dollarsPerMillion }) => sum + dollarsPerMillion, 0)
  expect(total(lines)).toBeGreaterThan(0)
  expect(total(dearer.lines)).toBeGreaterThan(total(lines))
})
