/**
 * Cursor paging, newest first. A cursor names the last row seen by its time and id, so rows that arrive meanwhile
 * neither repeat nor hide a row of a later page.
 */
import { type AnyColumn, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'

export const pageSizeDefault = 50
export const pageSizeMax = 200

export type Cursor = { readonly atMs: number; readonly id: string }
export type Page<Row> = { readonly rows: readonly Row[]; readonly nextCursor: string | null }
export type PageArgs = { readonly cursor?: Cursor | null | undefined; readonly limit?: number | undefined }

const cursorSchema = z.tuple([z.int().min(0), z.string().max(500)])

export function formatCursor(cursor: Cursor): string {
  const bytes = new TextEncoder().encode(JSON.stringify([cursor.atMs, cursor.id]))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

/** Null for anything that `formatCursor` did not make. */
export function parseCursor(text: string): Cursor | null {
  if (!/^[A-Za-z0-9_-]{1,2000}$/.test(text)) return null
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    const parsed = cursorSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)))
    return parsed.success ? { atMs: parsed.data[0], id: parsed.data[1] } : null
  } catch {
    return null
  }
}

/** Later than every row: the first page is a range like all the others, so it reads the same index. */
const newest: Cursor = { atMs: Number.MAX_SAFE_INTEGER, id: '' }

export function olderThan(atMs: AnyColumn, id: AnyColumn, cursor: Cursor | null | undefined): SQL {
  const from = cursor ?? newest
  return sql`(${atMs}, ${id}) < (${from.atMs}, ${from.id})`
}

export function limitOf(args: PageArgs): number {
  return Math.min(Math.max(args.limit ?? pageSizeDefault, 1), pageSizeMax)
}

/** Takes one row more than the page holds: its presence says that there is another page. */
export function toPage<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => Cursor): Page<Row> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { rows: page, nextCursor: rows.length > limit && last !== undefined ? formatCursor(cursorOf(last)) : null }
}
