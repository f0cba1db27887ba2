/** One order whole, in as many calls as its size and history need: one for nearly all of them. */
import { err, ok, type Result } from '../../../domain/shared/result.ts'
import type { ClientContext } from '../../ports.ts'
import { asRead, type CallFailure, callAdmin } from './admin-graphql.ts'
import {
  type GraphqlLine,
  type GraphqlOrder,
  type GraphqlRefundLine,
  orderDetailAnswer,
  orderLinesAnswer,
  orderRefundsAnswer,
  refundLinesAnswer,
} from './answers.ts'
import { orderDetail, orderLines, orderRefunds, refundLines } from './operations.ts'
import { readFulfilmentLines, readFulfilments } from './read-fulfilments.ts'
import { type Page, readPages } from './read-pages.ts'
import type { ReadOrder } from './rest-order.ts'

const nothingMore = { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] }

/** Null when Shopify no longer has the order: it was deleted between the list and this call. */
export async function readOrder(context: ClientContext, gid: string): Promise<Result<ReadOrder | null, CallFailure>> {
  const answer = await callAdmin(context, orderDetail, { id: gid }, orderDetailAnswer)
  if (!answer.ok) return err(asRead(answer.error))
  const { order } = answer.value.data
  if (!order) return ok(null)
  const lines = await readLines(context, gid, order.lineItems)
  if (!lines.ok) return lines
  const unitsTakenOff = lines.value.some((line) => line.currentQuantity < line.quantity)
  if (!unitsTakenOff) return ok({ order, lines: lines.value, refunds: [], fulfilments: [] })
  const refunds = await readRefunds(context, gid)
  if (!refunds.ok) return refunds
  const fulfilments = await readAllFulfilments(context, order)
  if (!fulfilments.ok) return fulfilments
  return ok({ order, lines: lines.value, refunds: refunds.value, fulfilments: fulfilments.value })
}

function readLines(
  context: ClientContext,
  gid: string,
  first: Page<GraphqlLine>,
): Promise<Result<readonly GraphqlLine[], CallFailure>> {
  return readPages(async (after) => {
    const answer = await callAdmin(context, orderLines, { id: gid, after }, orderLinesAnswer)
    return answer.ok ? ok(answer.value.data.order?.lineItems ?? nothingMore) : err(asRead(answer.error))
  }, first)
}

/** Shopify takes refunded units off a line's current quantity; which of them came back is in the refunds alone. */
async function readRefunds(
  context: ClientContext,
  gid: string,
): Promise<Result<readonly (readonly GraphqlRefundLine[])[], CallFailure>> {
  const answer = await callAdmin(context, orderRefunds, { id: gid }, orderRefundsAnswer)
  if (!answer.ok) return err(asRead(answer.error))
  const refunds: (readonly GraphqlRefundLine[])[] = []
  for (const refund of answer.value.data.order?.refunds ?? []) {
    const lines = await readPages(async (after) => {
      const page = await callAdmin(context, refundLines, { id: refund.id, after }, refundLinesAnswer)
      return page.ok ? ok(page.value.data.refund?.refundLineItems ?? nothingMore) : err(asRead(page.error))
    })
    if (!lines.ok) return lines
    refunds.push(lines.value)
  }
  return ok(refunds)
}

async function readAllFulfilments(
  context: ClientContext,
  order: GraphqlOrder,
): Promise<Result<ReadOrder['fulfilments'], CallFailure>> {
  const headers = await readFulfilments(context, order.legacyResourceId)
  if (!headers.ok) return headers
  const fulfilments: ReadOrder['fulfilments'][number][] = []
  for (const header of headers.value) {
    const lines = await readFulfilmentLines(context, header.gid)
    if (!lines.ok) return lines
    fulfilments.push({ status: header.status, lines: lines.value })
  }
  return ok(fulfilments)
}
