/**
 * What can be promised now: the available units of every location that serves the channel, read from the positions
 * themselves, so the answer is as old as this request.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type StockApi } from '../../actor-apis.ts'
import { findSku } from '../../config/catalog.ts'
import { locationsServing } from '../../domain/config/channel-network.ts'
import { slugSchema } from '../../domain/config/config.ts'
import { skuSchema } from '../../domain/order/canonical-order.ts'
import { locationId, positionId, sku as skuId } from '../../domain/shared/ids.ts'
import type { PositionView } from '../../domain/stock/stock-command.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { instantOutSchema, rfc3339 } from '../wire/instant.ts'
import { statesSchema } from '../wire/inventory-states.ts'

export const atp = new OpenAPIHono<AppEnv>()

const skusMax = 100
/** Every position is one call, and one request may make a thousand. */
const positionsMax = 500

const oneOrMany = (value: unknown) => (Array.isArray(value) ? value : [value])
const integerQuery = (minimum: number, maximum: number) =>
  z.coerce.number().pipe(z.int().min(minimum).max(maximum)).openapi({ type: 'integer', minimum, maximum })

const querySchema = z.strictObject({
  sku: z
    .preprocess(oneOrMany, z.array(skuSchema).min(1).max(skusMax))
    .openapi({ type: 'array', items: { type: 'string' }, description: 'Repeat for several', example: ['ROPE-10'] }),
  channel: slugSchema.optional().openapi({ description: 'Only locations of its network count' }),
  quantity: integerQuery(1, 1_000_000).default(1),
  explain: z.enum(['true', 'false']).default('false'),
  maxStalenessMs: integerQuery(0, 3_600_000).default(0).openapi({ description: 'Answers are always read afresh' }),
})

const sourceSchema = z.object({
  location: z.string(),
  available: z.int(),
  version: z.int(),
  asOf: instantOutSchema,
  states: statesSchema.optional(),
})
const promiseSchema = z
  .object({
    sku: z.string(),
    known: z.boolean().openapi({ description: 'False: not in the catalogue' }),
    available: z.int().openapi({ description: 'Over all sources' }),
    enough: z.boolean(),
    sources: z.array(sourceSchema),
  })
  .openapi('Promise')

const atpRoute = createRoute({
  method: 'get',
  path: '/v1/atp',
  ...reads('GET /v1/atp'),
  operationId: 'getAvailability',
  tags: ['inventory'],
  summary: 'Available to promise, per SKU',
  request: { query: querySchema },
  responses: {
    200: answers(
      z.object({
        asOf: instantOutSchema,
        channel: z.string().nullable(),
        quantity: z.int(),
        skus: z.array(promiseSchema),
      }),
      'One entry per SKU, in the order asked for',
    ),
    ...refusals(...reasonsOf.read, 'unknown_account'),
  },
})

atp.openapi(atpRoute, async (c) => {
  const { sku: skus, channel, quantity, explain } = c.req.valid('query')
  const { principal, config } = c.var
  const selling = channel ?? principal.account
  if (principal.account !== null && selling !== principal.account) {
    return refuse(c, { reason: 'account_not_allowed', account: selling })
  }
  const account = config.accounts.find((candidate) => candidate.id === selling && candidate.role === 'channel')
  if (selling !== null && account === undefined) return refuse(c, { reason: 'unknown_account', account: selling })
  const locations = locationsServing(config, selling).map(({ id }) => id)
  if (skus.length * locations.length > positionsMax) {
    const message = `at most ${Math.floor(positionsMax / locations.length)} SKUs over ${locations.length} locations`
    return refuse(c, { reason: 'invalid_query', errors: [{ path: 'sku', message }] })
  }
  const ask = { locations, quantity, explain: explain === 'true' }
  const promises = await Promise.all(skus.map((sku) => promiseOf(c, sku, ask)))
  return c.json({ asOf: rfc3339(c.var.receivedAtMs), channel: selling, quantity, skus: promises }, 200)
})

type Ask = { readonly locations: readonly string[]; readonly quantity: number; readonly explain: boolean }

/** An unknown SKU is answered without touching a position. */
async function promiseOf(c: AppContext, sku: string, ask: Ask): Promise<z.infer<typeof promiseSchema>> {
  const known = await findSku(c.env, sku, c.var.receivedAtMs)
  if (known?.stocked !== true) return { sku, known: known !== null, available: 0, enough: false, sources: [] }
  const views = await Promise.all(ask.locations.map((location) => viewOf(c, sku, location)))
  const sources = views.filter((view) => view.known).map((view) => sourceOf(view, ask.explain))
  const available = sources.reduce((sum, source) => sum + Math.max(0, source.available), 0)
  return { sku, known: true, available, enough: available >= ask.quantity, sources }
}

function viewOf(c: AppContext, sku: string, location: string): Promise<PositionView> {
  const position = positionId(skuId(sku), locationId(location))
  return actor<StockApi>(c.env.STOCK, position).view(position)
}

function sourceOf(view: PositionView, explain: boolean): z.infer<typeof sourceSchema> {
  const { location, version, asOfMs, states } = view
  const source = { location, available: states.available, version, asOf: rfc3339(asOfMs) }
  return explain ? { ...source, states: { ...states } } : source
}
