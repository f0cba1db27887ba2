/** Deliveries taken in once more: after a mapping was entered, a connector was mended, a partner was wrong. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type InboxApi } from '../../actor-apis.ts'
import { type Db, openDb } from '../../db/database.ts'
import { pageSizeMax } from '../../db/page.ts'
import { deliveryRow } from '../../db/queries/delivery-row.ts'
import { listDeliveries } from '../../db/queries/list-deliveries.ts'
import type { DeliveryRow } from '../../db/rows.ts'
import { slugSchema } from '../../domain/config/config.ts'
import { mayActFor } from '../auth.ts'
import { type AppContext, type AppEnv, causeOf } from '../context.ts'
import { answers, noQuery, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { problemDocument, problemSchema, refuse } from '../problem.ts'
import { examples } from '../wire/examples.ts'

export const replays = new OpenAPIHono<AppEnv>()

const idsMax = 100
const replayable = ['rejected', 'dead_lettered', 'applied', 'duplicate'] as const

const byIdsSchema = z.strictObject({ deliveryIds: z.array(z.string().min(1).max(100)).min(1).max(idsMax) })
const byFilterSchema = z.strictObject({
  filter: z.strictObject({
    status: z.enum(replayable),
    account: slugSchema.optional(),
    topic: z.string().min(1).max(200).optional(),
    limit: z.int().min(1).max(pageSizeMax).default(pageSizeMax).openapi({ description: 'The newest ones, at most' }),
  }),
})
const replaySchema = z.union([byIdsSchema, byFilterSchema]).openapi('Replay')

const resultSchema = z.discriminatedUnion('ok', [
  z.object({ deliveryId: z.string(), ok: z.literal(true), replayed: z.boolean() }),
  z.object({ deliveryId: z.string(), ok: z.literal(false), problem: problemSchema }),
])
type ReplayResult = z.infer<typeof resultSchema>

const replayRoute = createRoute({
  method: 'post',
  path: '/v1/replays',
  ...writes('POST /v1/replays'),
  operationId: 'replayDeliveries',
  tags: ['operations'],
  summary: 'Put deliveries back to be taken in again',
  description: 'Taking one in twice has no second effect. `replayed: false`: it is waiting already.',
  request: { query: noQuery, body: takes(replaySchema, examples.replay) },
  responses: {
    200: answers(z.object({ replayed: z.int(), results: z.array(resultSchema) }), 'Every delivery has its own result'),
    ...refusals(...reasonsOf.write),
  },
})

replays.openapi(replayRoute, async (c) => {
  const body = c.req.valid('json')
  const db = openDb(c.env.DB)
  if ('filter' in body) {
    const { account } = body.filter
    if (account !== undefined && !mayActFor(c.var.principal, account)) {
      return refuse(c, { reason: 'account_not_allowed', account })
    }
  }
  const found = 'filter' in body ? await matching(c, db, body.filter) : await named(db, body.deliveryIds)
  const results = await Promise.all(found.map(([id, row]) => replay(c, id, row)))
  return c.json({ replayed: results.filter((result) => result.ok && result.replayed).length, results }, 200)
})

type Found = readonly (readonly [deliveryId: string, row: DeliveryRow | null])[]

async function matching(c: AppContext, db: Db, filter: z.infer<typeof byFilterSchema>['filter']): Promise<Found> {
  const account = filter.account ?? c.var.principal.account ?? undefined
  const { rows } = await listDeliveries(db, { ...filter, account })
  return rows.map((row) => [row.deliveryId, row] as const)
}

async function named(db: Db, ids: readonly string[]): Promise<Found> {
  return await Promise.all([...new Set(ids)].map(async (id) => [id, await deliveryRow(db, id)] as const))
}

async function replay(c: AppContext, deliveryId: string, row: DeliveryRow | null): Promise<ReplayResult> {
  const reason = row === null ? 'delivery_not_found' : 'account_not_allowed'
  if (row === null || !mayActFor(c.var.principal, row.account)) {
    return { deliveryId, ok: false, problem: problemDocument({ reason }, c.var.correlationId) }
  }
  const replayed = await actor<InboxApi>(c.env.INBOX, row.inbox).replay(deliveryId, causeOf(c))
  return { deliveryId, ok: true, replayed }
}
