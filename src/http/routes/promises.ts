/** The promise ledger, from D1: what lines were promised, and which of it will not be kept unless somebody acts. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { openDb } from '../../db/database.ts'
import { listPromises } from '../../db/queries/list-promises.ts'
import type { PromiseRow } from '../../db/rows.ts'
import { slugSchema } from '../../domain/config/slug.ts'
import { mayActFor } from '../auth.ts'
import type { AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { instantOutSchema, rfc3339, rfc3339OrNull } from '../wire/instant.ts'
import { nextCursorSchema, pagingFields } from '../wire/paging.ts'

export const promises = new OpenAPIHono<AppEnv>()

const standings = ['open', 'at_risk', 'kept', 'broken', 'withdrawn'] as const

const placeSchema = z.object({
  sku: z.string(),
  location: z.string(),
  quantity: z.int().openapi({ description: 'Base units' }),
  version: z.int().openapi({ description: 'Of the position, as the promise was given' }),
})
const takenPromiseSchema = z
  .object({
    orderId: z.string(),
    lineId: z.string(),
    channel: z.string(),
    sku: z.string().nullable(),
    quantity: z.int(),
    by: instantOutSchema,
    dateOf: z.enum(['departure', 'delivery']),
    status: z.enum(standings),
    expectedAt: instantOutSchema
      .nullable()
      .openapi({ description: 'When the last unit left or arrived, or is expected to; null: nobody knows' }),
    reason: z.string().nullable(),
    source: z
      .string()
      .openapi({ description: '`quoted` by an answer of this API, `named` by the order, or `planned`: neither' }),
    confidencePercent: z.int().nullable(),
    plan: z.array(placeSchema),
    takenAt: instantOutSchema,
  })
  .openapi('TakenPromise')

const promisesRoute = createRoute({
  method: 'get',
  path: '/v1/promises',
  ...reads('GET /v1/promises'),
  operationId: 'listPromises',
  tags: ['orders'],
  summary: 'Promises that orders have taken, the nearest date first',
  request: {
    query: z.strictObject({
      status: z.enum(standings).optional(),
      channel: slugSchema.optional(),
      ...pagingFields,
    }),
  },
  responses: {
    200: answers(
      z.object({ promises: z.array(takenPromiseSchema), nextCursor: nextCursorSchema }),
      'A page of promises',
    ),
    ...refusals(...reasonsOf.read),
  },
})

promises.openapi(promisesRoute, async (c) => {
  const query = c.req.valid('query')
  const { principal } = c.var
  if (query.channel !== undefined && !mayActFor(principal, query.channel)) {
    return refuse(c, { reason: 'account_not_allowed', account: query.channel })
  }
  const channel = query.channel ?? principal.account ?? undefined
  const page = await listPromises(openDb(c.env.DB), { ...query, channel })
  return c.json({ promises: page.rows.map(promiseDocument), nextCursor: page.nextCursor }, 200)
})

function promiseDocument(row: PromiseRow): z.infer<typeof takenPromiseSchema> {
  const { orderId, lineId, sku, quantity, reason, source, confidencePercent } = row
  return {
    ...{ orderId, lineId, channel: row.account, sku, quantity, reason, source, confidencePercent },
    by: rfc3339(row.byMs),
    dateOf: row.dateOf === 'delivery' ? 'delivery' : 'departure',
    status: z.enum(standings).parse(row.standing),
    expectedAt: rfc3339OrNull(row.expectedAtMs),
    plan: z.array(placeSchema).parse(JSON.parse(row.plan)),
    takenAt: rfc3339(row.takenAtMs),
  }
}
