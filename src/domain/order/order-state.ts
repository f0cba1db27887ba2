/** What an order is, as one document: the actor stores it whole. A line keeps a quantity per status, never one. */
import type { StockPart } from '../catalog/stock-parts.ts'
import type { OrderException } from '../exceptions/order-exception.ts'
import type { Intent } from '../outbox/intent.ts'
import type {
  AccountId,
  CorrelationId,
  DeliveryId,
  FulfilmentOrderId,
  LineId,
  LocationId,
  OrderId,
  ReservationId,
  Sku,
} from '../shared/ids.ts'
import type { CanonicalOrder } from './canonical-order.ts'
import type { LinePromise } from './line-promise.ts'
import type { PlanClaims } from './plan-claims.ts'
import type { PlannedDelivery } from './plan-deliveries.ts'
import type { CapacityClaim, OrderPolicy, SagaState } from './saga-state.ts'

/**
 * How far the saga has come. Derived facts (partly shipped, backordered) live in the line quantities.
 * `captured` → `validated` → `planned` → `reserved` → `posted` → `released` → `closed`; `cancelled` ends it from
 * anywhere.
 */
export type OrderStage =
  | 'captured'
  | 'validated'
  | 'planned'
  | 'reserved'
  | 'posted'
  | 'released'
  | 'closed'
  | 'cancelled'

/** open + reserved + backordered + released + shipped + cancelled = ordered; delivered and returned lie in shipped. */
export type LineQuantities = {
  readonly open: number
  readonly reserved: number
  readonly backordered: number
  readonly released: number
  readonly shipped: number
  readonly cancelled: number
  readonly delivered: number
  readonly returned: number
}

export type LineState = {
  readonly lineId: LineId
  /** Ordered at the highest the channel ever asked for: lowering a quantity cancels units, it does not forget them. */
  readonly ordered: number
  readonly externalSku: string | null
  readonly unit?: string
  /** Null until mapped; `not_stocked` lines (services, gift cards) need no stock and no shipment. */
  readonly sku: Sku | null
  readonly notStocked: boolean
  /** Sold although the configuration excludes this SKU, its own or a component, from the channel. */
  readonly excluded?: string
  /** Base units per ordered unit. All quantities here are ordered units; stock is asked for quantity × pack. */
  readonly packQuantity: number
  /** A bundle: base units of each component per ordered unit, asked of stock instead of the line's own SKU. */
  readonly parts?: readonly StockPart[]
  readonly quantities: LineQuantities
  /** The part of `shipped` that somebody fulfilled by hand in the channel, past our warehouses. */
  readonly shippedExternally: number
}

export type HoldKind = 'credit' | 'fraud' | 'address' | 'price' | 'manual' | 'sku_mapping' | 'payment' | 'entity'
export type Hold = {
  readonly holdId: string
  readonly kind: HoldKind
  readonly reason: string
  readonly placedAtMs: number
  /** `system` holds are released by the saga itself when their cause is gone. */
  readonly placedBy: 'system' | 'operator'
  readonly releasedAtMs: number | null
  /** What a person has released is not placed again for the same reason. */
  readonly releasedBy: 'system' | 'operator' | null
}

export type PlanAllocation = {
  readonly lineId: LineId
  readonly sku: Sku
  readonly location: LocationId
  readonly quantity: number
  /** As the line was mapped when it was planned: what is asked for and given back stays the same number of units. */
  readonly packQuantity: number
  readonly parts?: readonly StockPart[]
}
export type Plan = {
  readonly attempt: number
  readonly allocations: readonly PlanAllocation[]
  /** What no location could cover: backordered or excepted by policy. */
  readonly unplanned: readonly { readonly lineId: LineId; readonly quantity: number }[]
  readonly configVersion: string
  /** The warehouse account of each location used; null: released by hand. */
  readonly warehouses: Readonly<Record<string, AccountId | null>>
  /** Of the locations released by hand, the account that reports for each that has one. */
  readonly reporters?: Readonly<Record<string, AccountId>>
  /** The days it uses, and how its units are claimed beyond their number. */
  readonly days?: readonly Omit<CapacityClaim, 'attempt' | 'status'>[]
  readonly claims?: PlanClaims
  /** When its parcels are expected to be there, where the services that take them are known. */
  readonly deliveries?: readonly PlannedDelivery[]
  /** What it takes the place of: claims, in ordered units, that are given back once its own are held. */
  readonly replaces?: readonly ReplacedClaim[]
  readonly plannedAtMs: number
}
export type ReplacedClaim = Pick<OrderReservation, 'reservationId' | 'location' | 'quantity'>

