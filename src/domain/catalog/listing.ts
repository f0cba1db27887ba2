/** A thing we stock, and the names our channels have for it. */
import type { AccountId, Sku } from '../shared/ids.ts'

export type CatalogSku = {
  readonly sku: Sku
  readonly title: string
  readonly barcode: string | null
  readonly weightGrams: number | null
  /** False for services and gift cards: sold, never stocked or shipped. */
  readonly stocked: boolean
}

/** A channel's own name for a SKU. `packQuantity` base units are taken for each unit sold. */
export type Listing = {
  readonly account: AccountId
  readonly externalSku: string
  readonly sku: Sku
  readonly packQuantity: number
  /** Shopify's inventory item id or the like: what stock is published against. */
  readonly externalItemId: string | null
}

/** A listing as a channel reports it, before it is mapped. */
export type ProductListing = {
  readonly externalVariantId: string
  readonly externalItemId: string | null
  readonly externalSku: string | null
  readonly title: string
  readonly barcode: string | null
}
