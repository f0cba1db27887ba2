/** Positions, projected from StockActor. Base units; the state equation of `InventoryStates` holds in every row. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const positions = sqliteTable(
  'positions',
  {
    sku: text('sku').notNull(),
    location: text('location').notNull(),
    available: integer('available').notNull(),
    committed: integer('committed').notNull(),
    reserved: integer('reserved').notNull(),
    damaged: integer('damaged').notNull(),
    safetyStock: integer('safety_stock').notNull(),
    qualityControl: integer('quality_control').notNull(),
    onHand: integer('on_hand').notNull(),
    incoming: integer('incoming').notNull(),
    backordered: integer('backordered').notNull(),
    snapshotSource: text('snapshot_source'),
    snapshotAsOfMs: integer('snapshot_as_of_ms'),
    snapshotSequence: integer('snapshot_sequence'),
    updatedAtMs: integer('updated_at_ms').notNull(),
    version: integer('version').notNull(),
  },
  (t) => [primaryKey({ columns: [t.sku, t.location] })],
)
