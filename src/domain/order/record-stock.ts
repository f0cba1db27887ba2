/**
 * Decides what the positions answered: holds granted or refused, claims final or lost, effects done, places in line.
 */
import { type Parted, type StockPart, stockParts } from '../catalog/stock-parts.ts'
import { canonicalJson } from '../shared/canonical-json.ts'
import { orderReservationId } from '../shared/ids.ts'
import { unreachable } from '../shared/result.ts'
import type { StockVerdict } from '../stock/stock-command.ts'
import { claimOf, partedAs } from './claims.ts'
import { giveUp, isWanted } from './give-up.ts'
import { findLine } from './line-moves.ts'
import type { Grant, OrderEvent, Position, ReservationRef } from './order-event.ts'
import type { OrderReservation, OrderState, Plan, PlanAllocation } from './order-state.ts'
import { recordReplacement } from './replace-plan.ts'
import type { SagaCommand, StockAnswer } from './saga-command.ts'
import { holdTtlMs } from './wake.ts'

type RecordStock = Extract<SagaCommand, { type: 'record_stock' }>

export function recordStock(command: RecordStock, state: OrderState, nowMs: number): readonly OrderEvent[] {
  switch (command.step) {
    case 'hold_stock':
      return recordHolds(command, state, nowMs)
    case 'extend_stock':
      return recordExtensions(command.answers, state)
    case 'commit_stock':
      return recordCommits(command.answers, state)
    case 'release_stock':
    case 'ship_stock':
      return recordEffects(command.answers, state)
    case 'await_stock':
      return positionsEvent('waiting_registered', command.answers)
    case 'forget_waiter':
      return positionsEvent('waiting_ended', command.answers)
    default:
      return unreachable(command.step)
  }
}

/**
 * All or nothing unless the order may go in part; and never more than the order still wants, which may have become less
 * while the positions were asked. What is not taken goes back.
 */
function recordHolds(command: RecordStock, state: OrderState, nowMs: number): readonly OrderEvent[] {
  const { plan } = state
  if (plan === null || !state.saga.holding || plan.attempt !== command.attempt) return []
  const verdicts = verdictsIn(command.answers)
  const answered = plan.allocations.map((allocation) => ({
    allocation,
    verdicts: verdictsOn(state, allocation, command.attempt, verdicts),
  }))
  if (answered.some(({ allocation, verdicts }) => verdicts.length < stockParts(allocation).length)) return []
  const granted = answered.filter(({ verdicts }) => refusalIn(verdicts) === null).map(({ allocation }) => allocation)
  const refused = answered.flatMap(({ allocation, verdicts }) => {
    const reason = refusalIn(verdicts)
    return reason === null ? [] : [{ ...allocation, reason }]
  })
  // A component that was granted while another of the same bundle was refused goes back.
  const torn = answered
    .filter(({ verdicts }) => refusalIn(verdicts) !== null && verdicts.some(({ ok }) => ok))
    .map(({ allocation }) => grantOf(state, plan, allocation, 0))
  if (plan.replaces !== undefined) {
    const untaken = granted.map((allocation) => grantOf(state, plan, allocation, 0))
    return recordReplacement(state, plan, { granted: untaken, torn, refused: refused.map(refusedUnits) })
  }
  const partial = state.order.allowPartial ?? state.policy?.allowPartial ?? false
  const keep = isWanted(state) && (refused.length === 0 || partial)
  const grants = keep
    ? takeUpTo(state, plan, granted)
    : granted.map((allocation) => grantOf(state, plan, allocation, 0))
  const taking = grants.some((grant) => grant.taken > 0)
  if (taking && refused.length === 0) return [{ type: 'stock_reserved', attempt: plan.attempt, grants }]
  const refusal: OrderEvent = {
    type: 'stock_refused',
    attempt: plan.attempt,
    refused: refused.map(refusedUnits),
    returned: [...(taking ? [] : grants), ...torn],
  }
  const reserved: OrderEvent[] = taking ? [{ type: 'stock_reserved', attempt: plan.attempt, grants }] : []
  return [...reserved, refusal, ...giveUp(state, plan, refused, nowMs)]
}

const refusedUnits = ({ lineId, quantity, location, reason }: PlanAllocation & { readonly reason: string }) => {
  return { lineId, quantity, location, reason }
}

/** One for each part of the allocation that was answered. */
function verdictsOn(
  state: OrderState,
  allocation: PlanAllocation,
  attempt: number,
  verdicts: Verdicts,
): readonly StockVerdict[] {
  const { lineId, location } = allocation
  const reservationId = orderReservationId(state.orderId, lineId, attempt)
  return partAnswers(stockParts(allocation), { reservationId, location }, verdicts)
}

type Verdicts = ReadonlyMap<string, StockVerdict>

/** By claim and SKU; of several the first holds. */
function verdictsIn(answers: readonly StockAnswer[]): Verdicts {
  return new Map(answers.toReversed().map((answer) => [nameOf(answer), answer.verdict]))
}

