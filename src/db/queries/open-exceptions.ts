/** Which cases wait for somebody? Newest first; `status` may also ask for the resolved ones. */
import { and, desc, eq, type SQL } from 'drizzle-orm'
import type { Db } from '../database.ts'
import { limitOf, olderThan, type Page, type PageArgs, toPage } from '../page.ts'
import type { ExceptionRow } from '../rows.ts'
import { exceptions } from '../schema/operations.ts'

export type OpenExceptions = PageArgs & {
  readonly category?: string | undefined
  /** Cases of one cause. */
  readonly fingerprint?: string | undefined
  /** `open` unless told; `all` for every case. */
  readonly status?: string | undefined
}

export async function openExceptions(db: Db, args: OpenExceptions): Promise<Page<ExceptionRow>> {
  const limit = limitOf(args)
  const rows = await exceptionsQuery(db, args, limit + 1)
  return toPage(rows, limit, (row) => ({ atMs: row.openedAtMs, id: row.exceptionId }))
}

/** The statement itself, so that a test can ask SQLite for its plan. */
export function exceptionsQuery(db: Db, args: OpenExceptions, count: number) {
  const conditions: SQL[] = [olderThan(exceptions.openedAtMs, exceptions.exceptionId, args.cursor)]
  const status = args.status ?? 'open'
  if (status !== 'all') conditions.push(eq(exceptions.status, status))
  if (args.category !== undefined) conditions.push(eq(exceptions.category, args.category))
  if (args.fingerprint !== undefined) conditions.push(eq(exceptions.fingerprint, args.fingerprint))
  return db
    .select()
    .from(exceptions)
    .where(and(...conditions))
    .orderBy(desc(exceptions.openedAtMs), desc(exceptions.exceptionId))
    .limit(count)
}

/** Every case of one order, resolved ones included, oldest first. */
export async function exceptionsOfOrder(db: Db, orderId: string): Promise<readonly ExceptionRow[]> {
  return db
    .select()
    .from(exceptions)
    .where(eq(exceptions.orderId, orderId))
    .orderBy(exceptions.openedAtMs, exceptions.exceptionId)
    .limit(exceptionsOfOrderMax)
}

/** An order has one case per cause and line; more than this is a fault of the saga, not a list to read. */
const exceptionsOfOrderMax = 1_000
