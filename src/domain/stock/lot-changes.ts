/** What a report of units that came to the sellable pool, or left it, says of lots; named or not. */
import type { StockFacts } from './decision.ts'
import { arrivingLots, leavingLots, overfillsLots, type Picking } from './lots.ts'
import type { Position } from './position.ts'
import type { LotUnits } from './stock-command.ts'
import type { LotChange, StockEvent } from './stock-event.ts'
import type { StockRefusal } from './stock-refusal.ts'

/** Signed units: arrivals are of the lots they name, departures of those and of what goes first besides. */
export function lotChanges({ position, nowMs }: StockFacts, picking: Picking): readonly LotChange[] {
  const { units, named } = picking
  if (units >= 0) return arrivingLots(named)
  return leavingLots(position, { ...picking, units: 0 - units }, nowMs)
}

/** `units` as the report tells them, whichever way they went. */
export function lotsRefusal(position: Position, named: readonly LotUnits[], units: number): StockRefusal | null {
  const inLots = named.reduce((sum, { quantity }) => sum + quantity, 0)
  if (inLots > Math.abs(units)) return { reason: 'lots_exceed_quantity', requested: Math.abs(units), named: inLots }
  return overfillsLots(position, named) ? { reason: 'position_full', of: 'lots' } : null
}

/** Left out of events that concern no lot. */
export const lotsOf = (changes: readonly LotChange[]): { lots?: readonly LotChange[] } =>
  changes.length === 0 ? {} : { lots: changes }

/** What a verdict on units that went to another location says of their lots. */
export function lotsSentBy(events: readonly StockEvent[]): { lots?: readonly LotUnits[] } {
  const lots = events.flatMap((event) =>
    event.type === 'moved' && event.movement === 'transfer_out'
      ? (event.lots ?? []).map(({ lotId, units, goodUntilMs }) => ({ lotId, quantity: 0 - units, goodUntilMs }))
      : [],
  )
  return lots.length === 0 ? {} : { lots }
}
