/** Which messages came in, and what became of them? Newest first. */
import { and, desc, eq, gte, inArray, or, type SQL } from 'drizzle-orm'
import type { Db } from '../database.ts'
import { limitOf, olderThan, type Page, type PageArgs, toPage } from '../page.ts'
import type { DeliveryRow } from '../rows.ts'
import { deliveries, deliverySubjects } from '../schema/deliveries.ts'

export type ListDeliveries = PageArgs & {
  readonly account?: string | undefined
  readonly status?: string | undefined
  readonly topic?: string | undefined
  readonly receivedSinceMs?: number | undefined
  /** A delivery id, a correlation id, or the order or position that it touched. */
  readonly search?: string | undefined
}

export async function listDeliveries(db: Db, args: ListDeliveries): Promise<Page<DeliveryRow>> {
  const limit = limitOf(args)
  const rows = await deliveriesQuery(db, args, limit + 1)
  return toPage(rows, limit, (row) => ({ atMs: row.receivedAtMs, id: row.deliveryId }))
}

/** The statement itself, so that a test can ask SQLite for its plan. */
export function deliveriesQuery(db: Db, args: ListDeliveries, count: number) {
  return db
    .select()
    .from(deliveries)
    .where(and(...conditionsOf(db, args), olderThan(deliveries.receivedAtMs, deliveries.deliveryId, args.cursor)))
    .orderBy(desc(deliveries.receivedAtMs), desc(deliveries.deliveryId))
    .limit(count)
}

function conditionsOf(db: Db, args: ListDeliveries): SQL[] {
  const conditions: SQL[] = []
  if (args.account !== undefined) conditions.push(eq(deliveries.account, args.account))
  if (args.status !== undefined) conditions.push(eq(deliveries.status, args.status))
  if (args.topic !== undefined) conditions.push(eq(deliveries.topic, args.topic))
  if (args.receivedSinceMs !== undefined) conditions.push(gte(deliveries.receivedAtMs, args.receivedSinceMs))
  const search = (args.search ?? '').trim()
  const found = search === '' ? undefined : foundBy(db, search)
  if (found !== undefined) conditions.push(found)
  return conditions
}

function foundBy(db: Db, search: string): SQL | undefined {
  const touching = db
    .select({ deliveryId: deliverySubjects.deliveryId })
    .from(deliverySubjects)
    .where(eq(deliverySubjects.subject, search))
  return or(
    eq(deliveries.deliveryId, search),
    eq(deliveries.correlationId, search),
    inArray(deliveries.deliveryId, touching),
  )
}
