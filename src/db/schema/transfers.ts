/** Transfers between our locations, projected from TransferActor. Sums over their lines, in base units. */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const transfers = sqliteTable(
  'transfers',
  {
    transferId: text('transfer_id').primaryKey(),
    fromLocation: text('from_location').notNull(),
    toLocation: text('to_location').notNull(),
    status: text('status').notNull(),
    dueAtMs: integer('due_at_ms').notNull(),
    requestedAtMs: integer('requested_at_ms').notNull(),
    skus: integer('skus').notNull(),
    unitsRequested: integer('units_requested').notNull(),
    unitsReserved: integer('units_reserved').notNull(),
    unitsShipped: integer('units_shipped').notNull(),
    unitsInTransit: integer('units_in_transit').notNull(),
    unitsReceived: integer('units_received').notNull(),
    unitsOver: integer('units_over').notNull(),
    /** They left and never came. */
    unitsWrittenOff: integer('units_written_off').notNull(),
    /** What its positions have still to be told. */
    effectsPending: integer('effects_pending').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [
    index('transfers_newest').on(t.requestedAtMs, t.transferId),
    index('transfers_by_status').on(t.status, t.requestedAtMs, t.transferId),
    index('transfers_by_from').on(t.fromLocation, t.requestedAtMs, t.transferId),
    index('transfers_by_to').on(t.toLocation, t.requestedAtMs, t.transferId),
    index('transfers_short').on(t.requestedAtMs, t.transferId).where(sql`units_written_off > 0`),
  ],
)

/** What was reported of a transfer: each shipment that left and each receipt, under the reporter's own id. */
export const transferReports = sqliteTable(
  'transfer_reports',
  {
    transferId: text('transfer_id').notNull(),
    kind: text('kind').notNull(),
    reportId: text('report_id').notNull(),
    /** Base units, summed over its lines. */
    units: integer('units').notNull(),
    /** When it happened, by the report. */
    atMs: integer('at_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.transferId, t.kind, t.reportId] }),
    index('transfer_reports_by_id').on(t.reportId, t.transferId),
  ],
)
