/** What stock is where? By SKU, then location. */
import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../database.ts'
import { pageSizeDefault, pageSizeMax } from '../page.ts'
import type { PositionRow } from '../rows.ts'
import { positions } from '../schema/stock.ts'

export type ListPositions = {
  readonly location?: string | undefined
  /** `<sku>@<location>` of the last row seen. */
  readonly cursor?: string | null | undefined
  readonly limit?: number | undefined
}
export type PositionPage = { readonly rows: readonly PositionRow[]; readonly nextCursor: string | null }

export async function listPositions(db: Db, args: ListPositions): Promise<PositionPage> {
  const limit = Math.min(Math.max(args.limit ?? pageSizeDefault, 1), pageSizeMax)
  const rows = await positionsQuery(db, args, limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { rows: page, nextCursor: rows.length > limit && last ? `${last.sku}@${last.location}` : null }
}

/** The statement itself, so that a test can ask SQLite for its plan. */
export function positionsQuery(db: Db, args: ListPositions, count: number) {
  const cursor = args.cursor ?? '@'
  const at = cursor.lastIndexOf('@')
  const conditions: SQL[] = [
    sql`(${positions.sku}, ${positions.location}) > (${cursor.slice(0, Math.max(at, 0))}, ${cursor.slice(at + 1)})`,
  ]
  if (args.location !== undefined) conditions.push(eq(positions.location, args.location))
  return db
    .select()
    .from(positions)
    .where(and(...conditions))
    .orderBy(asc(positions.sku), asc(positions.location))
    .limit(count)
}
