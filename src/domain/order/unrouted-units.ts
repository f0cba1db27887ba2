/**
 * Units that an order wants and that no position has heard of: it waits for a person, a payment or a mapping, and until
 * then only the availability of its SKUs can keep others from being promised them.
 */
import { stockParts } from '../catalog/stock-parts.ts'
import type { Sku } from '../shared/ids.ts'
import { nextSteps } from './next-steps.ts'
import type { OrderState } from './order-state.ts'

/** Base units by SKU. Null while the saga is at work: in a moment it will be known where they go. */
export function unroutedUnits(state: OrderState, nowMs: number): ReadonlyMap<Sku, number> | null {
  const units = new Map<Sku, number>()
  if (state.stage === 'closed' || state.stage === 'cancelled') return units
  if (nextSteps(state, nowMs).length > 0) return null
  for (const { sku, notStocked, quantities, ...line } of state.lines) {
    if (sku === null || notStocked || quantities.open === 0) continue
    for (const part of stockParts({ sku, ...line })) {
      units.set(part.sku, (units.get(part.sku) ?? 0) + quantities.open * part.units)
    }
  }
  return units
}
