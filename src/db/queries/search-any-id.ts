/** What could this number be? For the search box: orders by any of their numbers, deliveries, transfers, SKUs. */
import { and, asc, eq, gte, lt } from 'drizzle-orm'
import { searchKeyOf } from '../../domain/lineage/search-key.ts'
import type { Db } from '../database.ts'
import { deliveries } from '../schema/deliveries.ts'
import { externalRefs } from '../schema/orders.ts'
import { positions } from '../schema/stock.ts'
import { transfers } from '../schema/transfers.ts'
import { transfersReporting } from './transfer-lineage-of.ts'

export type Candidate =
  /** `by` says which of the order's numbers matched: `order`, `order_number`, `erp_order`, `tracking`, … */
  | { readonly kind: 'order'; readonly id: string; readonly by: string; readonly value: string }
  | { readonly kind: 'delivery'; readonly id: string; readonly account: string; readonly topic: string }
  | { readonly kind: 'transfer'; readonly id: string }
  | { readonly kind: 'sku'; readonly id: string }

const candidatesMax = 20

/** Exact matches before prefixes, at most 20; nothing for blank text. */
export async function searchAnyId(db: Db, text: string): Promise<readonly Candidate[]> {
  const key = searchKeyOf(text)
  if (key === '') return []
  const exact = text.trim()
  const [references, wholes, messages, moves, reported, skus] = await db.batch([
    db
      .select({ orderId: externalRefs.orderId, kind: externalRefs.kind, value: externalRefs.value })
      .from(externalRefs)
      .where(and(gte(externalRefs.searchKey, key), lt(externalRefs.searchKey, `${key}\u{10ffff}`)))
      .orderBy(asc(externalRefs.searchKey), asc(externalRefs.orderId))
      .limit(candidatesMax * 3),
    db
      .select({ orderId: externalRefs.orderId, kind: externalRefs.kind, value: externalRefs.value })
      .from(externalRefs)
      .where(and(eq(externalRefs.searchKey, wholeOf(key)), eq(externalRefs.kind, 'order')))
      .limit(1),
    db.select().from(deliveries).where(eq(deliveries.deliveryId, exact)).limit(1),
    db.select({ transferId: transfers.transferId }).from(transfers).where(eq(transfers.transferId, exact)).limit(1),
    transfersReporting(db, exact, candidatesMax),
    db.selectDistinct({ sku: positions.sku }).from(positions).where(eq(positions.sku, exact)).limit(1),
  ])
  const candidates: Candidate[] = [
    ...messages.map((row) => ({
      kind: 'delivery' as const,
      id: row.deliveryId,
      account: row.account,
      topic: row.topic,
    })),
    ...onePerTransfer([...moves, ...reported]),
    ...skus.map((row) => ({ kind: 'sku' as const, id: row.sku })),
    ...onePerOrder([...references, ...wholes]),
  ]
  return candidates.slice(0, candidatesMax)
}

/** By its own id first; the id of a report may be the transfer's own as well. */
function onePerTransfer(rows: readonly { transferId: string }[]): Candidate[] {
  return [...new Set(rows.map(({ transferId }) => transferId))].map((id) => ({ kind: 'transfer', id }))
}

/** `<orderId>/F1` and the like name a part of an order. */
function wholeOf(key: string): string {
  return key.split('/', 1)[0] ?? key
}

/** The rows come shortest key first, so the first match of an order is its closest. */
function onePerOrder(rows: readonly { orderId: string; kind: string; value: string }[]): Candidate[] {
  const closest = new Map<string, Candidate>()
  for (const row of rows) {
    if (closest.has(row.orderId)) continue
    closest.set(row.orderId, { kind: 'order', id: row.orderId, by: row.kind, value: row.value })
  }
  return [...closest.values()]
}
