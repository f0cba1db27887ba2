/**
 * What can happen to an order, in the past tense. The log of these is the order's history; `evolve` folds it back into
 * the document. Verbs record facts, follow-ups record what the facts lead to.
 */
import type { StockPart } from '../catalog/stock-parts.ts'
import type { OrderException } from '../exceptions/order-exception.ts'
import type { Intent } from '../outbox/intent.ts'
import type {
  CorrelationId,
  DeliveryId,
  FulfilmentOrderId,
  LineId,
  LocationId,
  OrderId,
  ReservationId,
  Sku,
} from '../shared/ids.ts'
import type { KeptDecision } from '../sourcing/kept-decision.ts'
import type { CanonicalOrder } from './canonical-order.ts'
import type { PromiseReview, TakenPromise } from './line-promise.ts'
import type { OrderCommand } from './order-command.ts'
import type {
  ChannelFulfilment,
  FulfilmentOrder,
  Hold,
  OrderReturn,
  Plan,
  Refund,
  ReplacedClaim,
  Shipment,
} from './order-state.ts'
import type { OrderCart, OrderPolicy, Shortage, TrackingFact, WaitingAt } from './saga-state.ts'

export type Units = { readonly lineId: LineId; readonly quantity: number }
export type ReservationRef = { readonly reservationId: ReservationId; readonly location: LocationId }
export type Position = { readonly sku: Sku; readonly location: LocationId }

/** A hold that a position granted. `taken` units serve the order; the rest is given back at once. */
export type Grant = ReservationRef & {
  readonly lineId: LineId
  readonly sku: Sku
  readonly quantity: number
  readonly taken: number
  readonly packQuantity: number
  readonly parts?: readonly StockPart[]
  readonly expiresAtMs: number
}

export type LineMapping = {
  readonly lineId: LineId
  readonly sku: Sku | null
  readonly packQuantity: number
  readonly parts?: readonly StockPart[]
  readonly notStocked: boolean
  readonly excluded?: string
}

/** The channel's facts. */
type FactEvent =
  | { readonly type: 'fact_parked'; readonly orderId: string; readonly fact: OrderCommand }
  | {
      readonly type: 'captured'
      readonly orderId: OrderId
      readonly order: CanonicalOrder
      readonly correlationId: CorrelationId
      readonly deliveryId: DeliveryId | null
    }
  | { readonly type: 'revised'; readonly order: CanonicalOrder }
  /** An older version tells what was once asked for, and nothing else. */
  | {
      readonly type: 'stale_observed'
      readonly sourceVersionMs: number
      readonly lines: readonly (Units & { readonly externalSku: string | null })[]
    }
  | { readonly type: 'refund_recorded'; readonly refund: Refund }
  | { readonly type: 'return_recorded'; readonly return: OrderReturn }
  | { readonly type: 'channel_fulfilment_recorded'; readonly fulfilment: ChannelFulfilment }
  | { readonly type: 'tracking_recorded'; readonly tracking: TrackingFact }
  | { readonly type: 'tracking_parked'; readonly tracking: TrackingFact }
  | { readonly type: 'cancel_requested'; readonly reason: string; readonly requestedAtMs: number }
  | { readonly type: 'cancel_refused'; readonly reason: string }

/** Looking at it: mapping, holds, cases. */
type ReviewEvent =
  | { readonly type: 'lines_mapped'; readonly lines: readonly LineMapping[] }
  | { readonly type: 'validated'; readonly policy: OrderPolicy }
  | { readonly type: 'validation_deferred'; readonly policy: OrderPolicy | null; readonly retryAtMs: number }
  /** `afresh`: a person asked, so exclusions and refusals are forgotten as well. */
  | { readonly type: 'retry_requested'; readonly afresh: boolean; readonly recheckAtMs: number }
  | { readonly type: 'hold_placed'; readonly hold: Omit<Hold, 'placedAtMs' | 'releasedAtMs' | 'releasedBy'> }
  | { readonly type: 'hold_released'; readonly holdId: string; readonly by: 'system' | 'operator' }
  | { readonly type: 'exception_opened'; readonly exception: OrderException }
  | { readonly type: 'exception_resolved'; readonly exceptionId: string }
  | { readonly type: 'promise_taken'; readonly promise: TakenPromise }
  | { readonly type: 'promises_reviewed'; readonly reviews: readonly PromiseReview[] }

type CapacityRef = { readonly location: LocationId; readonly attempt: number }

