/** What the tables of a page are sorted by, read from its address: one parameter a table, such as `?places=-available`. */
import type { Sorting } from './design/item-table.tsx'
import { listHref, readListQuery } from './list-query.ts'

/** `anchor`: the part of the page to come back to, where it is not named as the table is. */
export type SortingOf = (table: string, anchor?: string) => Sorting

/** `others` are the page's own parameters, which links to another order keep. */
export function readSorting(url: string, tables: readonly string[], others: readonly string[] = []): SortingOf {
  const { pathname } = new URL(url)
  const query = readListQuery(url, [...others, ...tables])
  return (table, anchor = table) => ({
    by: query[table],
    hrefOf: (by) => `${listHref(pathname, query, { [table]: by })}#${anchor}`,
  })
}
