/** The position after an event. Total; the invariants are asserted after every step, so a bad event never lands. */
import { unreachable } from '../shared/result.ts'
import { changeClaims, fallDue } from './claims.ts'
import { changeProtections } from './draws.ts'
import { escrowOf, evolveEscrow } from './escrow.ts'
import { changeLots, setLotStatus, tellLots, trimLots } from './evolve-lots.ts'
import { assertPosition } from './invariants.ts'
import type { Position } from './position.ts'
import { setProtection } from './set-protection.ts'
import type { ClaimEventOf, LotChange, RebasedEvent, ReservationEvent, StockChange, StockEvent } from './stock-event.ts'
import { supplyRows } from './supply.ts'

export function evolve(position: Position, event: StockEvent, atMs: number): Position {
  const next = { ...apply(position, event), version: position.version + 1, updatedAtMs: atMs }
  assertPosition(next)
  return next
}

function apply(position: Position, event: StockEvent): Position {
  switch (event.type) {
    case 'held':
    case 'extended':
    case 'committed':
    case 'released':
    case 'handed_over':
    case 'taken_over':
    case 'expired':
    case 'cover_changed':
      return claimed(position, event)
    case 'shipped':
      return changed(claimed(position, event), event)
    case 'moved':
      return changed(position, event)
    case 'rebased':
      return rebased(position, event)
    case 'safety_stock_set':
      return { ...position, safetyTarget: event.quantity }
    case 'shards_set':
    case 'escrow_granted':
    case 'escrow_settled':
    case 'escrow_refused':
    case 'escrow_mended':
      return { ...position, escrow: evolveEscrow(escrowOf(position), event, position.version + 1) }
    case 'supply_announced':
    case 'supply_cancelled':
      return { ...position, supplies: supplyRows(position, event) }
    case 'supply_received':
      return changed({ ...position, supplies: supplyRows(position, event) }, event)
    case 'lot_status_set':
      return { ...position, ...setLotStatus(position, event.lotId, event.status) }
    case 'lot_expired':
      return { ...position, ...setLotStatus(position, event.lotId, 'expired') }
    case 'demand_due':
      return fallDue(position, event.dueAtMs)
    case 'protection_set':
      return { ...position, protections: setProtection(position, event) }
    case 'protection_released':
      return { ...position, protections: position.protections.filter(({ group }) => group !== event.group) }
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

/** What a claim does to the counters and to the protected units it drew on. */
function claimed(position: Position, event: ReservationEvent): Position {
  if (event.type === 'extended' || event.type === 'cover_changed' || event.type === 'handed_over') return position
  const { quantity, terms, draws } = event
  const { protections } = position
  switch (event.type) {
    case 'held':
      return changeClaims({ ...position, protections: changeProtections(protections, draws, 'drawn') }, terms, {
        committed: 0,
        held: quantity,
      })
    case 'committed':
      return changeClaims(position, terms, { committed: quantity, held: 0 - quantity })
    case 'taken_over':
      return event.status === event.was ? position : changeClaims(position, terms, movedBetween(event))
    case 'released':
    case 'expired': {
      const isHeld = event.type === 'expired' || event.from === 'held'
      const back = { ...position, protections: changeProtections(protections, draws, 'returned') }
      return changeClaims(back, terms, { committed: isHeld ? 0 : 0 - quantity, held: isHeld ? 0 - quantity : 0 })
    }
    case 'shipped':
      return changeClaims({ ...position, protections: changeProtections(protections, draws, 'shipped') }, terms, {
        committed: 0 - quantity,
        held: 0,
      })
    default:
      return unreachable(event)
  }
}

function movedBetween({ status, quantity }: Pick<ClaimEventOf<'taken_over'>, 'status' | 'quantity'>) {
  const held = status === 'held' ? quantity : 0 - quantity
  return { held, committed: 0 - held }
}

type Moving = { readonly change: StockChange; readonly occurredAtMs: number; readonly lots?: readonly LotChange[] }

function changed(position: Position, { change, occurredAtMs, lots = [] }: Moving): Position {
  const departs = change.sellable < 0 || change.missing > 0
  return {
    ...position,
    ...changeLots(position, lots, occurredAtMs),
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
  const next: Position = {
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
  if (event.lots !== undefined) return { ...next, ...tellLots(next, event.lots, asOfMs) }
  return stock.sellable === null ? next : { ...next, ...trimLots(next, asOfMs) }
}
