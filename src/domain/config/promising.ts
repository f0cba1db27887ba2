/**
 * How stock is promised: safety stock, thresholds, exclusions and caps by rule, and how far announced supply is
 * trusted. A rule without a member holds for every value of it; of several that fit, the most specific one holds.
 */
import { z } from 'zod'
import { skuSchema } from '../order/canonical-order.ts'
import { slugSchema as slug } from './slug.ts'

const units = z.int().min(0).max(1_000_000_000)
const percent = z.int().min(0).max(100)

/** Which SKUs a rule speaks of. */
const skuScope = { sku: skuSchema.optional(), class: slug.optional() }

export const deliveryMethods = ['ship', 'pickup', 'same_day', 'freight'] as const
export type DeliveryMethod = (typeof deliveryMethods)[number]

export const safetyStockRuleSchema = z.strictObject({
  ...skuScope,
  location: slug.optional(),
  deliveryMethod: z.enum(deliveryMethods).optional(),
  quantity: units,
})

/** Units of the whole network that no channel, or the one named, shows as sellable. */
export const thresholdRuleSchema = z.strictObject({ ...skuScope, channel: slug.optional(), quantity: units })
/** What a channel never sells. */
export const exclusionRuleSchema = z.strictObject({ ...skuScope, channel: slug })
/** The most a channel ever shows. */
export const capRuleSchema = z.strictObject({ ...skuScope, channel: slug.optional(), quantity: units })

const confidenceDefault = { purchase_order: 80, transfer: 95, asn: 95 } as const
const toleranceDefault = { units: 0, percent: 0 } as const

export const promisingSchema = z.strictObject({
  safetyStock: z.array(safetyStockRuleSchema).max(10_000).default([]),
  networkThreshold: z.array(thresholdRuleSchema).max(10_000).default([]),
  exclusions: z.array(exclusionRuleSchema).max(10_000).default([]),
  caps: z.array(capRuleSchema).max(10_000).default([]),
  /** Of announced units, how many in a hundred may be promised. */
  confidencePercent: z
    .strictObject({ purchase_order: percent, transfer: percent, asn: percent })
    .default(confidenceDefault),
  /** Supply that is overdue is expected this much later than now, again and again, until it is re-dated or received. */
  overdueSupplyDelayHours: z
    .int()
    .min(1)
    .max(24 * 90)
    .default(24),
  /** A difference found by a snapshot or count opens a case when it is beyond both figures. */
  driftTolerance: z.strictObject({ units, percent }).default(toleranceDefault),
  /** Units that one API key may hold in carts at once, in all; and open carts. */
  holdUnitsPerKeyMax: z.int().min(1).max(1_000_000_000).default(1_000_000),
  holdsPerKeyMax: z.int().min(1).max(10_000_000).default(100_000),
})
export type Promising = z.infer<typeof promisingSchema>
export const promisingDefault: Promising = promisingSchema.parse({})