/** Promising: plans, positions, waiting. */
type StockEvent =
  /** `decision`: why so, with the request it was made from. */
  | {
      readonly type: 'planned'
      readonly plan: Plan
      readonly decision?: KeptDecision
      /** Absent: its units were open. */
      readonly reason?: 'better_plan'
    }
  /** What is held was looked at again. `unknown`: what a plan rests on could not be looked up. */
  | { readonly type: 'plan_reviewed'; readonly outcome: 'kept' | 'replaced' | 'unknown' }
  /** The cart that the order names was asked for; `claims` are taken over by the plan that follows. */
  | { readonly type: 'cart_taken'; readonly cart: OrderCart }
  | { readonly type: 'cart_settled'; readonly reservationId: string }
  /** Its steps have failed for long: `reason` as the last of them said. */
  | { readonly type: 'saga_stuck'; readonly sinceMs: number; readonly reason: string }
  | { readonly type: 'saga_recovered' }
  /** `replaced`: claims that are given back for it, now that all of it is held. */
  | {
      readonly type: 'stock_reserved'
      readonly attempt: number
      readonly grants: readonly Grant[]
      readonly replaced?: readonly ReplacedClaim[]
    }
  /** A position refused: nothing is kept of `returned`, and the open units are planned again. */
  | {
      readonly type: 'stock_refused'
      readonly attempt: number
      readonly refused: readonly (Units & { readonly location: LocationId; readonly reason: string })[]
      readonly returned: readonly Grant[]
    }
  | { readonly type: 'holds_extended'; readonly reservations: readonly ReservationRef[]; readonly expiresAtMs: number }
  | { readonly type: 'stock_committed'; readonly reservations: readonly ReservationRef[] }
  | ({ readonly type: 'reservation_lost'; readonly reason: string } & ReservationRef)
  /** `to: 'shipped'`: fulfilled by hand in the channel, so the claim is given back. */
  | ({
      readonly type: 'reservation_reduced'
      readonly quantity: number
      readonly to: 'open' | 'cancelled' | 'shipped'
    } & ReservationRef)
  | {
      readonly type: 'units_backordered'
      readonly lines: readonly Units[]
      readonly waitingAt: readonly WaitingAt[]
      readonly recheckAtMs: number | null
      /** Why no stock that comes could help. */
      readonly unroutable?: string
      /** Where nothing could be planned at all. */
      readonly decision?: KeptDecision
    }
  | { readonly type: 'capacity_claimed'; readonly claims: readonly CapacityRef[] }
  | { readonly type: 'capacity_released'; readonly claims: readonly CapacityRef[] }
  /** A position said which claims it can no longer serve. */
  | { readonly type: 'cover_told'; readonly shortage: Shortage }
  /** Units that are not there are given back and planned again. */
  | ({ readonly type: 'cover_lost'; readonly quantity: number; readonly sku: Sku } & ReservationRef &
      Pick<Shortage, 'because'>)
  | { readonly type: 'location_left'; readonly location: LocationId; readonly reason: string }
  | { readonly type: 'location_returned'; readonly location: LocationId; readonly recheckAtMs: number | null }
  | { readonly type: 'waiting_registered'; readonly positions: readonly Position[] }
  | { readonly type: 'waiting_ended'; readonly positions: readonly Position[] }
  | { readonly type: 'stock_effect_done'; readonly effectId: string; readonly refusal: string | null }

/** Units that change status without a position or a warehouse. */
type UnitsEvent =
  | {
      readonly type: 'units_cancelled'
      readonly lines: readonly (Units & { readonly from: 'open' | 'backordered' })[]
    }
  | {
      readonly type: 'units_fulfilled_externally'
      readonly lines: readonly (Units & { readonly from: 'open' | 'backordered' | 'cancelled' })[]
    }
  /** The channel asks for more again: what was cancelled is taken back before new units are made. */
  | { readonly type: 'units_reinstated'; readonly lines: readonly Units[] }
  | { readonly type: 'external_fulfilment_withdrawn'; readonly lines: readonly Units[] }
  | { readonly type: 'services_fulfilled'; readonly lines: readonly Units[] }

/** The warehouses' part. */
type FulfilmentEvent =
  | { readonly type: 'fulfilment_order_opened'; readonly fulfilmentOrder: FulfilmentOrder }
  | {
      readonly type: 'fulfilment_order_accepted'
      readonly fulfilmentOrderId: FulfilmentOrderId
      readonly reference: string | null
    }
  | {
      readonly type: 'fulfilment_order_rejected'
      readonly fulfilmentOrderId: FulfilmentOrderId
      readonly reason: string
    }
  /** `byWarehouse`: not because we asked, so the location is passed over from now on. */
  | {
      readonly type: 'fulfilment_order_cancelled'
      readonly fulfilmentOrderId: FulfilmentOrderId
      readonly reason: string
      readonly byWarehouse: boolean
    }
  | { readonly type: 'recall_refused'; readonly fulfilmentOrderId: FulfilmentOrderId; readonly reason: string }
  | { readonly type: 'shipment_recorded'; readonly shipment: Shipment }
  | {
      readonly type: 'units_short'
      readonly fulfilmentOrderId: FulfilmentOrderId
      readonly lines: readonly (Units & { readonly reason: string })[]
    }

/** The ambiguous-outcome protocol; each carries the intent as it is from then on. */
type IntentEvent = {
  readonly type:
    | 'intent_opened'
    | 'intent_begun'
    | 'intent_deferred'
    | 'intent_in_doubt'
    | 'intent_settled'
    | 'intent_rejected'
    | 'intent_withdrawn'
    | 'intent_reopened'
  readonly intent: Intent
}

type StageEvent =
  | { readonly type: 'posted' }
  | { readonly type: 'closed' }
  | { readonly type: 'cancelled' }
  | { readonly type: 'reopened'; readonly stage: 'captured' | 'released' }

export type OrderEvent = FactEvent | ReviewEvent | StockEvent | UnitsEvent | FulfilmentEvent | IntentEvent | StageEvent
export type OrderEventType = OrderEvent['type']
export type EventOf<T extends OrderEventType> = Extract<OrderEvent, { readonly type: T }>
