/** `GET /ops/transfers`: transfers between our locations, from the projection. */
import { openDb } from '../../../db/database.ts'
import { listTransfers } from '../../../db/queries/list-transfers.ts'
import { transferStatuses } from '../../../domain/transfer/transfer.ts'
import { readCursor, readListQuery } from '../list-query.ts'
import type { OpsContext } from '../ops-context.ts'
import { renderPage } from '../render-page.tsx'
import { TransfersPage } from './transfers-page.tsx'

export async function transfersRoute(c: OpsContext): Promise<Response> {
  const query = readListQuery(c.req.url, ['status', 'location', 'short'])
  const cursor = readCursor(c.req.url)
  const page = await listTransfers(openDb(c.env.DB), {
    // A status that there is not is none that is asked for.
    status: transferStatuses.find((status) => status === query.status),
    locations: query.location === undefined ? undefined : [query.location],
    isShort: query.short === 'true',
    cursor,
  })
  const view = { page, query, firstPage: cursor === null, config: c.var.config, nowMs: Date.now() }
  return renderPage(c, { title: 'Transfers', room: 'stock', body: <TransfersPage view={view} /> })
}
