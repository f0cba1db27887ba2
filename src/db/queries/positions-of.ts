/** Where is this SKU, and how much? */
import { eq } from 'drizzle-orm'
import type { Db } from '../database.ts'
import type { PositionRow } from '../rows.ts'
import { positions } from '../schema/stock.ts'

/** As many locations as a configuration may have. */
const locationsMax = 1_000

export async function positionsOf(db: Db, sku: string): Promise<readonly PositionRow[]> {
  return db.select().from(positions).where(eq(positions.sku, sku)).orderBy(positions.location).limit(locationsMax)
}
