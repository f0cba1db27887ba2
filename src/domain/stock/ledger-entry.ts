/** A position's log entry as a line of its ledger: what changed, by how much, and what was there afterwards. */
import type { LogEntry } from '../order/order-command.ts'
import { unreachable } from '../shared/result.ts'
import type { LedgerEntry } from './stock-command.ts'
import type { LoggedStockEvent } from './stock-event.ts'

type Line = Pick<LedgerEntry, 'type' | 'quantity' | 'reference'> & { readonly occurredAtMs?: number }

export function ledgerEntry(entry: LogEntry): LedgerEntry {
  // Written by this actor itself, hash-chained and never edited: parsed, not validated again.
  const event = JSON.parse(entry.event) as LoggedStockEvent
  const line = lineOf(event)
  return {
    seq: entry.seq,
    atMs: entry.atMs,
    occurredAtMs: line.occurredAtMs ?? entry.atMs,
    type: line.type,
    quantity: line.quantity,
    reference: line.reference,
    onHandAfter: event.after.onHand,
    availableAfter: event.after.available,
    correlationId: entry.cause.correlationId,
  }
}

function lineOf(event: LoggedStockEvent): Line {
  const { type } = event
  switch (type) {
    case 'held':
    case 'committed':
    case 'released':
    case 'handed_over':
    case 'taken_over':
    case 'expired':
      return { type, quantity: event.quantity, reference: event.reservationId }
    case 'cover_changed':
      return { type, quantity: event.was - event.uncovered, reference: event.reservationId }
    case 'extended':
      return { type, quantity: 0, reference: event.reservationId }
    case 'shipped':
      return { type, quantity: event.quantity, reference: event.shipmentId, occurredAtMs: event.occurredAtMs }
    case 'moved':
      return {
        type: event.movement,
        quantity: event.quantity,
        reference: event.reference ?? event.movementId,
        occurredAtMs: event.occurredAtMs,
      }
    case 'rebased':
      return { type: event.by, quantity: event.after.onHand, reference: event.reference, occurredAtMs: event.asOfMs }
    case 'figure_ignored':
      return { type, quantity: 0, reference: event.reference, occurredAtMs: event.asOfMs }
    case 'drifted':
      return { type, quantity: event.difference, reference: event.reference, occurredAtMs: event.asOfMs }
    case 'supply_announced':
      return { type, quantity: event.open, reference: event.supplyId }
    case 'supply_received':
      return { type, quantity: event.quantity, reference: event.supplyId, occurredAtMs: event.occurredAtMs }
    case 'supply_cancelled':
      return { type, quantity: event.quantity, reference: event.supplyId }
    case 'lot_status_set':
      return { type, quantity: 0, reference: `${event.lotId} ${event.status}` }
    case 'lot_expired':
      return { type, quantity: event.units, reference: event.lotId, occurredAtMs: event.goodUntilMs }
    case 'demand_due':
      return { type, quantity: event.quantity, reference: null, occurredAtMs: event.dueAtMs }
    case 'protection_set':
    case 'protection_released':
      return { type, quantity: event.quantity, reference: event.group }
    case 'safety_stock_set':
      return { type, quantity: event.quantity, reference: null }
    case 'shards_set':
      return { type, quantity: event.shards, reference: null }
    case 'escrow_granted':
      return { type, quantity: event.quantity, reference: shardReference(event.shard) }
    case 'escrow_settled':
      return { type, quantity: event.adopted + event.returned, reference: shardReference(event.shard) }
    case 'escrow_refused':
    case 'escrow_mended':
      return { type, quantity: 0, reference: shardReference(event.shard) }
    case 'waiter_registered':
    case 'waiter_woken':
      return { type, quantity: event.quantity, reference: event.orderId }
    case 'waiter_forgotten':
      return { type, quantity: 0, reference: event.orderId }
    default:
      return unreachable(type)
  }
}

const shardReference = (shard: number) => `shard/${shard}`
