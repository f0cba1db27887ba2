/** How likely a parcel arrives by a date, from when it leaves and how long its service takes. */
import type { Lane } from './request.ts'

const dayMs = 86_400_000

/**
 * The share of parcels that take at most the days there are: straight lines through half at `p50Days` and nine in ten
 * at `p90Days`, as far below the median as above it, and never less than nothing. Without a lane a parcel counts as
 * there when it leaves.
 */
export function onTimeProbability(
  dispatchAtMs: number | null,
  lane: Pick<Lane, 'p50Days' | 'p90Days'> | null,
  promisedByMs: number | null,
): number {
  if (promisedByMs === null) return 1
  if (dispatchAtMs === null) return 0
  const days = (promisedByMs - dispatchAtMs) / dayMs
  if (lane === null) return days >= 0 ? 1 : 0
  const { p50Days, p90Days } = lane
  const spread = p90Days - p50Days
  if (days < p50Days) return 0.5 * share(days, Math.max(0, p50Days - spread), p50Days)
  if (days < p90Days) return 0.5 + 0.4 * share(days, p50Days, p90Days)
  return 0.9 + 0.1 * share(days, p90Days, p90Days + spread)
}

/** How far `value` has come from `from` to `to`, 0 to 1; a step where they are the same. */
function share(value: number, from: number, to: number): number {
  if (value >= to) return 1
  return value <= from ? 0 : (value - from) / (to - from)
}
