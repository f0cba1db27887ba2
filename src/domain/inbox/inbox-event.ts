/**
 * What an inbox writes in its log, in order: the D1 `deliveries` rows are folded from exactly these, so that they can be
 * rebuilt. Never the body or the headers: those stay in the inbox.
 */
import type { AccountId, DeliveryId } from '../shared/ids.ts'
import type { DeliveryStatus, InboundDomain } from './delivery.ts'

export type InboxEvent =
  | {
      readonly type: 'received'
      readonly deliveryId: DeliveryId
      readonly account: AccountId
      readonly domain: InboundDomain
      readonly topic: string
      readonly bodyBytes: number
      readonly receivedAtMs: number
    }
  | {
      readonly type: 'settled'
      readonly deliveryId: DeliveryId
      readonly status: Exclude<DeliveryStatus, 'received'>
      readonly reason: string | null
      readonly message: string | null
      readonly subjects: readonly string[]
      readonly attempts: number
    }
  /** Put back to `received` by operations; the next `settled` counts. */
  | { readonly type: 'replayed'; readonly deliveryId: DeliveryId }
