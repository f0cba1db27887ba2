/** What an order waits for at positions, and its turn there: by this its units are matched to what is announced. */
import { stockParts } from '../catalog/stock-parts.ts'
import type { Sku } from '../shared/ids.ts'
import { waiterPriorityDefault } from '../stock/await-stock.ts'
import { hasBackorderedUnits } from './line-moves.ts'
import { nextSteps } from './next-steps.ts'
import type { OrderState } from './order-state.ts'

export type WaitingUnits = {
  /** Base units. */
  readonly quantity: number
  readonly priority: number
  readonly sinceMs: number
  /** From when the units have to keep, and until when they lie: see `Backorder`. */
  readonly promisedByMs: number | null
  readonly notBeforeMs: number | null
  /** Where it stands in line, sorted. */
  readonly locations: readonly string[]
  readonly group?: string
}

/** By SKU. Null while the saga is at work: in a moment it may wait for something else. */
export function backorderedUnits(state: OrderState, nowMs: number): ReadonlyMap<Sku, WaitingUnits> | null {
  if (state.stage === 'closed' || state.stage === 'cancelled' || !hasBackorderedUnits(state)) return new Map()
  if (nextSteps(state, nowMs).length > 0) return null
  const units = new Map<Sku, number>()
  for (const { sku, notStocked, quantities, ...line } of state.lines) {
    if (sku === null || notStocked || quantities.backordered === 0) continue
    for (const part of stockParts({ sku, ...line })) {
      units.set(part.sku, (units.get(part.sku) ?? 0) + quantities.backordered * part.units)
    }
  }
  const { placedAtMs: sinceMs, promisedByMs = null, shipNotBeforeMs: notBeforeMs = null } = state.order
  const turn = { priority: state.policy?.priority ?? waiterPriorityDefault, sinceMs, promisedByMs, notBeforeMs }
  return new Map(
    [...units].flatMap(([sku, quantity]) => {
      const places = state.saga.waitingAt.filter((waiting) => waiting.sku === sku)
      const locations = places.map(({ location }) => location).sort()
      const group = places.find((place) => place.group !== undefined)?.group
      const asOf = group === undefined ? {} : { group }
      return locations.length === 0 ? [] : [[sku, { quantity, ...turn, locations, ...asOf }] as const]
    }),
  )
}
