/**
 * How long a channel takes, as quantiles of everything measured lately: a histogram in buckets that grow by a tenth, so
 * a quantile is off by a twentieth at most, in bounded memory. Old measurements are halved away, hour by hour.
 */
export type LagSketch = {
  /** Weight by bucket number; a bucket without weight is absent. */
  readonly weights: Readonly<Record<string, number>>
  readonly halvedAtMs: number
}

const growth = 1.1
/** Faster than this is as good as at once, slower than this is a channel that is down. */
const lagMinMs = 10
export const lagMaxMs = 6 * 60 * 60_000
const halfLifeMs = 60 * 60_000
/** A measurement that has been halved this often says nothing any more. */
const weightMin = 1 / 64

export const emptySketch: LagSketch = { weights: {}, halvedAtMs: 0 }

export function addLag(sketch: LagSketch, lagMs: number, nowMs: number): LagSketch {
  const aged = aging(sketch, nowMs)
  const bucket = bucketOf(lagMs)
  return { ...aged, weights: { ...aged.weights, [bucket]: (aged.weights[bucket] ?? 0) + 1 } }
}

/** Null when nothing was measured. Answers the upper edge of the bucket: rather too careful than too hopeful. */
export function lagQuantile(sketch: LagSketch, quantile: number): number | null {
  const buckets = Object.entries(sketch.weights).sort(([left], [right]) => Number(left) - Number(right))
  const total = weightOf(sketch)
  let reached = 0
  for (const [bucket, weight] of buckets) {
    reached += weight
    if (reached >= total * quantile) return Math.round(lagMinMs * growth ** Number(bucket))
  }
  return null
}

/** How many measurements it stands for, the old ones counting less. */
export function weightOf({ weights }: LagSketch): number {
  return Object.values(weights).reduce((sum, weight) => sum + weight, 0)
}

function aging(sketch: LagSketch, nowMs: number): LagSketch {
  if (sketch.halvedAtMs === 0) return { ...sketch, halvedAtMs: nowMs }
  const halvings = Math.floor((nowMs - sketch.halvedAtMs) / halfLifeMs)
  if (halvings <= 0) return sketch
  const halved = Object.entries(sketch.weights).map(([bucket, weight]) => [bucket, weight / 2 ** halvings] as const)
  return { weights: Object.fromEntries(halved.filter(([, weight]) => weight >= weightMin)), halvedAtMs: nowMs }
}

function bucketOf(lagMs: number): number {
  const bounded = Math.min(lagMaxMs, Math.max(lagMinMs, lagMs))
  return Math.ceil(Math.log(bounded / lagMinMs) / Math.log(growth))
}
