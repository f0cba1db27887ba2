/**
 * Which claims a position can no longer serve. When it turns out to have fewer sellable units than it has promised, it
 * says which claims lost their cover, and takes that back when units come: the last to lose is the first to regain. A
 * claim without cover stays a claim, nothing is given away; its holder is told and may go elsewhere with it.
 *
 * Of claims of one kind (`lacking.ts`) those that draw on no group's protected units lose first, then those of least
 * priority, then the youngest. Deciding costs as much as changes, however many claims there are.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import type { ClaimKind, Lacking } from './lacking.ts'
import { openUnits, type Reservation } from './reservation.ts'
import type { ClaimEventOf } from './stock-event.ts'

export type CoverChanged = ClaimEventOf<'cover_changed'>

export type CoverFacts = {
  /** By kind, the units that claims were said to lack. */
  readonly told: readonly Lacking[]
  /** Claims of the kind that still have cover, in the order in which they lose it; a page of them. */
  readonly losing: (kind: ClaimKind) => readonly Reservation[]
  /** Claims of the kind that lack cover, in the order in which they regain it; a page of them. */
  readonly regaining: (kind: ClaimKind) => readonly Reservation[]
}

/** Claims looked at for one kind at once; what is beyond them is told by the next round. */
export const coverRoundMax = 200

/** Takes back before it takes away, so that one claim is not told twice in a round. */
export function decideCover(lacking: readonly Lacking[], facts: CoverFacts): readonly CoverChanged[] {
  const wanted = new Map(lacking.map((kind) => [nameOf(kind), kind.units]))
  const told = new Map(facts.told.map((kind) => [nameOf(kind), kind.units]))
  const regained = facts.told.flatMap((kind) => {
    return changes(facts.regaining, kind, kind.units - (wanted.get(nameOf(kind)) ?? 0), uncoveredOf, -1)
  })
  const lost = lacking.flatMap((kind) => {
    return changes(facts.losing, kind, kind.units - (told.get(nameOf(kind)) ?? 0), coveredOf, 1)
  })
  return [...regained, ...lost]
}

/** A cart that gives units back lacks none of the rest until it is told again: whoever keeps a case of it closes that. */
export function cartCovered({ reservationId, orderId, uncovered }: Reservation): readonly CoverChanged[] {
  return orderId !== null || uncovered === 0
    ? []
    : [{ type: 'cover_changed', reservationId, orderId, uncovered: 0, was: uncovered }]
}

/** One row in the order in which claims of a kind lose their cover. */
export function byLoss(left: Reservation, right: Reservation): number {
  const draws = ({ draws }: Reservation) => Number(draws.length > 0)
  return (
    draws(left) - draws(right) ||
    right.priority - left.priority ||
    right.since - left.since ||
    (left.reservationId > right.reservationId ? -1 : 1)
  )
}

export function isOfKind(claim: Reservation, kind: ClaimKind, dueThroughMs: number): boolean {
  const dueAtMs = claim.dueAtMs !== null && claim.dueAtMs > dueThroughMs ? claim.dueAtMs : null
  return claim.status === kind.status && claim.goodUntilMs === kind.goodUntilMs && dueAtMs === kind.dueAtMs
}

function changes(
  claimsOf: (kind: ClaimKind) => readonly Reservation[],
  kind: ClaimKind,
  units: number,
  most: (claim: Reservation) => number,
  sign: 1 | -1,
): readonly CoverChanged[] {
  let left = units
  if (left <= 0) return []
  return claimsOf(kind).flatMap((claim): CoverChanged[] => {
    const part = Math.min(left, most(claim))
    left -= part
    if (part === 0) return []
    const { reservationId, orderId, uncovered } = claim
    return [{ type: 'cover_changed', reservationId, orderId, uncovered: uncovered + sign * part, was: uncovered }]
  })
}

const nameOf = ({ status, dueAtMs, goodUntilMs }: ClaimKind) => canonicalJson({ status, dueAtMs, goodUntilMs })
const uncoveredOf = ({ uncovered }: Reservation) => uncovered
const coveredOf = (claim: Reservation) => openUnits(claim) - claim.uncovered
