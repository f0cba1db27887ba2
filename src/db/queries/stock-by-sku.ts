/** What do we have of each SKU over the whole network? By SKU; found by the beginning of its name. */
import { and, asc, gt, gte, lt, type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Db } from '../database.ts'
import { pageSizeDefault } from '../page.ts'
import { positions } from '../schema/stock.ts'

export type SkuTotals = {
  readonly sku: string
  readonly locations: number
  readonly onHand: number
  readonly available: number
  readonly committed: number
  readonly reserved: number
  readonly damaged: number
  readonly safetyStock: number
  readonly qualityControl: number
  readonly incoming: number
  readonly backordered: number
  readonly updatedAtMs: number
}
export type StockBySku = { readonly search?: string | undefined; readonly afterSku: string | null }

const total = (column: AnySQLiteColumn) => sql<number>`SUM(${column})`

export async function stockBySku(db: Db, { search, afterSku }: StockBySku): Promise<readonly SkuTotals[]> {
  const conditions: SQL[] = []
  if (afterSku !== null) conditions.push(gt(positions.sku, afterSku))
  if (search !== undefined) conditions.push(gte(positions.sku, search), lt(positions.sku, `${search}\uffff`))
  return db
    .select({
      sku: positions.sku,
      locations: sql<number>`COUNT(*)`,
      onHand: total(positions.onHand),
      available: total(positions.available),
      committed: total(positions.committed),
      reserved: total(positions.reserved),
      damaged: total(positions.damaged),
      safetyStock: total(positions.safetyStock),
      qualityControl: total(positions.qualityControl),
      incoming: total(positions.incoming),
      backordered: total(positions.backordered),
      updatedAtMs: sql<number>`MAX(${positions.updatedAtMs})`,
    })
    .from(positions)
    .where(and(...conditions))
    .groupBy(positions.sku)
    .orderBy(asc(positions.sku))
    .limit(pageSizeDefault + 1)
}
