/** One position as its row. Null for a position that nothing ever happened at. */
import type { PositionView } from '../../domain/stock/stock-command.ts'
import type { PositionRow } from '../rows.ts'

export function positionRowOf(view: PositionView, updatedAtMs: number): PositionRow | null {
  if (!view.known) return null
  return {
    sku: view.sku,
    location: view.location,
    ...view.states,
    snapshotSource: view.snapshot?.source ?? null,
    snapshotAsOfMs: view.snapshot?.asOfMs ?? null,
    snapshotSequence: view.snapshot?.sourceSequence ?? null,
    updatedAtMs,
    version: view.version,
  }
}
