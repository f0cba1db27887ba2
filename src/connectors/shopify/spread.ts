/** Splits an amount over weights without losing a minor unit. */
import { allocate, dinero, toSnapshot } from 'dinero.js/bigint'

/** Currency is only a label here: dinero wants one, the split knows units. */
const unit = { code: 'minor', base: 10n, exponent: 0n }

/** As many parts as weights, adding up to the amount; equal parts when nothing has weight. Big integers: no overflow. */
export function spread(amountMinor: number, weights: readonly number[]): readonly number[] {
  if (weights.length === 0 || amountMinor === 0) return weights.map(() => 0)
  const positive = weights.map((weight) => BigInt(Math.max(0, weight)))
  const ratios = positive.some((weight) => weight > 0n) ? positive : positive.map(() => 1n)
  const parts = allocate(dinero({ amount: BigInt(amountMinor), currency: unit }), ratios)
  return parts.map((part) => Number(toSnapshot(part).amount))
}
