/**
 * A better plan takes the place of another: all of it is held, or nothing has happened. What it replaces is given back
 * in the commit that takes it over, and only if that is still as it was when the plan was made.
 */
import { findLine } from './line-moves.ts'
import { mayMove, movableClaims } from './movable-claims.ts'
import type { Grant, OrderEvent } from './order-event.ts'
import type { OrderState, Plan } from './order-state.ts'
import { isExcluded } from './release-fulfilment.ts'

export function isReplacing({ saga, plan }: OrderState): boolean {
  return saga.holding && plan?.replaces !== undefined
}

type Refusal = Extract<OrderEvent, { type: 'stock_refused' }>

/** `granted`: with nothing taken of them. `torn`: parts of bundles of which another part was refused. */
export function recordReplacement(
  state: OrderState,
  plan: Plan,
  { granted, torn, refused }: Pick<Refusal, 'refused'> & Record<'granted' | 'torn', readonly Grant[]>,
): readonly OrderEvent[] {
  const { attempt, replaces: replaced = [] } = plan
  if (refused.length > 0 || !isAsItWas(state, plan)) {
    return [{ type: 'stock_refused', attempt, refused, returned: [...granted, ...torn] }]
  }
  const grants = granted.map((grant) => ({ ...grant, taken: grant.quantity }))
  return [{ type: 'stock_reserved', attempt, grants, replaced }]
}

/** What the order has heard since goes before. */
function isAsItWas(state: OrderState, { replaces = [], allocations }: Plan): boolean {
  if (!mayMove(state)) return false
  if (allocations.some(({ lineId, location }) => isExcluded(state, location, lineId))) return false
  if (allocations.some(({ lineId, sku }) => findLine(state, lineId)?.sku !== sku)) return false
  const movable = movableClaims(state)
  return replaces.every(({ reservationId, location, quantity }) =>
    movable.some(
      (claim) =>
        claim.reservation.reservationId === reservationId &&
        claim.reservation.location === location &&
        claim.quantity >= quantity,
    ),
  )
}

/** While it is being held, the plan that stays when it cannot be is kept. */
export function withPlanBefore(state: OrderState, { replaces }: Plan): OrderState {
  const { looks } = state.saga
  if (replaces === undefined || looks === undefined) return state
  return { ...state, saga: { ...state.saga, looks: { ...looks, before: state.plan } } }
}

/** A better plan that was refused is no plan that was refused: nothing has to be planned again for it. */
export function withoutReplacement(state: OrderState): OrderState {
  const { looks } = state.saga
  if (looks?.before === undefined) return state
  const { before, ...rest } = looks
  return { ...state, plan: before, saga: { ...state.saga, looks: rest } }
}
