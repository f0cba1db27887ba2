/** What the checker reads of the API's documents; only the members it judges by. */
import type { CanonicalOrder } from '../../src/domain/order/canonical-order.ts'

type Units = { readonly lineId: string; readonly quantity: number }

export type OrderView = {
  readonly orderId: string
  readonly version: number
  readonly stage: string
  readonly status: string
  readonly nextActor: string
  readonly order: CanonicalOrder
  readonly lines: readonly LineView[]
  readonly holds: readonly { readonly kind: string; readonly releasedAt: string | null }[]
  readonly reservations: readonly {
    readonly reservationId: string
    readonly lineId: string
    readonly sku: string
    readonly location: string
    readonly quantity: number
    readonly released: number
    readonly shipped: number
    readonly status: string
  }[]
  readonly fulfilmentOrders: readonly {
    readonly fulfilmentOrderId: string
    readonly location: string
    readonly account: string
    readonly byHand: boolean
    readonly status: string
    readonly releasedAt: string | null
  }[]
  readonly shipments: readonly {
    readonly shipmentId: string
    readonly fulfilmentOrderId: string
    readonly location: string
    readonly lines: readonly Units[]
    readonly trackingNumber: string | null
  }[]
  readonly erp: { readonly account: string; readonly reference: string | null } | null
  readonly calls: readonly CallView[]
  readonly exceptions: readonly { readonly category: string; readonly resolvedAt: string | null }[]
}
export type CallView = {
  readonly intentId: string
  readonly kind: string
  readonly account: string
  readonly externalId: string
  readonly status: string
  readonly lastError: string | null
}
export type LineView = {
  readonly lineId: string
  readonly ordered: number
  readonly sku: string | null
  readonly notStocked: boolean
  readonly packQuantity: number
  readonly shippedExternally: number
  readonly quantities: Readonly<Record<string, number>>
}

export type OrderSummary = {
  readonly orderId: string
  readonly account: string
  readonly externalOrderId: string
  readonly stage: string
  readonly status: string
  readonly nextActor: string
  readonly openExceptions: number
  readonly unitsOrdered: number
  readonly unitsShipped: number
  readonly unitsBackordered: number
  readonly erpReference: string | null
  readonly version: number
}

/** As the list has it and, summed over its lines, as the transfer itself. */
export type TransferSummary = {
  readonly transferId: string
  readonly status: string
  readonly version: number
  readonly settled: boolean
  readonly shipped: number
  readonly inTransit: number
  readonly received: number
  readonly writtenOff: number
}
type TransferUnits = Pick<TransferSummary, 'shipped' | 'inTransit' | 'received' | 'writtenOff'>
export type TransferView = Omit<TransferSummary, keyof TransferUnits> & { readonly lines: readonly TransferUnits[] }

export type TimelineEntry = {
  readonly seq: number
  readonly at: string
  readonly type: string
  readonly event: Readonly<Record<string, unknown>>
}

export type DeliveryView = {
  readonly deliveryId: string
  readonly account: string
  readonly topic: string
  readonly status: string
  readonly reason: string | null
  readonly message: string | null
}

export type PositionView = {
  readonly version: number
  readonly states: Readonly<Record<InventoryState, number>>
  readonly ledger: readonly { readonly seq: number; readonly onHandAfter: number; readonly availableAfter: number }[]
}
export type InventoryState =
  | 'available'
  | 'committed'
  | 'reserved'
  | 'damaged'
  | 'safetyStock'
  | 'qualityControl'
  | 'onHand'
  | 'incoming'
  | 'backordered'

/** Base units of the SKU per ordered unit of the line. */
export function packOf(order: OrderView, lineId: string): number {
  return order.lines.find((line) => line.lineId === lineId)?.packQuantity ?? 1
}
