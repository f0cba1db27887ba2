/**
 * Tables projected from OrderActor. No names, street lines, e-mail addresses or phone numbers: an order is found by its
 * numbers, and the country and region suffice for lists. Who it goes to is read from the actor, under its own scope.
 * Quantities are ordered units, money is minor units of `currency`, times are epoch milliseconds.
 */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const orders = sqliteTable(
  'orders',
  {
    orderId: text('order_id').primaryKey(),
    account: text('account').notNull(),
    externalOrderId: text('external_order_id').notNull(),
    externalNumber: text('external_number'),
    stage: text('stage').notNull(),
    status: text('status').notNull(),
    nextActor: text('next_actor').notNull(),
    /** Kinds of the active holds, comma separated; null for none. */
    holds: text('holds'),
    openExceptions: integer('open_exceptions').notNull(),
    payment: text('payment').notNull(),
    currency: text('currency').notNull(),
    subtotalMinor: integer('subtotal_minor').notNull(),
    discountMinor: integer('discount_minor').notNull(),
    shippingMinor: integer('shipping_minor').notNull(),
    taxMinor: integer('tax_minor').notNull(),
    totalMinor: integer('total_minor').notNull(),
    lineCount: integer('line_count').notNull(),
    unitsOrdered: integer('units_ordered').notNull(),
    unitsShipped: integer('units_shipped').notNull(),
    unitsBackordered: integer('units_backordered').notNull(),
    shipToCountry: text('ship_to_country'),
    shipToRegion: text('ship_to_region'),
    erpAccount: text('erp_account'),
    erpReference: text('erp_reference'),
    configVersion: text('config_version'),
    correlationId: text('correlation_id').notNull(),
    firstDeliveryId: text('first_delivery_id'),
    placedAtMs: integer('placed_at_ms').notNull(),
    capturedAtMs: integer('captured_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
    /** Sequence of the newest event in this row; an older document never overwrites a newer one. */
    version: integer('version').notNull(),
  },
  (t) => [
    index('orders_newest').on(t.capturedAtMs, t.orderId),
    index('orders_by_account').on(t.account, t.capturedAtMs, t.orderId),
    index('orders_by_status').on(t.status, t.capturedAtMs, t.orderId),
    index('orders_by_account_status').on(t.account, t.status, t.capturedAtMs, t.orderId),
    index('orders_by_stage').on(t.stage, t.capturedAtMs, t.orderId),
    index('orders_by_external_id').on(t.externalOrderId, t.capturedAtMs, t.orderId),
    index('orders_by_correlation').on(t.correlationId),
    /** Few orders wait for supply at a time: only those are in it. */
    index('orders_waiting_for_supply').on(t.capturedAtMs, t.orderId).where(sql`${t.unitsBackordered} > 0`),
  ],
)

export const orderLines = sqliteTable(
  'order_lines',
  {
    orderId: text('order_id').notNull(),
    lineId: text('line_id').notNull(),
    externalSku: text('external_sku'),
    sku: text('sku'),
    packQuantity: integer('pack_quantity').notNull(),
    notStocked: integer('not_stocked', { mode: 'boolean' }).notNull(),
    unitPriceMinor: integer('unit_price_minor').notNull(),
    ordered: integer('ordered').notNull(),
    open: integer('open').notNull(),
    reserved: integer('reserved').notNull(),
    backordered: integer('backordered').notNull(),
    released: integer('released').notNull(),
    shipped: integer('shipped').notNull(),
    cancelled: integer('cancelled').notNull(),
    delivered: integer('delivered').notNull(),
    returned: integer('returned').notNull(),
  },
  (t) => [primaryKey({ columns: [t.orderId, t.lineId] }), index('order_lines_by_sku').on(t.sku, t.orderId)],
)

/** One claim of one line at one position; the same reservation id may stand at several locations. */
export const reservations = sqliteTable(
  'reservations',
  {
    orderId: text('order_id').notNull(),
    reservationId: text('reservation_id').notNull(),
    location: text('location').notNull(),
    lineId: text('line_id').notNull(),
    sku: text('sku').notNull(),
    quantity: integer('quantity').notNull(),
    status: text('status').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.orderId, t.reservationId, t.location] }),
    index('reservations_by_position').on(t.sku, t.location),
  ],
)

