/**
 * How a company wants its orders sourced: strategies in order, the first of them that fits the order and finds a plan
 * decides. A strategy refuses by its constraints and prefers by its weights; a later one may relax what an earlier one
 * insisted on.
 */
import { z } from 'zod'
import { deliveryMethods } from '../config/promising.ts'
import { currencySchema, skuSchema } from '../order/canonical-order.ts'

const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, at most 63')
const minorUnits = z.int().min(0).max(1_000_000_000_000)
const grams = z.int().min(0).max(1_000_000_000)
const namesMax = 200

const destinationSchema = z.strictObject({
  country: z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166-1 alpha-2 code'),
  /** ISO 3166-2 subdivisions without the country; empty: all of it. */
  regions: z.array(z.string().min(1).max(100)).max(100).default([]),
})

/** What an order has to be for the strategy to be tried. A member that is absent or empty asks for nothing. */
export const conditionsSchema = z.strictObject({
  channels: z.array(slug).max(namesMax).default([]),
  channelGroups: z.array(slug).max(namesMax).default([]),
  shipTo: z.array(destinationSchema).max(namesMax).default([]),
  /** Of the order's lines as they were placed; an order in another currency does not fit. */
  orderValue: z
    .strictObject({ currency: currencySchema, minMinor: minorUnits.optional(), maxMinor: minorUnits.optional() })
    .optional(),
  /** At least one line is of one of these. */
  skus: z.array(skuSchema).max(1_000).default([]),
  classes: z.array(slug).max(namesMax).default([]),
  requirements: z.array(slug).max(namesMax).default([]),
  /** The order has at least one of these tags. */
  tags: z.array(z.string().min(1).max(255)).max(namesMax).default([]),
  deliveryMethods: z.array(z.enum(deliveryMethods)).max(deliveryMethods.length).default([]),
  orderWeight: z.strictObject({ minGrams: grams.optional(), maxGrams: grams.optional() }).optional(),
})
export type StrategyConditions = z.infer<typeof conditionsSchema>

/** What a plan must not do. Constraints on facts that nobody configured refuse nothing. */
export const constraintsSchema = z.strictObject({
  /** The location serves the destination. */
  regionServed: z.boolean().default(true),
  /** The location has what the SKU requires, such as a licence for hazardous goods. */
  requirementsMet: z.boolean().default(true),
  /** Units and orders that the location can still take on the day. */
  withinCapacity: z.boolean().default(true),
  /** The units keep as long as the buyer is to have them. */
  shelfLife: z.boolean().default(true),
  /** The location works for the entity that sells. */
  entityMatches: z.boolean().default(true),
  /** Carriage is priced in the currency of the order. */
  currencyMatches: z.boolean().default(false),
  /** The location dispatches, by its calendar and cut-off, within so many hours from now; null: whenever it does. */
  dispatchWithinHours: z
    .int()
    .min(1)
    .max(24 * 90)
    .nullable()
    .default(null),
  /** The order is on time with at least this probability. */
  onTimePercentMin: z.int().min(0).max(100).default(0),
  /** Every unit or none: what nobody has whole is left to the next strategy. */
  wholeOrder: z.boolean().default(false),
  /** Shipments beyond the first; null: as many as it takes. */
  maxSplits: z.int().min(0).max(99).nullable().default(null),
  /** Of several shipments, what each has to be worth. An order in another currency is not bound by it. */
  shipmentValueMin: z.strictObject({ currency: currencySchema, amountMinor: minorUnits }).nullable().default(null),
  excludedLocations: z.array(slug).max(namesMax).default([]),
  /** Empty: every kind. */
  locationKinds: z
    .array(z.enum(['warehouse', '3pl', 'store', 'supplier']))
    .max(4)
    .default([]),
  /** Farthest zone of the rate table; null: any. */
  zoneMax: z.int().min(0).max(99).nullable().default(null),
})
export type StrategyConstraints = z.infer<typeof constraintsSchema>

const weight = z.number().min(0).max(1_000).default(0)

/** How much each term counts after it was normalised to 0..1 over the plans that are feasible. */
export const weightsSchema = z.strictObject({
  sla: weight,
  margin: weight,
  ship: weight,
  split: weight,
  capacity: weight,
  stockout: weight,
  priority: weight,
})
export type StrategyWeights = z.infer<typeof weightsSchema>

export const strategySchema = z.strictObject({
  id: slug,
  when: conditionsSchema.default(conditionsSchema.parse({})),
  constraints: constraintsSchema.default(constraintsSchema.parse({})),
  weights: weightsSchema.default(weightsSchema.parse({})),
})
export type Strategy = z.infer<typeof strategySchema>

function haveIdsOfTheirOwn(strategies: readonly Strategy[]): boolean {
  return new Set(strategies.map(({ id }) => id)).size === strategies.length
}

export const profileSchema = z.strictObject({
  id: slug,
  name: z.string().max(200).default(''),
  /** Primary first. */
  strategies: z.array(strategySchema).min(1).max(20).refine(haveIdsOfTheirOwn, 'two strategies have the same id'),
})
export type SourcingProfile = z.infer<typeof profileSchema>

/** As few locations as possible, and among equals those of lowest priority figure: where no profile is configured. */
export const fewestSplits: SourcingProfile = profileSchema.parse({
  id: 'fewest-splits',
  name: 'As few shipments as possible',
  strategies: [{ id: 'fewest-splits', weights: { split: 1 } }],
})
