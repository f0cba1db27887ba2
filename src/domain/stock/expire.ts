/**
 * Tidies holds whose time has come. The caller does this before it decides anything else, so that no decision ever sees
 * a hold that no longer counts; the alarm does it for positions nobody asks.
 */
import { termsOf } from './claims.ts'
import { cartCovered } from './cover.ts'
import { drawsOf } from './draws.ts'
import { isExpired, openUnits, type Reservation } from './reservation.ts'
import type { StockEvent } from './stock-event.ts'

export function decideExpire(reservation: Reservation, nowMs: number): readonly StockEvent[] {
  if (reservation.status !== 'held' || !isExpired(reservation, nowMs)) return []
  const { reservationId, draws } = reservation
  const quantity = openUnits(reservation)
  return [
    ...cartCovered(reservation),
    { type: 'expired', reservationId, quantity, ...termsOf(reservation), ...drawsOf(draws) },
  ]
}
