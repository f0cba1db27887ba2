/**
 * RFC 9457 problems. The table is the documentation: every reason a caller can meet has one stable type, one status and
 * one title, and a refusal without its row does not compile.
 */
import { z } from '@hono/zod-openapi'
import type { Context, TypedResponse } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { JSONParsed } from 'hono/utils/types'
import type { LocationRefusal } from '../domain/location/location-command.ts'
import type { OrderRefusal } from '../domain/order/order-command.ts'
import type { ReservationRefusal } from '../domain/stock/reservation-contract.ts'
import type { StockRefusal } from '../domain/stock/stock-refusal.ts'
import type { TransferRefusal } from '../domain/transfer/transfer-command.ts'
import type { ProfileChangeRefusal } from './change-profile.ts'
import type { AppEnv } from './context.ts'

/** Refusals that only the HTTP surface makes. */
type HttpReason =
  | 'malformed_path'
  | 'malformed_json'
  | 'malformed_text'
  | 'body_too_deep'
  | 'repeated_member'
  | 'invalid_body'
  | 'invalid_query'
  | 'invalid_path'
  | 'invalid_idempotency_key'
  | 'unauthenticated'
  | 'webhook_unverified'
  | 'insufficient_scope'
  | 'account_not_allowed'
  | 'cross_origin'
  | 'route_not_found'
  | 'method_not_allowed'
  | 'idempotency_in_flight'
  | 'idempotency_key_reused'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'unknown_account'
  | 'unknown_profile'
  | 'account_takes_no_orders'
  | 'promise_invalid'
  | 'history_too_long'
  | 'delivery_refused'
  | 'lineage_not_found'
  | 'delivery_not_found'
  | 'actor_not_found'
  | 'rebuild_not_found'
  | 'not_configured'
  | 'unavailable'
  | 'revision_not_found'
  | 'internal'

export type Reason =
  | HttpReason
  | OrderRefusal['reason']
  | StockRefusal['reason']
  | ReservationRefusal['reason']
  | LocationRefusal['reason']
  | ProfileChangeRefusal['reason']
  | TransferRefusal['reason']

export const problems = {
  malformed_path: [400, 'The path is not valid percent-encoded UTF-8'],
  malformed_json: [400, 'The request body is not JSON'],
  malformed_text: [400, 'The request body is not well-formed UTF-8 text'],
  body_too_deep: [400, 'The request body is nested too deeply or holds too long an array'],
  repeated_member: [400, 'The request body names a member of an object twice'],
  invalid_idempotency_key: [400, 'The Idempotency-Key header is malformed'],
  unauthenticated: [401, 'A valid API key or token is required'],
  webhook_unverified: [401, 'The webhook could not be verified'],
  insufficient_scope: [403, 'The credential lacks the scope that this route needs'],
  account_not_allowed: [403, 'The credential is restricted to another account'],
  cross_origin: [403, 'The request comes from another origin'],
  route_not_found: [404, 'There is no such route'],
  order_not_found: [404, 'There is no such order'],
  hold_not_found: [404, 'The order has no such hold'],
  fulfilment_order_not_found: [404, 'There is no such fulfilment order'],
  tracking_not_found: [404, 'The order has no shipment with this tracking number'],
  reservation_not_found: [404, 'There is no such reservation'],
  lineage_not_found: [404, 'Nothing is known under this number'],
  delivery_not_found: [404, 'There is no such delivery'],
  actor_not_found: [404, 'There is no such actor'],
  rebuild_not_found: [404, 'There is no such rebuild, or it has not made its first step'],
  claim_not_found: [404, 'The location has no such claim'],
  profile_not_found: [404, 'There is no such sourcing profile'],
  revision_not_found: [404, 'The profile has no such revision, no draft, or nothing in force'],
  version_not_found: [404, 'The profile never had this version'],
  not_in_shadow: [404, 'The profile is not in shadow, and has no report of one'],
  method_not_allowed: [405, 'The route exists, but not with this method'],
  transfer_not_found: [404, 'There is no such transfer'],
  transfer_conflict: [409, 'The id was used for different content'],
  transfer_not_reserved: [409, 'The transfer has nothing claimed that could be shipped'],
  transfer_not_shipped: [409, 'Nothing of the transfer has been shipped yet'],
  transfer_closed: [409, 'The transfer has ended'],
  transfer_exceeds_reserved: [409, 'More units shipped than the transfer has claimed'],
  transfer_shipped: [409, 'Everything has left: it can be received, not cancelled'],
  transfer_full: [409, 'The transfer has as many reports as it takes'],
  transfer_line_not_found: [422, 'The transfer has no such SKU'],
  order_closed: [409, 'The order is closed'],
  hold_conflict: [409, 'The hold exists with a different kind or reason'],
  shipment_exceeds_release: [409, 'More units shipped than were released'],
  shipment_conflict: [409, 'The shipment exists with different content'],
  cancel_too_late: [409, 'The order has shipped and cannot be cancelled'],
  return_exceeds_shipped: [409, 'More units returned than were shipped'],
  insufficient_stock: [409, 'Not enough stock to reserve'],
  reservation_conflict: [409, 'The reservation exists with different content'],
  reservation_expired: [409, 'The reservation has expired'],
  reservation_released: [409, 'The reservation was released'],
  reservation_ordered: [409, 'The reservation has become an order'],
  reservation_committed: [409, 'The reservation is committed'],
  not_committed: [409, 'The reservation is not committed'],
  quantity_exceeds_reservation: [409, 'The quantity exceeds what the reservation holds'],
  movement_exceeds_stock: [409, 'The movement takes more units than the state holds'],
  movement_conflict: [409, 'The event id was used for different content'],
  supply_conflict: [409, 'The source version of the supply was used for different content'],
  position_full: [409, 'The position keeps no more lots, supplies, later dates or protections'],
  capacity_full: [409, 'The location takes no more on that day'],
  location_down: [409, 'The location is down'],
  claim_conflict: [409, 'The claim exists with different content'],
  claim_released: [409, 'The claim was released'],
  revision_conflict: [409, 'Somebody else has changed the profile: look at it again'],
  no_draft: [409, 'The profile has no draft'],
  not_reviewed: [409, 'The draft has not been reviewed as it is'],
  not_shadowed: [409, 'The draft never ran in shadow: say `withoutShadow` to activate it all the same'],
  review_by_author: [409, 'A draft is reviewed by somebody other than its author'],
  already_active: [409, 'This content is in force already'],
  too_many_profiles: [409, 'There are as many profiles as there can be'],
  too_many_shadows: [409, 'As many profiles are in shadow as there can be'],
  idempotency_in_flight: [409, 'A request with this Idempotency-Key is still being answered'],
  body_too_large: [413, 'The request body is too large'],
  unsupported_media_type: [415, 'The request body must be application/json, not encoded'],
  invalid_body: [422, 'The request body does not match the schema'],
  invalid_query: [422, 'The query does not match the schema'],
  invalid_path: [422, 'A path parameter does not match the schema'],
  idempotency_key_reused: [422, 'The Idempotency-Key was used for a different request'],
  line_not_found: [422, 'The order has no such line'],
  unknown_sku: [422, 'The SKU is not in the catalogue'],
  sku_excluded: [422, 'The channel does not sell this SKU'],
  unknown_location: [422, 'The location is not configured'],
  unknown_unit: [422, 'The catalogue does not know this unit of the SKU'],
  day_out_of_range: [422, 'The day is over, or too far ahead'],
  unknown_profile: [422, 'No sourcing profile of this name is in force'],
  unknown_account: [422, 'The account is not configured'],
  invalid_components: [422, 'The components of the bundle cannot be resolved'],
  account_takes_no_orders: [422, 'The account does not take orders through this route'],
  lots_exceed_quantity: [422, 'More units are named by lot than the event moves'],
  history_too_long: [422, 'The ledger up to that instant is too long to be recomputed'],
  promise_invalid: [422, 'The promise was not given for this line, or has lapsed'],
  delivery_refused: [422, 'The delivery cannot be identified'],
  hold_limit_reached: [429, 'The API key holds as much in reservations as it may'],
  internal: [500, 'An unexpected error; the correlation id finds it in the logs'],
  overloaded: [503, 'Too much at once; try again shortly'],
  not_configured: [503, 'The deployment has no active configuration'],
  unavailable: [503, 'A part of the system restarted; try again'],
} as const satisfies Record<Reason, readonly [ContentfulStatusCode, string]>

