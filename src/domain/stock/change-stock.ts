/**
 * What a report of moved units does to the figures we hold. Two rules make the order of arrival irrelevant: a movement
 * that occurred at or before a pool's newest absolute figure is inside that figure already, and units that leave
 * although we know of none are remembered as missing until an earlier arrival explains them.
 */
import type { PoolUnits, Position } from './position.ts'
import type { DriftedEvent, StockChange } from './stock-event.ts'

export type ReportedUnits = PoolUnits & { readonly incoming: number; readonly safetyTarget: number }

export const noUnits: ReportedUnits = { sellable: 0, damaged: 0, qualityControl: 0, incoming: 0, safetyTarget: 0 }

/** True when no pool that the report speaks of takes it any more. */
export function isStale(position: Position, reported: ReportedUnits, occurredAtMs: number): boolean {
  const { sellable, damaged, qualityControl } = reported
  const spoken = { sellable, damaged, qualityControl }
  const concerned = Object.entries(spoken).filter(([, units]) => units !== 0) as [keyof PoolUnits, number][]
  return concerned.length > 0 && concerned.every(([pool]) => occurredAtMs <= position.asOfMs[pool])
}

export function changeOf(position: Position, reported: ReportedUnits, occurredAtMs: number): StockChange {
  const counts = (pool: keyof PoolUnits) => (occurredAtMs > position.asOfMs[pool] ? reported[pool] : 0)
  const damaged = counts('damaged')
  const qualityControl = counts('qualityControl')
  const insideTotal = occurredAtMs <= position.totalAsOfMs ? damaged + qualityControl : 0
  return {
    ...sellableChange(position, counts('sellable') - insideTotal, occurredAtMs),
    damaged,
    qualityControl,
    // Announcements are estimates: what arrives beyond them takes them to zero, not below.
    incoming: Math.max(reported.incoming, -position.incoming),
    safetyTarget: Math.max(reported.safetyTarget, -position.safetyTarget),
  }
}

function sellableChange(
  position: Position,
  units: number,
  occurredAtMs: number,
): Pick<StockChange, 'sellable' | 'missing'> {
  if (units < 0) {
    const found = Math.min(-units, position.sellable)
    return { sellable: minus(found), missing: -units - found }
  }
  const explains = occurredAtMs <= position.lastDepartureMs ? Math.min(units, position.missing) : 0
  return { sellable: units - explains, missing: minus(explains) }
}

/** Plain negation makes −0, which JSON and a strict comparison tell apart from 0. */
const minus = (units: number) => (units === 0 ? 0 : -units)

/** More left than we knew of: the difference is what must have been there without our knowledge. */
export function shortageDrift(
  position: Position,
  change: StockChange,
  reference: string,
  occurredAtMs: number,
): DriftedEvent[] {
  if (change.missing <= 0) return []
  const believed = position.sellable
  return [
    {
      type: 'drifted',
      by: 'shortage',
      reference,
      asOfMs: occurredAtMs,
      believed,
      found: believed + change.missing,
      difference: change.missing,
      movedSince: { sellable: 0, damaged: 0, qualityControl: 0 },
    },
  ]
}
