/** Canonical orders in, orders out. Reads come from the order's own actor, so a caller sees what it just wrote. */
import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { actor, type OrderApi } from '../../actor-apis.ts'
import type { Account } from '../../domain/config/config.ts'
import { type CanonicalOrder, canonicalOrderSchema } from '../../domain/order/canonical-order.ts'
import type { OrderState } from '../../domain/order/order-state.ts'
import { accountId, orderId } from '../../domain/shared/ids.ts'
import { lineWithoutPromise } from '../atp/check-promises.ts'
import { mayActFor } from '../auth.ts'
import { commandIdOf } from '../command-id.ts'
import { type AppContext, type AppEnv, causeOf, type Principal } from '../context.ts'
import { answers, noQuery, orderReasons, reads, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { orderBackorders } from '../order-backorders.ts'
import { refuse } from '../problem.ts'
import { examples } from '../wire/examples.ts'
import { orderDocument, orderDocumentSchema } from '../wire/order-document.ts'
import { findOrder, orderPathSchema } from './order-access.ts'

export const orders = new OpenAPIHono<AppEnv>()

const captureRoute = createRoute({
  method: 'post',
  path: '/v1/orders',
  ...writes('POST /v1/orders'),
  operationId: 'captureOrder',
  tags: ['orders'],
  summary: 'Capture an order, or tell a newer version of it',
  description:
    'The same order again, unchanged, answers 200 with the order as it stands. A newer `sourceVersionMs` updates it. ' +
    'An older one changes nothing and answers 200 with `x-order-effect: stale`: late messages are normal, and the ' +
    'newest version has been taken in. Of two contents under one version the same one wins, whichever comes first.',
  request: { query: noQuery, body: takes(canonicalOrderSchema, examples.order) },
  responses: {
    201: answers(orderDocumentSchema, 'The order was captured by this request'),
    200: answers(orderDocumentSchema, 'The order existed; `x-order-effect` says applied, unchanged or stale'),
    ...refusals(
      ...reasonsOf.write,
      'unknown_account',
      'account_takes_no_orders',
      'promise_invalid',
      'unavailable',
      ...orderReasons,
    ),
  },
})

orders.openapi(captureRoute, async (c) => {
  const body = withOwnCart(c.req.valid('json'), c.var.principal)
  const account = c.var.config.accounts.find((candidate) => candidate.id === body.account)
  if (!mayActFor(c.var.principal, body.account)) {
    return refuse(c, { reason: 'account_not_allowed', account: body.account })
  }
  if (!account) return refuse(c, { reason: 'unknown_account', account: body.account })
  if (!takesOrders(account)) return refuse(c, { reason: 'account_takes_no_orders', account: account.id })
  const unpromised = await lineWithoutPromise(c.env, body)
  if (unpromised !== null) return refuse(c, { reason: 'promise_invalid', lineId: unpromised })
  const id = orderId(accountId(account.id), body.externalOrderId)
  const order = actor<OrderApi>(c.env.ORDER, id)
  const command = { type: 'observe', order: body, commandId: commandIdOf(c), cause: causeOf(c) } as const
  const verdict = await order.execute(id, command)
  if (!verdict.ok) return refuse(c, verdict.error)
  const state = await order.state()
  if (state === null) return refuse(c, { reason: 'unavailable' })
  c.header('location', `/v1/orders/${encodeURIComponent(id)}`)
  c.header('x-order-effect', verdict.effect)
  const created = verdict.effect === 'applied' && wasCapturedBy(state, c)
  return created ? c.json(orderDocument(state), 201) : c.json(orderDocument(state), 200)
})

/** A restricted key's reservations are kept under its account's name (`reservations.ts`): it can name no other's. */
function withOwnCart(order: CanonicalOrder, { account }: Principal): CanonicalOrder {
  if (account === null || order.reservationId === undefined) return order
  return { ...order, reservationId: `${account}:${order.reservationId}` }
}

/** Orders of a partner with an adapter come by its webhooks; two doors to one order would disagree. */
function takesOrders(account: Account): boolean {
  return account.role === 'channel' && account.partner === 'canonical'
}

function wasCapturedBy(state: OrderState, c: AppContext): boolean {
  return state.firstDeliveryId === null && state.correlationId === c.var.correlationId
}

const getRoute = createRoute({
  method: 'get',
  path: '/v1/orders/{id}',
  ...reads('GET /v1/orders/{id}'),
  operationId: 'getOrder',
  tags: ['orders'],
  summary: 'One order as it stands now',
  request: { query: noQuery, params: orderPathSchema },
  responses: {
    200: answers(orderDocumentSchema, 'The order'),
    ...refusals(...reasonsOf.read, 'order_not_found'),
  },
})

orders.openapi(getRoute, async (c) => {
  const { id } = c.req.valid('param')
  const found = await findOrder(c, id)
  if (!found.ok) return refuse(c, found.error)
  const state = await found.value.order.state()
  if (state === null) return refuse(c, { reason: 'order_not_found', orderId: id })
  return c.json(orderDocument(state, await orderBackorders(c.env, state)), 200)
})
