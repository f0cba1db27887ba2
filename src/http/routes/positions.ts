/** One position as its actor knows it now, with the newest entries of its ledger. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type StockApi } from '../../actor-apis.ts'
import { findSku } from '../../config/catalog.ts'
import { locationId, positionId, sku as skuId } from '../../domain/shared/ids.ts'
import type { LedgerEntry, PositionView } from '../../domain/stock/stock-command.ts'
import { mayActFor } from '../auth.ts'
import type { AppEnv } from '../context.ts'
import { answers, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { instantOutSchema, rfc3339 } from '../wire/instant.ts'
import { statesSchema } from '../wire/inventory-states.ts'
import { tracedDocument, tracedSchema } from '../wire/traced-units.ts'
import { wholeNumber } from '../wire/whole-number.ts'

export const positions = new OpenAPIHono<AppEnv>()

const ledgerDefault = 50
const ledgerMax = 200

const ledgerEntrySchema = z
  .object({
    seq: z.int(),
    at: instantOutSchema,
    occurredAt: instantOutSchema,
    type: z.string(),
    quantity: z.int(),
    reference: z.string().nullable(),
    onHandAfter: z.int(),
    availableAfter: z.int(),
    correlationId: z.string(),
  })
  .openapi('LedgerEntry')

const positionSchema = z
  .object({
    sku: z.string(),
    location: z.string(),
    known: z.boolean().openapi({ description: 'False when nothing was ever reported here' }),
    version: z.int(),
    asOf: instantOutSchema,
    states: statesSchema,
    snapshot: z
      .object({ source: z.string(), asOf: instantOutSchema, sourceSequence: z.int().nullable() })
      .nullable()
      .openapi({ description: 'The absolute figure that the states build on' }),
    ...tracedSchema,
    ledger: z.array(ledgerEntrySchema).openapi({ description: 'Newest first' }),
    nextBeforeSeq: z.int().nullable(),
  })
  .openapi('Position')

const positionRoute = createRoute({
  method: 'get',
  path: '/v1/inventory/{sku}/{location}',
  ...reads('GET /v1/inventory/{sku}/{location}'),
  operationId: 'getPosition',
  tags: ['inventory'],
  summary: 'One SKU at one location, and its recent ledger',
  request: {
    params: z.object({
      sku: z
        .string()
        .max(64)
        .openapi({ param: { name: 'sku', in: 'path' }, example: 'ROPE-10' }),
      location: z
        .string()
        .max(64)
        .openapi({ param: { name: 'location', in: 'path' }, example: 'east' }),
    }),
    query: z.strictObject({
      limit: wholeNumber(1, ledgerMax).default(ledgerDefault),
      beforeSeq: wholeNumber(1).optional(),
    }),
  },
  responses: {
    200: answers(positionSchema, 'The position; ask again with `beforeSeq` = `nextBeforeSeq` for older entries'),
    ...refusals(...reasonsOf.read, 'unknown_sku', 'unknown_location'),
  },
})

positions.openapi(positionRoute, async (c) => {
  const { sku, location } = c.req.valid('param')
  const { limit, beforeSeq } = c.req.valid('query')
  const place = c.var.config.locations.find((candidate) => candidate.id === location)
  if (place === undefined) return refuse(c, { reason: 'unknown_location', location })
  if (!mayActFor(c.var.principal, place.account ?? '')) return refuse(c, { reason: 'account_not_allowed', location })
  if ((await findSku(c.env, sku, c.var.receivedAtMs)) === null) return refuse(c, { reason: 'unknown_sku', sku })
  const name = positionId(skuId(sku), locationId(location))
  const stock = actor<StockApi>(c.env.STOCK, name)
  const view = await stock.view(name)
  const [entries, lots, summary] = view.known
    ? await Promise.all([stock.ledger(limit, beforeSeq ?? null), stock.lots(), stock.summary(name)])
    : [[], [], null]
  const traced = tracedDocument(lots, summary?.figures ?? null)
  return c.json({ ...positionDocument(view, entries, limit), ...traced }, 200)
})

function positionDocument(
  view: PositionView,
  entries: readonly LedgerEntry[],
  limit: number,
): Omit<z.infer<typeof positionSchema>, keyof typeof tracedSchema> {
  const { sku, location, known, version, asOfMs, states, snapshot } = view
  return {
    sku,
    location,
    known,
    version,
    asOf: rfc3339(asOfMs),
    states: { ...states },
    snapshot:
      snapshot === null
        ? null
        : { source: snapshot.source, asOf: rfc3339(snapshot.asOfMs), sourceSequence: snapshot.sourceSequence },
    ledger: entries.map(({ atMs, occurredAtMs, ...entry }) => ({
      ...entry,
      at: rfc3339(atMs),
      occurredAt: rfc3339(occurredAtMs),
    })),
    nextBeforeSeq: entries.length === limit ? (entries.at(-1)?.seq ?? null) : null,
  }
}
