/** Pieces of a route's OpenAPI description, typed so that a handler can only answer what its route declares. */
import type { MiddlewareHandler } from 'hono'
import { type ZodType, z } from 'zod'
import type { OrderRefusal } from '../domain/order/order-command.ts'
import { type GuardedRoute, guard, routeAccess } from './auth.ts'
import type { AppEnv } from './context.ts'
import { idempotent } from './idempotency.ts'
import { jsonBody } from './json-body.ts'
import { noBody } from './no-body.ts'
import { problemSchema, problems, type Reason, type StatusOf } from './problem.ts'

type ProblemResponse = {
  description: string
  content: { 'application/problem+json': { schema: typeof problemSchema } }
}

/** What the guard and the limits may answer on any guarded route. */
const guardReasons = ['unauthenticated', 'insufficient_scope', 'account_not_allowed', 'overloaded'] as const
const bodyReasons = [
  'malformed_json',
  'malformed_text',
  'body_too_deep',
  'repeated_member',
  'body_too_large',
  'unsupported_media_type',
  'invalid_body',
] as const
const idempotencyReasons = ['invalid_idempotency_key', 'idempotency_in_flight', 'idempotency_key_reused'] as const

export const reasonsOf = {
  read: ['malformed_path', 'invalid_path', 'invalid_query', ...guardReasons],
  ask: ['malformed_path', 'invalid_path', ...guardReasons, ...bodyReasons],
  write: ['malformed_path', 'invalid_path', ...guardReasons, ...bodyReasons, ...idempotencyReasons],
} as const

/** Every refusal an order command can meet. */
export const orderReasons = [
  'order_not_found',
  'order_closed',
  'hold_not_found',
  'hold_conflict',
  'fulfilment_order_not_found',
  'line_not_found',
  'shipment_exceeds_release',
  'shipment_conflict',
  'cancel_too_late',
  'tracking_not_found',
  'return_exceeds_shipped',
] as const satisfies readonly OrderRefusal['reason'][]

/** Responses by status for every reason given; each says which reasons it stands for. */
export function refusals<const R extends Reason>(...reasons: readonly R[]): { [S in StatusOf<R>]: ProblemResponse } {
  const statuses = [...new Set(reasons.map((reason) => problems[reason][0]))]
  const responses = statuses.map((status) => {
    const lines = reasons.filter((reason) => problems[reason][0] === status)
    const description = lines.map((reason) => `\`${reason}\`: ${problems[reason][1]}.`).join('\n\n')
    return [status, { description, content: { 'application/problem+json': { schema: problemSchema } } }]
  })
  return Object.fromEntries(responses)
}

export function answers<S extends ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

type DeepReadonly<T> = { readonly [K in keyof T]: DeepReadonly<T[K]> }

export function takes<S extends ZodType>(schema: S, example: DeepReadonly<z.input<S>>) {
  return { required: true, content: { 'application/json': { schema, example } } }
}

/** For routes that take no query: an unknown parameter is refused, never ignored. */
export const noQuery = z.strictObject({})

const needs = (route: GuardedRoute) => [{ bearer: [routeAccess[route].scope] }]

type Guarded = { security: Record<string, string[]>[]; middleware: MiddlewareHandler<AppEnv>[] }

/** Security and middleware of a route that reads. */
export function reads(route: GuardedRoute): Guarded {
  return { security: needs(route), middleware: [guard(route)] }
}

/** Of a route that writes with a JSON body, under an optional `Idempotency-Key`. */
export function writes(route: GuardedRoute): Guarded {
  return { security: needs(route), middleware: [guard(route), jsonBody, idempotent] }
}

/** Of a route that answers a question too long for a query, and changes nothing. */
export function asks(route: GuardedRoute): Guarded {
  return { security: needs(route), middleware: [guard(route), jsonBody] }
}

/** Of a route that acts on what its path names. */
export function acts(route: GuardedRoute): Guarded {
  return { security: needs(route), middleware: [guard(route), noBody, idempotent] }
}
