/** Gives a hold more time. It never takes time away: an older extension that comes late must not cut a newer one short. */
import { err } from '../shared/result.ts'
import { applied, type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { openUnits } from './reservation.ts'

export function decideExtend(command: Command<'extend'>, facts: StockFacts): Decided {
  const { reservationId, expiresAtMs } = command
  const existing = facts.reservation
  if (existing === null) return err({ reason: 'reservation_not_found', reservationId })
  if (existing.status === 'released') return err({ reason: 'reservation_released', reservationId })
  if (existing.status === 'expired') {
    return err({ reason: 'reservation_expired', reservationId, expiredAtMs: existing.expiresAtMs ?? 0 })
  }
  const alreadyLonger = existing.expiresAtMs === null || existing.expiresAtMs >= expiresAtMs
  if (existing.status !== 'held' || alreadyLonger) return unchanged(openUnits(existing))
  return applied([{ type: 'extended', reservationId, expiresAtMs }], openUnits(existing))
}
