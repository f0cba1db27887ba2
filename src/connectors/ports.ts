/**
 * What a partner connector is. Adding a partner = one folder with these functions + one line in `registry.ts`.
 * Verify and translate never touch the network; a client never touches an actor.
 */
import type { ProductListing } from '../domain/catalog/listing.ts'
import type { ProductContent } from '../domain/catalog/product-content.ts'
import type { Account } from '../domain/config/config.ts'
import type { InboundDomain } from '../domain/inbox/delivery.ts'
import type { CanonicalOrder } from '../domain/order/canonical-order.ts'
import type { IntentRequest, ShipmentReport } from '../domain/order/order-command.ts'
import type { Refund, TrackingStatus } from '../domain/order/order-state.ts'
import type { CallOutcome, FailureClass, IntentKind, ProbeOutcome } from '../domain/outbox/intent.ts'
import type { Result } from '../domain/shared/result.ts'
import type { Publishers } from './publisher.ts'

/** A request as it came in: lower-case header names, the exact bytes, the url with its query. */
export type RawRequest = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export type Secrets = Readonly<Record<string, string>>

/** `answer` replies at once without storing a delivery: pings, challenges, handshakes. */
export type Identified =
  | {
      readonly kind: 'delivery'
      readonly domain: InboundDomain
      readonly topic: string
      readonly shardKey: string
      readonly dedupeKeys: readonly string[]
      readonly headers: Readonly<Record<string, string>>
    }
  | { readonly kind: 'answer'; readonly status: number; readonly contentType: string; readonly body: string }

/** Why a delivery cannot be applied; the delivery is kept as `rejected` with it. `detail` never quotes personal data. */
export type TranslateRefusal = {
  readonly reason:
    | 'malformed_json'
    | 'schema_mismatch'
    | 'unsupported_topic'
    | 'missing_field'
    | 'invalid_value'
    | 'inconsistent'
  readonly field: string | null
  readonly detail: string
}

/** What a delivery says, in our words. One delivery may say several things. */
export type CanonicalEvent =
  | { readonly type: 'order_observed'; readonly order: CanonicalOrder }
  | { readonly type: 'refund_recorded'; readonly externalOrderId: string; readonly refund: Refund }
  | {
      readonly type: 'channel_fulfilment_observed'
      readonly externalOrderId: string
      readonly externalFulfilmentId: string
      readonly trackingNumbers: readonly string[]
      readonly lines: readonly { readonly lineId: string; readonly quantity: number }[]
      readonly status: string
      readonly atMs: number
    }
  /** What the channel shows for one listing at one of its own locations; never the truth about a position unless the account is configured as one. */
  | {
      readonly type: 'channel_stock_observed'
      readonly externalItemId: string
      readonly externalLocationId: string
      readonly available: number | null
      readonly atMs: number
    }
  | {
      readonly type: 'listings_changed'
      readonly externalProductId: string
      readonly listings: readonly ProductListing[]
      readonly deleted: boolean
      /** What the product says there and asks for its variants; null: it is there no more. */
      readonly shown: ShownProduct | null
      readonly atMs: number
    }
  | { readonly type: 'account_uninstalled'; readonly atMs: number }
  | {
      readonly type: 'privacy_request'
      readonly request: 'customer_data' | 'customer_redact' | 'shop_redact'
      readonly externalCustomerId: string | null
      readonly externalOrderIds: readonly string[]
      readonly atMs: number
    }
  | { readonly type: 'shipment_reported'; readonly shipment: ShipmentReport }
  | {
      readonly type: 'fulfilment_accepted'
      readonly fulfilmentOrderId: string
      readonly reference: string | null
      readonly atMs: number
    }
  | {
      readonly type: 'fulfilment_rejected'
      readonly fulfilmentOrderId: string
      readonly reason: string
      readonly atMs: number
    }
  | {
      readonly type: 'fulfilment_cancelled'
      readonly fulfilmentOrderId: string
      readonly reason: string
      readonly atMs: number
    }
  | {
      readonly type: 'tracking_updated'
      readonly trackingNumber: string
      readonly carrier: string | null
      readonly status: TrackingStatus
      readonly rawStatus: string
      readonly atMs: number
    }
  | {
      readonly type: 'stock_moved'
      readonly sku: string
      readonly location: string
      readonly movementId: string
      readonly movement: 'receipt' | 'adjustment' | 'return' | 'transfer_in' | 'transfer_out'
      readonly state: 'available' | 'damaged' | 'quality_control'
      readonly quantity: number
      readonly occurredAtMs: number
      readonly reference: string | null
    }
  | {
      readonly type: 'stock_counted'
      readonly sku: string
      readonly location: string
      readonly snapshotId: string
      readonly sourceSequence: number | null
      readonly asOfMs: number
      readonly onHand: number
      readonly damaged: number | null
      readonly qualityControl: number | null
    }

