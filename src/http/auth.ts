/**
 * Which route takes which scope, in one table, and the middleware that holds callers to it. A route that is not in the
 * table cannot be written: `guard` takes its keys.
 */
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { activeConfig } from '../config/active-config.ts'
import type { Scope } from '../domain/config/config.ts'
import { authenticate } from './authenticate.ts'
import type { AppEnv, Principal } from './context.ts'
import { refuse } from './problem.ts'

/**
 * `own`: a key restricted to an account may call it, and its handler shows it only what belongs to that account.
 * `refused`: the answer spans accounts, so a restricted key may not ask.
 */
type Access = { readonly scope: Scope; readonly restricted: 'own' | 'refused' }
const own = (scope: Scope): Access => ({ scope, restricted: 'own' })
const everything = (scope: Scope): Access => ({ scope, restricted: 'refused' })

export const routeAccess = {
  'POST /v1/orders': own('orders:write'),
  'GET /v1/orders': own('orders:read'),
  'GET /v1/orders/{id}': own('orders:read'),
  'GET /v1/orders/{id}/timeline': own('orders:read'),
  'GET /v1/orders/{id}/routing': own('orders:read'),
  'POST /v1/sourcing/what-if': own('orders:read'),
  'POST /v1/orders/{id}/cancel': own('orders:write'),
  'POST /v1/orders/{id}/retry': own('orders:write'),
  'POST /v1/orders/{id}/holds': own('orders:write'),
  'POST /v1/orders/{id}/holds/{hold}/release': own('orders:write'),
  'GET /v1/atp': own('inventory:read'),
  'GET /v1/promises': own('orders:read'),
  'GET /v1/backorders': own('inventory:read'),
  'POST /v1/reservations': own('reservations:write'),
  'GET /v1/reservations/{id}': own('reservations:write'),
  'POST /v1/reservations/{id}/extend': own('reservations:write'),
  'POST /v1/reservations/{id}/commit': own('reservations:write'),
  'DELETE /v1/reservations/{id}': own('reservations:write'),
  'POST /v1/inventory/movements': own('inventory:write'),
  'POST /v1/inventory/snapshots': own('inventory:write'),
  'POST /v1/inventory/supply': own('inventory:write'),
  'POST /v1/inventory/supply/receipts': own('inventory:write'),
  'POST /v1/inventory/lots/status': everything('inventory:write'),
  'PUT /v1/inventory/protections': everything('inventory:write'),
  'GET /v1/inventory/{sku}/{location}': own('inventory:read'),
  'GET /v1/locations/{location}': own('inventory:read'),
  'POST /v1/locations/{location}/capacity': own('operations:write'),
  'GET /v1/locations/{location}/availability': own('inventory:read'),
  'POST /v1/locations/{location}/availability': own('operations:write'),
  'POST /v1/transfers': own('inventory:write'),
  'GET /v1/transfers': own('inventory:read'),
  'GET /v1/transfers/{id}': own('inventory:read'),
  'POST /v1/transfers/{id}/ship': own('inventory:write'),
  'POST /v1/transfers/{id}/receive': own('inventory:write'),
  'POST /v1/transfers/{id}/cancel': own('inventory:write'),
  'POST /v1/shipments': own('shipments:write'),
  'POST /v1/returns': own('shipments:write'),
  'POST /v1/catalog/skus': everything('catalog:write'),
  'PUT /v1/catalog/skus': everything('catalog:write'),
  'POST /v1/catalog/listings': own('catalog:write'),
  'PUT /v1/catalog/listings': own('catalog:write'),
  'PUT /v1/catalog/content': own('catalog:write'),
  'GET /v1/channels/{account}/feed': own('inventory:read'),
  'GET /v1/channels/{account}/feed/listings': own('inventory:read'),
  'POST /v1/channels/{account}/feed/resend': own('operations:write'),
  'GET /v1/lineage/{anyId}': own('lineage:read'),
  'GET /v1/exceptions': everything('exceptions:read'),
  'GET /v1/deliveries': own('operations:write'),
  'GET /v1/deliveries/{id}': own('operations:write'),
  'POST /v1/replays': own('operations:write'),
  'POST /v1/operations/rebuild': everything('operations:write'),
  'GET /v1/operations/rebuilds/{id}': everything('operations:write'),
  'GET /v1/audit/{actor}/verify': everything('audit:read'),
  'GET /v1/sourcing/profiles': everything('configuration:read'),
  'POST /v1/sourcing/profiles': everything('configuration:write'),
  'GET /v1/sourcing/profiles/{id}': everything('configuration:read'),
  'GET /v1/sourcing/profiles/{id}/history': everything('configuration:read'),
  'GET /v1/sourcing/profiles/{id}/diff': everything('configuration:read'),
  'GET /v1/sourcing/profiles/{id}/shadow': everything('configuration:read'),
  'POST /v1/sourcing/profiles/{id}/drafts': everything('configuration:write'),
  'POST /v1/sourcing/profiles/{id}/review': everything('configuration:write'),
  'POST /v1/sourcing/profiles/{id}/activate': everything('configuration:write'),
  'POST /v1/sourcing/profiles/{id}/rollback': everything('configuration:write'),
  'POST /v1/sourcing/profiles/{id}/shadow': everything('configuration:write'),
  'GET /metrics': everything('metrics:read'),
} as const satisfies Record<string, Access>
export type GuardedRoute = keyof typeof routeAccess

const challenge = { 'www-authenticate': 'Bearer realm="crossdock"' }

/** Refuses with 401 whoever is nobody, with 403 whoever lacks the scope or is restricted to an account. */
export function guard(route: GuardedRoute): MiddlewareHandler<AppEnv> {
  const access: Access = routeAccess[route]
  return createMiddleware<AppEnv>(async function guard(c, next) {
    const config = await activeConfig(c.env, c.var.receivedAtMs)
    const principal = await authenticate(c.req.header('authorization'), config)
    if (principal === null) return refuse(c, { reason: 'unauthenticated' }, challenge)
    if (!principal.scopes.has(access.scope)) {
      const header = `${challenge['www-authenticate']}, error="insufficient_scope", scope="${access.scope}"`
      return refuse(c, { reason: 'insufficient_scope', scope: access.scope }, { 'www-authenticate': header })
    }
    if (principal.account !== null && access.restricted === 'refused') {
      return refuse(c, { reason: 'account_not_allowed', account: principal.account })
    }
    c.set('principal', principal)
    c.set('config', config)
    return await next()
  })
}

/** True when the caller may see and change what belongs to this account. */
export function mayActFor(principal: Principal, account: string): boolean {
  return principal.account === null || principal.account === account
}
