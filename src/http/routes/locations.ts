/** A location as its actor knows it now: whether it is up, and what its days take. Operators overrule both here. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type LocationApi } from '../../actor-apis.ts'
import type { Location } from '../../domain/config/location.ts'
import { daysAheadMax } from '../../domain/location/decide.ts'
import type { LocationCommandBody, LocationView } from '../../domain/location/location-command.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import { dayAfter, dayKeyAt } from '../../domain/sourcing/calendar/local-day.ts'
import { mayActFor } from '../auth.ts'
import { commandIdOf } from '../command-id.ts'
import { type AppContext, type AppEnv, causeOf } from '../context.ts'
import { answers, noQuery, reads, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { examples } from '../wire/examples.ts'
import { instantOutSchema, rfc3339OrNull } from '../wire/instant.ts'
import { wholeNumber } from '../wire/whole-number.ts'

export const locations = new OpenAPIHono<AppEnv>()

const daysDefault = 14

const limit = z.int().nullable().openapi({ description: 'Null: without a limit' })
const availabilityFields = {
  location: z.string(),
  status: z.enum(['up', 'down']),
  reason: z.string().nullable(),
  since: instantOutSchema.nullable(),
}
const availabilitySchema = z.object(availabilityFields).openapi('LocationAvailability')
const locationSchema = z
  .object({
    ...availabilityFields,
    timeZone: z.string(),
    days: z
      .array(
        z.object({
          day: z.iso.date(),
          isWorkingDay: z.boolean(),
          ordersPerDay: limit,
          unitsPerDay: limit,
          ordersUsed: z.int(),
          unitsUsed: z.int(),
          overridden: z.boolean().openapi({ description: 'An operator said what this day takes' }),
        }),
      )
      .openapi({ description: 'From today, in local days. What is used beyond its limit is over-booked' }),
  })
  .openapi('Location')

const params = z.object({
  location: z
    .string()
    .max(63)
    .openapi({ param: { name: 'location', in: 'path' }, example: 'east' }),
})
const known = ['unknown_location'] as const

const locationRoute = createRoute({
  method: 'get',
  path: '/v1/locations/{location}',
  ...reads('GET /v1/locations/{location}'),
  operationId: 'getLocation',
  tags: ['inventory'],
  summary: 'Whether a location is up, and what its next days take',
  request: {
    params,
    query: z.strictObject({
      days: wholeNumber(1, daysAheadMax).default(daysDefault),
    }),
  },
  responses: { 200: answers(locationSchema, 'The location'), ...refusals(...reasonsOf.read, ...known) },
})

locations.openapi(locationRoute, async (c) => {
  const found = findLocation(c, c.req.valid('param').location)
  if (!found.ok) return refuse(c, found.error)
  return c.json(await locationDocument(c, found.value, c.req.valid('query').days), 200)
})

const capacityRoute = createRoute({
  method: 'post',
  path: '/v1/locations/{location}/capacity',
  ...writes('POST /v1/locations/{location}/capacity'),
  operationId: 'overrideCapacity',
  tags: ['inventory'],
  summary: 'Say what one day takes, whatever is configured',
  description:
    'Replaces what was said of the day before. A limit that is left out stays as configured, null lifts it; with ' +
    'neither, the day is as configured again. What is claimed already stays claimed.',
  request: {
    params,
    query: noQuery,
    body: takes(
      z.strictObject({
        day: z.iso.date(),
        ordersPerDay: z.int().min(0).max(10_000_000).nullable().optional(),
        unitsPerDay: z.int().min(0).max(1_000_000_000).nullable().optional(),
      }),
      examples.capacity,
    ),
  },
  responses: {
    200: answers(locationSchema, 'The location as it now stands'),
    ...refusals(...reasonsOf.write, ...known, 'day_out_of_range'),
  },
})

locations.openapi(capacityRoute, async (c) => {
  const { day, ordersPerDay, unitsPerDay } = c.req.valid('json')
  const found = findLocation(c, c.req.valid('param').location)
  if (!found.ok) return refuse(c, found.error)
  const verdict = await execute(c, found.value, {
    type: 'override_capacity',
    day,
    ...(ordersPerDay === undefined ? {} : { orders: ordersPerDay }),
    ...(unitsPerDay === undefined ? {} : { units: unitsPerDay }),
  })
  if (!verdict.ok) return refuse(c, verdict.error)
  return c.json(await locationDocument(c, found.value, daysDefault), 200)
})

const readAvailabilityRoute = createRoute({
  method: 'get',
  path: '/v1/locations/{location}/availability',
  ...reads('GET /v1/locations/{location}/availability'),
  operationId: 'getLocationAvailability',
  tags: ['inventory'],
  summary: 'Whether a location is up, since when, and why',
  request: { params, query: noQuery },
  responses: { 200: answers(availabilitySchema, 'Up or down'), ...refusals(...reasonsOf.read, ...known) },
})

locations.openapi(readAvailabilityRoute, async (c) => {
  const found = findLocation(c, c.req.valid('param').location)
  if (!found.ok) return refuse(c, found.error)
  return c.json(await availabilityDocument(c, found.value), 200)
})

const setAvailabilityRoute = createRoute({
  method: 'post',
  path: '/v1/locations/{location}/availability',
  ...writes('POST /v1/locations/{location}/availability'),
  operationId: 'setLocationAvailability',
  tags: ['inventory'],
  summary: 'Take a location out of service, or back in',
  description: 'While it is down it takes no orders; every order that it was to ship is told and looks again.',
  request: {
    params,
    query: noQuery,
    body: takes(
      z.strictObject({ status: z.enum(['up', 'down']), reason: z.string().trim().min(1).max(200) }),
      examples.availability,
    ),
  },
  responses: { 200: answers(availabilitySchema, 'As it now stands'), ...refusals(...reasonsOf.write, ...known) },
})

locations.openapi(setAvailabilityRoute, async (c) => {
  const found = findLocation(c, c.req.valid('param').location)
  if (!found.ok) return refuse(c, found.error)
  const verdict = await execute(c, found.value, { type: 'set_availability', ...c.req.valid('json') })
  if (!verdict.ok) return refuse(c, verdict.error)
  return c.json(await availabilityDocument(c, found.value), 200)
})

type Missing =
  | { readonly reason: 'unknown_location'; readonly location: string }
  | { readonly reason: 'account_not_allowed'; readonly location: string }

function findLocation(c: AppContext, id: string): Result<Location, Missing> {
  const place = c.var.config.locations.find((candidate) => candidate.id === id)
  if (place === undefined) return err({ reason: 'unknown_location', location: id })
  if (!mayActFor(c.var.principal, place.account ?? '')) return err({ reason: 'account_not_allowed', location: id })
  return ok(place)
}

const actorOf = (c: AppContext, { id }: Location) => actor<LocationApi>(c.env.LOCATION, id)

/** What these commands cannot meet is left out of their answers, so that each route declares what it may say. */
async function execute(c: AppContext, place: Location, body: Exclude<LocationCommandBody, { claimId: string }>) {
  const command = { ...body, commandId: commandIdOf(c), cause: causeOf(c) }
  const verdict = await actorOf(c, place).execute(place.id, command)
  if (verdict.ok) return verdict
  const { error } = verdict
  switch (error.reason) {
    case 'day_out_of_range':
    case 'unknown_location':
    case 'overloaded':
      return err(error)
    default:
      throw new Error(`${body.type} was refused as ${error.reason}`)
  }
}

