/**
 * A place that keeps and ships stock: where it lies, when it works, how much it ships in a day, and whom it may serve.
 * Everything that is left out restricts nothing: a location without a calendar works always, one without a capacity
 * ships whatever it is sent.
 */
import { z } from 'zod'
import { deliveryMethods } from './promising.ts'
import { countrySchema, slugSchema } from './slug.ts'

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a local time 'HH:MM'")
const daysMax = 1_000

export const calendarSchema = z.strictObject({
  /** No working day at all is refused: nothing could ever be dispatched. */
  workingDays: z
    .array(z.enum(weekdays))
    .min(1)
    .max(7)
    .default([...weekdays]),
  /** Local time: an order that is ready later leaves on the next working day. Null: until the day ends. */
  cutOff: localTime.nullable().default(null),
  /** Local dates on which nothing leaves. */
  holidays: z.array(z.iso.date()).max(daysMax).default([]),
  /** Local dates on which it works whatever else is said, such as a Saturday before Christmas; with their own cut-off. */
  openings: z
    .array(z.strictObject({ date: z.iso.date(), cutOff: localTime.nullable().default(null) }))
    .max(daysMax)
    .default([]),
})
export type Calendar = z.infer<typeof calendarSchema>

/** What a location ships in one of its local days; null: without a limit. */
export const capacitySchema = z.strictObject({
  ordersPerDay: z.int().min(0).max(10_000_000).nullable().default(null),
  unitsPerDay: z.int().min(0).max(1_000_000_000).nullable().default(null),
})

export const servedAreaSchema = z.strictObject({
  country: countrySchema,
  /** Provinces as addresses name them, such as `NJ`; empty: all of the country. */
  regions: z.array(z.string().min(1).max(100)).max(200).default([]),
  /** Beginnings of postal codes; empty: all. With regions as well, either is enough. */
  postalPrefixes: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 -]{0,31}$/, 'letters and digits'))
    .max(1_000)
    .default([]),
})
export type ServedArea = z.infer<typeof servedAreaSchema>

export const locationSchema = z.strictObject({
  id: slugSchema,
  name: z.string().max(200),
  kind: z.enum(['warehouse', '3pl', 'store', 'supplier']),
  /** The warehouse account that picks here; none: released orders wait for `POST /v1/shipments`. */
  account: slugSchema.optional(),
  country: countrySchema,
  region: z.string().max(100).optional(),
  postalCode: z.string().max(32).optional(),
  timeZone: z.string().max(64).default('UTC'),
  /** Lower goes first when plans are otherwise equal. */
  priority: z.int().min(0).max(1_000).default(100),
  /** False: stock is counted, orders are not sent here. */
  fulfils: z.boolean().default(true),
  calendar: calendarSchema.default(calendarSchema.parse({})),
  capacity: capacitySchema.default(capacitySchema.parse({})),
  /** Where it may ship to; empty: everywhere. */
  serves: z.array(servedAreaSchema).max(250).default([]),
  /** What it is allowed and equipped to ship, such as `hazmat`: a SKU's `requirements` must all be among them. */
  capabilities: z.array(slugSchema).max(50).default([]),
  /** How goods leave it; empty: in every way. */
  deliveryMethods: z.array(z.enum(deliveryMethods)).max(deliveryMethods.length).default([]),
  /** Legal entities whose orders it may ship; empty: all. */
  entities: z.array(slugSchema).max(100).default([]),
  /** From release to dispatch. */
  handlingMinutes: z
    .int()
    .min(0)
    .max(60 * 24 * 14)
    .default(0),
})
export type Location = z.infer<typeof locationSchema>
