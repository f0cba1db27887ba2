/**
 * What the store's products say, and `productUpdate`: a field that is not named stays. The store keeps markup and tags
 * in a form of its own, as Shopify does: void elements without a slash, tags in order and each once.
 */
import type { StoreRecords } from './shopify-records.ts'

export type StoreProduct = {
  readonly title: string
  readonly descriptionHtml: string
  readonly vendor: string
  readonly productType: string
  readonly tags: readonly string[]
  readonly seo: { readonly title: string | null; readonly description: string | null }
}
type Seo = { readonly title?: string | null; readonly description?: string | null }
type Changed = { readonly [Field in Exclude<keyof StoreProduct, 'seo'>]?: StoreProduct[Field] | null }
export type UpdateProductInput = {
  readonly product: Changed & { readonly id?: string | null; readonly seo?: Seo | null }
}
type ProductError = { readonly field: readonly string[]; readonly message: string }

const textMax = 255
const tagsMax = 250

export const freshProduct = (sku: string): StoreProduct => ({
  title: sku,
  descriptionHtml: '',
  vendor: 'Harbour',
  productType: '',
  tags: [],
  seo: { title: null, description: null },
})

export function productObject(id: number, { products }: StoreRecords) {
  const known = products.get(id)
  return known === undefined ? null : { __typename: 'Product', id: `gid://shopify/Product/${id}`, ...known }
}

export function updateProduct({ product: { id, ...change } }: UpdateProductInput, records: StoreRecords) {
  const number = Number((id ?? '').split('/').at(-1))
  const known = records.products.get(number)
  if (known === undefined) return { product: null, userErrors: [{ field: ['id'], message: 'Product does not exist' }] }
  const userErrors = errorsOf(change)
  if (userErrors.length === 0) records.products.set(number, edited(known, change))
  return { product: productObject(number, records), userErrors }
}

function errorsOf({ title, tags }: Changed): readonly ProductError[] {
  const errors: ProductError[] = []
  if (title === '') errors.push({ field: ['title'], message: "Title can't be blank" })
  if ((title ?? '').length > textMax) {
    errors.push({ field: ['title'], message: `Title is too long (maximum is ${textMax} characters)` })
  }
  if ((tags ?? []).length > tagsMax) errors.push({ field: ['tags'], message: `Product tags has too many tags` })
  return errors
}

/** As the store keeps it. */
export function edited(known: StoreProduct, { seo, ...change }: UpdateProductInput['product']): StoreProduct {
  const markup = change.descriptionHtml ?? known.descriptionHtml
  return {
    title: change.title ?? known.title,
    descriptionHtml: markup.replace(/<(br|hr|img)([^>]*?)\s*\/>/g, '<$1$2>'),
    vendor: change.vendor ?? known.vendor,
    productType: change.productType ?? known.productType,
    tags: [...new Set(change.tags ?? known.tags)].sort(),
    seo: {
      title: (seo?.title ?? known.seo.title) || null,
      description: (seo?.description ?? known.seo.description) || null,
    },
  }
}

/** `{ "<product>": { "title": … } }`: somebody wrote it in the admin, and only a store that tells changes tells of it. */
export function editByHand(records: StoreRecords, edits: unknown): void {
  if (typeof edits !== 'object' || edits === null) return
  for (const [id, change] of Object.entries(edits)) {
    const known = records.products.get(Number(id))
    if (known && typeof change === 'object' && change !== null) records.products.set(Number(id), edited(known, change))
  }
}
