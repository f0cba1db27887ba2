/** What one unit of something sold takes from stock: base units of its SKU, or of each component of a bundle. */
import type { Sku } from '../shared/ids.ts'

export type StockPart = { readonly sku: Sku; readonly units: number }

/** `parts` is absent or empty for everything but a bundle, whose own SKU lies nowhere. */
export type Parted = { readonly sku: Sku; readonly packQuantity: number; readonly parts?: readonly StockPart[] }

/** A SKU appears once: components that a bundle holds twice are summed. */
export function stockParts({ sku, packQuantity, parts = [] }: Parted): readonly StockPart[] {
  return parts.length === 0 ? [{ sku, units: packQuantity }] : parts
}

/** The member as it is copied from one document into the next; nothing for whatever is no bundle. */
export function partsMember({ parts = [] }: Pick<Parted, 'parts'>): { readonly parts?: readonly StockPart[] } {
  return parts.length === 0 ? {} : { parts }
}
