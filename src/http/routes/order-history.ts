/** Why an order is where it is: its log, from the order's own actor. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { LogEntry } from '../../domain/order/order-command.ts'
import type { AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { instantOutSchema, rfc3339 } from '../wire/instant.ts'
import { wholeNumber } from '../wire/whole-number.ts'
import { findOrder, orderPathSchema } from './order-access.ts'

export const orderHistory = new OpenAPIHono<AppEnv>()

const entriesMax = 200

const entrySchema = z
  .object({
    seq: z.int(),
    at: instantOutSchema,
    type: z.string(),
    cause: z.object({ kind: z.string(), id: z.string(), correlationId: z.string() }),
    event: z.record(z.string(), z.unknown()),
    hash: z.string().openapi({ description: 'SHA-256 over the hash before and the canonical JSON of the event' }),
  })
  .openapi('TimelineEntry')

function timelineEntry({ seq, atMs, type, cause, event, hash }: LogEntry): z.infer<typeof entrySchema> {
  const { kind, id, correlationId } = cause
  return { seq, at: rfc3339(atMs), type, cause: { kind, id, correlationId }, event: JSON.parse(event), hash }
}

const timelineRoute = createRoute({
  method: 'get',
  path: '/v1/orders/{id}/timeline',
  ...reads('GET /v1/orders/{id}/timeline'),
  operationId: 'getTimeline',
  tags: ['orders'],
  summary: 'Every event of the order with its cause, oldest first',
  request: {
    params: orderPathSchema,
    query: z.strictObject({
      afterSeq: wholeNumber(0).default(0),
    }),
  },
  responses: {
    200: answers(
      z.object({ orderId: z.string(), entries: z.array(entrySchema), nextSeq: z.int().nullable() }),
      'Events; ask again with `afterSeq` = `nextSeq` until it is null',
    ),
    ...refusals(...reasonsOf.read, 'order_not_found'),
  },
})

orderHistory.openapi(timelineRoute, async (c) => {
  const found = await findOrder(c, c.req.valid('param').id)
  if (!found.ok) return refuse(c, found.error)
  const { order, orderId } = found.value
  const snapshot = await order.snapshot(c.req.valid('query').afterSeq, entriesMax)
  if (snapshot === null) return refuse(c, { reason: 'order_not_found', orderId })
  const nextSeq = snapshot.more ? (snapshot.entries.at(-1)?.seq ?? null) : null
  return c.json({ orderId, entries: snapshot.entries.map(timelineEntry), nextSeq }, 200)
})
