/** Movements and absolute figures from warehouses and ERPs without an adapter. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { accountId } from '../../domain/shared/ids.ts'
import { applyStockEvents } from '../apply-stock-events.ts'
import type { AppEnv } from '../context.ts'
import { answers, noQuery, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { examples } from '../wire/examples.ts'
import {
  lotsIn,
  movementSchema,
  snapshotSchema,
  stockEventsMax,
  stockResults,
  stockResultsSchema,
} from '../wire/stock-events.ts'

export const stockEvents = new OpenAPIHono<AppEnv>()

const responses = {
  200: answers(stockResultsSchema, 'Every item has its own result, refusals included'),
  ...refusals(...reasonsOf.write),
}

const movementsRoute = createRoute({
  method: 'post',
  path: '/v1/inventory/movements',
  ...writes('POST /v1/inventory/movements'),
  operationId: 'reportMovements',
  tags: ['inventory'],
  summary: 'Report what moved',
  description:
    'Facts are never refused for lack of stock: what is missing afterwards shows as drift and `backordered`.',
  request: {
    query: noQuery,
    body: takes(z.strictObject({ movements: z.array(movementSchema).min(1).max(stockEventsMax) }), examples.movements),
  },
  responses,
})

stockEvents.openapi(movementsRoute, async (c) => {
  const { movements } = c.req.valid('json')
  const { driftTolerance: tolerance } = c.var.config.promising
  const items = movements.map(({ eventId, sku, location, unit, quantity, occurredAt, lots, ...told }) => ({
    ...{ eventId, sku, location, unit },
    quantities: [quantity, ...lots.map((lot) => lot.quantity)],
    command: (_: unknown, ratio: number) => ({
      type: 'move' as const,
      movementId: eventId,
      ...told,
      quantity: quantity * ratio,
      occurredAtMs: occurredAt,
      ...(lots.length === 0 ? {} : { lots: lotsIn(lots, ratio) }),
      ...(told.movement === 'count' ? { tolerance } : {}),
    }),
  }))
  return c.json(stockResults(await applyStockEvents(c, items)), 200)
})

const snapshotsRoute = createRoute({
  method: 'post',
  path: '/v1/inventory/snapshots',
  ...writes('POST /v1/inventory/snapshots'),
  operationId: 'reportSnapshots',
  tags: ['inventory'],
  summary: 'Report absolute figures',
  description:
    'A figure holds as of its own time: what moved later is added to it, and a figure older than the newest one held ' +
    'is recorded and ignored.',
  request: {
    query: noQuery,
    body: takes(z.strictObject({ snapshots: z.array(snapshotSchema).min(1).max(stockEventsMax) }), examples.snapshots),
  },
  responses,
})

stockEvents.openapi(snapshotsRoute, async (c) => {
  const { snapshots } = c.req.valid('json')
  const { principal } = c.var
  const { driftTolerance: tolerance } = c.var.config.promising
  const items = snapshots.map(({ eventId, sku, location, unit, asOf, lots, sourceSequence, ...told }) => ({
    ...{ eventId, sku, location, unit },
    quantities: [told.onHand, told.damaged ?? 0, told.qualityControl ?? 0, ...(lots ?? []).map((lot) => lot.quantity)],
    command: (place: { readonly id: string; readonly account?: string | undefined }, ratio: number) => ({
      type: 'snapshot' as const,
      snapshotId: eventId,
      // Sequences are compared within one source: the system that keeps this location's stock.
      source: accountId(principal.account ?? place.account ?? place.id),
      sourceSequence,
      asOfMs: asOf,
      onHand: told.onHand * ratio,
      damaged: told.damaged === null ? null : told.damaged * ratio,
      qualityControl: told.qualityControl === null ? null : told.qualityControl * ratio,
      tolerance,
      ...(lots === null ? {} : { lots: lotsIn(lots, ratio) }),
    }),
  }))
  return c.json(stockResults(await applyStockEvents(c, items)), 200)
})
