/** What partners delivered and what became of it; and deliveries put back to be taken in once more. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type InboxApi } from '../../actor-apis.ts'
import { openDb } from '../../db/database.ts'
import { deliveryRow } from '../../db/queries/delivery-row.ts'
import { listDeliveries } from '../../db/queries/list-deliveries.ts'
import { slugSchema } from '../../domain/config/config.ts'
import { mayActFor } from '../auth.ts'
import type { AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { deliveryDocument, deliverySchema, deliveryStatuses } from '../wire/delivery-document.ts'
import { nextCursorSchema, pagingFields } from '../wire/paging.ts'

export const deliveries = new OpenAPIHono<AppEnv>()

const listRoute = createRoute({
  method: 'get',
  path: '/v1/deliveries',
  ...reads('GET /v1/deliveries'),
  operationId: 'listDeliveries',
  tags: ['operations'],
  summary: 'Deliveries, newest first',
  request: {
    query: z.strictObject({
      account: slugSchema.optional(),
      status: z.enum(deliveryStatuses).optional(),
      topic: z.string().min(1).max(200).optional(),
      search: z.string().min(1).max(300).optional().openapi({
        description: 'A delivery id, a correlation id, or the order or position that it touched',
      }),
      ...pagingFields,
    }),
  },
  responses: {
    200: answers(
      z.object({ deliveries: z.array(deliverySchema), nextCursor: nextCursorSchema }),
      'A page of deliveries',
    ),
    ...refusals(...reasonsOf.read),
  },
})

deliveries.openapi(listRoute, async (c) => {
  const query = c.req.valid('query')
  const { principal } = c.var
  if (query.account !== undefined && !mayActFor(principal, query.account)) {
    return refuse(c, { reason: 'account_not_allowed', account: query.account })
  }
  const account = query.account ?? principal.account ?? undefined
  const page = await listDeliveries(openDb(c.env.DB), { ...query, account })
  return c.json({ deliveries: page.rows.map(deliveryDocument), nextCursor: page.nextCursor }, 200)
})

const getRoute = createRoute({
  method: 'get',
  path: '/v1/deliveries/{id}',
  ...reads('GET /v1/deliveries/{id}'),
  operationId: 'getDelivery',
  tags: ['operations'],
  summary: 'One delivery, what it touched, and on request the body as it came',
  request: {
    params: z.object({
      id: z
        .string()
        .max(100)
        .openapi({ param: { name: 'id', in: 'path' } }),
    }),
    query: z.strictObject({ include: z.enum(['body']).optional() }),
  },
  responses: {
    200: answers(
      deliverySchema.extend({ subjects: z.array(z.string()), body: z.string().nullable() }).openapi('DeliveryDetail'),
      'The delivery; `body` is null unless asked for, and once its retention is over',
    ),
    ...refusals(...reasonsOf.read, 'delivery_not_found'),
  },
})

deliveries.openapi(getRoute, async (c) => {
  const { id } = c.req.valid('param')
  const row = await deliveryRow(openDb(c.env.DB), id)
  if (row === null) return refuse(c, { reason: 'delivery_not_found', deliveryId: id })
  if (!mayActFor(c.var.principal, row.account)) {
    return refuse(c, { reason: 'account_not_allowed', account: row.account })
  }
  const wantsBody = c.req.valid('query').include === 'body'
  const stored = wantsBody ? await actor<InboxApi>(c.env.INBOX, row.inbox).read([id]) : []
  return c.json({ ...deliveryDocument(row), subjects: [...row.subjects], body: stored[0]?.body ?? null }, 200)
})
