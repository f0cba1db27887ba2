/**
 * How fast a SKU sells, as seen by one channel: units that it sold itself, which it takes off its own figure, and units
 * sold elsewhere, which it cannot know of before it is told. Exponentially decayed, so it costs one row a SKU.
 */
export type SellRate = {
  /** Units weighted by age: a unit counts half after `rateHalfLifeMs`. */
  readonly own: number
  readonly elsewhere: number
  readonly atMs: number
}

/** Short enough to follow a flash sale, long enough to see a slow seller at all. */
export const rateHalfLifeMs = 15 * 60_000
/** Mean age of the weight: units divided by it are units a millisecond. */
const meanAgeMs = rateHalfLifeMs / Math.LN2
/** A unit sold three hours ago weighs less than this, and its row is not worth keeping. */
const weightMin = 1 / 4_096

export const noSales: SellRate = { own: 0, elsewhere: 0, atMs: 0 }

export function addSales(rate: SellRate, units: { readonly own: number; readonly elsewhere: number }, nowMs: number) {
  const { own, elsewhere } = rateAt(rate, nowMs)
  return { own: own + units.own, elsewhere: elsewhere + units.elsewhere, atMs: nowMs }
}

export function rateAt(rate: SellRate, nowMs: number): SellRate {
  const share = 0.5 ** (Math.max(0, nowMs - rate.atMs) / rateHalfLifeMs)
  return { own: rate.own * share, elsewhere: rate.elsewhere * share, atMs: nowMs }
}

export const isOver = ({ own, elsewhere }: SellRate): boolean => own + elsewhere < weightMin

/** Units an hour. */
export function perHour(units: number): number {
  return (units / meanAgeMs) * 3_600_000
}

/** A fast mover: its figures change often enough that waiting behind the rest makes them wrong. */
export function isFast(rate: SellRate): boolean {
  return perHour(rate.own + rate.elsewhere) >= fastPerHour
}
const fastPerHour = 4
