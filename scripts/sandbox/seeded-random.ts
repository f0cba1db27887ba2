/** Chance from a seed, in the shapes that fixtures need. */
import { seededChance } from './control.ts'

export type Random = {
  /** In [0, 1). */
  readonly next: () => number
  /** Whole, from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number
  readonly pick: <T>(items: readonly [T, ...T[]] | readonly T[]) => T
  readonly chance: (probability: number) => boolean
  /** Stable for the seed, shaped like a random UUID. */
  readonly uuid: () => string
}

export function seededRandom(seed: number): Random {
  const next = seededChance(seed)
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  const hex = (digits: number) => Array.from({ length: digits }, () => between(0, 15).toString(16)).join('')
  return {
    next,
    between,
    pick: (items) => {
      const item = items[between(0, items.length - 1)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    chance: (probability) => next() < probability,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
  }
}
