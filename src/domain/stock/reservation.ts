/** A claim on a position: held (expires) → committed → shipped, or released / expired. */

import type { CorrelationId, OrderId, ReservationId } from '../shared/ids.ts'
import { unreachable } from '../shared/result.ts'
import { waiterPriorityDefault } from './await-stock.ts'
import { joinDraws, splitDraws } from './draws.ts'
import type { ReservationStatus, ReservationView, StockCommand } from './stock-command.ts'
import type { ClaimEventOf, ClaimTerms, Draw, ReservationEvent, StockEvent } from './stock-event.ts'

export type Reservation = {
  readonly reservationId: ReservationId
  /** What was asked for; with `allowPartial` more than was granted. A redelivered hold is recognised by it. */
  readonly requested: number
  readonly quantity: number
  readonly shipped: number
  readonly released: number
  readonly status: ReservationStatus
  /** The first instant at which a hold no longer counts; null: it never expires. */
  readonly expiresAtMs: number | null
  readonly orderId: OrderId | null
  readonly correlationId: CorrelationId
  /** What it takes of protected units and of nobody's, in that order; empty when none of it is protected. */
  readonly draws: readonly Draw[]
  readonly priority: number
  /** The position's version that it began with: the higher, the younger. */
  readonly since: number
  /** Of its open units, those that the position has not got any more. */
  readonly uncovered: number
} & ClaimTerms

/** The reservations that a command is about. */
export function reservationsOf(command: StockCommand): readonly ReservationId[] {
  if (!('reservationId' in command)) return []
  return command.type === 'take_over' ? [command.reservationId, command.source] : [command.reservationId]
}

/** Units still claimed. */
export function openUnits(reservation: Reservation): number {
  if (reservation.status !== 'held' && reservation.status !== 'committed') return 0
  return reservation.quantity - reservation.shipped - reservation.released
}

export function isExpired(reservation: Reservation, nowMs: number): boolean {
  if (reservation.status === 'expired') return true
  return reservation.status === 'held' && reservation.expiresAtMs !== null && nowMs >= reservation.expiresAtMs
}

const claimTypes: ReadonlySet<StockEvent['type']> = new Set<ReservationEvent['type']>([
  'held',
  'extended',
  'committed',
  'released',
  'handed_over',
  'taken_over',
  'expired',
  'cover_changed',
  'shipped',
])

/** The event if it concerns a reservation, null if the position alone. */
export function reservationEventOf(event: StockEvent): ReservationEvent | null {
  return claimTypes.has(event.type) ? (event as ReservationEvent) : null
}

/**
 * `existing` is null for what begins a claim. `correlationId` is remembered so that an expiry belongs to the same
 * trace; `since` is the version of the position that a new claim begins with.
 */
export function evolveReservation(
  existing: Reservation | null,
  event: ReservationEvent,
  correlationId: CorrelationId,
  since = 0,
): Reservation {
  if (event.type === 'held') return begin(event, correlationId, since)
  if (event.type === 'taken_over') return takeOver(existing, event, correlationId)
  if (existing === null) throw new Error(`${event.type} of a reservation that does not exist`)
  switch (event.type) {
    case 'extended':
      return { ...existing, expiresAtMs: event.expiresAtMs }
    case 'committed':
      return { ...existing, status: 'committed' }
    case 'expired':
      return { ...existing, status: 'expired', draws: [], uncovered: 0 }
    case 'cover_changed':
      return { ...existing, uncovered: event.uncovered }
    case 'released':
      return closeWhenEmpty({
        ...existing,
        released: existing.released + event.quantity,
        // Whoever gives units back gives back those that are not there.
        uncovered: Math.max(0, existing.uncovered - event.quantity),
        draws: splitDraws(existing.draws, event.quantity, 'latest').kept,
      })
    case 'handed_over':
      return closeWhenEmpty({
        ...existing,
        released: existing.released + event.quantity,
        draws: splitDraws(existing.draws, event.quantity, 'earliest').kept,
      })
    case 'shipped':
      return closeWhenEmpty({
        ...existing,
        shipped: existing.shipped + event.quantity,
        draws: splitDraws(existing.draws, event.quantity, 'earliest').kept,
      })
    default:
      return unreachable(event)
  }
}

function begin(event: Omit<ClaimEventOf<'held'>, 'type'>, correlationId: CorrelationId, since: number): Reservation {
  const { reservationId, requested, quantity, expiresAtMs, orderId, terms, draws = [] } = event
  return {
    reservationId,
    requested,
    quantity,
    shipped: 0,
    released: 0,
    status: 'held',
    expiresAtMs,
    orderId,
    correlationId,
    draws,
    priority: event.priority ?? waiterPriorityDefault,
    since,
    uncovered: 0,
    dueAtMs: terms?.dueAtMs ?? null,
    goodUntilMs: terms?.goodUntilMs ?? null,
  }
}

function takeOver(
  existing: Reservation | null,
  event: ClaimEventOf<'taken_over'>,
  correlationId: CorrelationId,
): Reservation {
  const { status, quantity, draws = [], since } = event
  const moved: Reservation = { ...begin(event, correlationId, since), status }
  if (existing === null) return moved
  return {
    ...moved,
    quantity: existing.quantity + quantity,
    draws: joinDraws({ draws, units: quantity }, { draws: existing.draws, units: existing.quantity }),
  }
}

/** What was given back after a part had shipped does not make the whole a released one. */
function closeWhenEmpty(reservation: Reservation): Reservation {
  const open = openUnits(reservation)
  if (open < 0) throw new Error(`reservation ${reservation.reservationId} has ${open} units open`)
  if (open > 0) return { ...reservation, uncovered: Math.min(reservation.uncovered, open) }
  return { ...reservation, uncovered: 0, status: reservation.shipped > 0 ? 'shipped' : 'released' }
}

/** As it is at `nowMs`: a hold whose time has come reads as expired before the alarm has tidied it up. */
export function reservationView(reservation: Reservation, nowMs: number): ReservationView {
  const { reservationId, quantity, shipped, expiresAtMs, orderId } = reservation
  const status = isExpired(reservation, nowMs) ? 'expired' : reservation.status
  return { reservationId, quantity, shipped, status, expiresAtMs, orderId }
}
