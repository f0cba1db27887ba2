/** Cases that wait for a person, from D1. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { openDb } from '../../db/database.ts'
import { openExceptions } from '../../db/queries/open-exceptions.ts'
import type { ExceptionRow } from '../../db/rows.ts'
import type { AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { instantOutSchema, rfc3339, rfc3339OrNull } from '../wire/instant.ts'
import { nextCursorSchema, pagingFields } from '../wire/paging.ts'

export const exceptions = new OpenAPIHono<AppEnv>()

const exceptionSchema = z
  .object({
    exceptionId: z.string(),
    category: z.string(),
    class: z.string(),
    team: z.string().openapi({ description: 'Who owns cases of this category' }),
    status: z.string(),
    source: z.string().openapi({ description: 'The actor that opened it, such as `order:b2b:PO-7781`' }),
    orderId: z.string().nullable(),
    deliveryId: z.string().nullable(),
    account: z.string().nullable(),
    message: z.string(),
    remediation: z.string(),
    fingerprint: z.string().openapi({ description: 'Equal causes share it' }),
    moneyAtRiskMinor: z.int(),
    currency: z.string().nullable(),
    correlationId: z.string(),
    openedAt: instantOutSchema,
    dueAt: instantOutSchema,
    resolvedAt: instantOutSchema.nullable(),
  })
  .openapi('Exception')

const exceptionsRoute = createRoute({
  method: 'get',
  path: '/v1/exceptions',
  ...reads('GET /v1/exceptions'),
  operationId: 'listExceptions',
  tags: ['operations'],
  summary: 'Cases, newest first',
  request: {
    query: z.strictObject({
      status: z.enum(['open', 'resolved', 'all']).default('open'),
      category: z
        .string()
        .regex(/^[a-z_]{1,40}$/)
        .optional(),
      ...pagingFields,
    }),
  },
  responses: {
    200: answers(z.object({ exceptions: z.array(exceptionSchema), nextCursor: nextCursorSchema }), 'A page of cases'),
    ...refusals(...reasonsOf.read),
  },
})

exceptions.openapi(exceptionsRoute, async (c) => {
  const page = await openExceptions(openDb(c.env.DB), c.req.valid('query'))
  return c.json({ exceptions: page.rows.map(exceptionDocument), nextCursor: page.nextCursor }, 200)
})

function exceptionDocument(row: ExceptionRow): z.infer<typeof exceptionSchema> {
  const { sourceKind, sourceName, openedAtMs, dueAtMs, resolvedAtMs, version: _version, ...shown } = row
  return {
    ...shown,
    source: `${sourceKind}:${sourceName}`,
    openedAt: rfc3339(openedAtMs),
    dueAt: rfc3339(dueAtMs),
    resolvedAt: rfc3339OrNull(resolvedAtMs),
  }
}