export type StatusOf<R extends Reason> = (typeof problems)[R][0]

/** `path` is dotted, such as `lines.0.quantity`; empty for the whole. */
const fieldErrorSchema = z.object({ path: z.string(), message: z.string() })
export type FieldError = z.infer<typeof fieldErrorSchema>

export const problemSchema = z
  .looseObject({
    type: z
      .string()
      .openapi({ description: 'Stable URI of the kind of problem', example: '/problems/insufficient_stock' }),
    title: z.string(),
    status: z.int(),
    reason: z
      .string()
      .openapi({ description: 'The last part of the type, for programs', example: 'insufficient_stock' }),
    correlationId: z.string(),
    detail: z.string().optional(),
    errors: z.array(fieldErrorSchema).optional().openapi({ description: 'One entry per offending field' }),
  })
  .openapi('Problem')
export type ProblemDocument = z.infer<typeof problemSchema>

export const problemType = (reason: Reason): string => `/problems/${reason}`

/** Seconds, for answers that are worth repeating as they are. */
const retryAfterSeconds: Partial<Record<Reason, number>> = {
  overloaded: 1,
  unavailable: 1,
  idempotency_in_flight: 1,
  not_configured: 30,
}

/** A refusal of the domain or of this layer: its further members become members of the problem. */
export function problemDocument(refusal: { readonly reason: Reason }, correlationId: string): ProblemDocument {
  const { reason, ...members } = refusal
  const [status, title] = problems[reason]
  return { type: problemType(reason), title, status, reason, correlationId, ...members }
}

/** One response type per status, so that a route has to declare each of them. */
type ProblemAnswer<S extends ContentfulStatusCode> = S extends ContentfulStatusCode
  ? TypedResponse<JSONParsed<ProblemDocument>, S, 'json'> & Response
  : never

export function refuse<const F extends { readonly reason: Reason }>(
  c: Context<AppEnv>,
  refusal: F,
  headers: Readonly<Record<string, string>> = {},
): ProblemAnswer<StatusOf<F['reason']>> {
  const reason: F['reason'] = refusal.reason
  const document = problemDocument(refusal, c.var.correlationId)
  const retryAfter = retryAfterSeconds[reason]
  const answer = c.json(document, problems[reason][0], {
    'content-type': 'application/problem+json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...headers,
  })
  // The table gives the status of this very reason; the compiler cannot follow a lookup by a generic key.
  return answer as ProblemAnswer<StatusOf<F['reason']>>
}
