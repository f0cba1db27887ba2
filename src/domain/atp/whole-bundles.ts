/**
 * How many bundles there are: everything that is in one of them is packed at one location, so parts that lie apart make
 * none. What is sold for itself is a bundle of one.
 */
import { combined, type Step, summed } from './network-curve.ts'

/** A part by location, in base units. */
export type PartUnits = { readonly each: number; readonly at: ReadonlyMap<string, number> }
type PartCurves = { readonly each: number; readonly at: ReadonlyMap<string, readonly Step[]> }

/** At one location, of what it has of each part. */
export function bundlesOf(units: readonly number[], each: readonly number[]): number {
  const makes = units.map((have, index) => Math.floor(Math.max(0, have) / (each[index] ?? 1)))
  return makes.length === 0 ? 0 : Math.min(...makes)
}

/** Over all locations that have some of the first part: no other makes any. */
export function wholeBundles(parts: readonly PartUnits[]): number {
  const each = parts.map((part) => part.each)
  return locationsOf(parts).reduce((sum, location) => {
    const have = parts.map(({ at }) => at.get(location) ?? 0)
    return sum + bundlesOf(have, each)
  }, 0)
}

/** The same by date. */
export function wholeBundlesByDate(parts: readonly PartCurves[]): readonly Step[] {
  const each = parts.map((part) => part.each)
  return summed(
    locationsOf(parts).map((location) =>
      combined(
        parts.map(({ at }) => at.get(location) ?? []),
        (units) => bundlesOf(units, each),
      ),
    ),
  )
}

const locationsOf = (parts: readonly { readonly at: ReadonlyMap<string, unknown> }[]) => [
  ...(parts[0]?.at.keys() ?? []),
]
