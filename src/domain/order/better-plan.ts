/**
 * What is held and not final yet is looked at again from time to time: the engine weighs the plan that holds it beside
 * what could be by now, with the order's own units counted as there. A plan that is better by the margin is held beside
 * the first, day and units, and only then is the first given back, in one commit. Refused anything, the first stays as
 * it was; and whatever the order hears meanwhile goes before.
 */
import { stockParts } from '../catalog/stock-parts.ts'
import type { BetterPlanRules } from '../config/better-plan.ts'
import { decideSourcing } from '../sourcing/decide-sourcing.ts'
import type { CandidatePlan, SourcedAllocation } from '../sourcing/decision.ts'
import { keptDecision } from '../sourcing/kept-decision.ts'
import type { SourcingRequest } from '../sourcing/request.ts'
import { claimsOf } from './capacity-claims.ts'
import { partedAs } from './claims.ts'
import { dateOfPromise, unsettledPromises } from './line-promise.ts'
import { heldUnits, isMovable, type MovableClaim, movableClaims } from './movable-claims.ts'
import type { EventOf, OrderEvent } from './order-event.ts'
import type { OrderState, ReplacedClaim } from './order-state.ts'
import { type OwnUnits, withOwnUnits } from './own-units.ts'
import { planOf } from './propose-plan.ts'
import type { PlanCandidate, PlanInputs, SagaCommand } from './saga-command.ts'
import type { SagaStep } from './saga-step.ts'
import { planAsk, sourcingRequest } from './sourcing-request.ts'

/** What nothing was found for in a day is looked for four times a day. */
const pauseMaxMs = 6 * 3_600_000
const minuteMs = 60_000

/** When what is held is looked at again; null: not while it stands as it does. */
export function lookDueMs(state: OrderState): number | null {
  const { looks } = state.saga
  const rules = state.policy?.betterPlan
  if (rules === undefined || looks === undefined || looks.moves >= rules.movesMax || !isMovable(state)) return null
  const intervalMs = rules.intervalMinutes * minuteMs
  const soonestMs = looks.lookedAtMs + intervalMs
  if (looks.isAsked) return soonestMs
  const patientMs = Math.max(soonestMs, looks.lookedAtMs + Math.min(pauseMaxMs, intervalMs * 2 ** looks.idle))
  if (state.stage === 'reserved') return patientMs
  // At the end of a wait what was planned before it is looked at once more, before it becomes final.
  return Math.min(patientMs, Math.max(soonestMs, state.order.shipNotBeforeMs ?? 0))
}

export function isLookDue(state: OrderState, nowMs: number): boolean {
  const dueMs = lookDueMs(state)
  return dueMs !== null && dueMs <= nowMs
}

export function lookSteps(state: OrderState, nowMs: number): readonly SagaStep[] {
  if (!isLookDue(state, nowMs)) return []
  const held = heldUnits(movableClaims(state))
  const lines = state.lines.filter(({ lineId }) => held.has(lineId))
  return [{ type: 'review_plan', ask: planAsk(state.order, lines, ({ lineId }) => held.get(lineId) ?? 0, false) }]
}

export function reviewPlan(
  { inputs }: Extract<SagaCommand, { type: 'review_plan' }>,
  state: OrderState,
  nowMs: number,
): readonly OrderEvent[] {
  const rules = state.policy?.betterPlan
  if (rules === undefined || !isLookDue(state, nowMs)) return []
  if (inputs === null) return [{ type: 'plan_reviewed', outcome: 'unknown' }]
  const better = betterPlan(inputs, rules, state, nowMs)
  return better === null
    ? [{ type: 'plan_reviewed', outcome: 'kept' }]
    : [{ type: 'plan_reviewed', outcome: 'replaced' }, better]
}

function betterPlan(
  inputs: PlanInputs,
  rules: BetterPlanRules,
  state: OrderState,
  nowMs: number,
): EventOf<'planned'> | null {
  const claims = movableClaims(state)
  const request = requestFor(claims, inputs, rules, state, nowMs)
  if (request.current === undefined) return null
  const { closing, allocations: current } = request.current
  if (current.some(({ location }) => closing.includes(location))) return null
  const decided = decideSourcing(request)
  if (decided.plan === null || decided.plan.isCurrent === true || decided.plan.unplanned.length > 0) return null
  const allocations = movesBetween(current, decided.plan.allocations)
  if (allocations.length === 0) return null
  const plan = planOf(state, inputs, decided, { allocations, unplanned: [] }, nowMs)
  const replaces = givenBack(claims, decided.plan)
  return {
    type: 'planned',
    reason: 'better_plan',
    plan: { ...plan, replaces },
    decision: keptDecision(request, decided),
  }
}