/** As far as the message tells. `priceMinor`: by the channel's variant, in the currency that we set prices in. */
export type ShownProduct = {
  readonly content: ProductContent
  readonly priceMinor: ReadonlyMap<string, number>
}

export type Translation = {
  readonly events: readonly CanonicalEvent[]
  /** JSON paths the adapter did not know: kept in the raw payload, counted as drift, never an error. */
  readonly drift: readonly string[]
}

/** What translation may read: pure in, pure out. */
export type StoredDelivery = {
  readonly topic: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly receivedAtMs: number
}

export type Inbound = {
  /** Over the raw bytes, fail closed: a missing secret or header is `false`, never a throw. */
  readonly verify: (request: RawRequest, account: Account, secrets: Secrets, nowMs: number) => Promise<boolean>
  readonly identify: (request: RawRequest, account: Account) => Promise<Result<Identified, TranslateRefusal>>
  readonly translate: (delivery: StoredDelivery, account: Account) => Result<Translation, TranslateRefusal>
}

/** What a client gets to work with. `fetch` already has the timeout, the host guard and the response size limit. */
export type ClientContext = {
  readonly account: Account
  readonly secrets: Secrets
  readonly fetch: PartnerFetch
  readonly nowMs: () => number
  /** Per-isolate memory for sessions and tokens, keyed by account; losing it costs one more login. */
  readonly sessions: Map<string, { readonly value: string; readonly expiresAtMs: number }>
}

export type PartnerFetch = (request: {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Default 10,000. */
  readonly timeoutMs?: number
}) => Promise<PartnerResponse>

/** Never throws: what happened on the wire is a value. `sent: false` is certain that nothing reached the partner. */
export type PartnerResponse =
  | {
      readonly kind: 'response'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly kind: 'failure'; readonly sent: boolean; readonly class: FailureClass; readonly message: string }

export type Effect<K extends IntentKind> = {
  readonly call: (request: Extract<IntentRequest, { kind: K }>, context: ClientContext) => Promise<CallOutcome>
  /** Looks the external id up at the partner. Called after an unknown outcome and before any retry of it. */
  readonly probe: (request: Extract<IntentRequest, { kind: K }>, context: ClientContext) => Promise<ProbeOutcome>
}

export type Outbound = { readonly [K in IntentKind]?: Effect<K> }

/** The backstop for lost webhooks: everything changed since the watermark, as deliveries that enter by the usual door. */
export type Poll = (
  context: ClientContext,
  watermarkMs: number,
) => Promise<
  Result<
    {
      readonly deliveries: readonly {
        readonly domain: InboundDomain
        readonly topic: string
        readonly shardKey: string
        readonly dedupeKeys: readonly string[]
        readonly headers: Readonly<Record<string, string>>
        readonly body: string
      }[]
      readonly nextWatermarkMs: number
    },
    { readonly class: FailureClass; readonly message: string }
  >
>

/** What an account of the partner can be, and what it cannot do without. */
export type AccountRule = {
  readonly roles: readonly Account['role'][]
  readonly needs: readonly ('webhook' | 'api' | 'baseUrl')[]
}

export type Connector = {
  readonly partner: string
  readonly account: AccountRule
  readonly inbound: Inbound | null
  readonly outbound: Outbound
  readonly poll: Poll | null
  readonly publishers: Publishers
  /** How long an unknown call may still be under way at the partner: the first probe waits this long. */
  readonly settleMs: number
}