type Part = Pick<StockAnswer, 'reservationId' | 'location' | 'sku'>
const nameOf = ({ reservationId, location, sku }: Part) => `${reservationId}@${location} ${sku}`

function partAnswers(parts: readonly StockPart[], claim: ReservationRef, answers: Verdicts): readonly StockVerdict[] {
  return parts.flatMap(({ sku }) => answers.get(nameOf({ ...claim, sku })) ?? [])
}

function refusalIn(verdicts: readonly StockVerdict[]): string | null {
  const refused = verdicts.find(({ ok }) => !ok)
  return refused === undefined ? null : refusalOf(refused)
}

/** Nothing is taken of a SKU that the line no longer asks for. */
function takeUpTo(state: OrderState, plan: Plan, granted: readonly PlanAllocation[]): readonly Grant[] {
  const left = new Map(state.lines.map((line) => [line.lineId, line.quantities.open + line.quantities.backordered]))
  return granted.map((allocation) => {
    const line = findLine(state, allocation.lineId)
    const isAsked = line?.sku === allocation.sku && takesSame(line, allocation)
    const taken = isAsked ? Math.min(allocation.quantity, left.get(allocation.lineId) ?? 0) : 0
    left.set(allocation.lineId, (left.get(allocation.lineId) ?? 0) - taken)
    return grantOf(state, plan, allocation, taken)
  })
}

function takesSame(line: Pick<Parted, 'packQuantity' | 'parts'>, allocation: PlanAllocation): boolean {
  const spell = ({ packQuantity, parts = [] }: Pick<Parted, 'packQuantity' | 'parts'>) =>
    canonicalJson({ packQuantity, parts })
  return spell(line) === spell(allocation)
}

function grantOf(state: OrderState, plan: Plan, allocation: PlanAllocation, taken: number): Grant {
  const reservationId = orderReservationId(state.orderId, allocation.lineId, plan.attempt)
  return { ...allocation, reservationId, taken, expiresAtMs: plan.plannedAtMs + holdTtlMs }
}

/** To what was asked for, never later: an answer may be the memory of one given long ago. */
function recordExtensions(answers: readonly StockAnswer[], state: OrderState): readonly OrderEvent[] {
  const { kept, lost } = sorted(answers, state)
  if (kept.length === 0) return lost
  const expiresAtMs = Math.min(...kept.map((reservation) => reservation.expiresAtMs ?? 0)) + holdTtlMs
  return [...lost, { type: 'holds_extended', reservations: kept.map(refOf), expiresAtMs }]
}

function recordCommits(answers: readonly StockAnswer[], state: OrderState): readonly OrderEvent[] {
  const { kept, lost } = sorted(answers, state)
  return kept.length === 0 ? lost : [...lost, { type: 'stock_committed', reservations: kept.map(refOf) }]
}

/** A refused extension or commit says that the position has given the units away: they are open again. */
function sorted(answers: readonly StockAnswer[], state: OrderState) {
  const kept: OrderReservation[] = []
  const lost: OrderEvent[] = []
  const held = state.reservations.filter(({ status }) => status === 'held')
  const answered = verdictsIn(answers)
  for (const reservation of held.filter((other) => claimOf(other) > 0)) {
    const parts = stockParts(partedAs(state, reservation))
    const verdicts = partAnswers(parts, reservation, answered)
    const reason = refusalIn(verdicts)
    if (reason !== null) lost.push({ type: 'reservation_lost', ...refOf(reservation), reason })
    else if (verdicts.length === parts.length) kept.push(reservation)
  }
  return { kept, lost }
}

const refOf = ({ reservationId, location }: OrderReservation): ReservationRef => ({ reservationId, location })

/** A position that no longer knows a claim has nothing left to give back: that is done as well. */
function recordEffects(answers: readonly StockAnswer[], state: OrderState): readonly OrderEvent[] {
  const pending = new Set(state.saga.stockEffects.map((effect) => effect.effectId))
  return answers.flatMap(({ effectId, verdict }): OrderEvent[] =>
    effectId === null || !pending.has(effectId)
      ? []
      : [{ type: 'stock_effect_done', effectId, refusal: refusalOf(verdict) }],
  )
}

const refusalOf = (verdict: StockVerdict): string | null => (verdict.ok ? null : verdict.error.reason)

function positionsEvent(
  type: 'waiting_registered' | 'waiting_ended',
  answers: readonly StockAnswer[],
): readonly OrderEvent[] {
  const positions = answers.map(({ sku, location }): Position => ({ sku, location }))
  return positions.length === 0 ? [] : [{ type, positions }]
}

export function heldReservations(state: OrderState): readonly OrderReservation[] {
  return state.reservations.filter(
    (reservation) =>
      reservation.status === 'held' && claimOf(reservation) > 0 && findLine(state, reservation.lineId) !== undefined,
  )
}
