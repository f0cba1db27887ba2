/** Why an order is where it is: its log, and how its units were routed. Both come from the order's own actor. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { OrderApi } from '../../actor-apis.ts'
import type { LogEntry } from '../../domain/order/order-command.ts'
import type { OrderState, Plan } from '../../domain/order/order-state.ts'
import type { AppEnv } from '../context.ts'
import { answers, noQuery, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { instantOutSchema, rfc3339 } from '../wire/instant.ts'
import { findOrder, orderPathSchema } from './order-access.ts'

export const orderHistory = new OpenAPIHono<AppEnv>()

const entriesMax = 200
/** A routing answer reads at most this many pages of the log; an order's log rarely fills one. */
const pagesRead = 10

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
      afterSeq: z.coerce.number().pipe(z.int().min(0)).default(0).openapi({ type: 'integer', minimum: 0, default: 0 }),
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

const decisionSchema = z
  .object({
    seq: z.int(),
    at: instantOutSchema,
    type: z.string().openapi({ description: '`planned`, `stock_reserved`, `stock_refused`, `units_backordered`' }),
    decision: z.record(z.string(), z.unknown()),
  })
  .openapi('RoutingDecision')

const planSchema = z
  .object({
    attempt: z.int(),
    plannedAt: instantOutSchema,
    configVersion: z.string().openapi({ description: 'The configuration that the plan was made under' }),
    allocations: z.array(
      z.object({
        lineId: z.string(),
        sku: z.string(),
        location: z.string(),
        quantity: z.int(),
        packQuantity: z.int().openapi({ description: 'Base units per unit of the line' }),
      }),
    ),
    unplanned: z
      .array(z.object({ lineId: z.string(), quantity: z.int() }))
      .openapi({ description: 'Units that no location could cover' }),
  })
  .openapi('Plan')

function planDocument(plan: Plan): z.infer<typeof planSchema> {
  const { attempt, plannedAtMs, configVersion, allocations, unplanned } = plan
  const plannedAt = rfc3339(plannedAtMs)
  return { attempt, plannedAt, configVersion, allocations: [...allocations], unplanned: [...unplanned] }
}

const routingRoute = createRoute({
  method: 'get',
  path: '/v1/orders/{id}/routing',
  ...reads('GET /v1/orders/{id}/routing'),
  operationId: 'getRouting',
  tags: ['orders'],
  summary: 'Every sourcing decision of the order, and what came of it',
  request: { query: noQuery, params: orderPathSchema },
  responses: {
    200: answers(
      z.object({
        orderId: z.string(),
        attempt: z.int(),
        plan: planSchema.nullable().openapi({ description: 'The newest plan' }),
        excluded: z.array(z.object({ location: z.string(), lineId: z.string().nullable() })).openapi({
          description: 'Locations passed over from now on, because they rejected or short-shipped',
        }),
        decisions: z.array(decisionSchema),
      }),
      'The decisions, oldest first',
    ),
    ...refusals(...reasonsOf.read, 'order_not_found'),
  },
})

/** The events that choose locations, or say what a choice came to. */
const routingTypes: ReadonlySet<string> = new Set(['planned', 'stock_reserved', 'stock_refused', 'units_backordered'])

orderHistory.openapi(routingRoute, async (c) => {
  const found = await findOrder(c, c.req.valid('param').id)
  if (!found.ok) return refuse(c, found.error)
  const { order, orderId } = found.value
  const { state, entries } = await readRouting(order)
  if (state === null) return refuse(c, { reason: 'order_not_found', orderId })
  const { attempt, plan, saga } = state
  const decisions = entries.map(decision)
  const excluded = [...saga.excluded]
  return c.json({ orderId, attempt, plan: plan === null ? null : planDocument(plan), excluded, decisions }, 200)
})

async function readRouting(order: OrderApi): Promise<{ state: OrderState | null; entries: LogEntry[] }> {
  const entries: LogEntry[] = []
  let state: OrderState | null = null
  let afterSeq = 0
  for (let page = 0; page < pagesRead; page++) {
    const snapshot = await order.snapshot(afterSeq, entriesMax)
    if (snapshot === null) break
    state = snapshot.state
    entries.push(...snapshot.entries.filter((entry) => routingTypes.has(entry.type)))
    afterSeq = snapshot.entries.at(-1)?.seq ?? afterSeq
    if (!snapshot.more) break
  }
  return { state, entries }
}

function decision({ seq, atMs, type, event }: LogEntry): z.infer<typeof decisionSchema> {
  return { seq, at: rfc3339(atMs), type, decision: JSON.parse(event) }
}
