/** Decides the plan from fresh figures: what is held where, and what has to wait. */
import { partsMember } from '../catalog/stock-parts.ts'
import { type DemandLine, planOrder } from '../sourcing/plan-order.ts'
import { backorder } from './backorder.ts'
import { hasOpenHold } from './holds.ts'
import type { OrderEvent } from './order-event.ts'
import type { LineState, OrderState, Plan } from './order-state.ts'
import { isExcluded } from './release-fulfilment.ts'
import type { CandidateLocation, SagaCommand } from './saga-command.ts'

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

export function proposePlan(
  command: Extract<SagaCommand, { type: 'propose_plan' }>,
  state: OrderState,
  nowMs: number,
): readonly OrderEvent[] {
  if (!wantsPlan(state, nowMs) || state.policy === null) return []
  const demand = demandOf(state, command.candidates, nowMs)
  const allowPartial = state.order.allowPartial ?? state.policy.allowPartial
  const found = planOrder(demand, command.candidates, command.figures, allowPartial)
  const waiting = backorder(state, found.unplanned, command.candidates, nowMs)
  if (found.allocations.length === 0) return waiting
  const places = new Set(found.allocations.map(({ location }) => location))
  const used = command.candidates.filter(({ location }) => places.has(location))
  const plan: Plan = {
    attempt: state.attempt + 1,
    allocations: found.allocations,
    unplanned: found.unplanned,
    configVersion: command.configVersion,
    warehouses: Object.fromEntries(used.map(({ location, warehouse }) => [location, warehouse])),
    ...reportersOf(used),
    plannedAtMs: nowMs,
  }
  return [...waiting, { type: 'planned', plan }]
}

function reportersOf(used: readonly CandidateLocation[]): Pick<Plan, 'reporters'> {
  const named = used.flatMap(({ location, reporter }) =>
    reporter === undefined ? [] : [[location, reporter] as const],
  )
  return named.length === 0 ? {} : { reporters: Object.fromEntries(named) }
}

function demandOf(state: OrderState, candidates: readonly CandidateLocation[], nowMs: number): readonly DemandLine[] {
  return state.lines.flatMap((line): DemandLine[] => {
    const quantity = unitsToPlan(line, state, nowMs)
    if (quantity === 0 || line.sku === null) return []
    const { lineId, sku, packQuantity } = line
    const excluded = candidates
      .map(({ location }) => location)
      .filter((location) => isExcluded(state, location, line.lineId))
    return [{ lineId, sku, quantity, packQuantity, ...partsMember(line), excluded }]
  })
}
