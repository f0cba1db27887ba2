/** Empties the projection tables in slices: one delete of millions of rows would run into D1's time limit. */
import { sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Db } from '../database.ts'
import { deliveries, deliverySubjects } from '../schema/deliveries.ts'
import { fulfilmentOrders, shipments } from '../schema/fulfilment.ts'
import { audit, exceptions, projectedActors } from '../schema/operations.ts'
import {
  channelFulfilments,
  externalRefs,
  intents,
  orderLines,
  orders,
  promises,
  refunds,
  reservations,
  returns,
} from '../schema/orders.ts'
import { positions } from '../schema/stock.ts'
import { transferReports, transfers } from '../schema/transfers.ts'

/**
 * Every table that is rebuilt from the actors. `projected_actors` is the last: only when it is empty is every actor
 * read from its first entry, and consumers at work meanwhile have lost nothing.
 */
export const projectionTables: readonly SQLiteTable[] = [
  orders,
  orderLines,
  reservations,
  intents,
  refunds,
  returns,
  channelFulfilments,
  externalRefs,
  promises,
  fulfilmentOrders,
  shipments,
  positions,
  transfers,
  transferReports,
  deliveries,
  deliverySubjects,
  audit,
  exceptions,
  projectedActors,
]

const sliceRows = 5_000

/** False while there is more to drop. */
export async function dropRows(db: Db): Promise<boolean> {
  for (const table of projectionTables) {
    const slice = sql`delete from ${table} where rowid in (select rowid from ${table} limit ${sliceRows})`
    const result = await db.run(slice)
    if (result.meta.changes >= sliceRows) return false
  }
  return true
}