async function viewOf(c: AppContext, place: Location, days: readonly string[]): Promise<LocationView> {
  const view = await actorOf(c, place).view(place.id, days)
  // Between two versions of the configuration the actor may know less than the route.
  return view ?? { location: place.id, status: 'up', reason: null, sinceMs: null, days: [] }
}

async function availabilityDocument(c: AppContext, place: Location): Promise<z.infer<typeof availabilitySchema>> {
  const { location, status, reason, sinceMs } = await viewOf(c, place, [])
  return { location, status, reason, since: rfc3339OrNull(sinceMs) }
}

async function locationDocument(c: AppContext, place: Location, days: number): Promise<z.infer<typeof locationSchema>> {
  const today = dayKeyAt(place.timeZone, c.var.receivedAtMs)
  const keys = Array.from({ length: days }, (_, ahead) => dayAfter(today, ahead))
  const view = await viewOf(c, place, keys)
  return {
    location: view.location,
    status: view.status,
    reason: view.reason,
    since: rfc3339OrNull(view.sinceMs),
    timeZone: place.timeZone,
    days: view.days.map((day) => ({
      day: day.day,
      isWorkingDay: day.isWorkingDay,
      ordersPerDay: day.limit.orders,
      unitsPerDay: day.limit.units,
      ordersUsed: day.used.orders,
      unitsUsed: day.used.units,
      overridden: day.overridden,
    })),
  }
}
