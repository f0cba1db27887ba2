/** The state of a list lives in its URL: filters and cursor are read from it, links to other states are made of it. */
import { type Cursor, parseCursor } from '../../db/page.ts'

/** Long enough for every id there is; a longer filter matches nothing. */
const valueCharactersMax = 200

export type ListQuery = Readonly<Record<string, string>>

/** Only the named parameters, trimmed, without the empty ones. */
export function readListQuery(url: string, names: readonly string[]): ListQuery {
  const { searchParams } = new URL(url)
  const pairs = names.map((name) => [name, (searchParams.get(name) ?? '').trim().slice(0, valueCharactersMax)] as const)
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''))
}

/** Null, the first page, for a cursor that is not one of ours. */
export function readCursor(url: string): Cursor | null {
  return parseCursor(new URL(url).searchParams.get('cursor') ?? '')
}

export function listHref(
  path: string,
  query: ListQuery,
  changes: Readonly<Record<string, string | null>> = {},
): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...query, ...changes })) {
    if (value !== null && value !== '') params.set(name, value)
  }
  const text = params.toString()
  return text === '' ? path : `${path}?${text}`
}
