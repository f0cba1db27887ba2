/** `productVariantsBulkUpdate`, of prices alone: every variant has to be of the product, or nothing is changed. */
import type { StoreRecords } from './shopify-records.ts'

export type SetPricesInput = {
  readonly productId: string
  readonly variants: readonly { readonly id?: string | null; readonly price?: string | null }[]
}
type PriceError = { readonly code: string; readonly field: readonly string[] | null; readonly message: string }
export type SetPricesPayload = { readonly userErrors: readonly PriceError[] }

const idOf = (gid: string) => Number(gid.split('/').at(-1))

export function setPrices({ productId, variants }: SetPricesInput, { prices }: StoreRecords): SetPricesPayload {
  const product = idOf(productId)
  if (![...prices.values()].some((known) => known.product === product)) {
    return refused([{ code: 'PRODUCT_DOES_NOT_EXIST', field: ['productId'], message: 'Product does not exist' }])
  }
  const errors = variants.flatMap(({ id, price }, at): PriceError[] => {
    const field = (name: string) => ['variants', String(at), name]
    const known = prices.get(idOf(id ?? ''))
    if (known?.product !== product) {
      const message = 'Product variant does not exist'
      return [{ code: 'PRODUCT_VARIANT_DOES_NOT_EXIST', field: field('id'), message }]
    }
    if (!price?.startsWith('-')) return []
    return [{ code: 'NEGATIVE_PRICE_VALUE', field: field('price'), message: 'Price must be at least 0' }]
  })
  if (errors.length > 0) return refused(errors)
  for (const { id, price } of variants) {
    if (price != null) prices.set(idOf(id ?? ''), { product, price })
  }
  return refused([])
}

const refused = (userErrors: readonly PriceError[]): SetPricesPayload => ({ userErrors })
