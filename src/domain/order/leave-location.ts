/** A location went down: what the order has there and has not left is called back and planned elsewhere. */
import { wokenAtMs } from './backorder.ts'
import { lookDueMs } from './better-plan.ts'
import { claimOf, isActive } from './claims.ts'
import { hasBackorderedUnits } from './line-moves.ts'
import { movableClaims } from './movable-claims.ts'
import type { OrderCommand } from './order-command.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'

export function leaveLocation(
  { location, reason }: Extract<OrderCommand, { type: 'leave_location' }>,
  state: OrderState,
): readonly OrderEvent[] {
  const claims = state.reservations.some((each) => each.location === location && claimOf(each) > 0)
  const released = state.fulfilmentOrders.some((each) => each.location === location && isActive(each))
  const planned = state.saga.holding && state.plan?.allocations.some((each) => each.location === location) === true
  if (!claims && !released && !planned) return []
  return isLeft(state, location) ? [] : [{ type: 'location_left', location, reason }]
}

/** What waits looks again at once; what is held elsewhere stays there, unless this has made another plan better. */
export function returnToLocation(
  { location }: Extract<OrderCommand, { type: 'return_to_location' }>,
  state: OrderState,
  nowMs: number,
): readonly OrderEvent[] {
  const waits = hasBackorderedUnits(state)
  if (!isLeft(state, location) && !waits && !mayMoveTo(state, location)) return []
  const recheckAtMs = waits ? wokenAtMs(state, nowMs) : state.saga.recheckAtMs
  return [{ type: 'location_returned', location, recheckAtMs }]
}

function mayMoveTo(state: OrderState, location: string): boolean {
  if (lookDueMs(state) === null || state.saga.looks?.isAsked === true) return false
  return movableClaims(state).some(({ reservation }) => reservation.location !== location)
}

export function isLeft({ saga }: OrderState, location: string): boolean {
  return saga.excluded.some((entry) => entry.location === location && entry.isLeft === true)
}