function requestFor(
  claims: readonly MovableClaim[],
  inputs: PlanInputs,
  rules: BetterPlanRules,
  state: OrderState,
  nowMs: number,
): SourcingRequest {
  const held = heldUnits(claims)
  const own = claims.flatMap(({ reservation, quantity }): OwnUnits[] =>
    stockParts(partedAs(state, reservation)).map(({ sku, units }) => {
      return { sku, location: reservation.location, quantity: units * quantity }
    }),
  )
  const candidates = inputs.candidates.map((candidate) => withOwnDay(withOwnUnits(candidate, own), own, state))
  const allowPartial = state.order.allowPartial ?? state.policy?.allowPartial ?? false
  const unitsOf = ({ lineId }: { readonly lineId: string }) => held.get(lineId) ?? 0
  const request = sourcingRequest(state, { ...inputs, candidates }, allowPartial, unitsOf, nowMs)
  const promises = unsettledPromises(state)
    .filter(({ lineId }) => held.has(lineId))
    .map((promise) => ({ lineId: promise.lineId, byMs: promise.byMs, dateOf: dateOfPromise(promise) }))
  const closing = candidates.flatMap(({ location, cutOffAtMs = Number.POSITIVE_INFINITY }) =>
    cutOffAtMs - nowMs < rules.minutesBeforeCutOff * minuteMs ? [location] : [],
  )
  const { marginPercent } = rules
  return { ...request, current: { allocations: placesOf(claims), marginPercent, promises, closing } }
}

/** By line and location, whatever reservations it is spread over. */
function placesOf(claims: readonly MovableClaim[]): readonly SourcedAllocation[] {
  const places = Map.groupBy(claims, ({ reservation }) => `${reservation.lineId}@${reservation.location}`)
  return [...places.values()].flatMap((here) => {
    const [first] = here
    if (first === undefined) return []
    const { lineId, location } = first.reservation
    return [{ lineId, location, quantity: here.reduce((sum, { quantity }) => sum + quantity, 0) }]
  })
}

/** What its own claims take of the day is room that it has. */
function withOwnDay(candidate: PlanCandidate, own: readonly OwnUnits[], state: OrderState): PlanCandidate {
  const { capacity, location } = candidate
  const days = claimsOf(state).filter(
    (claim) => claim.location === location && claim.status === 'held' && claim.day === capacity?.dayKey,
  )
  if (capacity === null || days.length === 0) return candidate
  const claimed = days.reduce((sum, { units }) => sum + units, 0)
  const units = own.reduce((sum, each) => sum + (each.location === location ? each.quantity : 0), 0)
  const unitsUsed = Math.max(0, capacity.unitsUsed - Math.min(claimed, units))
  return {
    ...candidate,
    capacity: { ...capacity, unitsUsed, ordersUsed: Math.max(0, capacity.ordersUsed - days.length) },
  }
}

/** Units that are not where the better plan has them. */
function movesBetween(
  current: readonly SourcedAllocation[],
  better: readonly SourcedAllocation[],
): readonly SourcedAllocation[] {
  return better.flatMap(({ lineId, location, quantity }) => {
    const held = current.find((each) => each.lineId === lineId && each.location === location)?.quantity ?? 0
    return quantity > held ? [{ lineId, location, quantity: quantity - held }] : []
  })
}

/** Newest first, as always. */
function givenBack(claims: readonly MovableClaim[], { allocations }: CandidatePlan): readonly ReplacedClaim[] {
  const stays = new Map(allocations.map((each) => [`${each.lineId}@${each.location}`, each.quantity]))
  const kept = claims.toReversed().map(({ reservation, quantity }) => {
    const { lineId, location, reservationId } = reservation
    const key = `${lineId}@${location}`
    const keeps = Math.min(quantity, stays.get(key) ?? 0)
    stays.set(key, (stays.get(key) ?? 0) - keeps)
    return { reservationId, location, quantity: quantity - keeps }
  })
  return kept.filter(({ quantity }) => quantity > 0)
}

/** Every time that units are held a new count begins; a move goes on counting moves. */
export function withLooks(state: OrderState, event: OrderEvent, atMs: number): OrderState {
  if (state.policy?.betterPlan === undefined) return state
  const { looks = { lookedAtMs: atMs, idle: 0, moves: 0, isAsked: false } } = state.saga
  const saw = { ...looks, lookedAtMs: atMs, isAsked: false }
  switch (event.type) {
    case 'stock_reserved': {
      const { before: _, ...rest } = saw
      const moves = looks.moves + (event.replaced === undefined ? 0 : 1)
      return withThem(state, { ...rest, idle: 0, moves })
    }
    case 'plan_reviewed':
      return withThem(state, { ...saw, idle: looks.idle + 1 })
    case 'location_returned':
      return withThem(state, { ...looks, isAsked: true })
    default:
      return state
  }
}

function withThem(state: OrderState, looks: NonNullable<OrderState['saga']['looks']>): OrderState {
  return { ...state, saga: { ...state.saga, looks } }
}
