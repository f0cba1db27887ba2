/**
 * The backstop for lost webhooks: every order changed since the watermark, as an `orders/updated` delivery.
 *
 * Whoever polls looks back a little behind its watermark each time, so a poll must get beyond that stretch or it would
 * read the same orders for ever: it never stops for their number inside it, and waits when the budget runs dry.
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

/** Orders of one poll: each costs a call, and the poll runs beside live traffic on the same budget. */
export const ordersPerPollMax = 200
/** Longer than anybody's look-back. */
const neverCutWithinMs = 600_000
/** Waiting for Shopify's budget, all in all; a scheduled run may take longer than this. */
const budgetWaitMaxMs = 120_000

type Changed = { readonly gid: string; readonly updatedAtMs: number }
type Polled = Extract<Awaited<ReturnType<Poll>>, { ok: true }>['value']
type PolledDelivery = Polled['deliveries'][number]

export const poll: Poll = async (context, watermarkMs) => {
  const changed = await listChanged(context, Math.max(0, watermarkMs))
  if (!changed.ok) return err({ class: changed.error.class, message: changed.error.message })
  const patient = patientReader(context)
  const deliveries: PolledDelivery[] = []
  let readThroughMs = watermarkMs
  for (const [at, each] of changed.value.entries()) {
    const read = await patient(each.gid)
    if (!read.ok && isPassing(read.error)) {
      // What was read stands; the next poll goes on from there.
      if (at === 0) return err({ class: read.error.class, message: read.error.message })
      return ok({ deliveries, nextWatermarkMs: readThroughMs })
    }
    if (!read.ok) deliveries.push(await unreadable(each))
    else if (read.value) deliveries.push(await deliveryOf(read.value.order, restOrder(read.value)))
    readThroughMs = Math.max(readThroughMs, each.updatedAtMs)
  }
  return ok({ deliveries, nextWatermarkMs: readThroughMs })
}

const isPassing = (failure: CallFailure) => failure.outcome === 'unknown' || failure.retryable

/** Reads orders one by one; a dry budget is waited for, up to a bound over all of them. */
function patientReader(context: ClientContext): (gid: string) => ReturnType<typeof readOrder> {
  let waitedMs = 0
  return async (gid) => {
    for (;;) {
      const read = await readOrder(context, gid)
      if (read.ok || read.error.outcome !== 'absent' || read.error.class !== 'rate_limit') return read
      const waitMs = read.error.retryAfterMs ?? budgetWaitMaxMs
      if (waitedMs + waitMs > budgetWaitMaxMs) return read
      waitedMs += waitMs
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

/** Oldest change first. Orders of one and the same instant are never cut apart: the next poll begins at an instant. */
async function listChanged(context: ClientContext, sinceMs: number): Promise<Result<readonly Changed[], CallFailure>> {
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
      const enough = changed.length >= ordersPerPollMax && updatedAtMs > sinceMs + neverCutWithinMs
      if (enough && last && updatedAtMs > last.updatedAtMs) return ok(changed)
      changed.push({ gid: node.id, updatedAtMs })
    }
    if (!pageInfo.hasNextPage || pageInfo.endCursor === null) return ok(changed)
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
