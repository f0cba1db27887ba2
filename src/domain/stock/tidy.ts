/**
 * What the clock does to a position: lots expire, later dates come, protections are released. Reads reckon with all of
 * it at once; the caller records it before it decides anything, the alarm does so for positions nobody asks.
 */
import { lotsAt } from './lots.ts'
import type { Position } from './position.ts'
import type { StockEvent } from './stock-event.ts'

export function decideTidy(position: Position, nowMs: number): readonly StockEvent[] {
  const next = nextTidyMs(position)
  if (next === null || next > nowMs) return []
  const due = position.demands.filter(({ dueAtMs }) => dueAtMs <= nowMs)
  const dates = Map.groupBy(due, ({ dueAtMs }) => dueAtMs)
  return [
    ...[...dates].map(([dueAtMs, demands]): StockEvent => {
      return {
        type: 'demand_due',
        dueAtMs,
        quantity: demands.reduce((sum, { committed, held }) => sum + committed + held, 0),
      }
    }),
    ...lotsAt(position, nowMs).flatMap(({ lotId, goodUntilMs, status, units }): StockEvent[] => {
      if (status !== 'sellable' || goodUntilMs === null || goodUntilMs > nowMs) return []
      return [{ type: 'lot_expired', lotId, goodUntilMs, units }]
    }),
    ...position.protections.flatMap(({ group, quantity, drawn, shipped, releaseAtMs }): StockEvent[] => {
      if (releaseAtMs === null || releaseAtMs > nowMs) return []
      return [{ type: 'protection_released', group, quantity: Math.max(0, quantity - drawn - shipped) }]
    }),
  ]
}

/** When the clock changes something next; null: never, as things stand. */
export function nextTidyMs({ lots, demands, protections }: Position): number | null {
  if (lots.length + demands.length + protections.length === 0) return null
  const instants = [
    ...lots.flatMap(({ status, goodUntilMs }) => (status === 'sellable' ? (goodUntilMs ?? []) : [])),
    ...demands.map(({ dueAtMs }) => dueAtMs),
    ...protections.flatMap(({ releaseAtMs }) => releaseAtMs ?? []),
  ]
  return instants.length === 0 ? null : Math.min(...instants)
}
