/**
 * Sets what a product of Shopify says, and tells what it says by the version of a document. Shopify keeps markup and
 * tags in a form of its own, so what its answer shows is told as well: read later, that form is no edit of anybody's.
 */
import { z } from 'zod'
import type { ProductContent } from '../../../domain/catalog/product-content.ts'
import { err, ok } from '../../../domain/shared/result.ts'
import type { ClientContext } from '../../ports.ts'
import type { Publication, PublishOutcome, ShownValues, Sought } from '../../publisher.ts'
import { contentVersion, versionLike } from '../../transport/content-version.ts'
import { asRead, type CallFailure, callAdmin, partialRead, unknown } from './admin-graphql.ts'
import { gidOf, idOfGid } from './gid.ts'
import { setContent, shownContent } from './operations.ts'
import { type Indexed, type ProductSet, productsMax, publishByProduct } from './publish-by-product.ts'

export const contentsMax = productsMax

const text = z.string().nullish()
const product = z.object({
  id: z.string(),
  title: z.string(),
  descriptionHtml: z.string(),
  vendor: z.string(),
  productType: z.string(),
  tags: z.array(z.string()),
  seo: z.object({ title: text, description: text }),
})
type Product = z.output<typeof product>
const userError = z.object({ field: z.array(z.string()).nullish(), message: z.string() })
const setAnswer = z.object({
  productUpdate: z.object({ product: product.nullable(), userErrors: z.array(userError) }).nullable(),
})
/** What is no product, such as an id of another type, comes as an object of nothing. */
const nothing = z.strictObject({}).transform(() => null)
const shownAnswer = z.object({ nodes: z.array(z.union([product, nothing]).nullable()) })

/** `item` is the product, `value` the version of `content`. */
export function publishContent(publications: readonly Publication[], context: ClientContext): Promise<PublishOutcome> {
  const itemOf = ({ item }: Publication) => item
  return publishByProduct(publications, itemOf, (id, own) => setProduct(id, own, context))
}

async function setProduct(id: string, own: readonly Indexed[], context: ClientContext) {
  const [{ publication, index } = { publication: null, index: 0 }] = own
  if (!publication?.content) throw new Error(`the content of product ${id} did not come with its version`)
  const variables = { product: inputOf(id, publication.content) }
  const answer = await callAdmin(context, setContent, variables, setAnswer)
  if (!answer.ok) return answer.error
  return productSet(answer.value.data.productUpdate, publication.value, index)
}

function productSet(
  payload: z.output<typeof setAnswer>['productUpdate'],
  version: number,
  index: number,
): ProductSet | CallFailure {
  const [problem] = payload?.userErrors ?? []
  if (problem) {
    const message = `${problem.field?.join('.') ?? 'no field'}: ${problem.message}`
    return { refused: [{ index, why: 'refused', message }] }
  }
  if (!payload?.product) return unknown('ambiguous_outcome', 'no error and no answer')
  return { refused: [], shown: new Map([[index, versionLike(version, contentOf(payload.product))]]) }
}

/** A field that is not ours is not named: Shopify leaves it as it is. */
function inputOf(id: string, { seoTitle, seoDescription, tags, ...plain }: ProductContent) {
  const seo = {
    ...(seoTitle === undefined ? {} : { title: seoTitle }),
    ...(seoDescription === undefined ? {} : { description: seoDescription }),
  }
  return {
    ...{ id: gidOf('Product', id), ...plain },
    ...(tags === undefined ? {} : { tags }),
    ...(Object.keys(seo).length === 0 ? {} : { seo }),
  }
}

/** One call for all of them. Of what is known, the version that the product says the same as; another one otherwise. */
export async function readContent(listings: readonly Sought[], context: ClientContext): Promise<ShownValues> {
  const products = listings.map(({ item }) => gidOf('Product', item))
  const answer = await callAdmin(context, shownContent, { products }, shownAnswer)
  if (!answer.ok) return err(asRead(answer.error))
  const partial = partialRead(answer.value.data.nodes, listings)
  if (partial !== null) return err(asRead(partial))
  const found = new Map(answer.value.data.nodes.map((node) => [idOfGid(node?.id ?? ''), node]))
  return ok(
    listings.map(({ item, known }) => {
      const node = found.get(idOfGid(item)) ?? null
      return node === null ? null : versionShown(contentOf(node), known)
    }),
  )
}

function versionShown(shown: ProductContent, known: readonly number[]): number {
  const [wanted] = known
  const same = known.find((version) => versionLike(version, shown) === version)
  return same ?? (wanted === undefined ? contentVersion(shown) : versionLike(wanted, shown))
}

function contentOf({ id: _, seo, ...plain }: Product): ProductContent {
  return { ...plain, seoTitle: seo.title ?? '', seoDescription: seo.description ?? '' }
}
