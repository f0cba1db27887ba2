/** The list of transfers, from D1: moments behind the transfers themselves. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { openDb } from '../../db/database.ts'
import { listTransfers } from '../../db/queries/list-transfers.ts'
import { slugSchema } from '../../domain/config/slug.ts'
import { transferStatuses } from '../../domain/transfer/transfer.ts'
import { mayActFor } from '../auth.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { nextCursorSchema, pagingFields } from '../wire/paging.ts'
import { transferSummary, transferSummarySchema } from '../wire/transfer.ts'

export const transferList = new OpenAPIHono<AppEnv>()

const listRoute = createRoute({
  method: 'get',
  path: '/v1/transfers',
  ...reads('GET /v1/transfers'),
  operationId: 'listTransfers',
  tags: ['transfers'],
  summary: 'Transfers, newest first',
  description: 'A restricted key is shown those that begin or end at its own locations.',
  request: {
    query: z.strictObject({
      status: z.enum(transferStatuses).optional(),
      location: slugSchema.optional().openapi({ description: 'That begin or end there' }),
      short: z
        .literal('true')
        .optional()
        .openapi({ description: 'Only those of which units were written off: they left, and never came' }),
      ...pagingFields,
    }),
  },
  responses: {
    200: answers(
      z.object({ transfers: z.array(transferSummarySchema), nextCursor: nextCursorSchema }),
      'A page of transfers',
    ),
    ...refusals(...reasonsOf.read),
  },
})

transferList.openapi(listRoute, async (c) => {
  const { location, short, ...query } = c.req.valid('query')
  const own = ownLocations(c)
  if (location !== undefined && own !== null && !own.includes(location)) {
    return refuse(c, { reason: 'account_not_allowed', location })
  }
  const locations = location === undefined ? (own ?? undefined) : [location]
  const page = await listTransfers(openDb(c.env.DB), { ...query, isShort: short === 'true', locations })
  return c.json({ transfers: page.rows.map(transferSummary), nextCursor: page.nextCursor }, 200)
})

/** Null: all of them, whether they are configured or not. */
function ownLocations(c: AppContext): readonly string[] | null {
  const { principal, config } = c.var
  if (principal.account === null) return null
  return config.locations.filter(({ account }) => mayActFor(principal, account ?? '')).map(({ id }) => id)
}
