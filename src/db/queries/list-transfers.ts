/** Which transfers are there? Newest requested first. */
import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { TransferStatus } from '../../domain/transfer/transfer.ts'
import type { Db } from '../database.ts'
import { limitOf, olderThan, type Page, type PageArgs, toPage } from '../page.ts'
import type { TransferRow } from '../rows.ts'
import { transfers } from '../schema/transfers.ts'

type Asked = PageArgs & {
  readonly status?: TransferStatus | undefined
  /** Only those of which units were written off. */
  readonly isShort?: boolean | undefined
}
/** That begin or end at one of these; absent: anywhere. */
export type ListTransfers = Asked & { readonly locations?: readonly string[] | undefined }
type End = { readonly from?: string; readonly to?: string }

/** Each end is a list of its own in the order of its index: one that reads both would have to sort all of them. */
export async function listTransfers(db: Db, { locations, ...args }: ListTransfers): Promise<Page<TransferRow>> {
  const limit = limitOf(args)
  const ends: readonly End[] = locations?.flatMap((location) => [{ from: location }, { to: location }]) ?? [{}]
  const lists = await Promise.all(ends.map((end) => transfersQuery(db, { ...args, ...end }, limit + 1)))
  const found = new Map(lists.flat().map((row) => [row.transferId, row]))
  return toPage([...found.values()].sort(newestFirst).slice(0, limit + 1), limit, cursorOf)
}

/** The statement itself, so that a test can ask SQLite for its plan. */
export function transfersQuery(db: Db, { status, isShort, cursor, from, to }: Asked & End, count: number) {
  const conditions: SQL[] = [olderThan(transfers.requestedAtMs, transfers.transferId, cursor)]
  if (status !== undefined) conditions.push(eq(transfers.status, status))
  if (from !== undefined) conditions.push(eq(transfers.fromLocation, from))
  if (to !== undefined) conditions.push(eq(transfers.toLocation, to))
  // Written out: SQLite takes a partial index only where it sees the very condition of it.
  if (isShort === true) conditions.push(sql`units_written_off > 0`)
  return db
    .select()
    .from(transfers)
    .where(and(...conditions))
    .orderBy(desc(transfers.requestedAtMs), desc(transfers.transferId))
    .limit(count)
}

const cursorOf = ({ requestedAtMs, transferId }: TransferRow) => ({ atMs: requestedAtMs, id: transferId })

function newestFirst(left: TransferRow, right: TransferRow): number {
  return right.requestedAtMs - left.requestedAtMs || (left.transferId < right.transferId ? 1 : -1)
}
