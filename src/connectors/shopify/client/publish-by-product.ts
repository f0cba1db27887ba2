/**
 * Shopify changes one product at a time, so a batch of prices or content is a call a product. Both are absolute: what
 * is set twice is set once.
 */
import type { CallOutcome } from '../../../domain/outbox/intent.ts'
import type { Publication, PublishOutcome } from '../../publisher.ts'
import type { CallFailure } from './admin-graphql.ts'
import { absent } from './admin-graphql.ts'

/** Each may be of another product, and one lease on the partner's budget should not be many calls. */
export const productsMax = 10

export type Indexed = { readonly publication: Publication; readonly index: number }
/** What Shopify refused of the product, nothing of which was changed then; and what it says that it shows now. */
export type ProductSet = {
  readonly refused: PublishOutcome['refused']
  readonly shown?: ReadonlyMap<number, number>
}

/** `set` answers a failure where nobody knows of the product, or nothing at all was done. */
export async function publishByProduct(
  publications: readonly Publication[],
  productOf: (publication: Publication) => string,
  set: (product: string, own: readonly Indexed[]) => Promise<ProductSet | CallFailure>,
): Promise<PublishOutcome> {
  const indexed = publications.map((publication, index) => ({ publication, index }))
  const refused: PublishOutcome['refused'][number][] = []
  const shown = publications.map(({ value }) => value)
  for (const [product, own] of Map.groupBy(indexed, ({ publication }) => productOf(publication))) {
    const answer = await set(product, own)
    if ('outcome' in answer) return { outcome: answer, refused: [] }
    refused.push(...answer.refused)
    for (const [index, value] of answer.shown ?? []) shown[index] = value
  }
  // What the other products were set to is set again without those that are to blame, and changes nothing.
  const outcome: CallOutcome = refused[0]
    ? absent('value', refused[0].message)
    : { outcome: 'committed', reference: `${publications.length} set` }
  return { outcome, refused, shown }
}
