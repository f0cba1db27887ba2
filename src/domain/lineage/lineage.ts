/**
 * The chain of one transaction: delivery → order → reservations, ERP order, fulfilment orders → shipments, refunds; or
 * transfer → shipments, receipts. `LineageChain` and `TransferChain` are what was found about it, flat; `LineageNode`
 * is the tree to render; `build-lineage.ts` makes the one of the other.
 */

type LineageKind =
  | 'delivery'
  | 'order'
  | 'reservation'
  | 'erp_order'
  | 'fulfilment_order'
  | 'shipment'
  | 'partner_call'
  | 'refund'
  | 'return'
  | 'channel_fulfilment'
  | 'transfer'
  | 'transfer_shipment'
  | 'transfer_receipt'

export type LineageNode = {
  readonly kind: LineageKind
  readonly id: string
  /** Epoch milliseconds; null where the partner never said when. */
  readonly at: number | null
  /** The partner connection concerned. */
  readonly account: string | null
  readonly status: string | null
  /** The other side's own number for it: a tracking number, a warehouse reference, an ERP number. */
  readonly reference: string | null
  /** Path of the API resource, when there is one. */
  readonly href: string | null
  readonly children: readonly LineageNode[]
}

export type LineageDelivery = {
  readonly deliveryId: string
  readonly account: string
  readonly topic: string
  readonly status: string
  readonly receivedAtMs: number
}
export type LineageOrder = {
  readonly orderId: string
  readonly account: string
  readonly externalNumber: string | null
  readonly status: string
  readonly capturedAtMs: number
  readonly firstDeliveryId: string | null
  readonly erpAccount: string | null
  readonly erpReference: string | null
}
type LineageReservation = {
  readonly reservationId: string
  readonly sku: string
  readonly location: string
  readonly quantity: number
  readonly status: string
}
export type LineageIntent = {
  readonly intentId: string
  readonly kind: string
  readonly account: string
  readonly subject: string | null
  readonly status: string
  readonly reference: string | null
  readonly createdAtMs: number
}
export type LineageFulfilmentOrder = {
  readonly fulfilmentOrderId: string
  readonly account: string
  readonly status: string
  readonly reference: string | null
  readonly releasedAtMs: number | null
}
export type LineageShipment = {
  readonly shipmentId: string
  readonly fulfilmentOrderId: string
  readonly carrier: string | null
  readonly trackingNumber: string | null
  readonly trackingStatus: string | null
  readonly shippedAtMs: number
}
type LineageRefund = { readonly externalRefundId: string; readonly atMs: number }
type LineageReturn = { readonly externalReturnId: string; readonly atMs: number }
type LineageChannelFulfilment = {
  readonly externalFulfilmentId: string
  readonly status: string
  readonly atMs: number
}
type LineageReference = { readonly kind: string; readonly value: string; readonly subject: string | null }

/** Everything known about one order; `order` is null for a delivery that touched none. */
export type LineageChain = {
  readonly order: LineageOrder | null
  readonly deliveries: readonly LineageDelivery[]
  readonly reservations: readonly LineageReservation[]
  readonly intents: readonly LineageIntent[]
  readonly fulfilmentOrders: readonly LineageFulfilmentOrder[]
  readonly shipments: readonly LineageShipment[]
  readonly refunds: readonly LineageRefund[]
  readonly returns: readonly LineageReturn[]
  readonly channelFulfilments: readonly LineageChannelFulfilment[]
  readonly references: readonly LineageReference[]
}

/** Everything known about one transfer. `kind` of a report: `shipment` or `receipt`. */
export type TransferChain = {
  readonly transfer: {
    readonly transferId: string
    readonly fromLocation: string
    readonly toLocation: string
    readonly status: string
    readonly requestedAtMs: number
  }
  readonly reports: readonly {
    readonly kind: string
    readonly reportId: string
    readonly units: number
    readonly atMs: number
  }[]
}
