/** Which promises stand how? The nearest date first: what is next to be broken is what somebody has to see. */
import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import type { PromiseStanding } from '../../domain/order/line-promise.ts'
import type { Db } from '../database.ts'
import { limitOf, type Page, type PageArgs, toPage } from '../page.ts'
import type { PromiseRow } from '../rows.ts'
import { promises } from '../schema/orders.ts'

export type ListPromises = PageArgs & {
  readonly status?: PromiseStanding | undefined
  /** The selling account. */
  readonly channel?: string | undefined
}

export async function listPromises(db: Db, args: ListPromises): Promise<Page<PromiseRow>> {
  const limit = limitOf(args)
  const rows = await promisesQuery(db, args, limit + 1)
  return toPage(rows, limit, (row) => ({ atMs: row.byMs, id: row.promiseId }))
}

/** The statement itself, so that a test can ask SQLite for its plan. */
export function promisesQuery(db: Db, args: ListPromises, count: number) {
  const from = args.cursor ?? { atMs: -1, id: '' }
  const conditions: SQL[] = [sql`(${promises.byMs}, ${promises.promiseId}) > (${from.atMs}, ${from.id})`]
  if (args.status !== undefined) conditions.push(eq(promises.standing, args.status))
  if (args.channel !== undefined) conditions.push(eq(promises.account, args.channel))
  return db
    .select()
    .from(promises)
    .where(and(...conditions))
    .orderBy(asc(promises.byMs), asc(promises.promiseId))
    .limit(count)
}
