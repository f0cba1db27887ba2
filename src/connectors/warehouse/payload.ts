/** The messages a warehouse sends us (docs/warehouse-api.md): `{type, timestamp, data}`, one thing per message. */
import { z } from 'zod'
import { externalIdSchema, skuSchema } from '../../domain/order/canonical-order.ts'
import { isOthersId, ownIdRule } from '../../domain/shared/ids.ts'
import type { KnownFields } from '../transport/drift.ts'

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const units = z.int().min(1).max(1_000_000)
const level = z.int().min(0).max(1_000_000_000)
const reason = z.string().min(1).max(300)
/** Printable, as it becomes part of ids and of what people search for. */
const name = z.string().regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$/, '1 to 100 printable ASCII characters')
/** What a position files a report under. */
const reportId = name.refine(isOthersId, ownIdRule)
const label = z.string().min(1).max(100)
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null)

/** Ours, so its form is known: `<account>:<external order id>/F<n>`. */
const fulfilmentOrderId = z
  .string()
  .max(200)
  .regex(/^[^\s:]+:[^\s/]+\/F[1-9]\d{0,3}$/)

const lineUnits = z.object({ lineId: externalIdSchema, quantity: units })
const about = { fulfilmentOrderId }
const position = { sku: skuSchema, location: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/) }

const dataSchemas = {
  'fulfilment_order.accepted': z.object({ ...about, reference: optional(name) }),
  'fulfilment_order.rejected': z.object({ ...about, reason }),
  'fulfilment_order.cancelled': z.object({ ...about, reason: optional(reason) }),
  'fulfilment_order.cancel_refused': z.object({ ...about, reason: optional(reason), reference: optional(name) }),
  'fulfilment_order.shipped': z.object({
    ...about,
    shipmentId: name,
    lines: z.array(lineUnits).max(500),
    shortLines: z
      .array(lineUnits.extend({ reason: optional(reason) }))
      .max(500)
      .default([]),
    carrier: optional(label),
    service: optional(label),
    trackingNumber: optional(name),
    trackingUrl: optional(z.url({ protocol: /^https?$/ }).max(2_000)),
    shippedAt: optional(instant),
  }),
  'inventory.counted': z.object({
    ...position,
    snapshotId: reportId,
    sequence: optional(z.int().min(0)),
    asOf: instant,
    onHand: level,
    damaged: optional(level),
    qualityControl: optional(level),
  }),
  'inventory.adjusted': z.object({
    ...position,
    movementId: reportId,
    /** Signed: what was found is positive, what was lost is negative. */
    quantity: z
      .int()
      .min(-1_000_000)
      .max(1_000_000)
      .refine((value) => value !== 0, 'not zero'),
    state: z.enum(['available', 'damaged', 'quality_control']).default('available'),
    occurredAt: optional(instant),
    reference: optional(name),
  }),
  'inventory.received': z.object({
    ...position,
    movementId: reportId,
    quantity: units,
    state: z.enum(['available', 'damaged', 'quality_control']).default('available'),
    occurredAt: optional(instant),
    reference: optional(name),
  }),
} as const

export type MessageType = keyof typeof dataSchemas
export type MessageData<T extends MessageType> = z.output<(typeof dataSchemas)[T]>
export function isMessageType(type: string): type is MessageType {
  return Object.hasOwn(dataSchemas, type)
}

const envelope = { timestamp: instant }
const messageOf = <T extends MessageType>(type: T) =>
  z.object({ type: z.literal(type), ...envelope, data: dataSchemas[type] })

export const messageSchema = z.discriminatedUnion('type', [
  messageOf('fulfilment_order.accepted'),
  messageOf('fulfilment_order.rejected'),
  messageOf('fulfilment_order.cancelled'),
  messageOf('fulfilment_order.cancel_refused'),
  messageOf('fulfilment_order.shipped'),
  messageOf('inventory.counted'),
  messageOf('inventory.adjusted'),
  messageOf('inventory.received'),
])

export type Message = z.output<typeof messageSchema>

/** Every field that any message may have, for drift; the schemas say which one belongs where. */
export const knownFields: KnownFields = {
  type: true,
  timestamp: true,
  data: {
    ...Object.fromEntries(
      Object.values(dataSchemas).flatMap((schema) => Object.keys(schema.shape).map((key) => [key, true])),
    ),
    lines: { lineId: true, quantity: true },
    shortLines: { lineId: true, quantity: true, reason: true },
  },
}
