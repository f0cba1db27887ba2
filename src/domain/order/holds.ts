/** Reasons why the order may not advance: placed and released by people or by the saga, several at once. */
import { err, ok, type Result } from '../shared/result.ts'
import type { OrderCommand, OrderRefusal } from './order-command.ts'
import type { OrderEvent } from './order-event.ts'
import type { Hold, OrderState } from './order-state.ts'

export function openHolds(state: OrderState): readonly Hold[] {
  return state.holds.filter((hold) => hold.releasedAtMs === null)
}

export function hasOpenHold(state: OrderState): boolean {
  return state.holds.some((hold) => hold.releasedAtMs === null)
}

type Decided = Result<readonly OrderEvent[], OrderRefusal>

/** The same hold again is no second hold; the same id for another reason is a conflict. */
export function placeHold(command: Extract<OrderCommand, { type: 'place_hold' }>, state: OrderState): Decided {
  const { holdId, kind, reason } = command
  if (state.stage === 'closed' || state.stage === 'cancelled') {
    return err({ reason: 'order_closed', stage: state.stage })
  }
  const known = openHolds(state).find((hold) => hold.holdId === holdId)
  if (known === undefined) return ok([{ type: 'hold_placed', hold: { holdId, kind, reason, placedBy: 'operator' } }])
  return known.kind === kind && known.reason === reason ? ok([]) : err({ reason: 'hold_conflict', holdId })
}

export function releaseHold(command: Extract<OrderCommand, { type: 'release_hold' }>, state: OrderState): Decided {
  const { holdId } = command
  const known = state.holds.findLast((hold) => hold.holdId === holdId)
  if (known === undefined) return err({ reason: 'hold_not_found', holdId })
  return ok(known.releasedAtMs === null ? [{ type: 'hold_released', holdId, by: 'operator' }] : [])
}
