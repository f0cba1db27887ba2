/**
 * Units that are to come under one id: what was announced in all, what arrived of it, and whether more is to come. Kept
 * for good, so that an announcement which is older than what is known, or comes after the receipt, changes nothing.
 */
import type { SupplyType } from '../atp/position-figures.ts'
import { unreachable } from '../shared/result.ts'
import { shortestLifeFirst } from './lots.ts'
import type { OpenSupply, Position } from './position.ts'
import type { LotUnits } from './stock-command.ts'
import type { LotChange, StockEvent, SupplyEventOf } from './stock-event.ts'

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
    readonly lots?: readonly LotUnits[]
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
        lots,
      } = event
      const terms = { type, quantity, dueAtMs, confidencePercent, goodUntilMs, overdueDelayMs, sourceVersion }
      return { ...supply, announced: { ...terms, ...(lots === undefined ? {} : { lots }) } }
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
export function supplyRows(position: Position, event: SupplyEvent): readonly OpenSupply[] {
  const { supplyId } = event
  const known = position.supplies.find((supply) => supply.supplyId === supplyId)
  const others = position.supplies.filter((supply) => supply.supplyId !== supplyId)
  const row = rowAfter(known, event)
  if (row === null || row.units === 0) return others
  return [...others, row].toSorted((a, b) => (a.supplyId < b.supplyId ? -1 : 1))
}

function rowAfter(known: OpenSupply | undefined, event: SupplyEvent): OpenSupply | null {
  switch (event.type) {
    case 'supply_announced': {
      const { supplyId, supplyType: type, dueAtMs, open: units, confidencePercent, goodUntilMs, overdueDelayMs } = event
      const row = { supplyId, type, dueAtMs, units, confidencePercent, goodUntilMs, overdueDelayMs }
      return ofLots(row, lotsToCome(event.lots ?? [], units))
    }
    case 'supply_received': {
      if (known === undefined) return null
      const { lots = [], ...row } = known
      return ofLots({ ...row, units: event.open }, lotsToCome(withoutArrived(lots, event.lots ?? []), event.open))
    }
    case 'supply_cancelled':
      return null
    default:
      return unreachable(event)
  }
}

const ofLots = (row: OpenSupply, lots: readonly LotUnits[]): OpenSupply => (lots.length === 0 ? row : { ...row, lots })

function withoutArrived(lots: readonly LotUnits[], arrived: readonly LotChange[]): readonly LotUnits[] {
  const came = Map.groupBy(arrived, ({ lotId }) => lotId)
  return lots.map((lot) => {
    const units = (came.get(lot.lotId) ?? []).reduce((sum, change) => sum + change.units, 0)
    return { ...lot, quantity: Math.max(0, lot.quantity - units) }
  })
}

/** Where nobody said which lots arrived, those that keep longest are taken to have: nobody is promised them again. */
function lotsToCome(lots: readonly LotUnits[], open: number): readonly LotUnits[] {
  let left = open
  return shortestLifeFirst(lots).flatMap((lot) => {
    const quantity = Math.min(left, lot.quantity)
    left -= quantity
    return quantity === 0 ? [] : [{ ...lot, quantity }]
  })
}
