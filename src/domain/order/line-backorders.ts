/** What each line waits for: the match of its SKUs, shared out among the lines in their order. */
import type { BackorderMatch, MatchedUnits } from '../atp/match-backorders.ts'
import { stockParts } from '../catalog/stock-parts.ts'
import type { LineId, Sku } from '../shared/ids.ts'
import type { OrderState } from './order-state.ts'

export type LineBackorder = {
  readonly lineId: LineId
  /** Base units. */
  readonly matched: readonly (MatchedUnits & { readonly sku: Sku })[]
  readonly missing: number
  /** When the last of it is expected; null while some is missing. */
  readonly expectedAtMs: number | null
}

/** Of lines with backordered units. A SKU without a match is missing: nobody has heard of it yet. */
export function lineBackorders(
  { lines }: Pick<OrderState, 'lines'>,
  matches: ReadonlyMap<string, BackorderMatch>,
): readonly LineBackorder[] {
  const left = new Map<string, MatchedUnits[]>([...matches].map(([sku, { matched }]) => [sku, [...matched]]))
  return lines.flatMap(({ sku, notStocked, quantities, ...line }): LineBackorder[] => {
    if (sku === null || notStocked || quantities.backordered === 0) return []
    const parts = stockParts({ sku, ...line }).map((part) => {
      return { sku: part.sku, ...takeUnits(left.get(part.sku) ?? [], quantities.backordered * part.units) }
    })
    const matched = parts.flatMap(({ sku: part, taken }) => taken.map((units) => ({ ...units, sku: part })))
    const missing = parts.reduce((sum, part) => sum + part.missing, 0)
    const expectedAtMs = missing > 0 ? null : Math.max(...matched.map((units) => units.expectedAtMs))
    return [{ lineId: line.lineId, matched, missing, expectedAtMs }]
  })
}

/** Takes from the front of what is left for the lines behind. */
function takeUnits(left: MatchedUnits[], wanted: number) {
  const taken: MatchedUnits[] = []
  let missing = wanted
  for (let next = left[0]; next !== undefined && missing > 0; next = left[0]) {
    const units = Math.min(missing, next.units)
    taken.push({ ...next, units })
    missing -= units
    if (units === next.units) left.shift()
    else left[0] = { ...next, units: next.units - units }
  }
  return { taken, missing }
}
