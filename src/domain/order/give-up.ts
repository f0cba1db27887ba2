/** A plan that is refused again and again, by positions or by days that are full, is not made once more at once. */
import { backorder } from './backorder.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState, Plan, PlanAllocation } from './order-state.ts'

/** Plans refused in a row: figures that age this fast are not worth a fifth look. */
const refusalsMax = 4

type Refused = Pick<PlanAllocation, 'lineId' | 'location' | 'quantity'>

export function isWanted({ stage }: OrderState): boolean {
  return ['planned', 'reserved', 'posted', 'released'].includes(stage)
}

/** The bound is reached: what was refused waits, instead of being planned once more. */
export function giveUp(
  state: OrderState,
  plan: Plan,
  refused: readonly Refused[],
  nowMs: number,
): readonly OrderEvent[] {
  if (!isWanted(state) || refused.length === 0 || state.saga.refusals + 1 < refusalsMax) return []
  const partial = state.order.allowPartial ?? state.policy?.allowPartial ?? false
  const missing = partial ? refused : plan.allocations
  const places = [...new Set(refused.map(({ location }) => location))]
  const candidates = places.map((location) => ({ location, priority: 0, warehouse: null }))
  return backorder(state, missing, { candidates, group: plan.claims?.group }, nowMs)
}
