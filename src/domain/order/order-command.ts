import type { CallOutcome, IntentKind } from '../outbox/intent.ts'
import type { Cause } from '../shared/cause.ts'
import type { CommandId, FulfilmentOrderId, LineId, LocationId } from '../shared/ids.ts'
import type { CanonicalOrder } from './canonical-order.ts'
import type { HoldKind, OrderState, Refund, TrackingStatus } from './order-state.ts'
import type { Shortage } from './saga-state.ts'

/** What a warehouse or a canonical caller says was shipped. */
export type ShipmentReport = {
  readonly externalShipmentId: string
  readonly fulfilmentOrderId: FulfilmentOrderId
  readonly lines: readonly { readonly lineId: LineId; readonly quantity: number }[]
  /** Units the warehouse says it will never ship (short ship): they go back to `open` and are planned again. */
  readonly shortLines: readonly { readonly lineId: LineId; readonly quantity: number; readonly reason: string }[]
  readonly carrier: string | null
  readonly service: string | null
  readonly trackingNumber: string | null
  readonly trackingUrl: string | null
  readonly shippedAtMs: number
}

/**
 * Everything the outside may ask of an order. `observe` is both capture and update: whichever of the two arrives first
 * creates the order, an older source version never overwrites a newer one.
 */
export type OrderCommandBody =
  | { readonly type: 'observe'; readonly order: CanonicalOrder }
  | { readonly type: 'cancel'; readonly reason: string }
  | { readonly type: 'place_hold'; readonly holdId: string; readonly kind: HoldKind; readonly reason: string }
  | { readonly type: 'release_hold'; readonly holdId: string }
  /** Look again now: mapping, stock, rejected intents. */
  | { readonly type: 'retry' }
  /** The location is down: go elsewhere with what has not left it. */
  | { readonly type: 'leave_location'; readonly location: LocationId; readonly reason: string }
  /** It is up again: an order that left it may go there again with what waits. */
  | { readonly type: 'return_to_location'; readonly location: LocationId }
  /** A position's claims of this order that have no cover there any more. */
  | ({ readonly type: 'record_cover' } & Shortage)
  | {
      readonly type: 'record_acceptance'
      readonly fulfilmentOrderId: FulfilmentOrderId
      readonly reference: string | null
    }
  | { readonly type: 'record_rejection'; readonly fulfilmentOrderId: FulfilmentOrderId; readonly reason: string }
  | { readonly type: 'record_shipment'; readonly shipment: ShipmentReport }
  | {
      readonly type: 'record_fulfilment_cancelled'
      readonly fulfilmentOrderId: FulfilmentOrderId
      readonly reason: string
    }
  | {
      readonly type: 'record_tracking'
      readonly trackingNumber: string
      readonly status: TrackingStatus
      readonly rawStatus: string
      readonly atMs: number
    }
  | { readonly type: 'record_refund'; readonly refund: Refund }
  | {
      readonly type: 'record_return'
      readonly externalReturnId: string
      readonly lines: readonly { readonly lineId: LineId; readonly quantity: number }[]
      readonly atMs: number
    }
  /** The channel shows a fulfilment: ours coming back, or one made by hand in the channel's own console. */
  | {
      readonly type: 'record_channel_fulfilment'
      readonly externalFulfilmentId: string
      readonly trackingNumbers: readonly string[]
      readonly lines: readonly { readonly lineId: LineId; readonly quantity: number }[]
      readonly status: string
      readonly atMs: number
    }

export type OrderCommand = OrderCommandBody & {
  readonly commandId: CommandId
  readonly cause: Cause
}

