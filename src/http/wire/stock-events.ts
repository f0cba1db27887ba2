/** Stock events as callers send them, and the answer to each. */
import { z } from '@hono/zod-openapi'
import { slugSchema } from '../../domain/config/config.ts'
import { skuSchema } from '../../domain/order/canonical-order.ts'
import { isOthersId, ownIdRule } from '../../domain/shared/ids.ts'
import type { LotUnits } from '../../domain/stock/stock-command.ts'
import { problemSchema } from '../problem.ts'
import { instantSchema } from './instant.ts'

export const stockEventsMax = 500

/** Lots that one event names. */
const lotsMax = 100

export const eventId = z
  .string()
  .regex(/^[\x21-\x7e]{1,100}$/, '1 to 100 printable ASCII characters without space')
  .refine(isOthersId, ownIdRule)
  .openapi({
    description: 'Yours, unique at the position: the same id again changes nothing. Not `transfer/…`',
    example: 'RCV-20931-4',
  })
const units = z.int().min(-1_000_000_000).max(1_000_000_000)
const figure = z.int().min(0).max(1_000_000_000)
export const unit = z
  .string()
  .regex(/^[A-Z0-9]{1,8}$/, 'such as CS')
  .nullable()
  .default(null)
  .openapi({ description: "A unit of the SKU's catalogue entry; null: base units" })

export const lotsSchema = z
  .array(
    z.strictObject({
      lotId: z.string().regex(/^[\x21-\x7e]{1,64}$/, '1 to 64 printable ASCII characters without space'),
      quantity: z.int().min(1).max(1_000_000_000),
      goodUntil: instantSchema
        .nullable()
        .default(null)
        .openapi({ description: 'The first instant at which the units no longer keep; null: they keep, or as known' }),
    }),
  )
  .max(lotsMax)

/** Lots as the domain takes them, in base units. */
export function lotsIn(lots: z.output<typeof lotsSchema>, ratio: number): readonly LotUnits[] {
  return lots.map(({ lotId, quantity, goodUntil }) => ({ lotId, quantity: quantity * ratio, goodUntilMs: goodUntil }))
}

const place = {
  eventId,
  sku: skuSchema,
  location: slugSchema,
}

export const movementSchema = z
  .strictObject({
    ...place,
    movement: z.enum([
      'receipt',
      'shipment',
      'adjustment',
      'transfer_out',
      'transfer_in',
      'return',
      'count',
      'hold',
      'release',
    ]),
    state: z
      .enum(['available', 'damaged', 'quality_control', 'safety_stock', 'incoming'])
      .default('available')
      .openapi({
        description: 'Where units enter or leave; `hold` and `release` move between available and this state',
      }),
    quantity: units.openapi({
      description: 'In `unit`. The movement gives the direction; a negative figure corrects an earlier report',
    }),
    unit,
    occurredAt: instantSchema,
    reference: z.string().max(200).nullable().default(null),
    lots: lotsSchema.default([]).openapi({
      description: 'The lots that came or left. Units that left and are not named go first expired, first out',
    }),
  })
  .openapi('Movement')

export const snapshotSchema = z
  .strictObject({
    ...place,
    asOf: instantSchema,
    onHand: figure,
    unit,
    damaged: figure.nullable().default(null).openapi({ description: 'Null: not told, the known figure is kept' }),
    qualityControl: figure.nullable().default(null),
    sourceSequence: z.int().min(0).nullable().default(null).openapi({
      description: "The source's own counter: a lower one than the newest held is recorded and ignored",
    }),
    lots: lotsSchema
      .nullable()
      .default(null)
      .openapi({ description: 'All lots of the sellable stock; null: not told' }),
  })
  .openapi('Snapshot')

const stockItemResultSchema = z
  .discriminatedUnion('ok', [
    z.object({
      eventId: z.string(),
      ok: z.literal(true),
      effect: z.enum(['applied', 'unchanged', 'stale']).openapi({
        description: '`unchanged`: this event id was applied before. `stale`: a newer absolute figure contains it',
      }),
      available: z.int(),
      version: z.int(),
    }),
    z.object({ eventId: z.string(), ok: z.literal(false), problem: problemSchema }),
  ])
  .openapi('StockEventResult')
export type StockItemResult = z.infer<typeof stockItemResultSchema>

export const stockResultsSchema = z
  .object({
    applied: z.int(),
    unchanged: z.int(),
    stale: z.int(),
    refused: z.int(),
    results: z.array(stockItemResultSchema).openapi({ description: 'In the order of the items' }),
  })
  .openapi('StockEventResults')

export function stockResults(results: StockItemResult[]): z.infer<typeof stockResultsSchema> {
  const counted = (effect: string) => results.filter((result) => result.ok && result.effect === effect).length
  return {
    applied: counted('applied'),
    unchanged: counted('unchanged'),
    stale: counted('stale'),
    refused: results.filter((result) => !result.ok).length,
    results,
  }
}
