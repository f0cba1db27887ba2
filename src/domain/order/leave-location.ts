/** A location went down: what the order has there and has not left is called back and planned elsewhere. */
import { claimOf, isActive } from './claims.ts'
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

export function isLeft({ saga }: OrderState, location: string): boolean {
  return saga.excluded.some((entry) => entry.location === location && entry.isLeft === true)
}
