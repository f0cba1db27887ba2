/** `GET /ops/deliveries`. */
import { openDb } from '../../../db/database.ts'
import { listDeliveries } from '../../../db/queries/list-deliveries.ts'
import { readCursor, readListQuery } from '../list-query.ts'
import type { OpsContext } from '../ops-context.ts'
import { renderPage } from '../render-page.tsx'
import { sinceMsOf } from '../time-window.ts'
import { DeliveriesPage } from './deliveries-page.tsx'

const filters = ['q', 'account', 'status', 'topic', 'received']

export async function deliveriesRoute(c: OpsContext): Promise<Response> {
  const query = readListQuery(c.req.url, filters)
  const cursor = readCursor(c.req.url)
  const nowMs = Date.now()
  const { q: search, account, status, topic } = query
  const receivedSinceMs = sinceMsOf(query.received, nowMs)
  const page = await listDeliveries(openDb(c.env.DB), { search, account, status, topic, receivedSinceMs, cursor })
  const view = { page, query, firstPage: cursor === null, config: c.var.config, nowMs }
  return renderPage(c, { title: 'Deliveries', room: 'deliveries', body: <DeliveriesPage view={view} /> })
}