/** Refusals change nothing. `stale` and duplicates are not refusals: they are accepted and say so in `effect`. */
export type OrderRefusal =
  | { readonly reason: 'order_not_found'; readonly orderId: string }
  | { readonly reason: 'order_closed'; readonly stage: string }
  | { readonly reason: 'hold_not_found'; readonly holdId: string }
  | { readonly reason: 'hold_conflict'; readonly holdId: string }
  | { readonly reason: 'fulfilment_order_not_found'; readonly fulfilmentOrderId: string }
  | { readonly reason: 'line_not_found'; readonly lineId: string }
  | {
      readonly reason: 'shipment_exceeds_release'
      readonly lineId: string
      readonly quantity: number
      readonly released: number
    }
  | { readonly reason: 'shipment_conflict'; readonly externalShipmentId: string }
  | { readonly reason: 'cancel_too_late'; readonly shipped: number }
  | { readonly reason: 'tracking_not_found'; readonly trackingNumber: string }
  | {
      readonly reason: 'return_exceeds_shipped'
      readonly lineId: string
      readonly quantity: number
      readonly shipped: number
    }

export type OrderVerdict =
  | { readonly ok: true; readonly effect: 'applied' | 'unchanged' | 'stale'; readonly version: number }
  | { readonly ok: false; readonly error: OrderRefusal }

/** What the partner-outbox consumer needs to make one call. Built from present truth when the call begins. */
export type IntentRequest =
  | {
      readonly kind: 'erp_create_order'
      readonly externalId: string
      readonly order: CanonicalOrder
      readonly lines: readonly {
        readonly lineId: LineId
        readonly sku: string
        readonly title: string
        readonly quantity: number
        /** Base units per ordered unit; absent: one. An ERP books base units, at the same worth. */
        readonly packQuantity?: number
        readonly unitPriceMinor: number
        readonly discountMinor: number
        readonly taxMinor: number
      }[]
    }
  | {
      readonly kind: 'erp_cancel_order'
      readonly externalId: string
      readonly erpReference: string
      readonly reason: string
    }
  | {
      readonly kind: 'erp_record_shipment'
      readonly externalId: string
      readonly erpReference: string
      readonly shipmentId: string
      readonly lines: readonly {
        readonly lineId: LineId
        readonly sku: string
        readonly quantity: number
        /** As in `erp_create_order`. */
        readonly packQuantity?: number
      }[]
      readonly trackingNumber: string | null
      readonly carrier: string | null
      readonly shippedAtMs: number
    }
  | {
      readonly kind: 'warehouse_release'
      readonly externalId: string
      readonly fulfilmentOrderId: FulfilmentOrderId
      readonly order: CanonicalOrder
      readonly lines: readonly {
        readonly lineId: LineId
        readonly sku: string
        readonly title: string
        readonly quantity: number
        /** A bundle: what is in all of them together, base units of each component. */
        readonly components?: readonly { readonly sku: string; readonly quantity: number }[]
      }[]
    }
  | {
      readonly kind: 'warehouse_cancel'
      readonly externalId: string
      readonly fulfilmentOrderId: FulfilmentOrderId
      readonly warehouseReference: string | null
      readonly reason: string
    }
  | {
      readonly kind: 'channel_fulfil'
      readonly externalId: string
      readonly externalOrderId: string
      readonly shipmentId: string
      readonly lines: readonly {
        readonly lineId: LineId
        readonly externalSku: string | null
        readonly quantity: number
      }[]
      readonly carrier: string | null
      readonly trackingNumber: string | null
      readonly trackingUrl: string | null
      readonly shippedAtMs: number
    }

export type BeginAttempt =
  | {
      readonly go: true
      readonly account: string
      readonly kind: IntentKind
      readonly attempt: number
      readonly mustProbe: boolean
      readonly leaseUntilMs: number
      readonly request: IntentRequest
      readonly correlationId: string
    }
  | { readonly go: false; readonly why: 'not_found' | 'settled' | 'withdrawn' | 'rejected' }
  /** Busy or too early: come back at `retryAtMs`. */
  | { readonly go: false; readonly why: 'later'; readonly retryAtMs: number }

export type AttemptOutcome = CallOutcome | { readonly outcome: 'exhausted'; readonly message: string }

/** One row of the order's log as read by projections, the timeline and the audit. `hash` chains the rows (I7). */
export type LogEntry = {
  readonly seq: number
  readonly atMs: number
  readonly type: string
  readonly cause: Cause
  /** The event itself, JSON. */
  readonly event: string
  readonly hash: string
}

export type OrderSnapshot = {
  readonly state: OrderState
  readonly entries: readonly LogEntry[]
  readonly more: boolean
}
