/** How many things wait for a person? Counted up to a limit, so that a bad day does not make every page slow. */
import { count, eq, inArray } from 'drizzle-orm'
import type { Db } from '../database.ts'
import { deliveries } from '../schema/deliveries.ts'
import { exceptions } from '../schema/operations.ts'

export type WaitingCounts = { readonly exceptions: number; readonly deliveries: number }

/** More than this is shown as `999+` anyway. */
const countedMax = 1_000

/** Open exceptions, and deliveries that were rejected or dead-lettered. */
export async function waitingCounts(db: Db): Promise<WaitingCounts> {
  const open = db
    .select({ id: exceptions.exceptionId })
    .from(exceptions)
    .where(eq(exceptions.status, 'open'))
    .limit(countedMax)
    .as('open')
  const refused = db
    .select({ id: deliveries.deliveryId })
    .from(deliveries)
    .where(inArray(deliveries.status, ['rejected', 'dead_lettered']))
    .limit(countedMax)
    .as('refused')
  const [openRows, refusedRows] = await db.batch([
    db.select({ n: count() }).from(open),
    db.select({ n: count() }).from(refused),
  ])
  return { exceptions: openRows[0]?.n ?? 0, deliveries: refusedRows[0]?.n ?? 0 }
}
