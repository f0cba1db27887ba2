/**
 * Claims units until a time, for now or for a later date. A reservation id stands for one claim for ever: it is never
 * granted a second time. What may be granted is what the formulas of `atp` answer: a claim for now leaves what a
 * later-dated promise needs, one for a later date is served by what is due until then.
 */
import { atpOf } from '../atp/atp-of.ts'
import type { UnitsAsk } from '../atp/position-figures.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { termsOf } from './claims.ts'
import { applied, type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { drawsFor, drawsOf } from './draws.ts'
import { figuresOf } from './figures-of.ts'
import { demandsMax, isPlainPosition, needsMax, type Position } from './position.ts'
import type { Reservation } from './reservation.ts'
import type { ClaimEventOf, ClaimTerms, Draw } from './stock-event.ts'
import type { StockRefusal } from './stock-refusal.ts'

export function decideHold(command: Command<'hold'>, facts: StockFacts): Decided {
  if (facts.reservation) return answerRepeated(command, facts.reservation)
  const held = heldAnew(command, facts)
  return held.ok ? applied([held.value], held.value.quantity) : held
}

/** Of a reservation that is not known yet. */
export function heldAnew(command: Command<'hold'>, facts: StockFacts): Result<ClaimEventOf<'held'>, StockRefusal> {
  const { reservationId, quantity, expiresAtMs, orderId, priority } = command
  if (expiresAtMs !== null && facts.nowMs >= expiresAtMs) {
    return err({ reason: 'reservation_expired', reservationId, expiredAtMs: expiresAtMs })
  }
  const terms = askedTerms(command, facts)
  const granted = grant(command, facts, terms)
  if (!granted.ok) return granted
  const { units, draws } = granted.value
  const held = { reservationId, requested: quantity, quantity: units, expiresAtMs, orderId }
  const turn = priority === undefined ? {} : { priority }
  return ok({ type: 'held', ...held, ...turn, ...termsOf(terms), ...drawsOf(draws) })
}

/** A date that has come asks for now; a life that is over asks for nothing. */
function askedTerms({ dueAtMs = null, goodUntilMs = null }: Command<'hold'>, facts: StockFacts): ClaimTerms {
  const { nowMs, position } = facts
  const isLater = dueAtMs !== null && dueAtMs > Math.max(nowMs, position.dueThroughMs)
  return { dueAtMs: isLater ? dueAtMs : null, goodUntilMs: (goodUntilMs ?? 0) > nowMs ? goodUntilMs : null }
}

type Granted = { readonly units: number; readonly draws: readonly Draw[] }

function grant(command: Command<'hold'>, facts: StockFacts, terms: ClaimTerms): Result<Granted, StockRefusal> {
  const { position, nowMs } = facts
  const { quantity, allowPartial, group = null, keepBack = 0 } = command
  const full = fullOf(position, terms)
  if (full !== null) return err({ reason: 'position_full', of: full })
  const ask = { nowMs, group, goodUntilMs: terms.goodUntilMs, keepBack }
  const byMs = terms.dueAtMs ?? nowMs
  const figures = isPlainPosition(position) ? null : figuresOf(position, nowMs)
  const available = figures === null ? plainlyAvailable(position, ask) : atpOf(figures, ask, byMs)
  const units = allowPartial ? Math.min(quantity, available) : quantity
  if (units > available || units === 0) return err({ reason: 'insufficient_stock', requested: quantity, available })
  return ok({ units, draws: figures === null ? [] : drawsFor(position, figures, ask, byMs, units) })
}

/** The same sum without the detour, for the position that is asked most. */
function plainlyAvailable({ sellable, committedUnits, heldUnits, safetyTarget }: Position, ask: UnitsAsk): number {
  return Math.max(0, sellable - committedUnits - heldUnits - Math.max(safetyTarget, ask.keepBack))
}

/** Claims alike share a row; one of a new kind needs room for it. */
function fullOf({ demands, needs }: Position, { dueAtMs, goodUntilMs }: ClaimTerms): 'demands' | 'needs' | null {
  if (dueAtMs !== null) {
    const isKnown = demands.some((demand) => demand.dueAtMs === dueAtMs && demand.goodUntilMs === goodUntilMs)
    return !isKnown && demands.length >= demandsMax ? 'demands' : null
  }
  const isKnown = goodUntilMs === null || needs.some((need) => need.goodUntilMs === goodUntilMs)
  return !isKnown && needs.length >= needsMax ? 'needs' : null
}

/** Compared with what was asked then, not with what was granted: a partial hold is repeated with its full quantity. */
function answerRepeated(command: Command<'hold'>, existing: Reservation): Decided {
  const { reservationId } = command
  if (existing.requested !== command.quantity) {
    return err({ reason: 'reservation_conflict', reservationId, held: existing.quantity })
  }
  if (existing.status === 'released') return err({ reason: 'reservation_released', reservationId })
  if (existing.status === 'expired') {
    return err({ reason: 'reservation_expired', reservationId, expiredAtMs: existing.expiresAtMs ?? 0 })
  }
  return unchanged(existing.quantity)
}
