/**
 * Which supply each backordered order is to be served from: by priority, then age, each from what comes first and keeps
 * long enough, of several that come at once from what keeps just long enough. Worked out anew whenever supply or the
 * line changes; it holds nothing, so whoever comes first when units arrive is still for the position to say, by the
 * same order.
 */
import type { LocationId } from '../shared/ids.ts'
import { freeUnits, type Source } from './free-sources.ts'
import type { PositionFigures } from './position-figures.ts'

/** An order that waits for units of one SKU. Base units. */
export type Backorder = {
  readonly orderId: string
  readonly units: number
  /** Lower goes first. */
  readonly priority: number
  readonly sinceMs: number
  /** When its buyer is to have the units: from then on they have to keep. Null: from when they come. */
  readonly promisedByMs: number | null
  /** They lie at least until then; null: they may leave at once. */
  readonly notBeforeMs: number | null
  /** Where it stands in line. */
  readonly locations: readonly string[]
  /** The channel group whose protected units it may take. Absent: nobody's. */
  readonly group?: string
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
  /** Of them, those so far behind that nobody matches them yet. */
  readonly unmatched: number
  /** Base units, of all of them. */
  readonly units: number
  readonly matches: readonly BackorderMatch[]
}

type Place = { readonly location: LocationId; readonly figures: PositionFigures }

/** Priority, then age, then id: the same for everybody who asks. */
export function inLine(left: Backorder, right: Backorder): number {
  return left.priority - right.priority || left.sinceMs - right.sinceMs || (left.orderId < right.orderId ? -1 : 1)
}

/**
 * In line. Announced units count whole, whatever of them may be promised: that is said beside them. `keepMs` is how
 * long the SKU has to keep with whoever bought it.
 */
export function matchBackorders(
  waiting: readonly Backorder[],
  places: readonly Place[],
  nowMs: number,
  keepMs: number,
): readonly BackorderMatch[] {
  const sources = places.flatMap((place) => freeUnits(place, nowMs)).sort(soonest)
  return waiting.toSorted(inLine).map((backorder) => {
    const matched = new Map<string, MatchedUnits>()
    let missing = backorder.units
    const take = (source: Source, most: number) => {
      const isOurs = source.left > 0 && backorder.locations.includes(source.location)
      if (!isOurs || source.goodUntilMs < keepUntilMs(backorder, source.expectedAtMs, keepMs)) return 0
      const units = Math.min(missing, source.left, most)
      if (units === 0) return 0
      source.left -= units
      missing -= units
      // Lots of one delivery, or on one shelf, are told as one.
      const name = `${source.location}/${source.supplyId ?? ''}`
      matched.set(name, toldOf(source, units + (matched.get(name)?.units ?? 0)))
      return units
    }
    for (const source of sources) {
      if (missing === 0) break
      if (source.kept === undefined || source.kept.group === backorder.group) take(source, missing)
    }
    if (missing > 0) borrow(backorder.group, sources, take)
    const told = [...matched.values()]
    const last = told.reduce((latest, { expectedAtMs }) => Math.max(latest, expectedAtMs), nowMs)
    return { ...backorder, matched: told, missing, expectedAtMs: missing > 0 ? null : last }
  })
}

/** What other groups lend, last of all. */
function borrow(
  group: string | undefined,
  sources: readonly Source[],
  take: (source: Source, most: number) => number,
): void {
  if (group === undefined) return
  for (const source of sources) {
    const loan = source.kept?.loans.get(group) ?? 0
    if (loan > 0) source.kept?.loans.set(group, loan - take(source, loan))
  }
}

/** As a plan that is made when they come asks for: it would turn down what keeps less. */
function keepUntilMs({ promisedByMs, notBeforeMs }: Backorder, comeAtMs: number, keepMs: number): number {
  if (keepMs === 0) return comeAtMs + 1
  return Math.max(comeAtMs + 1, (promisedByMs ?? Math.max(comeAtMs, notBeforeMs ?? comeAtMs)) + keepMs)
}

function toldOf(source: Source, units: number): MatchedUnits {
  const { location, supplyId, dueAtMs, expectedAtMs, confidencePercent } = source
  return { location, supplyId, units, dueAtMs, expectedAtMs, confidencePercent }
}

function soonest(left: Source, right: Source): number {
  const earlier = left.expectedAtMs - right.expectedAtMs
  if (earlier !== 0) return earlier
  if (left.goodUntilMs !== right.goodUntilMs) return left.goodUntilMs < right.goodUntilMs ? -1 : 1
  const [one, other] = [`${left.location}/${left.supplyId ?? ''}`, `${right.location}/${right.supplyId ?? ''}`]
  return one < other ? -1 : one > other ? 1 : 0
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
