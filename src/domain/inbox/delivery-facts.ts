/**
 * What the inbox's log and D1 say of a delivery: who, what, when and how it ended. Never the body, a header or a
 * dedupe key, so nothing personal leaves the inbox by this way. Every event carries the whole of it: a reader needs
 * only the newest event of a delivery.
 */
import type { Cause } from '../shared/cause.ts'
import type { Delivery, DeliveryStatus } from './delivery.ts'

export type DeliveryFacts = {
  readonly deliveryId: string
  readonly account: string
  readonly domain: string
  readonly topic: string
  readonly status: DeliveryStatus
  readonly reason: string | null
  readonly message: string | null
  readonly subjects: readonly string[]
  readonly attempts: number
  /** UTF-8 bytes of the body. */
  readonly bytes: number
  readonly correlationId: string
  readonly receivedAtMs: number
  readonly settledAtMs: number | null
}

/** The `type` column of an inbox's log. */
export type InboxEventType = 'delivery_received' | 'delivery_deferred' | 'delivery_settled' | 'delivery_replayed'
export type InboxEvent = { readonly type: InboxEventType; readonly delivery: DeliveryFacts }

export function factsOf(delivery: Delivery, bytes: number): DeliveryFacts {
  return {
    deliveryId: delivery.deliveryId,
    account: delivery.account,
    domain: delivery.domain,
    topic: delivery.topic,
    status: delivery.status,
    reason: delivery.reason,
    message: delivery.message,
    subjects: delivery.subjects,
    attempts: delivery.attempts,
    bytes,
    correlationId: delivery.correlationId,
    receivedAtMs: delivery.receivedAtMs,
    settledAtMs: delivery.settledAtMs,
  }
}

/** The delivery itself is why its events happen. */
export function causeOf(delivery: Delivery): Cause {
  return { correlationId: delivery.correlationId, kind: 'delivery', id: delivery.deliveryId }
}
