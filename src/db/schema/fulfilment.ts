/** Fulfilment orders and shipments, projected from OrderActor with the order they belong to. */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const fulfilmentOrders = sqliteTable(
  'fulfilment_orders',
  {
    fulfilmentOrderId: text('fulfilment_order_id').primaryKey(),
    orderId: text('order_id').notNull(),
    location: text('location').notNull(),
    account: text('account').notNull(),
    status: text('status').notNull(),
    /** The warehouse's own number. */
    reference: text('reference'),
    rejection: text('rejection'),
    units: integer('units').notNull(),
    shippedUnits: integer('shipped_units').notNull(),
    cancelledUnits: integer('cancelled_units').notNull(),
    releasedAtMs: integer('released_at_ms'),
  },
  (t) => [
    index('fulfilment_orders_by_order').on(t.orderId),
    index('fulfilment_orders_by_location').on(t.location, t.orderId),
    index('fulfilment_orders_by_status').on(t.status, t.location, t.releasedAtMs),
  ],
)

export const shipments = sqliteTable(
  'shipments',
  {
    shipmentId: text('shipment_id').primaryKey(),
    orderId: text('order_id').notNull(),
    fulfilmentOrderId: text('fulfilment_order_id').notNull(),
    externalShipmentId: text('external_shipment_id').notNull(),
    location: text('location').notNull(),
    carrier: text('carrier'),
    service: text('service'),
    trackingNumber: text('tracking_number'),
    trackingUrl: text('tracking_url'),
    units: integer('units').notNull(),
    shippedAtMs: integer('shipped_at_ms').notNull(),
    trackingStatus: text('tracking_status'),
    trackingAtMs: integer('tracking_at_ms'),
  },
  (t) => [index('shipments_by_order').on(t.orderId), index('shipments_by_tracking').on(t.trackingNumber, t.orderId)],
)
