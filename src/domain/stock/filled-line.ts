/** What came of one SKU of a cart, with the units that were seen where they were asked for: a refusal tells them. */
import type { CartLine, ShortLine } from './cart.ts'

export type FilledLine = { readonly line: CartLine; readonly available: number }

/** Services and gift cards are sold without stock. */
export function withoutStock(sku: string, requested: number): FilledLine {
  return { line: { sku, requested, granted: requested, allocations: [] }, available: requested }
}

export function shortLines(filled: readonly FilledLine[]): readonly ShortLine[] {
  return filled
    .filter(({ line }) => line.granted < line.requested)
    .map(({ line: { sku, requested }, available }) => ({ sku, requested, available }))
}
