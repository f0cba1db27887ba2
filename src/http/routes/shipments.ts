/** Shipments and returns from warehouses without an adapter, as commands to the order they belong to. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { externalIdSchema } from '../../domain/order/canonical-order.ts'
import type { OrderState } from '../../domain/order/order-state.ts'
import { fulfilmentOrderIdFrom, lineId, orderOfFulfilmentOrder } from '../../domain/shared/ids.ts'
import { commandIdOf } from '../command-id.ts'
import { type AppEnv, causeOf } from '../context.ts'
import { answers, noQuery, orderReasons, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { examples } from '../wire/examples.ts'
import { instantSchema } from '../wire/instant.ts'
import { findOrder } from './order-access.ts'

export const shipments = new OpenAPIHono<AppEnv>()

const linesMax = 500
const quantity = z.int().min(1).max(1_000_000).openapi({ description: 'Ordered units' })
const line = z.strictObject({ lineId: externalIdSchema.transform(lineId).openapi({ type: 'string' }), quantity })
const externalEventId = z.string().regex(/^[\x21-\x7e]{1,100}$/, '1 to 100 printable ASCII characters without space')
const short = (max: number) => z.string().min(1).max(max).nullable().default(null)

const shipmentSchema = z.strictObject({
  fulfilmentOrderId: z.string().max(220).openapi({ example: 'b2b:PO-7781/F1' }),
  externalShipmentId: externalEventId.openapi({ description: 'Yours: the same id again is the same shipment' }),
  lines: z.array(line).max(linesMax),
  shortLines: z
    .array(line.extend({ reason: z.string().min(1).max(200) }))
    .max(linesMax)
    .default([])
    .openapi({ description: 'Units that will never ship from here: they are planned again' }),
  carrier: short(100),
  service: short(100),
  trackingNumber: short(100),
  trackingUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .nullable()
    .default(null),
  shippedAt: instantSchema,
})

const effectSchema = z
  .object({
    orderId: z.string(),
    effect: z.enum(['applied', 'unchanged', 'stale']),
    version: z.int().openapi({ description: "The order's version afterwards" }),
  })
  .openapi('OrderEffect')
const responses = {
  200: answers(effectSchema, 'Taken in; `unchanged` when it was known'),
  ...refusals(...reasonsOf.write, ...orderReasons),
}

const shipmentRoute = createRoute({
  method: 'post',
  path: '/v1/shipments',
  ...writes('POST /v1/shipments'),
  operationId: 'reportShipment',
  tags: ['fulfilment'],
  summary: 'Report a shipment of a fulfilment order, whole or in part',
  request: { query: noQuery, body: takes(shipmentSchema, examples.shipment) },
  responses,
})

shipments.openapi(shipmentRoute, async (c) => {
  const { fulfilmentOrderId: id, shippedAt, ...reported } = c.req.valid('json')
  if (reported.lines.length + reported.shortLines.length === 0) {
    return refuse(c, { reason: 'invalid_body', errors: [{ path: 'lines', message: 'nothing shipped, nothing short' }] })
  }
  const orderId = orderOfFulfilmentOrder(id)
  const found = orderId === null ? null : await findOrder(c, orderId)
  if (found === null) return refuse(c, { reason: 'fulfilment_order_not_found', fulfilmentOrderId: id })
  if (!found.ok) return refuse(c, found.error)
  const { order } = found.value
  const { account } = c.var.principal
  if (account !== null && !isReleasedTo(await order.state(), id, account)) {
    return refuse(c, { reason: 'account_not_allowed', account })
  }
  const shipment = { ...reported, fulfilmentOrderId: fulfilmentOrderIdFrom(id), shippedAtMs: shippedAt }
  const command = { type: 'record_shipment', shipment, commandId: commandIdOf(c), cause: causeOf(c) } as const
  const verdict = await order.execute(found.value.orderId, command)
  if (!verdict.ok) return refuse(c, verdict.error)
  return c.json({ orderId: found.value.orderId, effect: verdict.effect, version: verdict.version }, 200)
})

/** One warehouse of a split order may not speak for the other. */
function isReleasedTo(state: OrderState | null, fulfilmentOrderId: string, account: string): boolean {
  const release = state?.fulfilmentOrders.find((candidate) => candidate.fulfilmentOrderId === fulfilmentOrderId)
  return release?.account === account
}

const returnSchema = z.strictObject({
  orderId: z.string().max(200).openapi({ example: 'b2b:PO-7781' }),
  externalReturnId: externalEventId.openapi({ description: 'Yours: the same id again is the same return' }),
  lines: z.array(line).min(1).max(linesMax),
  returnedAt: instantSchema,
})

const returnRoute = createRoute({
  method: 'post',
  path: '/v1/returns',
  ...writes('POST /v1/returns'),
  operationId: 'reportReturn',
  tags: ['fulfilment'],
  summary: 'Report units that came back',
  description: 'Says what came back of the order. Whether the units can be sold again is a movement of its own.',
  request: { query: noQuery, body: takes(returnSchema, examples.return) },
  responses,
})

shipments.openapi(returnRoute, async (c) => {
  const { orderId: id, externalReturnId, lines, returnedAt } = c.req.valid('json')
  const found = await findOrder(c, id)
  if (!found.ok) return refuse(c, found.error)
  const { order, orderId } = found.value
  const recorded = { type: 'record_return', externalReturnId, lines, atMs: returnedAt } as const
  const verdict = await order.execute(orderId, { ...recorded, commandId: commandIdOf(c), cause: causeOf(c) })
  if (!verdict.ok) return refuse(c, verdict.error)
  return c.json({ orderId, effect: verdict.effect, version: verdict.version }, 200)
})
