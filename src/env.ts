/** Bindings of the worker, and its variables and secrets parsed once. */
import { z } from 'zod'
import type {
  InboundMessage,
  PartnerOutboxMessage,
  ProjectionMessage,
  PublicationMessage,
  RebuildMessage,
} from './queue-messages.ts'

export interface Env {
  readonly ORDER: DurableObjectNamespace
  readonly STOCK: DurableObjectNamespace
  readonly ESCROW: DurableObjectNamespace
  readonly INBOX: DurableObjectNamespace
  readonly LOCATION: DurableObjectNamespace
  readonly RESERVATION: DurableObjectNamespace
  readonly HOLD_QUOTA: DurableObjectNamespace
  readonly TRANSFER: DurableObjectNamespace
  readonly IDEMPOTENCY: DurableObjectNamespace
  readonly LIMITER: DurableObjectNamespace
  readonly BREAKER: DurableObjectNamespace
  readonly DIRECTORY: DurableObjectNamespace
  readonly AVAILABILITY: DurableObjectNamespace
  readonly FEED: DurableObjectNamespace
  readonly INBOUND_ORDERS: Queue<InboundMessage>
  readonly INBOUND_INVENTORY: Queue<InboundMessage>
  readonly INBOUND_SHIPMENTS: Queue<InboundMessage>
  readonly INBOUND_CATALOG: Queue<InboundMessage>
  readonly PARTNER_OUTBOX: Queue<PartnerOutboxMessage>
  readonly PUBLICATION: Queue<PublicationMessage>
  readonly PROJECTIONS: Queue<ProjectionMessage | RebuildMessage>
  readonly DB: D1Database
  readonly CONFIG: KVNamespace
  readonly PAYLOADS: R2Bucket
  readonly ASSETS: Fetcher
  readonly ENVIRONMENT: string
  /** JSON object, secret name → value (wrangler secret). Accounts refer to these names. */
  readonly CROSSDOCK_SECRETS: string
  /** Local only: signs in to the console. Absent in production. */
  readonly DEV_TOKEN?: string
  /** Cloudflare Access in front of the console, such as `acme.cloudflareaccess.com`. */
  readonly ACCESS_TEAM_DOMAIN?: string
  readonly ACCESS_AUDIENCE?: string
}

const varsSchema = z.object({
  ENVIRONMENT: z.enum(['production', 'local']).catch('production'),
  CROSSDOCK_SECRETS: z.string().default('{}'),
  DEV_TOKEN: z.string().min(24).optional(),
  ACCESS_TEAM_DOMAIN: z.string().min(1).optional(),
  ACCESS_AUDIENCE: z.string().min(1).optional(),
})
const secretsSchema = z.record(z.string(), z.string())

export type Vars = {
  readonly environment: 'production' | 'local'
  readonly secrets: Readonly<Record<string, string>>
  readonly devToken: string | null
  readonly access: { readonly teamDomain: string; readonly audience: string } | null
}

const parsed = new WeakMap<object, Vars>()

/** Parsed once per isolate. An unreadable secret store is a deployment fault and throws: better than running unsigned. */
export function varsOf(env: Env): Vars {
  const known = parsed.get(env)
  if (known) return known
  const vars = varsSchema.parse(env)
  const value: Vars = {
    environment: vars.ENVIRONMENT,
    secrets: secretsSchema.parse(JSON.parse(vars.CROSSDOCK_SECRETS)),
    devToken: vars.ENVIRONMENT === 'local' ? (vars.DEV_TOKEN ?? null) : null,
    access:
      vars.ACCESS_TEAM_DOMAIN && vars.ACCESS_AUDIENCE
        ? { teamDomain: vars.ACCESS_TEAM_DOMAIN, audience: vars.ACCESS_AUDIENCE }
        : null,
  }
  parsed.set(env, value)
  return value
}
