/**
 * What carriage costs and how long it takes, by zone and weight: the table that rates shipments where no carrier is
 * asked. Of the zone rules that fit, the most specific one holds.
 */
import { z } from 'zod'
import { currencySchema } from '../order/canonical-order.ts'
import { deliveryMethods } from './promising.ts'

const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, at most 63')
const zone = z.int().min(0).max(99)
const days = z.number().min(0).max(365)

export const zoneRuleSchema = z.strictObject({
  zone,
  /** Locations it is measured from; empty: every one. */
  origins: z.array(slug).max(1_000).default([]),
  country: z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166-1 alpha-2 code'),
  /** What the postal code starts with; empty: the whole country. */
  postalPrefixes: z.array(z.string().min(1).max(16)).max(1_000).default([]),
})
export type ZoneRule = z.infer<typeof zoneRuleSchema>

const priceSchema = z.strictObject({
  zone,
  /** Up to and including this weight. */
  gramsMax: z.int().min(1).max(1_000_000_000),
  costMinor: z.int().min(0).max(1_000_000_000_000),
})

/** Half of the parcels take no longer than `p50Days` from dispatch, nine in ten no longer than `p90Days`. */
const transitSchema = z
  .strictObject({ zone, p50Days: days, p90Days: days })
  .refine(({ p50Days, p90Days }) => p50Days <= p90Days, 'p90Days is at least p50Days')

export const rateServiceSchema = z.strictObject({
  id: slug,
  carrier: z.string().max(100).default(''),
  currency: currencySchema,
  deliveryMethod: z.enum(deliveryMethods).default('ship'),
  /** Locations that hand parcels to it; empty: every one. */
  origins: z.array(slug).max(1_000).default([]),
  prices: z.array(priceSchema).max(2_000),
  transit: z.array(transitSchema).max(100),
})
export type RateService = z.infer<typeof rateServiceSchema>

export const ratesSchema = z.strictObject({
  zones: z.array(zoneRuleSchema).max(5_000).default([]),
  services: z.array(rateServiceSchema).max(200).default([]),
})
export type Rates = z.infer<typeof ratesSchema>
export const ratesDefault: Rates = ratesSchema.parse({})
