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
export const unitNameSchema = z.string().regex(/^[A-Z0-9]{1,8}$/, 'such as CS')
const text = (max: number) => z.string().max(max)
const minorUnits = z.int().min(-1_000_000_000_000).max(1_000_000_000_000)
export const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code')
/** To the end of the year 9999: calendars are asked of these, and a later day has no date as everybody writes it. */
const epochMs = z.int().min(0).max(253_402_300_799_999)

export const addressSchema = z.strictObject({
  name: text(200).nullable().default(null),
  company: text(200).nullable().default(null),
  line1: text(300).nullable().default(null),
  line2: text(300).nullable().default(null),
  city: text(200).nullable().default(null),
  /** ISO 3166-2 subdivision without the country, such as `CA`. */
  region: text(100).nullable().default(null),
  postalCode: text(32).nullable().default(null),
  /** ISO 3166-1 alpha-2. Null when the channel withholds it: the order is then held, not refused. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'an ISO 3166-1 alpha-2 code')
    .nullable()
    .default(null),
  phone: text(64).nullable().default(null),
  email: text(320).nullable().default(null),
})
export type Address = z.infer<typeof addressSchema>

export const orderLineSchema = z.strictObject({
  /** Unique within the order and stable across updates. */
  lineId: externalIdSchema,
  /** The channel's own SKU or listing key; mapped to our SKU by the saga. Null when the channel sent none. */
  externalSku: text(255).nullable().default(null),
  title: text(1000),
  /** Ordered now, in the channel's unit; a cancelled part has already been taken off. */
  quantity: z.int().min(0).max(1_000_000),
  unitPriceMinor: minorUnits,
  discountMinor: minorUnits.default(0),
  taxMinor: minorUnits.default(0),
  requiresShipping: z.boolean().default(true),
  /** The unit of measure that `quantity` and price count in, as the catalogue names it; absent: the channel's own. */
  unit: unitNameSchema.optional(),
  /** Of an answer of `GET /v1/atp`: the line takes that promise. */
  promiseId: text(2_500).optional(),
})
export type OrderLine = z.infer<typeof orderLineSchema>

function haveIdsOfTheirOwn(lines: readonly OrderLine[]): boolean {
  return new Set(lines.map(({ lineId }) => lineId)).size === lines.length
}

export const orderTotalsSchema = z.strictObject({
  /** Σ unit price × quantity over the lines as they were placed. */
  subtotalMinor: minorUnits,
  discountMinor: minorUnits.default(0),
  shippingMinor: minorUnits.default(0),
  taxMinor: minorUnits.default(0),
  /** Tips, duties, fees and cash rounding: part of the total, in no line. Absent means none. */
  otherMinor: minorUnits.optional(),
  totalMinor: minorUnits,
})

export const canonicalOrderSchema = z.strictObject({
  account: slug,
  externalOrderId: externalIdSchema,
  /** What a person calls the order, such as `#1001`. */
  externalNumber: text(100).nullable().default(null),
  placedAtMs: epochMs,
  /** The channel's version clock (for example `updated_at`): an older one never overwrites a newer one. */
  sourceVersionMs: epochMs,
  currency: currencySchema,
  /** What the buyer saw and paid in, when that differs from `currency`. */
  presentment: z.strictObject({ currency: currencySchema, totalMinor: minorUnits }).nullable().default(null),
  customer: z
    .strictObject({
      externalId: text(100).nullable().default(null),
      name: text(200).nullable().default(null),
      email: text(320).nullable().default(null),
    })
    .nullable()
    .default(null),
  shipTo: addressSchema.nullable().default(null),
  billTo: addressSchema.nullable().default(null),
  lines: z.array(orderLineSchema).min(1).max(500).refine(haveIdsOfTheirOwn, 'two lines have the same lineId'),
  totals: orderTotalsSchema,
  taxesIncluded: z.boolean().default(false),
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
  shippingMethod: text(255).nullable().default(null),
  /** May the order be split and shipped in part? Null leaves it to the account's policy. */
  allowPartial: z.boolean().nullable().default(null),
  /** A future-dated order: not to leave before. Its units are claimed for then, not for now. */
  shipNotBeforeMs: epochMs.optional(),
  /** When the buyer was promised to have it, such as the date of an answer of `GET /v1/atp`. */
  promisedByMs: epochMs.optional(),
  /** A cart or checkout reservation that becomes this order's: its units go over, nothing is claimed twice. */
  reservationId: text(200).optional(),
  /** Set when the channel says the whole order is cancelled. */
  cancelledAtMs: epochMs.nullable().default(null),
  cancelReason: text(200).nullable().default(null),
  tags: z.array(text(255)).max(250).default([]),
})
export type CanonicalOrder = z.infer<typeof canonicalOrderSchema>
