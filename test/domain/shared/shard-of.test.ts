import { expect, it } from 'vitest'
import { shardOf } from '../../../src/domain/shared/shard-of.ts'

it('gives a name the same shard for ever', () => {
  expect(['shopify-us:1001', 'ROPE-10@east', '', 'é\u{1f4e6}'].map((name) => shardOf(name, 16))).toEqual([5, 2, 1, 15])
})

it('spreads consecutive order numbers evenly', () => {
  const counts = new Array<number>(16).fill(0)
  for (let number = 0; number < 16_000; number++) {
    const shard = shardOf(`shopify-us:${5_000_000 + number}`, 16)
    counts[shard] = (counts[shard] ?? 0) + 1
  }
  expect(Math.min(...counts)).toBeGreaterThan(850)
  expect(Math.max(...counts)).toBeLessThan(1_150)
})
