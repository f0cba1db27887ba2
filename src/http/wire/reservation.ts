/** A reservation as callers ask for it and read it. */
import { z } from '@hono/zod-openapi'
import { deliveryMethods } from '../../domain/config/promising.ts'
import { countrySchema, slugSchema } from '../../domain/config/slug.ts'
import { skuSchema, unitNameSchema } from '../../domain/order/canonical-order.ts'
import type { ReservationVerdict } from '../../domain/stock/reservation-contract.ts'
import { instantOutSchema, rfc3339 } from './instant.ts'

/** A cart; longer claims are orders. */
const expiresInSecondsMax = 7 * 24 * 3_600
const linesMax = 200
const goodForDaysMax = 36_500

/**
 * No slash: ids of the orders' own reservations have one, so the two can never meet. Not `.` or `..`: a path that ends
 * in them leads elsewhere, so that nobody could commit it or give it back.
 */
export const reservationIdSchema = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._:~-]{1,100}$/, '1 to 100 of A-Z a-z 0-9 . _ : ~ -, and not . or ..')
  .openapi({ example: 'cart-5f2c' })
const expiresInSeconds = z.int().min(1).max(expiresInSecondsMax).openapi({ example: 900 })

const lineSchema = z.strictObject({
  sku: skuSchema,
  quantity: z.int().min(1).max(1_000_000).openapi({ description: 'Base units, or units of `unit`' }),
  unit: unitNameSchema.optional().openapi({ description: "A unit of measure that the SKU's catalogue entry knows" }),
  location: slugSchema.nullable().default(null).openapi({ description: 'Null lets Crossdock choose' }),
})

const shipToSchema = z.strictObject({
  country: countrySchema,
  region: z.string().min(1).max(100).nullable().default(null),
  postalCode: z.string().min(1).max(32).nullable().default(null),
})

export const reserveSchema = z.strictObject({
  reservationId: reservationIdSchema,
  channel: slugSchema.nullable().default(null).openapi({
    description: 'The selling channel: only locations of its network may serve, and its group may take what is its own',
  }),
  lines: z.array(lineSchema).min(1).max(linesMax),
  expiresInSeconds,
  allowPartial: z.boolean().default(false),
  deliveryMethod: z.enum(deliveryMethods).optional().openapi({
    description: 'Only locations that deliver so serve, and each keeps its safety stock for it',
  }),
  shipTo: shipToSchema.optional().openapi({ description: 'Only locations that ship there serve' }),
  goodForDays: z.int().min(0).max(goodForDaysMax).optional().openapi({
    description: 'Days that the units have to keep; absent: as the catalogue says',
  }),
})

export const extendSchema = z.strictObject({ expiresInSeconds })

export const reservationSchema = z
  .object({
    reservationId: z.string(),
    status: z.enum(['held', 'ordered', 'committed', 'released', 'expired']),
    expiresAt: instantOutSchema,
    lines: z.array(
      z.object({
        sku: z.string(),
        requested: z.int().openapi({ description: 'Base units; of a bundle, bundles' }),
        granted: z.int(),
        allocations: z.array(z.object({ location: z.string(), quantity: z.int() })),
      }),
    ),
  })
  .openapi('Reservation')

/** `id` as the caller names it, not as it is kept. */
export function reservationOf(
  verdict: Extract<ReservationVerdict, { ok: true }>,
  id: string,
): z.infer<typeof reservationSchema> {
  const { status, expiresAtMs, lines } = verdict.reservation
  return {
    reservationId: id,
    status,
    expiresAt: rfc3339(expiresAtMs),
    lines: lines.map(({ sku, requested, granted, allocations }) => ({
      sku,
      requested,
      granted,
      allocations: allocations.map(({ location, quantity }) => ({ location, quantity })),
    })),
  }
}
