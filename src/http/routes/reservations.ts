/**
 * Carts and checkouts: hold units for a while, then commit or give back. One call to one actor, which remembers the
 * verdict; no D1 and no queue is waited for.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type ReservationApi } from '../../actor-apis.ts'
import type { ReservationRefusal, ReservationVerdict } from '../../domain/stock/reservation-contract.ts'
import { reservationShard } from '../../domain/stock/reservation-shard.ts'
import { type AppContext, type AppEnv, causeOf } from '../context.ts'
import { acts, answers, noQuery, reads, reasonsOf, refusals, takes, writes } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { examples } from '../wire/examples.ts'
import {
  extendSchema,
  reservationIdSchema,
  reservationOf,
  reservationSchema,
  reserveSchema,
} from '../wire/reservation.ts'

export const reservations = new OpenAPIHono<AppEnv>()

const pathSchema = z.object({ id: reservationIdSchema.openapi({ param: { name: 'id', in: 'path' } }) })

const reservationReasons = [
  'insufficient_stock',
  'reservation_conflict',
  'reservation_not_found',
  'reservation_expired',
  'reservation_released',
  'reservation_committed',
  'reservation_ordered',
  'unknown_sku',
  'sku_excluded',
  'unknown_location',
  'unknown_unit',
  'invalid_components',
  'hold_limit_reached',
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

function answerReservation(c: AppContext, verdict: ReservationVerdict, id: string) {
  return verdict.ok ? c.json(reservationOf(verdict, id), 200) : refuseReservation(c, verdict.error, id)
}

/** Names the reservation as the caller does, not as it is kept. */
function refuseReservation(c: AppContext, refusal: ReservationRefusal, id: string) {
  if (refusal.reason === 'hold_limit_reached') {
    return refuse(c, refusal, { 'retry-after': String(refusal.retryAfterSeconds) })
  }
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
  const { reservationId, channel, expiresInSeconds, ...asked } = c.req.valid('json')
  const { principal, config } = c.var
  const selling = channel ?? principal.account
  if (principal.account !== null && selling !== principal.account) {
    return refuse(c, { reason: 'account_not_allowed', account: selling })
  }
  const isChannel = config.accounts.some((account) => account.id === selling && account.role === 'channel')
  if (selling !== null && !isChannel) return refuse(c, { reason: 'unknown_account', account: selling })
  const id = ownId(c, reservationId)
  const expiresAtMs = c.var.receivedAtMs + expiresInSeconds * 1_000
  const holder = `${principal.kind}/${principal.id}`
  const input = { ...asked, reservationId: id, channel: selling, expiresAtMs, holder, cause: causeOf(c) }
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
  return answerReservation(c, verdict, id)
})

const extendRoute = createRoute({
  method: 'post',
  path: '/v1/reservations/{id}/extend',
  ...writes('POST /v1/reservations/{id}/extend'),
  operationId: 'extendReservation',
  tags: ['reservations'],
  summary: 'Hold the units longer',
  description: 'Counted from now, for all positions or none. It never shortens: less than is left changes nothing.',
  request: { query: noQuery, params: pathSchema, body: takes(extendSchema, examples.extension) },
  responses: {
    200: answers(reservationSchema, 'Held until then, or longer'),
    ...refusals(...reasonsOf.write, ...reservationReasons),
  },
})

reservations.openapi(extendRoute, async (c) => {
  const { id } = c.req.valid('param')
  const untilMs = c.var.receivedAtMs + c.req.valid('json').expiresInSeconds * 1_000
  const verdict = await shardFor(c, ownId(c, id)).extend(ownId(c, id), untilMs, causeOf(c))
  return answerReservation(c, verdict, id)
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
  return answerReservation(c, verdict, id)
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
  return answerReservation(c, verdict, id)
})
