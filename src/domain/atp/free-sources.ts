/**
 * What is left at a place, lot by lot and supply by supply, when everything that is promised there or kept back has
 * been served first, and for whom. Announced units count whole here: whoever waits is told how far they are trusted.
 */
import type { LocationId } from '../shared/ids.ts'
import type { PositionFigures, ProtectionFigure } from './position-figures.ts'
import { type Claim, claimAt } from './serve-claims.ts'
import { claimsDue, claimsLater, onHandUnits } from './supply-and-claims.ts'

/** `supplyId` and `dueAtMs` null: on hand. `goodUntilMs` is infinite for what keeps. */
export type Source = {
  readonly location: LocationId
  readonly supplyId: string | null
  readonly dueAtMs: number | null
  readonly expectedAtMs: number
  readonly confidencePercent: number
  readonly goodUntilMs: number
  /** Absent: anybody's. */
  readonly kept?: KeptUnits
  left: number
}

/** Units of one protection, in however many sources: what others may borrow of them is counted once. */
type KeptUnits = { readonly group: string; readonly loans: Map<string, number> }

export function freeUnits(
  { location, figures }: { readonly location: LocationId; readonly figures: PositionFigures },
  nowMs: number,
): readonly Source[] {
  const sources = [...onHand(location, figures, nowMs), ...coming(location, figures, nowMs)]
  sources.sort((left, right) => left.expectedAtMs - right.expectedAtMs || shorterLife(left, right))
  // Those that need the longest life choose first: whoever needs less can do with what they leave.
  const owed = owedAt(figures, nowMs).sort((left, right) => right.keepUntilMs - left.keepUntilMs)
  for (const claim of owed) serve(claim, sources)
  const kept = figures.protections.flatMap((protection) => keep(protection, sources))
  return [...kept, ...sources].filter(({ left }) => left > 0)
}

/** From what comes first, of that from what keeps just long enough. What nothing serves waits here as well. */
function serve({ keepUntilMs, units }: Claim, sources: readonly Source[]): void {
  let wanted = units
  for (const source of sources) {
    if (wanted === 0) return
    if (source.goodUntilMs < Math.max(keepUntilMs, source.expectedAtMs + 1)) continue
    const taken = Math.min(wanted, source.left)
    source.left -= taken
    wanted -= taken
  }
}

/** Protected units are of any age, and of what comes before they are everybody's. */
function keep({ group, units, releaseAtMs, lendsTo }: ProtectionFigure, sources: readonly Source[]): readonly Source[] {
  const loans = new Map(lendsTo.map((loan) => [loan.group, loan.units]))
  let wanted = units
  return sources.flatMap((source): Source[] => {
    if (releaseAtMs !== null && releaseAtMs <= source.expectedAtMs) return []
    const taken = Math.min(wanted, source.left)
    source.left -= taken
    wanted -= taken
    return taken === 0 ? [] : [{ ...source, left: taken, kept: { group, loans } }]
  })
}

/** Safety stock is of any age. */
function owedAt(figures: PositionFigures, nowMs: number): Claim[] {
  return [...claimsDue(figures, nowMs), ...claimsLater(figures, nowMs), claimAt(nowMs, null, figures.safetyStock)]
}

function onHand(location: LocationId, figures: PositionFigures, nowMs: number): readonly Source[] {
  const there = { location, supplyId: null, dueAtMs: null, expectedAtMs: nowMs, confidencePercent: 100 }
  return onHandUnits(figures, nowMs).map(({ goodUntilMs, units }) => ({ ...there, goodUntilMs, left: units }))
}

function coming(location: LocationId, { supplies }: PositionFigures, nowMs: number): readonly Source[] {
  return supplies.map(({ supplyId, dueAtMs, units, confidencePercent, goodUntilMs, overdueDelayMs }) => ({
    ...{ location, supplyId, dueAtMs, confidencePercent, left: units },
    expectedAtMs: dueAtMs > nowMs ? dueAtMs : nowMs + overdueDelayMs,
    goodUntilMs: goodUntilMs ?? Number.POSITIVE_INFINITY,
  }))
}

function shorterLife(left: Source, right: Source): number {
  return left.goodUntilMs < right.goodUntilMs ? -1 : left.goodUntilMs > right.goodUntilMs ? 1 : 0
}
