/** How much work is there, by kind? */
import { and, count, eq, gte, inArray } from 'drizzle-orm'
import type { DeliveryStatus } from '../../domain/inbox/delivery.ts'
import { type OrderStatus, orderStatuses } from '../../domain/order/order-status.ts'
import type { Db } from '../database.ts'
import { deliveries } from '../schema/deliveries.ts'
import { exceptions } from '../schema/operations.ts'
import { orders } from '../schema/orders.ts'

export type OverviewCounts = {
  readonly orders: Readonly<Record<OrderStatus, number>>
  readonly deliveries: Readonly<Record<DeliveryStatus, number>>
  /** Open cases only; a category with none is absent. */
  readonly openExceptions: Readonly<Record<string, number>>
}

const deliveryStatuses = ['received', 'applied', 'duplicate', 'rejected', 'dead_lettered'] as const

/** Orders and deliveries since `sinceMs` (every one of them is read; 0 for all there are), open cases of any age. */
export async function countsForOverview(db: Db, args: { readonly sinceMs: number }): Promise<OverviewCounts> {
  const [byOrderStatus, byDeliveryStatus, byCategory] = await db.batch([
    db
      .select({ key: orders.status, count: count() })
      .from(orders)
      .where(and(inArray(orders.status, [...orderStatuses]), gte(orders.capturedAtMs, args.sinceMs)))
      .groupBy(orders.status),
    db
      .select({ key: deliveries.status, count: count() })
      .from(deliveries)
      .where(and(inArray(deliveries.status, [...deliveryStatuses]), gte(deliveries.receivedAtMs, args.sinceMs)))
      .groupBy(deliveries.status),
    db
      .select({ key: exceptions.category, count: count() })
      .from(exceptions)
      .where(eq(exceptions.status, 'open'))
      .groupBy(exceptions.category),
  ])
  return {
    orders: counted(orderStatuses, byOrderStatus),
    deliveries: counted(deliveryStatuses, byDeliveryStatus),
    openExceptions: Object.fromEntries(byCategory.map((row) => [row.key, row.count])),
  }
}

function counted<Key extends string>(
  keys: readonly Key[],
  rows: readonly { readonly key: string; readonly count: number }[],
): Record<Key, number> {
  const found = new Map(rows.map((row) => [row.key, row.count]))
  return Object.fromEntries(keys.map((key) => [key, found.get(key) ?? 0])) as Record<Key, number>
}
