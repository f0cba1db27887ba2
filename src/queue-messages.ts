/** Queue bodies: ids and versions, never payloads. A message is a wake-up; the consumer acts on present truth. */
import type { DrainLane } from './domain/feed/choose-lane.ts'
import type { InboundDomain } from './domain/inbox/delivery.ts'
import type { PositionId } from './domain/shared/ids.ts'

/**
 * On `inbound-<domain>`: a delivery to translate, or an order to wake: stock that it waits for has arrived, or the
 * location that it `leaves` went down.
 */
export type InboundMessage =
  | { readonly type: 'delivery'; readonly domain: InboundDomain; readonly inbox: string; readonly deliveryId: string }
  /** Claims of the order at the position lost their cover, or have it again. */
  | { readonly type: 'tell_cover'; readonly orderId: string; readonly position: PositionId }
  | {
      readonly type: 'wake_order'
      readonly orderId: string
      readonly why: string
      readonly leaves?: string
      readonly returns?: string
    }
  /** A location is up again: a page of the orders that wait is to be woken. Absent: the first. */
  | {
      readonly type: 'location_up'
      readonly location: string
      readonly status?: number
      readonly page?: number
      readonly cursor?: string
    }

/** On `partner-outbox`: one intent of one order wants its call. */
export type PartnerOutboxMessage = {
  readonly type: 'intent'
  readonly orderId: string
  readonly intentId: string
  readonly account: string
  /** When the order was placed: its turn at the partner. Without it, when the message was sent. */
  readonly orderedByMs?: number
}

/**
 * On `publication`, from a channel's feed: what the listings of a SKU, or by its subject a product (`feed-subject.ts`),
 * should show is to be worked out, or the next batch is to be carried to the channel.
 */
export type PublicationMessage =
  | { readonly type: 'publish_stock'; readonly account: string; readonly sku: string; readonly revision?: number }
  | { readonly type: 'drain_feed'; readonly account: string; readonly lane: DrainLane }

/** On `projections`: an actor has log entries that D1 has not seen. */
export type ActorKind = 'order' | 'stock' | 'inbox' | 'location' | 'feed' | 'transfer'
export type ProjectionMessage = {
  readonly type: 'project'
  readonly actor: ActorKind
  readonly name: string
  readonly throughSeq: number
}

/** On `projections`: the next step of building D1 anew. Each step is idempotent and names where it begins. */
export type RebuildStep =
  | { readonly phase: 'drop' }
  | { readonly phase: 'project'; readonly kind: ActorKind; readonly shard: number; readonly after: string | null }
export type RebuildMessage = {
  readonly type: 'rebuild'
  readonly rebuildId: string
  readonly requestedAtMs: number
  readonly step: RebuildStep
}
