/** Which orders are there? Newest captured first. */
import { and, desc, eq, exists, gte, inArray, lt, type SQL, sql } from 'drizzle-orm'
import { searchKeyOf } from '../../domain/lineage/search-key.ts'
import type { Db } from '../database.ts'
import { limitOf, olderThan, type Page, type PageArgs, toPage } from '../page.ts'
import type { OrderRow } from '../rows.ts'
import { fulfilmentOrders } from '../schema/fulfilment.ts'
import { externalRefs, orders } from '../schema/orders.ts'

export type ListOrders = PageArgs & {
  /** The selling account. */
  readonly channel?: string | undefined
  readonly status?: string | undefined
  readonly stage?: string | undefined
  readonly externalId?: string | undefined
  /** Orders with a fulfilment order at this location. */
  readonly location?: string | undefined
  /** Only orders that have units on backorder, whatever else is to be said of them. */
  readonly waitsForSupply?: boolean | undefined
  readonly capturedSinceMs?: number | undefined
  /** The beginning of any number of the order. */
  readonly search?: string | undefined
}

/** A search that matches more is too vague to page through; it shows the matches among these. */
const searchMatchesMax = 1_000

export async function listOrders(db: Db, args: ListOrders): Promise<Page<OrderRow>> {
  const limit = limitOf(args)
  const rows = await ordersQuery(db, args, limit + 1)
  return toPage(rows, limit, (row) => ({ atMs: row.capturedAtMs, id: row.orderId }))
}

/** The statement itself, so that a test can ask SQLite for its plan. */
export function ordersQuery(db: Db, args: ListOrders, count: number) {
  return db
    .select()
    .from(orders)
    .where(and(...conditionsOf(db, args), olderThan(orders.capturedAtMs, orders.orderId, args.cursor)))
    .orderBy(desc(orders.capturedAtMs), desc(orders.orderId))
    .limit(count)
}

/** Word for word the condition of their index: with a bound value SQLite could not tell that it covers them. */
export const waitingForSupply = sql`${orders.unitsBackordered} > 0`

function conditionsOf(db: Db, args: ListOrders): SQL[] {
  const conditions: SQL[] = []
  if (args.channel !== undefined) conditions.push(eq(orders.account, args.channel))
  if (args.status !== undefined) conditions.push(eq(orders.status, args.status))
  if (args.stage !== undefined) conditions.push(eq(orders.stage, args.stage))
  if (args.externalId !== undefined) conditions.push(eq(orders.externalOrderId, args.externalId))
  if (args.location !== undefined) conditions.push(hasWorkAt(db, args.location))
  if (args.waitsForSupply) conditions.push(waitingForSupply)
  if (args.capturedSinceMs !== undefined) conditions.push(gte(orders.capturedAtMs, args.capturedSinceMs))
  const search = searchKeyOf(args.search ?? '')
  if (search !== '') conditions.push(inArray(orders.orderId, ordersFoundBy(db, search)))
  return conditions
}

function hasWorkAt(db: Db, location: string): SQL {
  return exists(
    db
      .select({ one: sql`1` })
      .from(fulfilmentOrders)
      .where(and(eq(fulfilmentOrders.location, location), eq(fulfilmentOrders.orderId, orders.orderId))),
  )
}

function ordersFoundBy(db: Db, search: string) {
  return db
    .select({ orderId: externalRefs.orderId })
    .from(externalRefs)
    .where(and(gte(externalRefs.searchKey, search), lt(externalRefs.searchKey, `${search}\u{10ffff}`)))
    .limit(searchMatchesMax)
}
