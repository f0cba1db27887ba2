/**
 * Units that a channel is not shown because it learns of sales late: `max(static, ⌈λL + z√(λL)⌉)`. λL is what is
 * expected to be sold behind the channel's back while it still shows the old figure; the root is its spread, since
 * sales come like a Poisson process at their present rate.
 */
import { type LagSketch, lagMaxMs, lagQuantile, weightOf } from './lag-sketch.ts'
import { perHour, type SellRate } from './sell-rate.ts'

export type BufferRule = {
  /** Units that are always kept back. */
  readonly static: number
  /** How many standard deviations beyond what is expected; 0 switches the measured part off when it is the only one. */
  readonly z: number
  /** Below this chance of any unseen sale within the lag nothing is kept back for it. 0: the formula as it stands. */
  readonly riskPercent: number
  /** The measured part never exceeds this, whatever was measured. */
  readonly unitsMax: number
  /** False for a channel that goes on showing its own sales until it is told of them. */
  readonly seesOwnSales: boolean
  /** The lag that is assumed until enough was measured. */
  readonly lagSeconds: number
}

export type BufferTerms = {
  readonly buffer: number
  readonly static: number
  readonly unitsPerHour: number
  readonly lagMs: number
  /** Units expected to be sold unseen within the lag. */
  readonly expected: number
  readonly z: number
}

/** Fewer measurements than this say nothing about a 95th percentile. */
const measuredMin = 20
const lagShare = 0.95

/** `rate` is of now. Every term of the answer, for whoever asks why. */
export function bufferOf(rule: BufferRule, rate: SellRate, lagMs: number): BufferTerms {
  const unitsPerHour = perHour(rate.elsewhere + (rule.seesOwnSales ? 0 : rate.own))
  const expected = unitsPerHour * (lagMs / 3_600_000)
  const measured = Math.min(rule.unitsMax, unitsFor(expected, rule))
  return { buffer: Math.max(rule.static, measured), static: rule.static, unitsPerHour, lagMs, expected, z: rule.z }
}

/** Rounded up, a slow seller's chance in a hundred would keep its last unit from every buyer for good. */
function unitsFor(expected: number, { z, riskPercent }: BufferRule): number {
  const chance = 1 - Math.exp(-expected)
  return chance * 100 < riskPercent ? 0 : Math.ceil(expected + z * Math.sqrt(expected))
}

export function lagOf({ lagSeconds }: Pick<BufferRule, 'lagSeconds'>, lag: LagSketch): number {
  const measured = weightOf(lag) < measuredMin ? null : lagQuantile(lag, lagShare)
  return Math.min(lagMaxMs, measured ?? lagSeconds * 1_000)
}
