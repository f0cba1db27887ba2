/**
 * What the store tells of its levels and products: a webhook for each that is not as it was when it last told, whoever
 * changed it. As at Shopify that is mostly whoever is told.
 */
import { inventoryItemIdOf, productIdOf, variantIdOf } from './shopify-orders.ts'
import type { StoreProduct } from './shopify-products.ts'
import type { StoreRecords } from './shopify-records.ts'
import { wireTime } from './shopify-wire.ts'

export type StoreChange = { readonly topic: string; readonly body: unknown }

/** Each call answers what changed since the one before. */
export function changesOf(records: StoreRecords, nowMs: () => number): () => readonly StoreChange[] {
  const { inventory, skus } = records
  const products = Map.groupBy(skus, productIdOf)
  const bodyOf = (id: number) => productBody(id, products.get(id) ?? [], records)
  const levels = new Map(inventory)
  const told = new Map([...products.keys()].map((id) => [id, JSON.stringify(bodyOf(id))]))
  return () => {
    const updatedAt = wireTime(nowMs())
    const changedLevels = [...inventory].filter(([level, available]) => levels.get(level) !== available)
    for (const [level, available] of changedLevels) levels.set(level, available)
    const changedProducts = [...products.keys()].flatMap((id) => {
      const body = bodyOf(id)
      const text = JSON.stringify(body)
      if (told.get(id) === text) return []
      told.set(id, text)
      return [{ topic: 'products/update', body: { ...body, updated_at: updatedAt } }]
    })
    return [...changedLevels.map(([level, available]) => levelChange(level, available, updatedAt)), ...changedProducts]
  }
}

/** `level`: `<inventory item>@<location>`. */
export function levelChange(level: string, available: number, updatedAt: string): StoreChange {
  const [item = 0, location = 0] = level.split('@').map(Number)
  return {
    topic: 'inventory_levels/update',
    body: {
      inventory_item_id: item,
      location_id: location,
      available,
      updated_at: updatedAt,
      admin_graphql_api_id: `gid://shopify/InventoryLevel/${location}?inventory_item_id=${item}`,
    },
  }
}

function productBody(id: number, skus: readonly string[], { prices, products }: StoreRecords) {
  const { title, descriptionHtml, vendor, productType, tags }: Partial<StoreProduct> = products.get(id) ?? {}
  return {
    id,
    ...{ title, body_html: descriptionHtml, vendor, product_type: productType, status: 'active' },
    tags: (tags ?? []).join(', '),
    admin_graphql_api_id: `gid://shopify/Product/${id}`,
    variants: skus.map((sku, at) => ({
      ...{ id: variantIdOf(sku), product_id: id, title: 'Default Title', sku, position: at + 1 },
      ...{ price: prices.get(variantIdOf(sku))?.price, inventory_item_id: inventoryItemIdOf(sku), barcode: null },
    })),
  }
}
