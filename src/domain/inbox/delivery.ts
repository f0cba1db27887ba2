/** One inbound HTTP message of an account, raw, and what became of it (I8). */
import type { AccountId, CorrelationId, DeliveryId } from '../shared/ids.ts'

/** The queue (and so the domain) that a delivery belongs to. */
export type InboundDomain = 'orders' | 'inventory' | 'shipments' | 'catalog'

export type DeliveryStatus = 'received' | 'applied' | 'duplicate' | 'rejected' | 'dead_lettered'

export type DeliveryInput = {
  readonly account: AccountId
  readonly domain: InboundDomain
  readonly topic: string
  /** Any one of these seen before makes the delivery a duplicate. Most specific first. */
  readonly dedupeKeys: readonly string[]
  /** Only the headers that translation needs; never an authorization or signature header. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly receivedAtMs: number
  readonly correlationId: CorrelationId
}

export type Delivery = DeliveryInput & {
  readonly deliveryId: DeliveryId
  readonly status: DeliveryStatus
  /** How often its message was sent to the queue in this round. */
  readonly attempts: number
  /**
   * How often it was put off or replayed. Part of the command ids made from it: a refusal is remembered under its id
   * for ever, so another try needs another id.
   */
  readonly round: number
  /** Redeliveries of it that were recognised at the door. */
  readonly repeats: number
  /** Why it was rejected or dead-lettered, or what it waits for; null otherwise. */
  readonly reason: string | null
  readonly message: string | null
  /** What it touched: order ids, positions, listings. */
  readonly subjects: readonly string[]
  readonly settledAtMs: number | null
}

export type DeliveryOutcome =
  | { readonly status: 'applied'; readonly subjects: readonly string[]; readonly message: string | null }
  | { readonly status: 'duplicate'; readonly subjects: readonly string[]; readonly message: string | null }
  | {
      readonly status: 'rejected'
      readonly reason: string
      readonly message: string
      readonly subjects: readonly string[]
    }
  | {
      readonly status: 'dead_lettered'
      readonly reason: string
      readonly message: string
      readonly subjects: readonly string[]
    }

/** Not now: what it refers to is not there yet. The inbox sends it again at `retryAtMs`. */
export type DeliveryDeferral = {
  readonly status: 'deferred'
  readonly reason: string
  readonly message: string
  readonly retryAtMs: number
}
export type DeliverySettlement = {
  readonly deliveryId: DeliveryId
  readonly outcome: DeliveryOutcome | DeliveryDeferral
}

export type Receipt = { readonly deliveryId: DeliveryId; readonly duplicate: boolean }
