/** What is to come to a position and what came of it, protected quantities, and lots taken off sale. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { applyStockEvents } from '../apply-stock-events.ts'
import type { AppEnv } from '../context.ts'
import { answers, noQuery, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { examples } from '../wire/examples.ts'
import { lotsIn, stockEventsMax, stockResults, stockResultsSchema } from '../wire/stock-events.ts'
import { lotStatusSchema, protectionSchema, receiptSchema, supplySchema } from '../wire/supply.ts'

export const supply = new OpenAPIHono<AppEnv>()

const hourMs = 3_600_000

const responses = {
  200: answers(stockResultsSchema, 'Every item has its own result, refusals included'),
  ...refusals(...reasonsOf.write),
}
const batchOf = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(stockEventsMax)

const announceRoute = createRoute({
  method: 'post',
  path: '/v1/inventory/supply',
  ...writes('POST /v1/inventory/supply'),
  operationId: 'announceSupply',
  tags: ['inventory'],
  summary: 'Announce what is to come',
  description:
    'Absolute: a newer `sourceVersion` re-dates, enlarges or shrinks. Announcements and receipts may overtake.',
  request: { query: noQuery, body: takes(z.strictObject({ supplies: batchOf(supplySchema) }), examples.supplies) },
  responses,
})

supply.openapi(announceRoute, async (c) => {
  const { confidencePercent: trusted, overdueSupplyDelayHours } = c.var.config.promising
  const items = c.req.valid('json').supplies.map(({ supplyId, sku, location, unit, ...told }) => ({
    ...{ eventId: supplyId, sku, location, unit, quantities: [told.quantity] },
    command: (_: unknown, ratio: number) => {
      if (told.cancelled !== null) return { type: 'cancel_supply' as const, supplyId, reason: told.cancelled }
      return {
        type: 'announce_supply' as const,
        supplyId,
        supplyType: told.type,
        quantity: told.quantity * ratio,
        dueAtMs: told.dueAt,
        confidencePercent: told.confidencePercent ?? trusted[told.type],
        goodUntilMs: told.goodUntil,
        sourceVersion: told.sourceVersion,
        overdueDelayMs: overdueSupplyDelayHours * hourMs,
      }
    },
  }))
  return c.json(stockResults(await applyStockEvents(c, items)), 200)
})

const receiveRoute = createRoute({
  method: 'post',
  path: '/v1/inventory/supply/receipts',
  ...writes('POST /v1/inventory/supply/receipts'),
  operationId: 'receiveSupply',
  tags: ['inventory'],
  summary: 'Report what arrived of a supply',
  description: 'In parts, short or over, before its announcement or after; `final` closes it.',
  request: { query: noQuery, body: takes(z.strictObject({ receipts: batchOf(receiptSchema) }), examples.receipts) },
  responses,
})

supply.openapi(receiveRoute, async (c) => {
  const items = c.req.valid('json').receipts.map(({ receiptId, sku, location, unit, quantity, lots, ...told }) => ({
    ...{ eventId: receiptId, sku, location, unit },
    quantities: [quantity, ...lots.map((lot) => lot.quantity)],
    command: (_: unknown, ratio: number) => ({
      type: 'receive_supply' as const,
      ...{ supplyId: told.supplyId, receiptId, final: told.final, occurredAtMs: told.occurredAt },
      quantity: quantity * ratio,
      lots: lotsIn(lots, ratio),
    }),
  }))
  return c.json(stockResults(await applyStockEvents(c, items)), 200)
})

const lotStatusRoute = createRoute({
  method: 'post',
  path: '/v1/inventory/lots/status',
  ...writes('POST /v1/inventory/lots/status'),
  operationId: 'setLotStatus',
  tags: ['inventory'],
  summary: 'Hold or recall a lot everywhere',
  description:
    'Applied at every location, those that have none of it included: what still arrives is blocked as well. One result ' +
    'a location, under its id.',
  request: { query: noQuery, body: takes(lotStatusSchema, examples.lotStatus) },
  responses,
})

supply.openapi(lotStatusRoute, async (c) => {
  const { sku, lotId, status, reason } = c.req.valid('json')
  const items = c.var.config.locations.map(({ id }) => ({
    ...{ eventId: id, sku, location: id, unit: null, quantities: [] },
    command: () => ({ type: 'set_lot_status' as const, lotId, status, reason }),
  }))
  return c.json(stockResults(await applyStockEvents(c, items)), 200)
})

const protectRoute = createRoute({
  method: 'put',
  path: '/v1/inventory/protections',
  ...writes('PUT /v1/inventory/protections'),
  operationId: 'setProtections',
  tags: ['inventory'],
  summary: 'Protect units for channel groups',
  description: 'Others cannot take them until they are released or lent. Saying the same again changes nothing.',
  request: {
    query: noQuery,
    body: takes(z.strictObject({ protections: batchOf(protectionSchema) }), examples.protections),
  },
  responses,
})

supply.openapi(protectRoute, async (c) => {
  const items = c.req.valid('json').protections.map(({ sku, location, unit, group, quantity, lendsTo, ...told }) => ({
    ...{ eventId: group, sku, location, unit },
    quantities: [quantity, ...lendsTo.map(({ quantityMax }) => quantityMax)],
    command: (_: unknown, ratio: number) => ({
      type: 'set_protection' as const,
      ...{ group, quantity: quantity * ratio, releaseAtMs: told.releaseAt, consume: told.consume },
      lendsTo: lendsTo.map((loan) => ({ group: loan.group, quantityMax: loan.quantityMax * ratio })),
    }),
  }))
  return c.json(stockResults(await applyStockEvents(c, items)), 200)
})
