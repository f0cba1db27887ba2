/** A transfer as callers ask for it and read it. Quantities are base units, or units of a named `unit`. */
import { z } from '@hono/zod-openapi'
import type { TransferRow } from '../../db/rows.ts'
import { slugSchema } from '../../domain/config/slug.ts'
import { skuSchema, unitNameSchema } from '../../domain/order/canonical-order.ts'
import { inTransit, overOf, type Transfer, transferStatuses } from '../../domain/transfer/transfer.ts'
import { instantOutSchema, instantSchema, rfc3339 } from './instant.ts'

const linesMax = 200
const lotsMax = 100

/** No slash: positions file what they book under ids made of it. */
export const transferIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{1,100}$/, '1 to 100 of A-Z a-z 0-9 . _ ~ -')
  .openapi({ example: 'TR-2026-118' })
const reportId = z.string().regex(/^[A-Za-z0-9._~-]{1,100}$/, '1 to 100 of A-Z a-z 0-9 . _ ~ -')

const quantity = z.int().min(1).max(1_000_000)
const unit = unitNameSchema
  .optional()
  .openapi({ description: "A unit of measure that the SKU's catalogue entry knows; absent: base units" })
const line = z.strictObject({ sku: skuSchema, quantity, unit })
const lines = z.array(line).min(1).max(linesMax)

export const transferRequestSchema = z.strictObject({
  transferId: transferIdSchema.openapi({ description: 'Yours: the same id again is the same transfer' }),
  from: slugSchema,
  to: slugSchema,
  lines,
  dueAt: instantSchema.openapi({ description: 'When it is expected at the destination' }),
  allowPartial: z.boolean().default(false).openapi({ description: 'Take what there is, rather than nothing' }),
})

export const transferShipSchema = z.strictObject({
  shipmentId: reportId.openapi({ description: 'Yours: the same id again is the same shipment' }),
  lines: lines.optional().openapi({ description: 'Absent: everything that is claimed' }),
  shippedAt: instantSchema,
})

const lot = z.strictObject({
  lotId: z.string().regex(/^[\x21-\x7e]{1,64}$/, '1 to 64 printable ASCII characters without space'),
  quantity,
  goodUntil: instantSchema.nullable().default(null),
})
export const transferReceiveSchema = z.strictObject({
  receiptId: reportId.openapi({ description: 'Yours: the same id again is the same receipt' }),
  lines: z.array(line.extend({ lots: z.array(lot).max(lotsMax).default([]) })).max(linesMax),
  final: z.boolean().default(false).openapi({ description: 'Nothing more will come: the rest is written off' }),
  receivedAt: instantSchema,
})

export const transferCancelSchema = z.strictObject({ reason: z.string().min(1).max(200) })

export const transferSchema = z
  .object({
    transferId: z.string(),
    status: z.enum(transferStatuses),
    from: z.string(),
    to: z.string(),
    dueAt: instantOutSchema,
    requestedAt: instantOutSchema,
    version: z.int(),
    settled: z.boolean().openapi({ description: 'Both positions have booked everything that is said here' }),
    lines: z.array(
      z.object({
        sku: z.string(),
        requested: z.int(),
        reserved: z.int().openapi({ description: 'Claimed at the source, not shipped yet' }),
        released: z.int().openapi({ description: 'Claimed once and given back' }),
        shipped: z.int(),
        inTransit: z.int(),
        received: z.int(),
        over: z.int().openapi({ description: 'Received beyond what was shipped' }),
        writtenOff: z.int(),
      }),
    ),
  })
  .openapi('Transfer')

export const transferSummarySchema = transferSchema
  .omit({ lines: true })
  .extend({
    updatedAt: instantOutSchema,
    skus: z.int(),
    requested: z.int().openapi({ description: 'Base units, summed over its lines, as all that follow' }),
    reserved: z.int(),
    shipped: z.int(),
    inTransit: z.int(),
    received: z.int(),
    over: z.int(),
    writtenOff: z.int().openapi({ description: 'They left, and never came' }),
  })
  .openapi('TransferSummary')

export function transferSummary(row: TransferRow): z.infer<typeof transferSummarySchema> {
  const { transferId, skus, version } = row
  return {
    ...{ transferId, skus, version, from: row.fromLocation, to: row.toLocation },
    status: z.enum(transferStatuses).parse(row.status),
    dueAt: rfc3339(row.dueAtMs),
    requestedAt: rfc3339(row.requestedAtMs),
    updatedAt: rfc3339(row.updatedAtMs),
    settled: row.effectsPending === 0,
    requested: row.unitsRequested,
    reserved: row.unitsReserved,
    shipped: row.unitsShipped,
    inTransit: row.unitsInTransit,
    received: row.unitsReceived,
    over: row.unitsOver,
    writtenOff: row.unitsWrittenOff,
  }
}

export function transferDocument(transfer: Transfer): z.infer<typeof transferSchema> {
  const { transferId, status, from, to, dueAtMs, requestedAtMs, version, pending } = transfer
  return {
    ...{ transferId, status, from, to, version },
    dueAt: rfc3339(dueAtMs),
    requestedAt: rfc3339(requestedAtMs),
    settled: pending.length === 0,
    lines: transfer.lines.map((each) => {
      const { sku, requested, reserved, released, shipped, received, writtenOff } = each
      const derived = { inTransit: inTransit(each), over: overOf(each) }
      return { sku, requested, reserved, released, shipped, received, writtenOff, ...derived }
    }),
  }
}
