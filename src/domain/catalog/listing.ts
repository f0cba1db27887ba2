/** A thing we stock, and the names our channels have for it. */
import type { AccountId, Sku } from '../shared/ids.ts'
import type { Money } from '../shared/money.ts'

export type CatalogSku = {
  readonly sku: Sku
  readonly title: string
  readonly barcode: string | null
  readonly weightGrams: number | null
  /** False for services and gift cards: sold, never stocked or shipped. */
  readonly stocked: boolean
  /** Rules may speak of a class instead of single SKUs. */
  readonly class: string | null
  /** What a base unit costs us, in minor units of `costCurrency`; null: unknown. */
  readonly costMinor: number | null
  readonly costCurrency: string | null
  /** Days that a unit has to keep after it was delivered. */
  readonly shelfLifeDays: number
  /** What a location needs to be allowed to ship it, such as `hazmat`. */
  readonly requirements: readonly string[]
  /** Units of measure: base units per unit, such as `{ CS: 24 }`. */
  readonly units: Readonly<Record<string, number>>
  /** A bundle or kit: base units of each component in one of it. Empty for everything else. */
  readonly components: readonly { readonly sku: Sku; readonly quantity: number }[]
}

/** A channel's own name for a SKU. `packQuantity` base units are taken for each unit sold. */
export type Listing = {
  readonly account: AccountId
  readonly externalSku: string
  readonly sku: Sku
  readonly packQuantity: number
  /** Shopify's inventory item id or the like: what stock is published against. */
  readonly externalItemId: string | null
  /** What a price is set on: Shopify's product and variant. Absent: the channel has not told. */
  readonly externalProductId?: string | undefined
  readonly externalVariantId?: string | undefined
  /** What the channel asks for one unit sold there. Absent: the channel's own business. */
  readonly price?: Money | undefined
}

/** A listing as a channel reports it, before it is mapped. */
export type ProductListing = {
  readonly externalProductId: string
  readonly externalVariantId: string
  readonly externalItemId: string | null
  readonly externalSku: string | null
  readonly title: string
  readonly barcode: string | null
}
