/** The answer of `GET /v1/atp` as it goes over the wire. */
import { z } from '@hono/zod-openapi'
import { instantOutSchema } from './instant.ts'
import { statesSchema } from './inventory-states.ts'

const termsSchema = z
  .object({
    units: z.int().openapi({ description: '`max(0, onHand + supply − promised − waiting − safetyStock − protected)`' }),
    onHand: z.int(),
    supply: z.int(),
    promised: z.int(),
    waiting: z.int(),
    safetyStock: z.int(),
    protectedForOthers: z.int(),
  })
  .openapi('PromiseTerms')

const sourceSchema = z
  .object({
    sku: z.string().openapi({ description: 'The SKU itself, or the component of the bundle' }),
    location: z.string(),
    available: z.int(),
    version: z.int(),
    changedAt: instantOutSchema,
    asOf: instantOutSchema.openapi({ description: 'The figures are true at least as of then' }),
    ageMs: z.int(),
    states: statesSchema.optional(),
    terms: termsSchema.optional(),
  })
  .openapi('AvailabilitySource')

const ruleSchema = z
  .object({
    sku: z.string(),
    unitsEach: z.int().openapi({ description: 'Base units in one of what is asked for' }),
    network: z.int(),
    excluded: z.boolean(),
    threshold: z.int(),
    unrouted: z.int().openapi({ description: 'Units of orders that no position has heard of yet' }),
    cap: z.int().nullable(),
    buffer: z.int(),
    ats: z.int(),
    keepsForDays: z.int(),
    notCounted: z.array(z.object({ location: z.string(), reason: z.string() })),
  })
  .openapi('AppliedRules')

/** Only with `asOf`. */
export const pastConfigSchema = z
  .object({
    activatedAt: instantOutSchema.nullable().openapi({ description: 'Of the file; null: no activation is recorded' }),
    inForceThen: z.boolean().openapi({
      description:
        'False: `asOf` lies before the first activation that is recorded, and the earliest known configuration answers',
    }),
  })
  .openapi('PastConfiguration')

export const promiseSchema = z
  .object({
    promiseId: z.string().openapi({ description: 'An order line that carries it takes the promise' }),
    validUntil: instantOutSchema,
    quantity: z.int(),
    date: instantOutSchema.openapi({
      description: 'By when all of it has left its location, or is there: see `dateOf`',
    }),
    dateOf: z.enum(['departure', 'delivery']).openapi({
      description: '`delivery` where `shipTo` was given and a service of the rate table goes there',
    }),
    likelyDate: instantOutSchema.openapi({ description: 'By when it is as likely there as not' }),
    by: instantOutSchema.nullable(),
    inTime: z.boolean(),
    confidencePercent: z.int(),
    plan: z.array(
      z.object({
        sku: z.string(),
        location: z.string(),
        quantity: z.int().openapi({ description: 'Base units' }),
        from: instantOutSchema.openapi({ description: 'The location has the units by then' }),
        departs: instantOutSchema,
        service: z.string().nullable().openapi({ description: 'Of the rate table; null: none is known' }),
        likelyDate: instantOutSchema,
        date: instantOutSchema,
        confidencePercent: z.int(),
      }),
    ),
  })
  .openapi('Promise')

export const availabilitySchema = z
  .object({
    sku: z.string(),
    known: z.boolean().openapi({ description: 'False: not in the catalogue' }),
    stocked: z.boolean().openapi({
      description: 'False of a known SKU: a service, a gift card or a bundle of such, which never runs out',
    }),
    excluded: z.boolean().openapi({
      description: 'The channel does not sell it: an exclusion names it, its class or one of its components',
    }),
    available: z.int().openapi({ description: 'Available to fulfil now, over all sources' }),
    ats: z.int().openapi({ description: 'Available to sell on the channel: rules and buffer applied' }),
    enough: z.boolean().openapi({ description: 'The quantity, or one, may be promised now' }),
    promisable: z.object({
      now: z.int(),
      changes: z
        .array(z.object({ from: instantOutSchema, units: z.int() }))
        .openapi({ description: 'Available to promise from each instant on, as far as it is known' }),
    }),
    promise: promiseSchema.nullable().openapi({ description: 'Null: not asked for, or not to be had' }),
    oldestAgeMs: z.int().openapi({ description: 'Age of the source that was confirmed longest ago' }),
    sources: z.array(sourceSchema),
    rules: z.array(ruleSchema).optional(),
  })
  .openapi('Availability')
export type AvailabilityDocument = z.infer<typeof availabilitySchema>
export type PromiseDocument = z.infer<typeof promiseSchema>