/** One per line, location and attempt. Of a bundle it stands for a claim of the same name on each component there. */
export type OrderReservation = {
  readonly reservationId: ReservationId
  readonly lineId: LineId
  readonly sku: Sku
  readonly location: LocationId
  /** Ordered units as granted, like every quantity of the order. Still claimed: quantity − released − shipped. */
  readonly quantity: number
  readonly released: number
  readonly shipped: number
  readonly status: 'held' | 'committed' | 'shipped' | 'released'
  /** When the position forgets a hold that is neither extended nor committed; null once committed. */
  readonly expiresAtMs: number | null
}

export type FulfilmentOrderStatus =
  | 'open'
  | 'in_progress'
  | 'scheduled'
  | 'on_hold'
  | 'incomplete'
  | 'closed'
  | 'cancelled'
export type FulfilmentOrder = {
  readonly fulfilmentOrderId: FulfilmentOrderId
  readonly location: LocationId
  /** The warehouse's account; for a location without one the location's own id. */
  readonly account: AccountId
  /** Nobody is called: the release waits for `POST /v1/shipments`. */
  readonly byHand: boolean
  readonly status: FulfilmentOrderStatus
  readonly lines: readonly {
    readonly lineId: LineId
    readonly sku: Sku
    readonly quantity: number
    readonly shipped: number
    readonly cancelled: number
  }[]
  /** The warehouse's own number, once it has said one. */
  readonly reference: string | null
  readonly rejection: string | null
  /** Why the warehouse would not give it back; null while that was never asked or refused. */
  readonly recallRefused: string | null
  readonly releasedAtMs: number | null
}

export type Shipment = {
  /** Ours: `<orderId>/S1`. */
  readonly shipmentId: string
  /** The warehouse's; redelivery of the same one is the same shipment. */
  readonly externalShipmentId: string
  readonly fulfilmentOrderId: FulfilmentOrderId
  readonly location: LocationId
  readonly lines: readonly { readonly lineId: LineId; readonly quantity: number }[]
  readonly carrier: string | null
  readonly service: string | null
  readonly trackingNumber: string | null
  readonly trackingUrl: string | null
  readonly shippedAtMs: number
  readonly tracking: { readonly status: TrackingStatus; readonly rawStatus: string; readonly atMs: number } | null
}

export type TrackingStatus =
  | 'unknown'
  | 'label_created'
  | 'picked_up'
  | 'in_transit'
  | 'out_for_delivery'
  | 'available_for_pickup'
  | 'delivery_attempt_failed'
  | 'delivered'
  | 'exception'
  | 'returned'
  | 'cancelled'

export type Refund = {
  readonly externalRefundId: string
  readonly atMs: number
  readonly amountMinor: number
  readonly currency: string
  readonly lines: readonly {
    readonly lineId: LineId
    readonly quantity: number
    readonly restock: 'cancel' | 'return' | 'none'
  }[]
}

/** What the channel shows as fulfilled. Whether it is ours coming back is derived (`is-our-fulfilment.ts`). */
export type ChannelFulfilment = {
  readonly externalFulfilmentId: string
  readonly trackingNumbers: readonly string[]
  readonly lines: readonly { readonly lineId: LineId; readonly quantity: number }[]
  readonly status: string
  readonly atMs: number
}

export type OrderReturn = Pick<ChannelFulfilment, 'lines' | 'atMs'> & { readonly externalReturnId: string }

export type OrderState = {
  readonly orderId: OrderId
  readonly order: CanonicalOrder
  readonly correlationId: CorrelationId
  /** The delivery that first brought it; null for orders from the API. */
  readonly firstDeliveryId: DeliveryId | null
  readonly capturedAtMs: number
  readonly updatedAtMs: number
  /** Sequence number of the newest event; 1 for the first. */
  readonly version: number
  readonly stage: OrderStage
  readonly lines: readonly LineState[]
  readonly holds: readonly Hold[]
  readonly plan: Plan | null
  readonly attempt: number
  readonly reservations: readonly OrderReservation[]
  readonly fulfilmentOrders: readonly FulfilmentOrder[]
  readonly shipments: readonly Shipment[]
  readonly refunds: readonly Refund[]
  readonly returns: readonly OrderReturn[]
  readonly channelFulfilments: readonly ChannelFulfilment[]
  /** The ERP sales order, once we know its number. */
  readonly erp: { readonly account: AccountId; readonly reference: string | null } | null
  readonly cancellation: {
    readonly requestedAtMs: number
    readonly reason: string
    readonly refused: string | null
  } | null
  readonly intents: readonly Intent[]
  readonly exceptions: readonly OrderException[]
  /** What its lines were promised; absent when nothing was. */
  readonly promises?: readonly LinePromise[]
  /** Null until validated once. */
  readonly policy: OrderPolicy | null
  readonly saga: SagaState
  /** When the saga wants to be woken with nothing else happening (mapping retry, backorder recheck); null for never. */
  readonly wakeAtMs: number | null
}
