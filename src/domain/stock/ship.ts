/**
 * Units of a committed reservation left the building: a fact, even when we believed there were none. What we did not
 * know of is floored at zero, recorded as drift and explained later by the arrival that must have come before it.
 */
import { canonicalJson } from '../shared/canonical-json.ts'
import { err, ok } from '../shared/result.ts'
import { changeOf, noUnits, shortageDrift } from './change-stock.ts'
import { termsOf } from './claims.ts'
import { type Command, type Decided, type StockFacts, unchanged } from './decision.ts'
import { drawsOf, splitDraws } from './draws.ts'
import { lotChanges, lotsOf, lotsRefusal } from './lot-changes.ts'
import { noPools, type Position } from './position.ts'
import { openUnits, type Reservation } from './reservation.ts'
import type { StockRefusal } from './stock-refusal.ts'

/** One shipment may carry several reservations of the position. */
export const shipmentReportId = (command: Command<'ship'>) => `shipment/${command.shipmentId}/${command.reservationId}`

export function decideShip(command: Command<'ship'>, facts: StockFacts): Decided {
  const { reservationId, shipmentId, quantity, lots = [] } = command
  const { position, reservation } = facts
  const content = canonicalJson({ reservationId, shipmentId, quantity, ...(lots.length === 0 ? {} : { lots }) })
  if (facts.recorded) {
    return facts.recorded.content === content ? unchanged(quantity) : err(conflictOf(shipmentId))
  }
  if (reservation === null) return err({ reason: 'reservation_not_found', reservationId })
  const refusal = refusalFor(command, reservation) ?? lotsRefusal(position, lots, quantity)
  if (refusal) return err(refusal)
  const occurredAtMs = shippedAtMs(command, position, facts.nowMs)
  const change = changeOf(position, { ...noUnits, sellable: -quantity }, occurredAtMs)
  const stale = occurredAtMs <= position.asOfMs.sellable
  const { goodUntilMs } = reservation
  const changes = lotChanges(facts, { units: 0 - quantity, named: lots, sold: true, goodUntilMs })
  const claimed = { ...termsOf(reservation), ...drawsOf(splitDraws(reservation.draws, quantity, 'earliest').split) }
  return ok({
    effect: stale ? 'stale' : 'applied',
    granted: quantity,
    events: [
      { type: 'shipped', reservationId, shipmentId, quantity, occurredAtMs, change, ...lotsOf(changes), ...claimed },
      ...shortageDrift(position, change, shipmentId, occurredAtMs),
    ],
    report: {
      id: shipmentReportId(command),
      content,
      occurredAtMs,
      moved: { ...noPools, sellable: -quantity },
      lots: changes,
    },
  })
}

const conflictOf = (shipmentId: string): StockRefusal => ({ reason: 'movement_conflict', movementId: shipmentId })

function refusalFor(command: Command<'ship'>, reservation: Reservation): StockRefusal | null {
  const { reservationId, quantity } = command
  const { status } = reservation
  if (status !== 'committed' && status !== 'shipped') return { reason: 'not_committed', reservationId, status }
  const open = openUnits(reservation)
  if (quantity > open) return { reason: 'quantity_exceeds_reservation', reservationId, requested: quantity, open }
  return null
}

/** Without a stated time it left after everything we know: a figure held already cannot have seen it. */
function shippedAtMs(command: Command<'ship'>, position: Position, nowMs: number): number {
  if (command.occurredAtMs === undefined) return Math.max(nowMs, position.asOfMs.sellable + 1)
  return Math.min(command.occurredAtMs, nowMs)
}
