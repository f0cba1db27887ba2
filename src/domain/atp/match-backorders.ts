/**
 * Which supply each backordered order is to be served from: by priority, then age, each from what comes first. Worked
 * out anew whenever supply or the line changes; it holds nothing, so whoever comes first when units arrive is still for
 * the position to say, by the same order.
 */
import type { LocationId } from '../shared/ids.ts'
import type { PositionFigures } from './position-figures.ts'
import { sumUnits } from './serve-claims.ts'

/** An order that waits for units of one SKU. Base units. */
export type Backorder = {
  readonly orderId: string
  readonly units: number
  /** Lower goes first. */
  readonly priority: number
  readonly sinceMs: number
  /** Where it stands in line. */
  readonly locations: readonly string[]
}
/** `supplyId` null: units on hand, offered to it now. */
export type MatchedUnits = {
  readonly location: string
  readonly supplyId: string | null
  readonly units: number
  /** As it is announced; null for units on hand. */
  readonly dueAtMs: number | null
  /** When it is expected: later than announced while it is overdue. */
  readonly expectedAtMs: number
  readonly confidencePercent: number
}
export type BackorderMatch = Backorder & {
  readonly matched: readonly MatchedUnits[]
  /** Units that nothing which is announced covers. */
  readonly missing: number
  /** When the last unit is expected; null while some are missing. */
  readonly expectedAtMs: number | null
}

/** The line of one SKU, in turn. */
export type SkuBackorders = {
  readonly orders: number
  /** Base units, of all of them. */
  readonly units: number
  readonly matches: readonly BackorderMatch[]
}

type Place = { readonly location: LocationId; readonly figures: PositionFigures }
type Source = MatchedUnits & { left: number }

/** Priority, then age, then id: the same for everybody who asks. */
export function inLine(left: Backorder, right: Backorder): number {
  return left.priority - right.priority || left.sinceMs - right.sinceMs || (left.orderId < right.orderId ? -1 : 1)
}

/** In line. Announced units count whole, whatever of them may be promised: that is said beside them. */
export function matchBackorders(
  waiting: readonly Backorder[],
  places: readonly Place[],
  nowMs: number,
): readonly BackorderMatch[] {
  const sources = places.flatMap((place) => freeSources(place, nowMs)).sort(soonest)
  return waiting.toSorted(inLine).map((backorder) => {
    const matched: MatchedUnits[] = []
    let missing = backorder.units
    for (const source of sources) {
      if (missing === 0) break
      const units = backorder.locations.includes(source.location) ? Math.min(missing, source.left) : 0
      if (units === 0) continue
      source.left -= units
      missing -= units
      const { left: _, ...told } = source
      matched.push({ ...told, units })
    }
    const last = matched.reduce((latest, { expectedAtMs }) => Math.max(latest, expectedAtMs), nowMs)
    return { ...backorder, matched, missing, expectedAtMs: missing > 0 ? null : last }
  })
}

function soonest(left: Source, right: Source): number {
  const earlier = left.expectedAtMs - right.expectedAtMs
  if (earlier !== 0) return earlier
  const [one, other] = [`${left.location}/${left.supplyId ?? ''}`, `${right.location}/${right.supplyId ?? ''}`]
  return one < other ? -1 : one > other ? 1 : 0
}

/** What is left at a place when everything promised there, kept back or protected has been served first. */
function freeSources({ location, figures }: Place, nowMs: number): readonly Source[] {
  const { sellable, committed, held, safetyStock, demands, protections, supplies } = figures
  const owed = committed + held + safetyStock + sumUnits(demands) + sumUnits(protections)
  const onHand = { supplyId: null, dueAtMs: null, expectedAtMs: nowMs, confidencePercent: 100, units: sellable }
  const coming = supplies.map(({ supplyId, dueAtMs, units, confidencePercent, overdueDelayMs }) => {
    const expectedAtMs = dueAtMs > nowMs ? dueAtMs : nowMs + overdueDelayMs
    return { supplyId, dueAtMs, expectedAtMs, confidencePercent, units }
  })
  let taken = owed
  return [onHand, ...coming.sort((left, right) => left.expectedAtMs - right.expectedAtMs)].flatMap((source) => {
    const free = Math.max(0, source.units - taken)
    taken = Math.max(0, taken - source.units)
    return free === 0 ? [] : [{ ...source, location, units: free, left: free }]
  })
}

/**
 * What an order has to hear of: which supply it is matched to, how much of it and for when it is announced. What is on
 * hand is offered by the position, to whoever is next there.
 */
export function matchDigest({ matched, missing }: BackorderMatch): string {
  const inbound = matched.flatMap(({ location, supplyId, units, dueAtMs }) =>
    supplyId === null ? [] : [`${location}/${supplyId}:${units}@${dueAtMs}`],
  )
  return [...inbound, `missing:${missing}`].join(' ')
}
