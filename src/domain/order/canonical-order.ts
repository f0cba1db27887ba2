/**
 * The canonical order: what every channel's order becomes, and the body of `POST /v1/orders`.
 * The zod schema is the single source; the TypeScript types come from it.
 */
import { z } from 'zod'

const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, at most 63')
/** Ids that end up in actor names and urls: printable, no space, no slash, no colon, no control characters. */
export const externalIdSchema = z.string().regex(/^[A-Za-z0-9._#~-]{1,100}$/, '1 to 100 of A-Z a-z 0-9 . _ # ~ -')
export const skuSchema = z
  .string()
  .regex(/^[\x21-\x2e\x30-\x7e]{1,64}$/, '1 to 64 printable ASCII characters without space or slash')
const text = (max: number) => z.string().max(max)
const minorUnits = z.int().min(-1_000_000_000_000).max(1_000_000_000_000)
export const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code')
const epochMs = z.int().min(0).max(8_640_000_000_000_000)

export const addressSchema = z.strictObject({
  name: text(200).nullable(),
  company: text(200).nullable(),
  line1: text(300).nullable(),
  line2: text(300).nullable(),
  city: text(200).nullable(),
  /** ISO 3166-2 subdivision without the country, such as `CA`. */
  region: text(100).nullable(),
  postalCode: text(32).nullable(),
  /** ISO 3166-1 alpha-2. Null when the channel withholds it: the order is then held, not refused. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'an ISO 3166-1 alpha-2 code')
    .nullable(),
  phone: text(64).nullable(),
  email: text(320).nullable(),
})
export type Address = z.infer<typeof addressSchema>

export const orderLineSchema = z.strictObject({
  /** Unique within the order and stable across updates. */
  lineId: externalIdSchema,
  /** The channel's own SKU or listing key; mapped to our SKU by the saga. Null when the channel sent none. */
  externalSku: text(255).nullable(),
  title: text(1000),
  /** Ordered now, in the channel's unit; a cancelled part has already been taken off. */
  quantity: z.int().min(0).max(1_000_000),
  unitPriceMinor: minorUnits,
  discountMinor: minorUnits,
  taxMinor: minorUnits,
  requiresShipping: z.boolean(),
})
export type OrderLine = z.infer<typeof orderLineSchema>

export const orderTotalsSchema = z.strictObject({
  /** Σ unit price × quantity over the lines as they were placed. */
  subtotalMinor: minorUnits,
  discountMinor: minorUnits,
  shippingMinor: minorUnits,
  taxMinor: minorUnits,
  /** Tips, duties, fees and cash rounding: part of the total, in no line. Absent means none. */
  otherMinor: minorUnits.optional(),
  totalMinor: minorUnits,
})

export const canonicalOrderSchema = z.strictObject({
  account: slug,
  externalOrderId: externalIdSchema,
  /** What a person calls the order, such as `#1001`. */
  externalNumber: text(100).nullable(),
  placedAtMs: epochMs,
  /** The channel's version clock (for example `updated_at`): an older one never overwrites a newer one. */
  sourceVersionMs: epochMs,
  currency: currencySchema,
  /** What the buyer saw and paid in, when that differs from `currency`. */
  presentment: z.strictObject({ currency: currencySchema, totalMinor: minorUnits }).nullable(),
  customer: z
    .strictObject({ externalId: text(100).nullable(), name: text(200).nullable(), email: text(320).nullable() })
    .nullable(),
  shipTo: addressSchema.nullable(),
  billTo: addressSchema.nullable(),
  lines: z.array(orderLineSchema).min(1).max(500),
  totals: orderTotalsSchema,
  taxesIncluded: z.boolean(),
  payment: z.enum([
    'pending',
    'authorized',
    'partially_paid',
    'paid',
    'partially_refunded',
    'refunded',
    'voided',
    'failed',
  ]),
  shippingMethod: text(255).nullable(),
  /** May the order be split and shipped in part? Null leaves it to the account's policy. */
  allowPartial: z.boolean().nullable(),
  /** Set when the channel says the whole order is cancelled. */
  cancelledAtMs: epochMs.nullable(),
  cancelReason: text(200).nullable(),
  tags: z.array(text(255)).max(250),
})
export type CanonicalOrder = z.infer<typeof canonicalOrderSchema>
