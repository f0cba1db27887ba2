/**
 * Makes a hold final. A hold that lost its cover meanwhile may still be committed: the promise was given, and the part
 * nobody can pick shows as backordered and is first in line for what arrives.
 */
import { err } from '../shared/result.ts'
import { termsOf } from './claims.ts'
import { applied, type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { openUnits } from './reservation.ts'

export function decideCommit(command: Command<'commit'>, facts: StockFacts): Decided {
  const { reservationId } = command
  const existing = facts.reservation
  if (existing === null) return err({ reason: 'reservation_not_found', reservationId })
  if (existing.status === 'released') return err({ reason: 'reservation_released', reservationId })
  if (existing.status === 'expired') {
    return err({ reason: 'reservation_expired', reservationId, expiredAtMs: existing.expiresAtMs ?? 0 })
  }
  if (existing.status !== 'held') return unchanged(openUnits(existing))
  const quantity = openUnits(existing)
  return applied([{ type: 'committed', reservationId, quantity, ...termsOf(existing) }], quantity)
}
