/**
 * Units that are to come under one id: what was announced in all, what arrived of it, and whether more is to come. Kept
 * for good, so that an announcement which is older than what is known, or comes after the receipt, changes nothing.
 */
import type { SupplyFigure, SupplyType } from '../atp/position-figures.ts'
import { unreachable } from '../shared/result.ts'
import type { Position } from './position.ts'
import type { StockEvent, SupplyEventOf } from './stock-event.ts'

export type Supply = {
  readonly supplyId: string
  /** Null while it was received and never announced. */
  readonly announced: {
    readonly type: SupplyType
    readonly quantity: number
    readonly dueAtMs: number
    readonly confidencePercent: number
    readonly goodUntilMs: number | null
    readonly overdueDelayMs: number
    readonly sourceVersion: number
  } | null
  readonly received: number
  /** Received for the last time, or cancelled: for good. */
  readonly closed: boolean
}
type SupplyEvent = SupplyEventOf<'supply_announced' | 'supply_received' | 'supply_cancelled'>

/** How much later than now overdue supply is expected when nobody says. */
export const overdueDelayDefaultMs = 24 * 3_600_000

export const unknownSupply = (supplyId: string): Supply => ({ supplyId, announced: null, received: 0, closed: false })

/** Units still to come. More may arrive than was announced. */
export function openOf({ announced, received, closed }: Supply): number {
  return closed || announced === null ? 0 : Math.max(0, announced.quantity - received)
}

/** The event if it concerns a supply, null if the position alone. */
export function supplyEventOf(event: StockEvent): SupplyEvent | null {
  const { type } = event
  return type === 'supply_announced' || type === 'supply_received' || type === 'supply_cancelled' ? event : null
}

export function evolveSupply(existing: Supply | null, event: SupplyEvent): Supply {
  const supply = existing ?? unknownSupply(event.supplyId)
  switch (event.type) {
    case 'supply_announced': {
      const {
        supplyType: type,
        quantity,
        dueAtMs,
        confidencePercent,
        goodUntilMs,
        overdueDelayMs,
        sourceVersion,
      } = event
      return {
        ...supply,
        announced: { type, quantity, dueAtMs, confidencePercent, goodUntilMs, overdueDelayMs, sourceVersion },
      }
    }
    case 'supply_received':
      return { ...supply, received: supply.received + event.quantity, closed: supply.closed || event.final }
    case 'supply_cancelled':
      return { ...supply, closed: true }
    default:
      return unreachable(event)
  }
}

/** The position's row of it: there while units are to come. */
export function supplyRows(position: Position, event: SupplyEvent): readonly SupplyFigure[] {
  const { supplyId } = event
  const known = position.supplies.find((supply) => supply.supplyId === supplyId)
  const others = position.supplies.filter((supply) => supply.supplyId !== supplyId)
  const row = rowAfter(known, event)
  if (row === null || row.units === 0) return others
  return [...others, row].toSorted((a, b) => (a.supplyId < b.supplyId ? -1 : 1))
}

function rowAfter(known: SupplyFigure | undefined, event: SupplyEvent): SupplyFigure | null {
  switch (event.type) {
    case 'supply_announced': {
      const { supplyId, supplyType: type, dueAtMs, open: units, confidencePercent, goodUntilMs, overdueDelayMs } = event
      return { supplyId, type, dueAtMs, units, confidencePercent, goodUntilMs, overdueDelayMs }
    }
    case 'supply_received':
      return known === undefined ? null : { ...known, units: event.open }
    case 'supply_cancelled':
      return null
    default:
      return unreachable(event)
  }
}