/** One effect wanted at one partner, and how far it has come. */
export const intents = sqliteTable(
  'intents',
  {
    orderId: text('order_id').notNull(),
    intentId: text('intent_id').notNull(),
    kind: text('kind').notNull(),
    account: text('account').notNull(),
    externalId: text('external_id').notNull(),
    subject: text('subject'),
    status: text('status').notNull(),
    attempts: integer('attempts').notNull(),
    reference: text('reference'),
    lastError: text('last_error'),
    createdAtMs: integer('created_at_ms').notNull(),
    notBeforeMs: integer('not_before_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.orderId, t.intentId] }),
    index('intents_by_account_status').on(t.account, t.status, t.createdAtMs),
  ],
)

export const refunds = sqliteTable(
  'refunds',
  {
    orderId: text('order_id').notNull(),
    externalRefundId: text('external_refund_id').notNull(),
    amountMinor: integer('amount_minor').notNull(),
    currency: text('currency').notNull(),
    units: integer('units').notNull(),
    atMs: integer('at_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.orderId, t.externalRefundId] })],
)

export const returns = sqliteTable(
  'returns',
  {
    orderId: text('order_id').notNull(),
    externalReturnId: text('external_return_id').notNull(),
    units: integer('units').notNull(),
    atMs: integer('at_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.orderId, t.externalReturnId] })],
)

/** What the channel shows as fulfilled: ours coming back, or made by hand in its own console. */
export const channelFulfilments = sqliteTable(
  'channel_fulfilments',
  {
    orderId: text('order_id').notNull(),
    externalFulfilmentId: text('external_fulfilment_id').notNull(),
    status: text('status').notNull(),
    units: integer('units').notNull(),
    atMs: integer('at_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.orderId, t.externalFulfilmentId] })],
)

/**
 * Every number by which somebody may ask for an order: the channel's, the ERP's, the warehouse's, the carrier's, ours.
 * `searchKey` is the value as people type it (lower case, without a leading `#`).
 */
export const externalRefs = sqliteTable(
  'external_refs',
  {
    orderId: text('order_id').notNull(),
    kind: text('kind').notNull(),
    value: text('value').notNull(),
    searchKey: text('search_key').notNull(),
    /** The fulfilment order, shipment or intent that the number belongs to; null for the order itself. */
    subject: text('subject'),
    atMs: integer('at_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.orderId, t.kind, t.value] }),
    index('external_refs_by_value').on(t.value, t.orderId),
    index('external_refs_by_search_key').on(t.searchKey, t.orderId),
  ],
)

/** What each line was promised, and how that stands: the promise ledger. */
export const promises = sqliteTable(
  'promises',
  {
    /** `<orderId>/<lineId>`: a line has one promise, the newest one taken. */
    promiseId: text('promise_id').primaryKey(),
    orderId: text('order_id').notNull(),
    lineId: text('line_id').notNull(),
    account: text('account').notNull(),
    sku: text('sku'),
    quantity: integer('quantity').notNull(),
    byMs: integer('by_ms').notNull(),
    standing: text('standing').notNull(),
    expectedAtMs: integer('expected_at_ms'),
    reason: text('reason'),
    /** Whether the buyer has it by then (`delivery`), or it has left by then. */
    dateOf: text('date_of').notNull().default('departure'),
    /** `quoted` by an answer of ours, `named` by the order, or `planned`: neither. */
    source: text('source').notNull(),
    confidencePercent: integer('confidence_percent'),
    /** JSON: where the units were to come from, and the versions of the positions it rests on. */
    plan: text('plan').notNull(),
    takenAtMs: integer('taken_at_ms').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [
    index('promises_newest').on(t.byMs, t.promiseId),
    index('promises_by_standing').on(t.standing, t.byMs, t.promiseId),
    index('promises_by_account').on(t.account, t.standing, t.byMs, t.promiseId),
    index('promises_by_order').on(t.orderId),
  ],
)
