/** The order list, from D1: it may lag a moment behind the orders' own actors. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { openDb } from '../../db/database.ts'
import { listOrders } from '../../db/queries/list-orders.ts'
import type { OrderRow } from '../../db/rows.ts'
import { slugSchema } from '../../domain/config/config.ts'
import { externalIdSchema } from '../../domain/order/canonical-order.ts'
import { orderStatuses } from '../../domain/order/order-status.ts'
import { mayActFor } from '../auth.ts'
import type { AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { instantOutSchema, rfc3339 } from '../wire/instant.ts'
import { nextCursorSchema, pagingFields } from '../wire/paging.ts'

export const orderList = new OpenAPIHono<AppEnv>()

const orderSummarySchema = z
  .object({
    orderId: z.string(),
    account: z.string(),
    externalOrderId: z.string(),
    externalNumber: z.string().nullable(),
    stage: z.string(),
    status: z.string(),
    nextActor: z.string(),
    holds: z.array(z.string()).openapi({ description: 'Kinds of the active holds' }),
    openExceptions: z.int(),
    payment: z.string(),
    currency: z.string(),
    totalMinor: z.int(),
    lineCount: z.int(),
    unitsOrdered: z.int(),
    unitsShipped: z.int(),
    unitsBackordered: z.int(),
    erpReference: z.string().nullable(),
    placedAt: instantOutSchema,
    capturedAt: instantOutSchema,
    updatedAt: instantOutSchema,
    version: z.int(),
  })
  .openapi('OrderSummary')

const listRoute = createRoute({
  method: 'get',
  path: '/v1/orders',
  ...reads('GET /v1/orders'),
  operationId: 'listOrders',
  tags: ['orders'],
  summary: 'Orders, newest captured first',
  request: {
    query: z.strictObject({
      channel: slugSchema.optional(),
      status: z.enum(orderStatuses).optional(),
      externalId: externalIdSchema.optional(),
      ...pagingFields,
    }),
  },
  responses: {
    200: answers(z.object({ orders: z.array(orderSummarySchema), nextCursor: nextCursorSchema }), 'A page of orders'),
    ...refusals(...reasonsOf.read),
  },
})

orderList.openapi(listRoute, async (c) => {
  const query = c.req.valid('query')
  const { principal } = c.var
  if (query.channel !== undefined && !mayActFor(principal, query.channel)) {
    return refuse(c, { reason: 'account_not_allowed', account: query.channel })
  }
  const channel = query.channel ?? principal.account ?? undefined
  const page = await listOrders(openDb(c.env.DB), { ...query, channel })
  return c.json({ orders: page.rows.map(orderSummary), nextCursor: page.nextCursor }, 200)
})

function orderSummary(row: OrderRow): z.infer<typeof orderSummarySchema> {
  const { orderId, account, externalOrderId, externalNumber, stage, status, nextActor, openExceptions } = row
  const { payment, currency, totalMinor, lineCount, unitsOrdered, unitsShipped, unitsBackordered } = row
  return {
    ...{ orderId, account, externalOrderId, externalNumber, stage, status, nextActor, openExceptions },
    ...{ payment, currency, totalMinor, lineCount, unitsOrdered, unitsShipped, unitsBackordered },
    holds: row.holds === null ? [] : row.holds.split(','),
    erpReference: row.erpReference,
    placedAt: rfc3339(row.placedAtMs),
    capturedAt: rfc3339(row.capturedAtMs),
    updatedAt: rfc3339(row.updatedAtMs),
    version: row.version,
  }
}
