/** Which transaction does this number belong to, and what is its whole chain? */
import { asc, eq, inArray } from 'drizzle-orm'
import type { LineageChain } from '../../domain/lineage/lineage.ts'
import type { Db } from '../database.ts'
import { deliveries, deliverySubjects } from '../schema/deliveries.ts'
import { fulfilmentOrders, shipments } from '../schema/fulfilment.ts'
import { channelFulfilments, externalRefs, intents, orders, refunds, reservations, returns } from '../schema/orders.ts'

/** A number that several orders share (a customer's own reference, a reused tracking number) shows this many of them. */
const chainsMax = 10
/** An order touched by more messages than this shows its first ones; the delivery list has them all. */
const deliveriesMax = 100

/** Newest order first; empty when nothing has this number. */
export async function lineageOf(db: Db, anyId: string): Promise<readonly LineageChain[]> {
  const orderIds = await ordersNamed(db, anyId)
  if (orderIds.length > 0) return Promise.all(orderIds.map((orderId) => chainOf(db, orderId)))
  const [delivery] = await db.select().from(deliveries).where(eq(deliveries.deliveryId, anyId)).limit(1)
  return delivery === undefined ? [] : [{ ...emptyChain, deliveries: [delivery] }]
}

const emptyChain: LineageChain = {
  order: null,
  deliveries: [],
  reservations: [],
  intents: [],
  fulfilmentOrders: [],
  shipments: [],
  refunds: [],
  returns: [],
  channelFulfilments: [],
  references: [],
}

async function ordersNamed(db: Db, anyId: string): Promise<string[]> {
  const [byReference, byDelivery, byPart] = await db.batch([
    db
      .selectDistinct({ orderId: externalRefs.orderId })
      .from(externalRefs)
      .where(eq(externalRefs.value, anyId))
      .limit(chainsMax),
    db
      .select({ orderId: orders.orderId })
      .from(deliverySubjects)
      .innerJoin(orders, eq(orders.orderId, deliverySubjects.subject))
      .where(eq(deliverySubjects.deliveryId, anyId))
      .limit(chainsMax),
    db
      .select({ orderId: orders.orderId })
      .from(orders)
      .where(eq(orders.orderId, orderPartOf(anyId)))
      .limit(1),
  ])
  const found = [...byReference, ...byDelivery, ...byPart].map((row) => row.orderId)
  return newestFirst(db, [...new Set(found)].slice(0, chainsMax))
}

/** `<orderId>/F1`, `<orderId>/S1`, `<orderId>/<lineId>/<attempt>`: an order id itself holds no slash. */
function orderPartOf(id: string): string {
  return id.split('/', 1)[0] ?? id
}

async function newestFirst(db: Db, orderIds: readonly string[]): Promise<string[]> {
  if (orderIds.length === 0) return []
  const rows = await db
    .select({ orderId: orders.orderId, capturedAtMs: orders.capturedAtMs })
    .from(orders)
    .where(inArray(orders.orderId, [...orderIds]))
  rows.sort((a, b) => b.capturedAtMs - a.capturedAtMs || a.orderId.localeCompare(b.orderId))
  return rows.map((row) => row.orderId)
}

async function chainOf(db: Db, orderId: string): Promise<LineageChain> {
  const [order, touched, claims, calls, releases, sent, given, back, shown, references] = await db.batch([
    db.select().from(orders).where(eq(orders.orderId, orderId)).limit(1),
    db
      .select({
        deliveryId: deliveries.deliveryId,
        account: deliveries.account,
        topic: deliveries.topic,
        status: deliveries.status,
        receivedAtMs: deliveries.receivedAtMs,
      })
      .from(deliverySubjects)
      .innerJoin(deliveries, eq(deliveries.deliveryId, deliverySubjects.deliveryId))
      .where(eq(deliverySubjects.subject, orderId))
      .orderBy(asc(deliveries.receivedAtMs), asc(deliveries.deliveryId))
      .limit(deliveriesMax),
    db.select().from(reservations).where(eq(reservations.orderId, orderId)).orderBy(reservations.reservationId),
    db.select().from(intents).where(eq(intents.orderId, orderId)).orderBy(intents.createdAtMs, intents.intentId),
    db
      .select()
      .from(fulfilmentOrders)
      .where(eq(fulfilmentOrders.orderId, orderId))
      .orderBy(fulfilmentOrders.fulfilmentOrderId),
    db.select().from(shipments).where(eq(shipments.orderId, orderId)).orderBy(shipments.shipmentId),
    db.select().from(refunds).where(eq(refunds.orderId, orderId)).orderBy(refunds.atMs, refunds.externalRefundId),
    db.select().from(returns).where(eq(returns.orderId, orderId)).orderBy(returns.atMs, returns.externalReturnId),
    db
      .select()
      .from(channelFulfilments)
      .where(eq(channelFulfilments.orderId, orderId))
      .orderBy(channelFulfilments.atMs, channelFulfilments.externalFulfilmentId),
    db
      .select({ kind: externalRefs.kind, value: externalRefs.value, subject: externalRefs.subject })
      .from(externalRefs)
      .where(eq(externalRefs.orderId, orderId))
      .orderBy(externalRefs.kind, externalRefs.value),
  ])
  return {
    order: order[0] ?? null,
    deliveries: touched,
    reservations: claims,
    intents: calls,
    fulfilmentOrders: releases,
    shipments: sent,
    refunds: given,
    returns: back,
    channelFulfilments: shown,
    references,
  }
}
