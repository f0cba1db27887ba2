/** Somebody on our side wants the order cancelled: what has not left is cancelled, what has left is too late. */
import { err, ok, type Result } from '../shared/result.ts'
import { hasPendingUnits } from './line-moves.ts'
import type { OrderCommand, OrderRefusal } from './order-command.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'

export function cancel(
  command: Extract<OrderCommand, { type: 'cancel' }>,
  state: OrderState,
  nowMs: number,
): Result<readonly OrderEvent[], OrderRefusal> {
  if (state.cancellation !== null || state.stage === 'cancelled') return ok([])
  if (!hasPendingUnits(state)) {
    const shipped = state.lines.reduce((sum, line) => sum + line.quantities.shipped, 0)
    return err({ reason: 'cancel_too_late', shipped })
  }
  return ok([{ type: 'cancel_requested', reason: command.reason, requestedAtMs: nowMs }])
}
