/** Who waits for a SKU, in turn, and the supply each is matched to. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { type AvailabilityApi, actor } from '../../actor-apis.ts'
import { findSku } from '../../config/catalog.ts'
import type { BackorderMatch } from '../../domain/atp/match-backorders.ts'
import { skuSchema } from '../../domain/order/canonical-order.ts'
import { mayActFor } from '../auth.ts'
import type { AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { backorderSchema, matchedDocument } from '../wire/backorder.ts'
import { rfc3339, rfc3339OrNull } from '../wire/instant.ts'

export const backorders = new OpenAPIHono<AppEnv>()

const backordersRoute = createRoute({
  method: 'get',
  path: '/v1/backorders',
  ...reads('GET /v1/backorders'),
  operationId: 'listBackorders',
  tags: ['inventory'],
  summary: 'Who waits for a SKU, and for which supply',
  description: 'In turn: by priority, then age. A restricted key is shown its own orders, matched among all.',
  request: { query: z.strictObject({ sku: skuSchema }) },
  responses: {
    200: answers(
      z.object({
        sku: z.string(),
        orders: z.int().openapi({ description: 'All that wait' }),
        unmatched: z.int().openapi({ description: 'Of them, those behind the first 1,000, which nobody matches yet' }),
        units: z.int().openapi({ description: 'Base units, of all that wait' }),
        backorders: z.array(backorderSchema).openapi({ description: 'The first 200 in turn' }),
      }),
      'The line',
    ),
    ...refusals(...reasonsOf.read, 'unknown_sku'),
  },
})

backorders.openapi(backordersRoute, async (c) => {
  const { sku } = c.req.valid('query')
  if ((await findSku(c.env, sku, c.var.receivedAtMs)) === null) return refuse(c, { reason: 'unknown_sku', sku })
  const { orders, unmatched, units, matches } = await actor<AvailabilityApi>(c.env.AVAILABILITY, sku).backorders(
    sku,
    null,
  )
  const shown = matches.filter(({ orderId }) => mayActFor(c.var.principal, orderId.split(':')[0] ?? ''))
  return c.json({ sku, orders, unmatched, units, backorders: shown.map(backorderDocument) }, 200)
})

function backorderDocument(match: BackorderMatch): z.infer<typeof backorderSchema> {
  const { orderId, units, priority, sinceMs, locations, matched, missing, expectedAtMs } = match
  return {
    ...{ orderId, quantity: units, priority, locations: [...locations], missing },
    since: rfc3339(sinceMs),
    matched: matched.map(matchedDocument),
    expectedAt: rfc3339OrNull(expectedAtMs),
  }
}
