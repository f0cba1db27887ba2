/**
 * The counters of what is promised, by what makes a claim special: a later date, a shelf life. One row for all claims
 * alike, so that deciding costs the same however many there are.
 */
import type { Demand, Need, Position } from './position.ts'
import type { Reservation } from './reservation.ts'
import type { ClaimTerms } from './stock-event.ts'

/** Units by which the open claims of these terms change. */
type ClaimChange = { readonly committed: number; readonly held: number }

/** A claim whose date had come when it was counted, or has come since, is a claim for now. */
export function changeClaims(position: Position, terms: ClaimTerms | undefined, change: ClaimChange): Position {
  const { dueAtMs, goodUntilMs } = terms ?? forNow
  if (dueAtMs !== null && dueAtMs > position.dueThroughMs) {
    return { ...position, demands: changeDemand(position.demands, { dueAtMs, goodUntilMs }, change) }
  }
  const committedUnits = position.committedUnits + change.committed
  const heldUnits = position.heldUnits + change.held
  const needs = goodUntilMs === null ? position.needs : changeNeed(position.needs, goodUntilMs, change)
  return { ...position, committedUnits, heldUnits, needs }
}

/** Every claim for this date becomes one for now. */
export function fallDue(position: Position, dueAtMs: number): Position {
  const due = position.demands.filter((demand) => demand.dueAtMs <= dueAtMs)
  const rest = position.demands.filter((demand) => demand.dueAtMs > dueAtMs)
  const passed = { ...position, demands: rest, dueThroughMs: Math.max(position.dueThroughMs, dueAtMs) }
  return due.reduce<Position>((so, { committed, held, goodUntilMs }) => {
    return changeClaims(so, { dueAtMs: null, goodUntilMs }, { committed, held })
  }, passed)
}

function changeDemand(
  demands: readonly Demand[],
  terms: Pick<Demand, 'dueAtMs' | 'goodUntilMs'>,
  { committed, held }: ClaimChange,
): readonly Demand[] {
  const isOf = (demand: Demand) => demand.dueAtMs === terms.dueAtMs && demand.goodUntilMs === terms.goodUntilMs
  const known = demands.find(isOf) ?? { ...terms, committed: 0, held: 0 }
  const changed = { ...known, committed: known.committed + committed, held: known.held + held }
  const all = [...demands.filter((demand) => !isOf(demand)), changed].filter(isOpen)
  return all.toSorted((a, b) => a.dueAtMs - b.dueAtMs || (a.goodUntilMs ?? 0) - (b.goodUntilMs ?? 0))
}

function changeNeed(needs: readonly Need[], goodUntilMs: number, { committed, held }: ClaimChange): readonly Need[] {
  const known = needs.find((need) => need.goodUntilMs === goodUntilMs) ?? { goodUntilMs, committed: 0, held: 0 }
  const changed = { ...known, committed: known.committed + committed, held: known.held + held }
  const all = [...needs.filter((need) => need.goodUntilMs !== goodUntilMs), changed].filter(isOpen)
  return all.toSorted((a, b) => a.goodUntilMs - b.goodUntilMs)
}

const isOpen = ({ committed, held }: ClaimChange) => committed !== 0 || held !== 0

/** Left out of events of plain claims, as at most positions. */
export function termsOf({ dueAtMs, goodUntilMs }: Pick<Reservation, 'dueAtMs' | 'goodUntilMs'>): {
  terms?: ClaimTerms
} {
  return dueAtMs === null && goodUntilMs === null ? {} : { terms: { dueAtMs, goodUntilMs } }
}

export const forNow: ClaimTerms = { dueAtMs: null, goodUntilMs: null }
