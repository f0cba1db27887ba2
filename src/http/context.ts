/** What every handler finds on its context: the bindings, and what the middleware before it established. */
import type { Context } from 'hono'
import type { Config, Scope } from '../domain/config/config.ts'
import type { Cause } from '../domain/shared/cause.ts'
import type { CorrelationId } from '../domain/shared/ids.ts'
import type { Env } from '../env.ts'

/** Who is asking. `account` restricts a partner's own key to what belongs to that account; null is unrestricted. */
export type Principal = {
  readonly kind: 'api_key' | 'jwt'
  readonly id: string
  readonly scopes: ReadonlySet<Scope>
  readonly account: string | null
}

/** Who works in the console. */
export type Operator = { readonly subject: string; readonly via: 'access' | 'dev_token' }

export type AppEnv = {
  Bindings: Env
  Variables: {
    correlationId: CorrelationId
    /** W3C trace context of this hop, as it goes back to the caller. */
    traceparent: string
    receivedAtMs: number
    principal: Principal
    config: Config
    /** Behind `requireOperator` only. */
    operator: Operator
    /** The `Idempotency-Key` and what it was used for; absent without the header. */
    commandKey?: string
    /** Set when a schema refused the request before its handler ran. */
    refusedBySchema?: true
  }
}
export type AppContext = Context<AppEnv>

export function causeOf(c: Context<AppEnv>): Cause {
  return { correlationId: c.var.correlationId, kind: 'api', id: c.var.principal.id }
}
