/** How many orders wait, and for what? Each is counted up to a limit, so that a bad day does not make the overview slow. */
import { count, eq, type SQL } from 'drizzle-orm'
import type { Db } from '../database.ts'
import { orders } from '../schema/orders.ts'
import { waitingForSupply } from './list-orders.ts'

/** Of any age. An order that waits for a person and for supply is in both figures, as it is in both lists. */
export type WaitingOrders = { readonly exception: number; readonly onHold: number; readonly supply: number }

/** So many are counted, and no more. */
export const waitingOrdersMax = 1_000

export async function waitingOrders(db: Db): Promise<WaitingOrders> {
  const [exception, onHold, supply] = await db.batch([
    counted(db, eq(orders.status, 'exception')),
    counted(db, eq(orders.status, 'on_hold')),
    counted(db, waitingForSupply),
  ])
  return { exception: exception[0]?.n ?? 0, onHold: onHold[0]?.n ?? 0, supply: supply[0]?.n ?? 0 }
}

function counted(db: Db, which: SQL) {
  const found = db.select({ id: orders.orderId }).from(orders).where(which).limit(waitingOrdersMax).as('found')
  return db.select({ n: count() }).from(found)
}
