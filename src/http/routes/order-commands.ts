/** What a person or a system may ask of an order: cancel it, hold it, let it go, look again. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { OrderCommandBody } from '../../domain/order/order-command.ts'
import { commandIdOf } from '../command-id.ts'
import { type AppContext, type AppEnv, causeOf } from '../context.ts'
import { acts, answers, noQuery, orderReasons, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { examples } from '../wire/examples.ts'
import { orderDocument, orderDocumentSchema } from '../wire/order-document.ts'
import { findOrder, orderPathSchema } from './order-access.ts'

export const orderCommands = new OpenAPIHono<AppEnv>()

const reasonText = z.string().trim().min(1).max(200)
const holdIdSchema = z.string().regex(/^[A-Za-z0-9._:~-]{1,100}$/, '1 to 100 of A-Z a-z 0-9 . _ : ~ -')
const holdKinds = ['credit', 'fraud', 'address', 'price', 'manual'] as const

const responses = {
  200: answers(orderDocumentSchema, 'The order as it now stands'),
  ...refusals(...reasonsOf.write, ...orderReasons),
}

async function command(c: AppContext, id: string, body: OrderCommandBody) {
  const found = await findOrder(c, id)
  if (!found.ok) return refuse(c, found.error)
  const { order, orderId } = found.value
  const verdict = await order.execute(orderId, { ...body, commandId: commandIdOf(c), cause: causeOf(c) })
  if (!verdict.ok) return refuse(c, verdict.error)
  c.header('x-order-effect', verdict.effect)
  const state = await order.state()
  if (state === null) return refuse(c, { reason: 'order_not_found', orderId })
  return c.json(orderDocument(state), 200)
}

const cancelRoute = createRoute({
  method: 'post',
  path: '/v1/orders/{id}/cancel',
  ...writes('POST /v1/orders/{id}/cancel'),
  operationId: 'cancelOrder',
  tags: ['orders'],
  summary: 'Cancel what has not shipped',
  description:
    'Stock is given back, the ERP and the warehouses are told. A warehouse may refuse a recall: ' +
    '`cancellation.refused` then says why.',
  request: {
    query: noQuery,
    params: orderPathSchema,
    body: takes(z.strictObject({ reason: reasonText }), examples.cancel),
  },
  responses,
})

orderCommands.openapi(cancelRoute, (c) =>
  command(c, c.req.valid('param').id, { type: 'cancel', reason: c.req.valid('json').reason }),
)

const placeHoldRoute = createRoute({
  method: 'post',
  path: '/v1/orders/{id}/holds',
  ...writes('POST /v1/orders/{id}/holds'),
  operationId: 'placeHold',
  tags: ['orders'],
  summary: 'Place a hold: the order may not advance until it is released',
  request: {
    query: noQuery,
    params: orderPathSchema,
    body: takes(z.strictObject({ holdId: holdIdSchema, kind: z.enum(holdKinds), reason: reasonText }), examples.hold),
  },
  responses,
})

orderCommands.openapi(placeHoldRoute, (c) =>
  command(c, c.req.valid('param').id, { type: 'place_hold', ...c.req.valid('json') }),
)

const releaseHoldRoute = createRoute({
  method: 'post',
  path: '/v1/orders/{id}/holds/{hold}/release',
  ...acts('POST /v1/orders/{id}/holds/{hold}/release'),
  operationId: 'releaseHold',
  tags: ['orders'],
  summary: 'Release a hold',
  request: {
    query: noQuery,
    params: orderPathSchema.extend({
      hold: z
        .string()
        .max(200)
        .openapi({ param: { name: 'hold', in: 'path' } }),
    }),
  },
  responses,
})

orderCommands.openapi(releaseHoldRoute, (c) => {
  const { id, hold } = c.req.valid('param')
  return command(c, id, { type: 'release_hold', holdId: hold })
})

const retryRoute = createRoute({
  method: 'post',
  path: '/v1/orders/{id}/retry',
  ...acts('POST /v1/orders/{id}/retry'),
  operationId: 'retryOrder',
  tags: ['orders'],
  summary: 'Look again now: mapping, stock, refused calls',
  request: { query: noQuery, params: orderPathSchema },
  responses,
})

orderCommands.openapi(retryRoute, (c) => command(c, c.req.valid('param').id, { type: 'retry' }))
