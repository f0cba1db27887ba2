/** Inbound messages and what became of them, projected from InboxActor. The body stays in the inbox. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const deliveries = sqliteTable(
  'deliveries',
  {
    deliveryId: text('delivery_id').primaryKey(),
    /** `<account>/<shard>`: the inbox that holds the body. */
    inbox: text('inbox').notNull(),
    account: text('account').notNull(),
    domain: text('domain').notNull(),
    topic: text('topic').notNull(),
    status: text('status').notNull(),
    attempts: integer('attempts').notNull(),
    reason: text('reason'),
    message: text('message'),
    bodyBytes: integer('body_bytes').notNull(),
    correlationId: text('correlation_id').notNull(),
    receivedAtMs: integer('received_at_ms').notNull(),
    settledAtMs: integer('settled_at_ms'),
    /** Sequence, in its inbox, of the newest event in this row. */
    version: integer('version').notNull(),
  },
  (t) => [
    index('deliveries_newest').on(t.receivedAtMs, t.deliveryId),
    index('deliveries_by_account').on(t.account, t.receivedAtMs, t.deliveryId),
    index('deliveries_by_status').on(t.status, t.receivedAtMs, t.deliveryId),
    index('deliveries_by_account_status').on(t.account, t.status, t.receivedAtMs, t.deliveryId),
    index('deliveries_by_topic').on(t.topic, t.receivedAtMs, t.deliveryId),
    index('deliveries_by_correlation').on(t.correlationId),
  ],
)

/** What a delivery touched: order ids, positions, listings. The first link of every lineage. */
export const deliverySubjects = sqliteTable(
  'delivery_subjects',
  {
    deliveryId: text('delivery_id').notNull(),
    subject: text('subject').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.deliveryId, t.subject] }),
    index('delivery_subjects_by_subject').on(t.subject, t.deliveryId),
  ],
)
