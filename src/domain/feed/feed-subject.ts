/**
 * What a feed has worked out anew: a SKU, by its name, or a product of the channel whose content is wanted anew. A SKU
 * has no slash, so the two never meet.
 */
const productPrefix = 'product/'

export const subjectOfProduct = (externalProductId: string): string => `${productPrefix}${externalProductId}`

/** Every product that the catalogue holds content for: each is to be marked as changed itself. */
export const everyProduct = productPrefix

/** Null: the subject is a SKU. */
export function productOf(subject: string): string | null {
  return subject.startsWith(productPrefix) ? subject.slice(productPrefix.length) : null
}
