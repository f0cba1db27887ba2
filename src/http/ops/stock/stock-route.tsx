/** `GET /ops/stock`: SKUs over the whole network, from the projection. */
import { openDb } from '../../../db/database.ts'
import { pageSizeDefault } from '../../../db/page.ts'
import { stockBySku } from '../../../db/queries/stock-by-sku.ts'
import { skuSchema } from '../../../domain/order/canonical-order.ts'
import { readListQuery } from '../list-query.ts'
import type { OpsContext } from '../ops-context.ts'
import { renderPage } from '../render-page.tsx'
import { StockPage } from './stock-page.tsx'

export async function stockRoute(c: OpsContext): Promise<Response> {
  const query = readListQuery(c.req.url, ['sku'])
  const cursor = skuSchema.safeParse(c.req.query('cursor')).data ?? null
  const found = await stockBySku(openDb(c.env.DB), { search: query.sku, afterSku: cursor })
  const rows = found.slice(0, pageSizeDefault)
  const nextCursor = found.length > rows.length ? (rows.at(-1)?.sku ?? null) : null
  const view = { rows, query, firstPage: cursor === null, nextCursor, nowMs: Date.now() }
  return renderPage(c, { title: 'Stock', room: 'stock', body: <StockPage view={view} /> })
}
