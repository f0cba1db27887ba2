/** Gives units back. Giving back everything is the same however often it is said; a named quantity is said once. */
import { err } from '../shared/result.ts'
import { termsOf } from './claims.ts'
import { cartCovered } from './cover.ts'
import { applied, type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { drawsOf, splitDraws } from './draws.ts'
import { openUnits } from './reservation.ts'

export function decideRelease(command: Command<'release'>, facts: StockFacts): Decided {
  const { reservationId } = command
  const existing = facts.reservation
  if (existing === null) return err({ reason: 'reservation_not_found', reservationId })
  const open = openUnits(existing)
  const quantity = command.quantity ?? open
  if (quantity > open) {
    return err({ reason: 'quantity_exceeds_reservation', reservationId, requested: quantity, open })
  }
  if (quantity === 0) return unchanged()
  const from = existing.status === 'held' ? 'held' : 'committed'
  const { split } = splitDraws(existing.draws, quantity, 'latest')
  return applied(
    [
      ...cartCovered(existing),
      { type: 'released', reservationId, quantity, from, ...termsOf(existing), ...drawsOf(split) },
    ],
    quantity,
  )
}
