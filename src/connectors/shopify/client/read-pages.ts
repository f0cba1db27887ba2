/** Follows a connection to its end, with a bound: a cursor that never ends is a partner's fault, not our loop. */
import { z } from 'zod'
import { err, ok, type Result } from '../../../domain/shared/result.ts'
import { absent, type CallFailure } from './admin-graphql.ts'

/** Shopify itself ends pagination at 25,000 nodes. */
const pagesMax = 250

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() })
export const pageOf = <S extends z.ZodType>(node: S) => z.object({ pageInfo, nodes: z.array(node) })
export type Page<T> = {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
  readonly nodes: readonly T[]
}

/** `first` is a page that came with its parent, if one did; `next` reads the one after a cursor. */
export async function readPages<T>(
  next: (after: string | null) => Promise<Result<Page<T>, CallFailure>>,
  first?: Page<T>,
): Promise<Result<readonly T[], CallFailure>> {
  const nodes: T[] = [...(first?.nodes ?? [])]
  let info = first?.pageInfo ?? { hasNextPage: true, endCursor: null }
  for (let pages = 0; info.hasNextPage; pages++) {
    if (pages === pagesMax) return err(absent('too_large', `a list has more than ${pagesMax} pages`))
    const page = await next(info.endCursor)
    if (!page.ok) return page
    nodes.push(...page.value.nodes)
    info = page.value.pageInfo
  }
  return ok(nodes)
}
