/** How many orders were captured in each slot of a stretch of time? */
import { and, count, gte, lt, sql } from 'drizzle-orm'
import type { Db } from '../database.ts'
import { orders } from '../schema/orders.ts'

export type TimeSlots = { readonly sinceMs: number; readonly slotMs: number; readonly slots: number }

/** One figure per slot, oldest first. */
export async function ordersOverTime(db: Db, { sinceMs, slotMs, slots }: TimeSlots): Promise<readonly number[]> {
  const slot = sql<number>`(${orders.capturedAtMs} - ${sinceMs}) / ${slotMs}`
  const rows = await db
    .select({ slot, captured: count() })
    .from(orders)
    .where(and(gte(orders.capturedAtMs, sinceMs), lt(orders.capturedAtMs, sinceMs + slotMs * slots)))
    .groupBy(sql`1`)
  const found = new Map(rows.map((row) => [Math.floor(row.slot), row.captured]))
  return Array.from({ length: slots }, (_, index) => found.get(index) ?? 0)
}
