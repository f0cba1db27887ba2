/** What does D1 hold of this order? */
import { eq } from 'drizzle-orm'
import type { Db } from '../database.ts'
import type { FulfilmentOrderRow, OrderLineRow, OrderRow, ShipmentRow } from '../rows.ts'
import { fulfilmentOrders, shipments } from '../schema/fulfilment.ts'
import { orderLines, orders } from '../schema/orders.ts'

export async function orderRow(db: Db, orderId: string): Promise<OrderRow | null> {
  const [row] = await db.select().from(orders).where(eq(orders.orderId, orderId)).limit(1)
  return row ?? null
}

export type OrderRows = {
  readonly order: OrderRow
  readonly lines: readonly OrderLineRow[]
  readonly fulfilmentOrders: readonly FulfilmentOrderRow[]
  readonly shipments: readonly ShipmentRow[]
}

/** The order with its lines, fulfilment orders and shipments, as of one moment. */
export async function orderRows(db: Db, orderId: string): Promise<OrderRows | null> {
  const [found, lines, releases, sent] = await db.batch([
    db.select().from(orders).where(eq(orders.orderId, orderId)).limit(1),
    db.select().from(orderLines).where(eq(orderLines.orderId, orderId)).orderBy(orderLines.lineId),
    db
      .select()
      .from(fulfilmentOrders)
      .where(eq(fulfilmentOrders.orderId, orderId))
      .orderBy(fulfilmentOrders.fulfilmentOrderId),
    db.select().from(shipments).where(eq(shipments.orderId, orderId)).orderBy(shipments.shipmentId),
  ])
  const order = found[0]
  return order === undefined ? null : { order, lines, fulfilmentOrders: releases, shipments: sent }
}
