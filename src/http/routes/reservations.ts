/**
 * Carts and checkouts: hold units for a while, then commit or give back. One call to one actor, which remembers the
 * verdict; no D1 and no queue is waited for.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type ReservationApi, type ReservationRefusal, type ReservationVerdict } from '../../actor-apis.ts'
import { slugSchema } from '../../domain/config/config.ts'
import { skuSchema } from '../../domain/order/canonical-order.ts'
import { reservationShard } from '../../domain/stock/reservation-shard.ts'
import { type AppContext, type AppEnv, causeOf } from '../context.ts'
import { acts, answers, noQuery, reads, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { examples } from '../wire/examples.ts'
import { instantOutSchema, rfc3339 } from '../wire/instant.ts'

export const reservations = new OpenAPIHono<AppEnv>()

/** A cart; longer claims are orders. */
const expiresInSecondsMax = 7 * 24 * 3_600
const linesMax = 200

/** No slash: ids of the orders' own reservations have one, so the two can never meet. */
const reservationIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._:~-]{1,100}$/, '1 to 100 of A-Z a-z 0-9 . _ : ~ -')
  .openapi({ example: 'cart-5f2c' })
const pathSchema = z.object({ id: reservationIdSchema.openapi({ param: { name: 'id', in: 'path' } }) })

const reserveSchema = z.strictObject({
  reservationId: reservationIdSchema,
  channel: slugSchema.nullable().default(null).openapi({
    description: 'The selling channel: only locations of its network may serve',
  }),
  lines: z
    .array(
      z.strictObject({
        sku: skuSchema,
        quantity: z.int().min(1).max(1_000_000).openapi({ description: 'Base units' }),
        location: slugSchema.nullable().default(null).openapi({ description: 'Null lets Crossdock choose' }),
      }),
    )
    .min(1)
    .max(linesMax),
  expiresInSeconds: z.int().min(1).max(expiresInSecondsMax).openapi({ example: 900 }),
  allowPartial: z.boolean().default(false),
})

const reservationSchema = z
  .object({
    reservationId: z.string(),
    status: z.enum(['held', 'committed', 'released', 'expired']),
    expiresAt: instantOutSchema,
    lines: z.array(
      z.object({
        sku: z.string(),
        requested: z.int(),
        granted: z.int(),
        allocations: z.array(z.object({ location: z.string(), quantity: z.int() })),
      }),
    ),
  })
  .openapi('Reservation')

const reservationReasons = [
  'insufficient_stock',
  'reservation_conflict',
  'reservation_not_found',
  'reservation_expired',
  'reservation_released',
  'reservation_committed',
  'unknown_sku',
  'unknown_location',
] as const

/**
 * A key restricted to an account has its own reservations: its ids are kept under the account's name, so it can neither
 * see nor release another's.
 */
function ownId(c: AppContext, id: string): string {
  const { account } = c.var.principal
  return account === null ? id : `${account}:${id}`
}

function shardFor(c: AppContext, id: string): ReservationApi {
  return actor<ReservationApi>(c.env.RESERVATION, reservationShard(id))
}

function reservationOf(
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

/** Names the reservation as the caller does, not as it is kept. */
function refuseReservation(c: AppContext, refusal: ReservationRefusal, id: string) {
  return 'reservationId' in refusal ? refuse(c, { ...refusal, reservationId: id }) : refuse(c, refusal)
}

const reserveRoute = createRoute({
  method: 'post',
  path: '/v1/reservations',
  ...writes('POST /v1/reservations'),
  operationId: 'reserve',
  tags: ['reservations'],
  summary: 'Hold units until they are committed, released or expire',
  description:
    'All lines or none, unless `allowPartial`. The same id asks for the same reservation: a repeated request gets ' +
    'the first verdict, other content under the id is a conflict.',
  request: { query: noQuery, body: takes(reserveSchema, examples.reservation) },
  responses: {
    201: answers(reservationSchema, 'Held by this request'),
    200: answers(reservationSchema, 'The reservation existed'),
    ...refusals(...reasonsOf.write, ...reservationReasons, 'unknown_account'),
  },
})

reservations.openapi(reserveRoute, async (c) => {
  const { reservationId, channel, lines, expiresInSeconds, allowPartial } = c.req.valid('json')
  const { principal, config } = c.var
  const selling = channel ?? principal.account
  if (principal.account !== null && selling !== principal.account) {
    return refuse(c, { reason: 'account_not_allowed', account: selling })
  }
  const isChannel = config.accounts.some((account) => account.id === selling && account.role === 'channel')
  if (selling !== null && !isChannel) return refuse(c, { reason: 'unknown_account', account: selling })
  const id = ownId(c, reservationId)
  const expiresAtMs = c.var.receivedAtMs + expiresInSeconds * 1_000
  const input = { reservationId: id, channel: selling, lines, expiresAtMs, allowPartial, cause: causeOf(c) }
  const verdict = await shardFor(c, id).reserve(input)
  if (!verdict.ok) return refuseReservation(c, verdict.error, reservationId)
  const reservation = reservationOf(verdict, reservationId)
  return verdict.created ? c.json(reservation, 201) : c.json(reservation, 200)
})

const getRoute = createRoute({
  method: 'get',
  path: '/v1/reservations/{id}',
  ...reads('GET /v1/reservations/{id}'),
  operationId: 'getReservation',
  tags: ['reservations'],
  summary: 'One reservation as it stands now',
  request: { query: noQuery, params: pathSchema },
  responses: {
    200: answers(reservationSchema, 'The reservation'),
    ...refusals(...reasonsOf.read, ...reservationReasons),
  },
})

reservations.openapi(getRoute, async (c) => {
  const { id } = c.req.valid('param')
  const verdict = await shardFor(c, ownId(c, id)).read(ownId(c, id))
  return verdict.ok ? c.json(reservationOf(verdict, id), 200) : refuseReservation(c, verdict.error, id)
})

const commitRoute = createRoute({
  method: 'post',
  path: '/v1/reservations/{id}/commit',
  ...acts('POST /v1/reservations/{id}/commit'),
  operationId: 'commitReservation',
  tags: ['reservations'],
  summary: 'Commit: the units are sold and no longer expire',
  request: { query: noQuery, params: pathSchema },
  responses: {
    200: answers(reservationSchema, 'Committed, now or before'),
    ...refusals(...reasonsOf.write, ...reservationReasons),
  },
})

reservations.openapi(commitRoute, async (c) => {
  const { id } = c.req.valid('param')
  const verdict = await shardFor(c, ownId(c, id)).commit(ownId(c, id), causeOf(c))
  return verdict.ok ? c.json(reservationOf(verdict, id), 200) : refuseReservation(c, verdict.error, id)
})

const releaseRoute = createRoute({
  method: 'delete',
  path: '/v1/reservations/{id}',
  ...acts('DELETE /v1/reservations/{id}'),
  operationId: 'releaseReservation',
  tags: ['reservations'],
  summary: 'Give the units back',
  request: { query: noQuery, params: pathSchema },
  responses: {
    200: answers(reservationSchema, 'Released, now or before'),
    ...refusals(...reasonsOf.write, ...reservationReasons),
  },
})

reservations.openapi(releaseRoute, async (c) => {
  const { id } = c.req.valid('param')
  const verdict = await shardFor(c, ownId(c, id)).release(ownId(c, id), causeOf(c))
  return verdict.ok ? c.json(reservationOf(verdict, id), 200) : refuseReservation(c, verdict.error, id)
})
