/** A product's variants as listings, and what it says. `products/delete` carries nothing but the id. */
import { z } from 'zod'
import type { ProductListing } from '../../domain/catalog/listing.ts'
import type { ProductContent } from '../../domain/catalog/product-content.ts'
import type { Account } from '../../domain/config/config.ts'
import { ok, type Result } from '../../domain/shared/result.ts'
import type { CanonicalEvent, ShownProduct, TranslateRefusal } from '../ports.ts'
import { minorUnitsOf } from '../transport/money.ts'
import { parsePayload } from '../transport/parse-payload.ts'
import { cleanText } from './clean-text.ts'
import { instant, looseText, numericId } from './payload-fields.ts'
import { priceCurrencyOf } from './price-currency.ts'

const variantPayload = z.object({
  id: numericId,
  title: looseText,
  sku: looseText,
  barcode: looseText,
  inventory_item_id: numericId.nullish(),
  price: looseText,
})
/** Shopify allows 2,048 variants a product. */
const variants = z.array(variantPayload).max(2_048)
const productPayload = z.object({
  ...{ id: numericId, title: looseText, body_html: looseText, vendor: looseText, product_type: looseText },
  ...{ tags: looseText, updated_at: instant, variants },
})
type Product = z.output<typeof productPayload>
const deletedPayload = z.object({ id: numericId })

/** The name Shopify gives the only variant of a product without options. */
const onlyVariantTitle = 'Default Title'

export function translateProduct(
  payload: unknown,
  topic: string,
  receivedAtMs: number,
  account: Account,
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
      shown: { content: contentOf(product), priceMinor: pricesOf(product, priceCurrencyOf(account)) },
      atMs: product.updated_at,
    },
  ])
}

function translateDeleted(payload: unknown, receivedAtMs: number): Result<readonly CanonicalEvent[], TranslateRefusal> {
  const parsed = parsePayload(deletedPayload, payload)
  if (!parsed.ok) return parsed
  const { id } = parsed.value
  const gone = { listings: [], deleted: true, shown: null } as const
  return ok([{ type: 'listings_changed', externalProductId: id, ...gone, atMs: receivedAtMs }])
}

/** What is for search engines comes with no webhook; a shop may leave out other members as well. */
function contentOf({ title, body_html: descriptionHtml, vendor, product_type, tags }: Product): ProductContent {
  const texts = Object.entries({ title, descriptionHtml, vendor, productType: product_type })
  const told = texts.flatMap(([field, text]) => (text === undefined ? [] : [[field, text ?? '']]))
  const named = (tags ?? '').split(',').map((tag) => tag.trim())
  return { ...Object.fromEntries(told), ...(tags === undefined ? {} : { tags: named.filter((tag) => tag !== '') }) }
}

function pricesOf({ variants }: Product, currency: string | null): ShownProduct['priceMinor'] {
  const read = (price: string | null | undefined) => (currency === null ? null : minorUnitsOf(price ?? '', currency))
  return new Map(
    variants.flatMap(({ id, price }) => {
      const minor = read(price)
      return minor?.ok ? [[id, minor.value] as const] : []
    }),
  )
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
