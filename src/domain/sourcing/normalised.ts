/**
 * A term over the feasible set: the least that is known becomes 0, the most 1, everything 0 where they are the same.
 * What is not known (null) counts as the worst, by what is `better`.
 */
export function normalised(raws: readonly (number | null)[], better: 'more' | 'less'): readonly number[] {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const raw of raws) {
    if (raw === null) continue
    least = Math.min(least, raw)
    most = Math.max(most, raw)
  }
  if (least > most) return raws.map(() => 0)
  const unknown = better === 'more' ? 0 : 1
  const equal = raws.includes(null) ? 1 - unknown : 0
  return raws.map((raw) => {
    if (raw === null) return unknown
    return most > least ? rounded((raw - least) / (most - least)) : equal
  })
}

/** Six decimals: what is shown is what is compared, whatever the order in which it was added up. */
export const rounded = (value: number): number => Math.round(value * 1e6) / 1e6
