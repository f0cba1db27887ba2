/** The position after an event. Total; the invariants are asserted after every step, so a bad event never lands. */
import { unreachable } from '../shared/result.ts'
import { escrowOf, evolveEscrow } from './escrow.ts'
import { assertPosition } from './invariants.ts'
import type { Position } from './position.ts'
import type { RebasedEvent, StockChange, StockEvent } from './stock-event.ts'

export function evolve(position: Position, event: StockEvent, atMs: number): Position {
  const next = { ...apply(position, event), version: position.version + 1, updatedAtMs: atMs }
  assertPosition(next)
  return next
}

function apply(position: Position, event: StockEvent): Position {
  switch (event.type) {
    case 'held':
      return { ...position, heldUnits: position.heldUnits + event.quantity }
    case 'committed':
      return {
        ...position,
        heldUnits: position.heldUnits - event.quantity,
        committedUnits: position.committedUnits + event.quantity,
      }
    case 'released':
      return event.from === 'held' ? withoutHeld(position, event.quantity) : withoutCommitted(position, event.quantity)
    case 'expired':
      return withoutHeld(position, event.quantity)
    case 'shipped':
      return changed(withoutCommitted(position, event.quantity), event.change, event.occurredAtMs)
    case 'moved':
      return changed(position, event.change, event.occurredAtMs)
    case 'rebased':
      return rebased(position, event)
    case 'safety_stock_set':
      return { ...position, safetyTarget: event.quantity }
    case 'shards_set':
    case 'escrow_granted':
    case 'escrow_settled':
      return { ...position, escrow: evolveEscrow(escrowOf(position), event) }
    case 'extended':
    case 'drifted':
    case 'figure_ignored':
    case 'waiter_registered':
    case 'waiter_woken':
    case 'waiter_forgotten':
      return position
    default:
      return unreachable(event)
  }
}

const withoutHeld = (position: Position, units: number): Position => ({
  ...position,
  heldUnits: position.heldUnits - units,
})

const withoutCommitted = (position: Position, units: number): Position => ({
  ...position,
  committedUnits: position.committedUnits - units,
})

function changed(position: Position, change: StockChange, occurredAtMs: number): Position {
  const departs = change.sellable < 0 || change.missing > 0
  return {
    ...position,
    told: true,
    sellable: position.sellable + change.sellable,
    missing: position.missing + change.missing,
    damaged: position.damaged + change.damaged,
    qualityControl: position.qualityControl + change.qualityControl,
    incoming: position.incoming + change.incoming,
    safetyTarget: position.safetyTarget + change.safetyTarget,
    lastDepartureMs: departs ? Math.max(position.lastDepartureMs, occurredAtMs) : position.lastDepartureMs,
  }
}

function rebased(position: Position, event: RebasedEvent): Position {
  const { stock, asOfMs } = event
  const isSnapshot = event.by === 'snapshot' && event.source !== null
  return {
    ...position,
    told: true,
    sellable: stock.sellable ?? position.sellable,
    missing: stock.missing,
    damaged: stock.damaged ?? position.damaged,
    qualityControl: stock.qualityControl ?? position.qualityControl,
    asOfMs: {
      sellable: stock.sellable === null ? position.asOfMs.sellable : asOfMs,
      damaged: stock.damaged === null ? position.asOfMs.damaged : asOfMs,
      qualityControl: stock.qualityControl === null ? position.asOfMs.qualityControl : asOfMs,
    },
    totalAsOfMs: stock.sellable === null ? position.totalAsOfMs : isSnapshot ? asOfMs : -1,
    snapshot: isSnapshot ? { source: event.source, asOfMs, sourceSequence: event.sourceSequence } : position.snapshot,
  }
}
