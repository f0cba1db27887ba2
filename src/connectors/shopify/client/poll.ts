/**
 * The backstop for lost webhooks: every order changed since the watermark, as an `orders/updated` delivery.
 *
 * Each poll looks back a little further than the watermark, because Shopify's index trails its database. A poll that
 * is cut short (throttled, or a backlog) returns what it has and a watermark from which the next one goes on exactly
 * there: a look-back that held more orders than one poll takes would otherwise be read for ever.
 */
import { err, ok, type Result } from '../../../domain/shared/result.ts'
import type { ClientContext, Poll } from '../../ports.ts'
import { sha256Hex } from '../../transport/hmac.ts'
import { asRead, type CallFailure, callAdmin } from './admin-graphql.ts'
import { changedOrdersAnswer } from './answers.ts'
import { idOfGid } from './gid.ts'
import { changedOrders } from './operations.ts'
import { readOrder } from './read-order.ts'
import type { Page } from './read-pages.ts'
import { type ReadOrder, restOrder } from './rest-order.ts'

export const lookBackMs = 120_000
/** Orders of one poll: each costs a call, and the poll runs beside live traffic on the same budget. */
export const ordersPerPollMax = 200

type Changed = { readonly gid: string; readonly updatedAtMs: number }
type Polled = Extract<Awaited<ReturnType<Poll>>, { ok: true }>['value']
type PolledDelivery = Polled['deliveries'][number]

export const poll: Poll = async (context, watermarkMs) => {
  const sinceMs = Math.max(0, watermarkMs - lookBackMs)
  const listed = await listChanged(context, sinceMs)
  if (!listed.ok) return err({ class: listed.error.class, message: listed.error.message })
  const { changed, complete } = listed.value
  const deliveries: PolledDelivery[] = []
  let readThroughMs: number | null = null
  for (const each of changed) {
    const read = await readOrder(context, each.gid)
    if (!read.ok && read.error.outcome === 'absent' && !read.error.retryable) {
      deliveries.push(await unreadable(each))
    } else if (!read.ok) {
      if (readThroughMs === null) return err({ class: read.error.class, message: read.error.message })
      return ok({ deliveries, nextWatermarkMs: readThroughMs + lookBackMs })
    } else if (read.value) deliveries.push(await deliveryOf(read.value.order, restOrder(read.value)))
    readThroughMs = each.updatedAtMs
  }
  if (readThroughMs === null) return ok({ deliveries, nextWatermarkMs: watermarkMs })
  return ok({ deliveries, nextWatermarkMs: complete ? readThroughMs : readThroughMs + lookBackMs })
}

/** Orders of one and the same instant are never cut apart: the next poll begins at an instant. */
async function listChanged(
  context: ClientContext,
  sinceMs: number,
): Promise<Result<{ readonly changed: readonly Changed[]; readonly complete: boolean }, CallFailure>> {
  const changed: Changed[] = []
  const query = `updated_at:>='${new Date(sinceMs).toISOString()}'`
  let after: string | null = null
  for (;;) {
    const page = await readPage(context, query, after)
    if (!page.ok) return page
    const { nodes, pageInfo } = page.value
    for (const node of nodes) {
      const updatedAtMs = Date.parse(node.updatedAt)
      const last = changed.at(-1)
      if (last && changed.length >= ordersPerPollMax && updatedAtMs > last.updatedAtMs) {
        return ok({ changed, complete: false })
      }
      changed.push({ gid: node.id, updatedAtMs })
    }
    if (!pageInfo.hasNextPage || pageInfo.endCursor === null) return ok({ changed, complete: true })
    after = pageInfo.endCursor
  }
}

async function readPage(
  context: ClientContext,
  query: string,
  after: string | null,
): Promise<Result<Page<{ id: string; updatedAt: string }>, CallFailure>> {
  const answer = await callAdmin(context, changedOrders, { query, after }, changedOrdersAnswer)
  return answer.ok ? ok(answer.value.data.orders) : err(asRead(answer.error))
}

/** Translation refuses it for what it lacks: a case somebody sees, instead of a poll that stops here for ever. */
function unreadable(changed: Changed): Promise<PolledDelivery> {
  const id = idOfGid(changed.gid)
  const updatedAt = new Date(changed.updatedAtMs).toISOString()
  return deliveryOf({ legacyResourceId: id, updatedAt }, { id, updated_at: updatedAt })
}

/**
 * The content is the key: the same version read by two polls is one delivery. Where its webhook did arrive, the order
 * sees the same version twice, which changes nothing.
 */
async function deliveryOf(
  order: Pick<ReadOrder['order'], 'legacyResourceId' | 'updatedAt'>,
  resource: Readonly<Record<string, unknown>>,
): Promise<PolledDelivery> {
  const body = JSON.stringify(resource)
  return {
    domain: 'orders',
    topic: 'orders/updated',
    shardKey: order.legacyResourceId,
    dedupeKeys: [`poll:orders/updated:${order.legacyResourceId}:${order.updatedAt}:${await sha256Hex(body)}`],
    headers: { 'x-shopify-topic': 'orders/updated' },
    body,
  }
}
