/** `GET /ops/orders`: a number that names exactly one thing leads straight to it; anything else is a list. */
import { openDb } from '../../../db/database.ts'
import { listOrders } from '../../../db/queries/list-orders.ts'
import { type Candidate, searchAnyId } from '../../../db/queries/search-any-id.ts'
import { searchKeyOf } from '../../../domain/lineage/search-key.ts'
import { type ListQuery, readCursor, readListQuery } from '../list-query.ts'
import type { OpsContext } from '../ops-context.ts'
import { deliveryPath, orderPath } from '../order/order-view.ts'
import { renderPage } from '../render-page.tsx'
import { sinceMsOf } from '../time-window.ts'
import { transferPath } from '../transfers/transfers-page.tsx'
import { OrdersPage } from './orders-page.tsx'

const filters = ['q', 'channel', 'status', 'stage', 'waits', 'captured']

export async function ordersRoute(c: OpsContext): Promise<Response> {
  const nowMs = Date.now()
  const query = readListQuery(c.req.url, filters)
  const cursor = readCursor(c.req.url)
  const db = openDb(c.env.DB)
  const others = query.q === undefined ? [] : await searchAnyId(db, query.q)
  const only = cursor === null ? onlyMatch(query, others) : null
  if (only !== null) return c.redirect(only, 303)
  const { q: search, channel, status, stage } = query
  const waitsForSupply = query.waits === 'supply'
  const capturedSinceMs = sinceMsOf(query.captured, nowMs)
  const page = await listOrders(db, { search, channel, status, stage, waitsForSupply, capturedSinceMs, cursor })
  const view = { page, query, firstPage: cursor === null, others, config: c.var.config, nowMs }
  return renderPage(c, {
    title: search === undefined ? 'Orders' : `${search} in orders`,
    room: 'orders',
    body: <OrdersPage view={view} />,
    search: search ?? '',
  })
}

/** Where a search for nothing but one whole number leads; null when the list must answer. */
function onlyMatch(query: ListQuery, candidates: readonly Candidate[]): string | null {
  if (Object.keys(query).length > 1) return null
  const delivery = candidates.find((candidate) => candidate.kind === 'delivery')
  if (delivery !== undefined) return deliveryPath(delivery.id)
  const transfer = candidates.find((candidate) => candidate.kind === 'transfer')
  if (transfer !== undefined && !candidates.some(({ kind }) => kind === 'order')) return transferPath(transfer.id)
  const key = searchKeyOf(query.q ?? '')
  const [whole, ...others] = candidates.filter(
    (candidate) => candidate.kind === 'order' && isWhole(key, candidate.value),
  )
  return whole === undefined || others.length > 0 ? null : orderPath(whole.id)
}

/** The number itself, or a part of it such as a fulfilment order's; not merely its beginning. */
function isWhole(key: string, value: string): boolean {
  const known = searchKeyOf(value)
  return key === known || key.startsWith(`${known}/`)
}
