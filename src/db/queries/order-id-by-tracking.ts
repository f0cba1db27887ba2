/** Which order travels under this tracking number? */
import { desc, eq } from 'drizzle-orm'
import type { Db } from '../database.ts'
import { shipments } from '../schema/fulfilment.ts'

/** Carriers reuse numbers after some months: the newest shipment wins. Null when none has it. */
export async function orderIdByTracking(db: Db, trackingNumber: string): Promise<string | null> {
  const [row] = await db
    .select({ orderId: shipments.orderId })
    .from(shipments)
    .where(eq(shipments.trackingNumber, trackingNumber))
    .orderBy(desc(shipments.shippedAtMs))
    .limit(1)
  return row?.orderId ?? null
}
