/** Sets what Shopify asks for variants, in the shop's own currency (`settings.priceCurrency`). */
import { z } from 'zod'
import { err, ok } from '../../../domain/shared/result.ts'
import type { ClientContext } from '../../ports.ts'
import type { Publication, PublishOutcome, Shown, ShownValues } from '../../publisher.ts'
import { decimalOf, minorUnitsOf } from '../../transport/money.ts'
import { priceCurrencyOf } from '../price-currency.ts'
import { absent, asRead, type CallFailure, callAdmin, partialRead, unknown } from './admin-graphql.ts'
import { gidOf, idOfGid } from './gid.ts'
import { setPrices, shownPrices } from './operations.ts'
import { type Indexed, type ProductSet, productsMax, publishByProduct } from './publish-by-product.ts'

export const pricesMax = productsMax

const userError = z.object({ code: z.string().nullish(), field: z.array(z.string()).nullish(), message: z.string() })
const setAnswer = z.object({ productVariantsBulkUpdate: z.object({ userErrors: z.array(userError) }).nullable() })
const shownAnswer = z.object({ nodes: z.array(z.object({ id: z.string(), price: z.string() }).partial().nullable()) })

const noCurrency = absent('value', 'settings.priceCurrency is no currency')

/** `place` is the product, `item` the variant, `value` minor units. */
export async function publishPrices(
  publications: readonly Publication[],
  context: ClientContext,
): Promise<PublishOutcome> {
  const currency = priceCurrencyOf(context.account)
  if (currency === null) return { outcome: noCurrency, refused: [] }
  const placeOf = ({ place }: Publication) => place
  return publishByProduct(publications, placeOf, (product, own) => setProduct(product, own, currency, context))
}

async function setProduct(
  product: string,
  own: readonly Indexed[],
  currency: string,
  context: ClientContext,
): Promise<ProductSet | CallFailure> {
  const variants = own.map(({ publication }) => ({
    id: gidOf('ProductVariant', publication.item),
    price: decimalOf(publication.value, currency),
  }))
  const variables = { productId: gidOf('Product', product), variants }
  const answer = await callAdmin(context, setPrices, variables, setAnswer)
  if (!answer.ok) return answer.error
  const payload = answer.value.data.productVariantsBulkUpdate
  if (payload === null) return unknown('ambiguous_outcome', 'no error and no answer')
  const refused = payload.userErrors.flatMap(({ code, field, message }) => {
    const at = field?.find((part) => /^\d+$/.test(part))
    const blamed = at === undefined ? own : own.slice(Number(at), Number(at) + 1)
    return blamed.map(({ index }) => ({ index, why: 'refused', message: `${code ?? 'no code'}: ${message}` }) as const)
  })
  return { refused }
}

export async function readPrices(listings: readonly Shown[], context: ClientContext): Promise<ShownValues> {
  const currency = priceCurrencyOf(context.account)
  if (currency === null) return err(noCurrency)
  const variants = listings.map(({ item }) => gidOf('ProductVariant', item))
  const answer = await callAdmin(context, shownPrices, { variants }, shownAnswer)
  if (!answer.ok) return err(asRead(answer.error))
  const partial = partialRead(answer.value.data.nodes, variants)
  if (partial !== null) return err(asRead(partial))
  const prices = new Map(answer.value.data.nodes.map((node) => [idOfGid(node?.id ?? ''), node?.price]))
  return ok(
    listings.map(({ item }) => {
      const minor = minorUnitsOf(prices.get(idOfGid(item)) ?? '', currency)
      return minor.ok ? minor.value : null
    }),
  )
}
