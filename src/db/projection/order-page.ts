/** An order's page: its log entries, and the document with all of its parts unless D1 holds a newer one. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { OrderState } from '../../domain/order/order-state.ts'
import { fulfilmentOrders, shipments } from '../schema/fulfilment.ts'
import { exceptions } from '../schema/operations.ts'
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
import { joinsOn, type LogPage, type PageWrite } from './commit-pages.ts'
import { type OrderRowSet, orderRowsOf } from './order-rows.ts'
import { deleteOtherRows, upsertNewerRows, upsertRows } from './statements.ts'

export function orderPage(page: LogPage, state: OrderState | null): PageWrite {
  return { page, statements: state === null ? [] : documentStatements(orderRowsOf(state), joinsOn(page)) }
}

/** The parts before the order: they compare themselves with the version that D1 held until now. */
function documentStatements(rows: OrderRowSet, joins: SQL): SQL[] {
  const { orderId, version } = rows.order
  const newest = sql`${joins} and not exists (select 1 from ${orders}
    where ${orders.orderId} = ${orderId} and ${orders.version} > ${version})`
  const mirror = (table: SQLiteTable, column: SQLiteColumn, parts: readonly object[]): SQL[] =>
    mirrored(table, eq(column, orderId), parts, newest)
  return [
    ...mirror(orderLines, orderLines.orderId, rows.lines),
    ...mirror(reservations, reservations.orderId, rows.reservations),
    ...mirror(intents, intents.orderId, rows.intents),
    ...mirror(refunds, refunds.orderId, rows.refunds),
    ...mirror(returns, returns.orderId, rows.returns),
    ...mirror(channelFulfilments, channelFulfilments.orderId, rows.channelFulfilments),
    ...mirror(externalRefs, externalRefs.orderId, rows.externalRefs),
    // A promise that was taken stays: most orders have none, and none of them pays for it.
    ...(rows.promises.length === 0 ? [] : mirror(promises, promises.orderId, rows.promises)),
    ...mirror(fulfilmentOrders, fulfilmentOrders.orderId, rows.fulfilmentOrders),
    ...mirror(shipments, shipments.orderId, rows.shipments),
    ...mirrored(exceptions, casesOf(orderId), rows.exceptions, newest),
    ...upsertNewerRows(orders, [rows.order], joins),
  ]
}

function mirrored(table: SQLiteTable, owner: SQL, parts: readonly object[], newest: SQL): SQL[] {
  const rows = parts.map((part) => ({ ...part }))
  return [deleteOtherRows(table, owner, rows, newest), ...upsertRows(table, rows, newest)]
}

function casesOf(orderId: string): SQL {
  return and(eq(exceptions.sourceKind, 'order'), eq(exceptions.sourceName, orderId)) ?? sql`false`
}
