/** How an order's units were routed, and why: every decision with every plan that was looked at. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { OrderApi } from '../../actor-apis.ts'
import type { LogEntry } from '../../domain/order/order-command.ts'
import type { EventOf } from '../../domain/order/order-event.ts'
import type { OrderState, Plan } from '../../domain/order/order-state.ts'
import { type KeptDecision, rerun } from '../../domain/sourcing/kept-decision.ts'
import type { AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { instantOutSchema, rfc3339 } from '../wire/instant.ts'
import { sourcingDecisionSchema, sourcingDocument } from '../wire/sourcing-decision.ts'
import { wholeNumber } from '../wire/whole-number.ts'
import { findOrder, orderPathSchema } from './order-access.ts'

export const orderRouting = new OpenAPIHono<AppEnv>()

const entriesMax = 200
/** A routing answer reads at most this many pages of the log; an order's log rarely fills one. */
const pagesRead = 10

const decisionSchema = z
  .object({
    seq: z.int(),
    at: instantOutSchema,
    type: z.string().openapi({ description: '`planned`, `stock_reserved`, `stock_refused`, `units_backordered`' }),
    reason: z
      .enum(['better_plan'])
      .nullable()
      .openapi({ description: '`better_plan`: its units were held already; null: they were open' }),
    decision: z.record(z.string(), z.unknown()).openapi({ description: 'The event as the order keeps it' }),
    sourcing: sourcingDecisionSchema
      .nullable()
      .openapi({ description: 'Why so, of an event that the sourcing engine decided' }),
    rerun: z.enum(['same', 'different', 'not_kept']).nullable().openapi({
      description: 'With `verify=true`: what deciding the same request again comes to. `not_kept`: it was too large',
    }),
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
  request: {
    params: orderPathSchema,
    query: z.strictObject({
      verify: z
        .enum(['true', 'false'])
        .default('false')
        .openapi({ description: 'Decide every kept request again and say whether the plan is the same' }),
      afterSeq: wholeNumber(0).default(0),
    }),
  },
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
        nextSeq: z.int().nullable(),
      }),
      'The decisions, oldest first; of a very long log ask again with `afterSeq` = `nextSeq` until it is null',
    ),
    ...refusals(...reasonsOf.read, 'order_not_found'),
  },
})

/** The events that choose locations, or say what a choice came to. */
const routingTypes: ReadonlySet<string> = new Set(['planned', 'stock_reserved', 'stock_refused', 'units_backordered'])

orderRouting.openapi(routingRoute, async (c) => {
  const found = await findOrder(c, c.req.valid('param').id)
  if (!found.ok) return refuse(c, found.error)
  const { order, orderId } = found.value
  const { verify, afterSeq } = c.req.valid('query')
  const { state, entries, nextSeq } = await readRouting(order, afterSeq)
  if (state === null) return refuse(c, { reason: 'order_not_found', orderId })
  const { attempt, plan, saga } = state
  const decisions = entries.map((entry) => decisionDocument(entry, verify === 'true'))
  const planned = plan === null ? null : planDocument(plan)
  return c.json({ orderId, attempt, plan: planned, excluded: [...saga.excluded], decisions, nextSeq }, 200)
})

type Routing = {
  readonly state: OrderState | null
  readonly entries: readonly LogEntry[]
  readonly nextSeq: number | null
}

async function readRouting(order: OrderApi, afterSeq: number): Promise<Routing> {
  const entries: LogEntry[] = []
  let state: OrderState | null = null
  let nextSeq: number | null = afterSeq
  for (let page = 0; page < pagesRead && nextSeq !== null; page++) {
    const snapshot = await order.snapshot(nextSeq, entriesMax)
    if (snapshot === null) break
    state = snapshot.state
    entries.push(...snapshot.entries.filter((entry) => routingTypes.has(entry.type)))
    nextSeq = snapshot.more ? (snapshot.entries.at(-1)?.seq ?? null) : null
  }
  return { state, entries, nextSeq }
}

type Routed = { readonly decision?: KeptDecision } & Pick<EventOf<'planned'>, 'reason'>

function decisionDocument(entry: LogEntry, isVerified: boolean): z.infer<typeof decisionSchema> {
  const { seq, atMs, type } = entry
  const { decision, ...event }: Routed = JSON.parse(entry.event)
  const rest = { seq, at: rfc3339(atMs), type, reason: event.reason ?? null, decision: event }
  if (decision === undefined) return { ...rest, sourcing: null, rerun: null }
  return { ...rest, sourcing: sourcingDocument(decision), rerun: isVerified ? rerun(decision) : null }
}
