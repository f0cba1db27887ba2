/**
 * A location is up again. Who had claims there it tells by itself; orders that came while it was down, or were planned
 * around it, are found by how they stand. A message is one page of them, newest first, and sends the next: whoever is
 * not reached looks again by its own timer.
 */
import { activeConfig } from '../src/config/active-config.ts'
import { openDb } from '../src/db/database.ts'
import { pageSizeMax, parseCursor } from '../src/db/page.ts'
import { listOrders } from '../src/db/queries/list-orders.ts'
import type { OrderRow } from '../src/db/rows.ts'
import { candidateLocations } from '../src/domain/order/order-policy.ts'
import type { OrderStatus } from '../src/domain/order/order-status.ts'
import type { Env } from '../src/env.ts'
import type { InboundMessage } from '../src/queue-messages.ts'

export type LocationUpMessage = Extract<InboundMessage, { type: 'location_up' }>

/** In one of these is whatever has units that wait, or that are held and not final. */
const waiting: readonly OrderStatus[] = ['backordered', 'exception', 'on_hold', 'processing', 'partially_shipped']
/** Of each: ten thousand orders. */
const pagesMax = 50
/** Messages in one `sendBatch`. */
const messagesMax = 100

export async function tellWaiting({ location, status: at = 0, page = 1, cursor }: LocationUpMessage, env: Env) {
  const status = waiting[at]
  if (status === undefined) return
  const config = await activeConfig(env, Date.now())
  const isServed = (account: string) => candidateLocations(config, account).some((each) => each.location === location)
  const from = cursor === undefined ? null : parseCursor(cursor)
  const { rows, nextCursor } = await listOrders(openDb(env.DB), { status, cursor: from, limit: pageSizeMax })
  const wakes = rows
    .filter((row) => waits(row) && isServed(row.account))
    .map(({ orderId }) => {
      return { body: { type: 'wake_order', orderId, why: `location ${location} is up`, returns: location } as const }
    })
  for (let sent = 0; sent < wakes.length; sent += messagesMax) {
    await env.INBOUND_ORDERS.sendBatch(wakes.slice(sent, sent + messagesMax))
  }
  const isLast = nextCursor === null || page === pagesMax
  const next = isLast ? { status: at + 1 } : { status: at, page: page + 1, cursor: nextCursor }
  if (next.status < waiting.length) await env.INBOUND_ORDERS.send({ type: 'location_up', location, ...next })
}

const waits = ({ stage, unitsBackordered }: OrderRow) => unitsBackordered > 0 || stage === 'reserved'
