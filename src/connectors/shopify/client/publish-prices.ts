/**
 * Sets what Shopify asks for variants, in the shop's own currency (`settings.priceCurrency`). Shopify changes variants
 * one product at a time, so a batch is a call a product. A price is absolute: one that is set twice is set once.
 */
import { z } from 'zod'
import type { CallOutcome } from '../../../domain/outbox/intent.ts'
import { err, ok } from '../../../domain/shared/result.ts'
import type { ClientContext } from '../../ports.ts'
import type { Publication, PublishOutcome, Shown, ShownValues } from '../../publisher.ts'
import { currencyExponent, decimalOf, minorUnitsOf } from '../../transport/money.ts'
import { absent, asRead, callAdmin, unknown } from './admin-graphql.ts'
import { gidOf, idOfGid } from './gid.ts'
import { setPrices, shownPrices } from './operations.ts'

/** Each may be of another product, and one lease on the partner's budget should not be many calls. */
export const pricesMax = 10

const userError = z.object({ code: z.string().nullish(), field: z.array(z.string()).nullish(), message: z.string() })
const setAnswer = z.object({ productVariantsBulkUpdate: z.object({ userErrors: z.array(userError) }).nullable() })
const shownAnswer = z.object({ nodes: z.array(z.object({ id: z.string(), price: z.string() }).partial().nullable()) })

type Refused = PublishOutcome['refused'][number]
type Priced = { readonly publication: Publication; readonly index: number }

/** `place` is the product, `item` the variant, `value` minor units. */
export async function publishPrices(
  publications: readonly Publication[],
  context: ClientContext,
): Promise<PublishOutcome> {
  const currency = currencyOf(context)
  if (currency === null) return { outcome: absent('value', 'settings.priceCurrency is no currency'), refused: [] }
  const refused: Refused[] = []
  const priced = publications.map((publication, index) => ({ publication, index }))
  for (const [product, own] of Map.groupBy(priced, ({ publication }) => publication.place)) {
    const answer = await setProduct(product, own, currency, context)
    if (!Array.isArray(answer)) return { outcome: answer, refused: [] }
    refused.push(...answer)
  }
  // What the other products were set to is set again without those that are to blame, and changes nothing.
  const outcome: CallOutcome = refused[0]
    ? absent('value', refused[0].message)
    : { outcome: 'committed', reference: `${publications.length} prices` }
  return { outcome, refused }
}

/** What Shopify refused of the product, nothing of which was changed then; or why nobody knows. */
async function setProduct(
  product: string,
  own: readonly Priced[],
  currency: string,
  context: ClientContext,
): Promise<Refused[] | Exclude<CallOutcome, { outcome: 'committed' }>> {
  const variants = own.map(({ publication }) => ({
    id: gidOf('ProductVariant', publication.item),
    price: decimalOf(publication.value, currency),
  }))
  const variables = { productId: gidOf('Product', product), variants }
  const answer = await callAdmin(context, setPrices, variables, setAnswer)
  if (!answer.ok) return answer.error
  const payload = answer.value.data.productVariantsBulkUpdate
  if (payload === null) return unknown('ambiguous_outcome', 'no error and no answer')
  return payload.userErrors.flatMap(({ code, field, message }) => {
    const at = field?.find((part) => /^\d+$/.test(part))
    const blamed = at === undefined ? own : own.slice(Number(at), Number(at) + 1)
    return blamed.map(({ index }) => ({ index, why: 'refused', message: `${code ?? 'no code'}: ${message}` }) as const)
  })
}

export async function readPrices(listings: readonly Shown[], context: ClientContext): Promise<ShownValues> {
  const currency = currencyOf(context)
  const variants = listings.map(({ item }) => gidOf('ProductVariant', item))
  const answer = await callAdmin(context, shownPrices, { variants }, shownAnswer)
  if (!answer.ok) return err(asRead(answer.error))
  const prices = new Map(answer.value.data.nodes.map((node) => [idOfGid(node?.id ?? ''), node?.price]))
  return ok(
    listings.map(({ item }) => {
      const minor = currency === null ? null : minorUnitsOf(prices.get(idOfGid(item)) ?? '', currency)
      return minor?.ok ? minor.value : null
    }),
  )
}

function currencyOf({ account }: ClientContext): string | null {
  const { priceCurrency } = account.settings
  return typeof priceCurrency === 'string' && currencyExponent(priceCurrency) !== null ? priceCurrency : null
}
