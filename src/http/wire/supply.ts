/** Supply, lot states and protected quantities as callers send them. */
import { z } from '@hono/zod-openapi'
import { slugSchema } from '../../domain/config/config.ts'
import { skuSchema } from '../../domain/order/canonical-order.ts'
import { instantSchema } from './instant.ts'
import { eventId, lotsSchema, unit } from './stock-events.ts'

const quantity = z.int().min(0).max(1_000_000_000)
const place = { sku: skuSchema, location: slugSchema }
const reason = z.string().min(1).max(200)
const supplyId = eventId.openapi({ description: 'The purchase order line, transfer or ASN', example: 'PO-8812-1' })

export const supplySchema = z
  .strictObject({
    supplyId,
    ...place,
    type: z.enum(['purchase_order', 'transfer', 'asn']),
    quantity: quantity.openapi({ description: 'In all, received units included' }),
    unit,
    dueAt: instantSchema,
    confidencePercent: z
      .int()
      .min(0)
      .max(100)
      .nullable()
      .default(null)
      .openapi({ description: 'How many in a hundred may be promised; null: as configured for the type' }),
    goodUntil: instantSchema.nullable().default(null),
    sourceVersion: z.int().min(0).openapi({ description: 'The newest holds, whichever comes first' }),
    cancelled: reason
      .nullable()
      .default(null)
      .openapi({ description: 'Why nothing more will come, whatever is announced later' }),
  })
  .openapi('Supply')

export const receiptSchema = z
  .strictObject({
    receiptId: eventId,
    supplyId,
    ...place,
    quantity,
    unit,
    lots: lotsSchema.default([]),
    final: z.boolean().default(false).openapi({ description: 'No more will come: what is missing is written off' }),
    occurredAt: instantSchema,
  })
  .openapi('SupplyReceipt')

export const lotStatusSchema = z
  .strictObject({
    sku: skuSchema,
    lotId: z.string().regex(/^[\x21-\x7e]{1,64}$/, '1 to 64 printable ASCII characters without space'),
    status: z.enum(['sellable', 'quality_hold', 'recalled']),
    reason,
  })
  .openapi('LotStatus')

export const protectionSchema = z
  .strictObject({
    ...place,
    group: slugSchema,
    quantity: quantity.openapi({ description: 'In all; what the group has taken counts against it. 0 ends it' }),
    unit,
    releaseAt: instantSchema.nullable().default(null).openapi({ description: "When it becomes everybody's" }),
    consume: z.enum(['protected_first', 'unprotected_first']).default('protected_first'),
    lendsTo: z
      .array(z.strictObject({ group: slugSchema, quantityMax: quantity }))
      .max(10)
      .refine((loans) => new Set(loans.map(({ group }) => group)).size === loans.length, 'names a group twice')
      .default([]),
  })
  .openapi('Protection')
