import { expect, it } from 'vitest'
import { shopifySchema } from '../../scripts/sandbox/shopify-schema.ts'
import { shopFaults } from './flaky-shop.ts'
import { playStorm, stormPlants } from './publication-storm.ts'

const seeds = Number(process.env.CROSSDOCK_STORM_SEEDS ?? 8)
const firstSeed = Number(process.env.CROSSDOCK_SEED ?? 1)
const schema = shopifySchema({ fetch: false })

it(`shows what can be sold after ${seeds} storms from seed ${firstSeed}, and oversells nothing by itself`, async () => {
  const failed: string[] = []
  const met = new Set<string>()
  const sums = { sold: 0, oversold: 0, drifted: 0, refused: 0 }
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const storm = await playStorm(seed, null, await schema)
    for (const fault of storm.met.keys()) met.add(fault)
    for (const name of ['sold', 'oversold', 'drifted', 'refused'] as const) sums[name] += storm[name]
    if (storm.violations.length > 0) failed.push(`seed ${seed}: ${storm.violations.slice(0, 3).join(' | ')}`)
  }
  expect(failed).toEqual([])
  expect([...met].sort()).toEqual([...shopFaults].sort())
  for (const count of Object.values(sums)) expect(count).toBeGreaterThan(0)
})

it.each(stormPlants)('sees a feed that %s', async (plant) => {
  for (let seed = 1; seed <= 20; seed += 1) {
    if ((await playStorm(seed, plant, await schema)).violations.length > 0) return
  }
  throw new Error(`no seed showed ${plant}`)
})
