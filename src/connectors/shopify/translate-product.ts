/** A product's variants as listings. `products/delete` carries nothing but the id. */
import { z } from 'zod'
import type { ProductListing } from '../../domain/catalog/listing.ts'
import { ok, type Result } from '../../domain/shared/result.ts'
import type { CanonicalEvent, TranslateRefusal } from '../ports.ts'
import { parsePayload } from '../transport/parse-payload.ts'
import { cleanText } from './clean-text.ts'
import { instant, looseText, numericId } from './payload-fields.ts'

const variantPayload = z.object({
  id: numericId,
  title: looseText,
  sku: looseText,
  barcode: looseText,
  inventory_item_id: numericId.nullish(),
})
/** Shopify allows 2,048 variants a product. */
const variants = z.array(variantPayload).max(2_048)
const productPayload = z.object({ id: numericId, title: looseText, updated_at: instant, variants })
const deletedPayload = z.object({ id: numericId })

/** The name Shopify gives the only variant of a product without options. */
const onlyVariantTitle = 'Default Title'

export function translateProduct(
  payload: unknown,
  topic: string,
  receivedAtMs: number,
): Result<readonly CanonicalEvent[], TranslateRefusal> {
  if (topic === 'products/delete') return translateDeleted(payload, receivedAtMs)
  const parsed = parsePayload(productPayload, payload)
  if (!parsed.ok) return parsed
  const product = parsed.value
  return ok([
    {
      type: 'listings_changed',
      externalProductId: product.id,
      listings: product.variants.map((variant) => listingOf(variant, product.id, product.title ?? '')),
      deleted: false,
      atMs: product.updated_at,
    },
  ])
}

function translateDeleted(payload: unknown, receivedAtMs: number): Result<readonly CanonicalEvent[], TranslateRefusal> {
  const parsed = parsePayload(deletedPayload, payload)
  if (!parsed.ok) return parsed
  const { id } = parsed.value
  return ok([{ type: 'listings_changed', externalProductId: id, listings: [], deleted: true, atMs: receivedAtMs }])
}

function listingOf(variant: z.output<typeof variantPayload>, productId: string, productTitle: string): ProductListing {
  const own = variant.title === onlyVariantTitle ? null : variant.title
  const sku = variant.sku?.trim() ?? ''
  return {
    externalProductId: productId,
    externalVariantId: variant.id,
    externalItemId: variant.inventory_item_id ?? null,
    externalSku: sku === '' || sku.length > 255 ? null : cleanText(sku, 255),
    title: cleanText([productTitle, own].filter(Boolean).join(' - '), 1000) ?? '',
    barcode: cleanText(variant.barcode, 64),
  }
}
