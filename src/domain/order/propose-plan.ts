/** Decides the plan from fresh figures: what is held where, and what has to wait. */
import { partsMember } from '../catalog/stock-parts.ts'
import { decideSourcing } from '../sourcing/decide-sourcing.ts'
import type { CandidatePlan, SourcingDecision } from '../sourcing/decision.ts'
import { keptDecision } from '../sourcing/kept-decision.ts'
import { lastingRefusal } from '../sourcing/lasting-refusal.ts'
import { silentLocations } from '../sourcing/silent-locations.ts'
import { backorder } from './backorder.ts'
import { plannedDays } from './capacity-claims.ts'
import { hasOpenHold } from './holds.ts'
import { findLine } from './line-moves.ts'
import type { OrderEvent } from './order-event.ts'
import type { LineState, OrderState, Plan, PlanAllocation } from './order-state.ts'
import { claimsMember } from './plan-claims.ts'
import { deliveriesMember } from './plan-deliveries.ts'
import type { CandidateLocation, PlanInputs, SagaCommand } from './saga-command.ts'
import { sourcingRequest } from './sourcing-request.ts'

/** Locations that turned an order down before a person has to look at it. */
export const rejectionsMax = 3

/** Units to plan now: what is open, and what has waited long enough. */
export function unitsToPlan(line: LineState, state: OrderState, nowMs: number): number {
  if (line.sku === null || line.notStocked) return 0
  return line.quantities.open + (isRecheckDue(state, nowMs) ? line.quantities.backordered : 0)
}

function isRecheckDue({ saga }: OrderState, nowMs: number): boolean {
  return saga.recheckAtMs !== null && nowMs >= saga.recheckAtMs
}

export function wantsPlan(state: OrderState, nowMs: number): boolean {
  if (!['validated', 'planned', 'reserved', 'posted', 'released'].includes(state.stage)) return false
  if (state.saga.holding || state.saga.validationDue || hasOpenHold(state)) return false
  if (state.saga.rejections >= rejectionsMax) return false
  return state.lines.some((line) => unitsToPlan(line, state, nowMs) > 0)
}

/** Nothing where a location that does not answer may have what is missing: the order is planned when it does. */
export function proposePlan(
  { inputs }: Extract<SagaCommand, { type: 'propose_plan' }>,
  state: OrderState,
  nowMs: number,
): readonly OrderEvent[] {
  if (!wantsPlan(state, nowMs) || state.policy === null) return []
  const allowPartial = state.order.allowPartial ?? state.policy.allowPartial
  const request = sourcingRequest(state, inputs, allowPartial, (line) => unitsToPlan(line, state, nowMs), nowMs)
  const decided = decideSourcing(request)
  const missing = decided.plan?.unplanned ?? request.lines.map(({ lineId, quantity }) => ({ lineId, quantity }))
  if (missing.length > 0 && silentLocations(request, decided).length > 0) return []
  const { candidates, channelGroup } = inputs
  const waiting = backorder(state, missing, { candidates, group: channelGroup ?? undefined }, nowMs)
  const decision = keptDecision(request, decided)
  const unroutable = lastingRefusal(request, decided)
  const why = unroutable === null ? {} : { unroutable }
  if (decided.plan === null) return waiting.map((event) => ({ ...event, ...why, decision }))
  return [...waiting, { type: 'planned', plan: planOf(state, inputs, decided, decided.plan, nowMs), decision }]
}

/** `chosen`: what of the decided plan is to be held. */
export function planOf(
  state: OrderState,
  inputs: PlanInputs,
  decided: SourcingDecision,
  chosen: Pick<CandidatePlan, 'allocations' | 'unplanned'>,
  nowMs: number,
): Plan {
  const allocations = chosen.allocations.flatMap(({ lineId, location, quantity }): PlanAllocation[] => {
    const line = findLine(state, lineId)
    if (line === undefined || line.sku === null) return []
    const { sku, packQuantity } = line
    return [{ lineId, sku, location, quantity, packQuantity, ...partsMember(line) }]
  })
  const days = plannedDays(allocations, inputs, decided)
  const places = new Set(allocations.map(({ location }) => location))
  const used = inputs.candidates.filter(({ location }) => places.has(location))
  return {
    attempt: state.attempt + 1,
    allocations,
    unplanned: chosen.unplanned,
    configVersion: inputs.configVersion,
    warehouses: Object.fromEntries(used.map(({ location, warehouse }) => [location, warehouse])),
    ...reportersOf(used),
    ...(days.length === 0 ? {} : { days }),
    ...deliveriesMember(state.plan, inputs, decided),
    ...claimsMember(state.order, inputs, allocations, nowMs),
    plannedAtMs: nowMs,
  }
}

function reportersOf(used: readonly CandidateLocation[]): Pick<Plan, 'reporters'> {
  const named = used.flatMap(({ location, reporter }) =>
    reporter === undefined ? [] : [[location, reporter] as const],
  )
  return named.length === 0 ? {} : { reporters: Object.fromEntries(named) }
}
