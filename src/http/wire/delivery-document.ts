/** A delivery as the API lists it: from the projection, without its body. */
import { z } from '@hono/zod-openapi'
import type { DeliveryRow } from '../../db/rows.ts'
import { instantOutSchema, rfc3339, rfc3339OrNull } from './instant.ts'

export const deliveryStatuses = ['received', 'applied', 'duplicate', 'rejected', 'dead_lettered'] as const

export const deliverySchema = z
  .object({
    deliveryId: z.string(),
    account: z.string(),
    domain: z.string(),
    topic: z.string(),
    status: z.string(),
    attempts: z.int().openapi({ description: 'Messages sent for it since it was last put off or replayed' }),
    reason: z
      .string()
      .nullable()
      .openapi({ description: 'Why it was refused; of one that is `received`, what it waits for' }),
    message: z.string().nullable(),
    bodyBytes: z.int(),
    correlationId: z.string(),
    receivedAt: instantOutSchema,
    settledAt: instantOutSchema.nullable(),
  })
  .openapi('Delivery')

export function deliveryDocument(row: DeliveryRow): z.infer<typeof deliverySchema> {
  const { deliveryId, account, domain, topic, status, attempts, reason, message, bodyBytes, correlationId } = row
  return {
    ...{ deliveryId, account, domain, topic, status, attempts, reason, message, bodyBytes, correlationId },
    receivedAt: rfc3339(row.receivedAtMs),
    settledAt: rfc3339OrNull(row.settledAtMs),
  }
}
