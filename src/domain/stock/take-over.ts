/**
 * Moves a claim to whom it was made for: an order takes over its cart. Whoever holds units keeps them: what is moved
 * competes with nobody, whatever was set or protected since. It goes on as it was, held or committed, on its
 * terms, with its place among those who lose cover and the protected units that it drew first. What the old claim keeps
 * is its holder's to give back, and units that it was told to lack stay with it: an order is better served elsewhere.
 * Units beyond it are claimed like any other's.
 */
import { err } from '../shared/result.ts'
import { termsOf } from './claims.ts'
import { applied, type Command, type Decided, type StockFacts } from './decision.ts'
import { drawsOf, splitDraws } from './draws.ts'
import { decideHold, heldAnew } from './hold.ts'
import { openUnits, type Reservation } from './reservation.ts'
import type { ReservationEvent } from './stock-event.ts'

export function decideTakeOver(command: Command<'take_over'>, facts: StockFacts): Decided {
  const { source } = facts
  const hold: Command<'hold'> = { ...command, type: 'hold' }
  const moved = source === null ? 0 : Math.min(openUnits(source) - source.uncovered, command.quantity)
  if (facts.reservation !== null || source === null || moved === 0) return decideHold(hold, facts)
  const rest = command.quantity - moved
  if (rest === 0) return applied(handOver(command, source, moved, source.status), moved)
  const { dueAtMs, goodUntilMs } = source
  const beyond = heldAnew({ ...hold, quantity: rest, dueAtMs, goodUntilMs }, facts)
  if (beyond.ok) {
    const held = { ...beyond.value, requested: command.quantity, ...termsOf(source) }
    return applied([held, ...handOver(command, source, moved, 'held')], beyond.value.quantity + moved)
  }
  if (beyond.error.reason !== 'insufficient_stock') return beyond
  if (command.allowPartial) return applied(handOver(command, source, moved, source.status), moved)
  return err({ ...beyond.error, requested: command.quantity, available: beyond.error.available + moved })
}

/** `status`: what the moved units are from then on. */
function handOver(
  command: Command<'take_over'>,
  source: Reservation,
  quantity: number,
  status: Reservation['status'],
): readonly ReservationEvent[] {
  const { reservationId, quantity: requested, orderId, priority } = command
  const { split } = splitDraws(source.draws, quantity, 'earliest')
  const turn = priority === undefined ? {} : { priority }
  return [
    { type: 'handed_over', reservationId: source.reservationId, to: reservationId, quantity },
    {
      type: 'taken_over',
      reservationId,
      source: source.reservationId,
      requested,
      quantity,
      was: claimedAs(source.status),
      status: claimedAs(status),
      // Nobody who holds units until a time loses them before it.
      expiresAtMs: laterOf(command.expiresAtMs, source.expiresAtMs),
      orderId,
      since: source.since,
      ...turn,
      ...termsOf(source),
      ...drawsOf(split),
    },
  ]
}

const claimedAs = (status: Reservation['status']) => (status === 'committed' ? 'committed' : 'held')

const laterOf = (a: number | null, b: number | null) => (a === null || b === null ? null : Math.max(a, b))
