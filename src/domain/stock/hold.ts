/** Claims units until a time. A reservation id stands for one claim for ever: it is never granted a second time. */
import { err } from '../shared/result.ts'
import { applied, type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { availableAt } from './position.ts'
import type { Reservation } from './reservation.ts'

export function decideHold(command: Command<'hold'>, facts: StockFacts): Decided {
  const { reservationId, quantity, expiresAtMs, orderId } = command
  if (facts.reservation) return answerRepeated(command, facts.reservation)
  if (expiresAtMs !== null && facts.nowMs >= expiresAtMs) {
    return err({ reason: 'reservation_expired', reservationId, expiredAtMs: expiresAtMs })
  }
  const available = availableAt(facts.position)
  const granted = command.allowPartial ? Math.min(quantity, available) : quantity
  if (granted > available || granted === 0) return err({ reason: 'insufficient_stock', requested: quantity, available })
  return applied(
    [{ type: 'held', reservationId, requested: quantity, quantity: granted, expiresAtMs, orderId }],
    granted,
  )
}

/** Compared with what was asked then, not with what was granted: a partial hold is repeated with its full quantity. */
function answerRepeated(command: Command<'hold'>, existing: Reservation): Decided {
  const { reservationId } = command
  if (existing.requested !== command.quantity) {
    return err({ reason: 'reservation_conflict', reservationId, held: existing.quantity })
  }
  if (existing.status === 'released') return err({ reason: 'reservation_released', reservationId })
  if (existing.status === 'expired') {
    return err({ reason: 'reservation_expired', reservationId, expiredAtMs: existing.expiresAtMs ?? 0 })
  }
  return unchanged(existing.quantity)
}
