import { describe, expect, it } from 'vitest'
import { type Load, type LoadLimits, noLoad, shardsFor, withAsked } from '../../../src/domain/stock/escrow-load.ts'

const limits: LoadLimits = {
  openAbovePerSecond: 100,
  openAfterMs: 2_000,
  closeBelowPerSecond: 40,
  closeAfterMs: 10_000,
}

/** So many commands a second for so long, in ticks of 100 ms; answers how many shards there are at the end. */
function play(stretches: readonly (readonly [perSecond: number, seconds: number])[], from = 0): readonly number[] {
  let [load, shards, nowMs]: [Load, number, number] = [noLoad, from, 1_000_000]
  return stretches.map(([perSecond, seconds]) => {
    for (let tick = 0; tick < seconds * 10; tick += 1) {
      nowMs += 100
      load = withAsked(load, perSecond / 10, shards, nowMs, limits)
      const next = shardsFor(load, shards, nowMs, limits)
      if (next !== shards) load = { ...load, hotSinceMs: null, calmSinceMs: null }
      shards = next
    }
    return shards
  })
}

describe('the number of shards', () => {
  it('stays at none under what one actor serves, and through a burst that is over at once', () => {
    expect(
      play([
        [90, 60],
        [200, 1],
        [50, 30],
      ]),
    ).toEqual([0, 0, 0])
  })

  it('doubles until each shard has little enough to do', () => {
    expect(play([[350, 60]])).toEqual([4])
    expect(play([[100_000, 60]])).toEqual([16])
  })

  it('halves when it cools, one step after the other, and ends at none', () => {
    expect(
      play(
        [
          [0, 12],
          [0, 30],
        ],
        8,
      ),
    ).toEqual([4, 0])
  })

  it('does not swing while the load stays where it is', () => {
    const steady = play(Array.from({ length: 20 }, () => [150, 10] as const))
    expect(new Set(steady.slice(2))).toEqual(new Set([2]))
  })
})
