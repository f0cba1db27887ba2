/** Every number by which somebody may ask for an order, each once per kind. */
import { searchKeyOf } from '../../domain/lineage/search-key.ts'
import type { OrderState } from '../../domain/order/order-state.ts'
import type { ExternalRefRow } from '../rows.ts'

type ReferenceKind =
  | 'order'
  | 'external_order'
  | 'order_number'
  | 'correlation'
  | 'delivery'
  | 'erp_order'
  | 'warehouse_order'
  | 'warehouse_shipment'
  | 'tracking'
  | 'refund'
  | 'return'
  | 'channel_fulfilment'
  /** Our id at a partner, and the partner's number for what it made of it. */
  | 'partner_request'
  | 'partner_reference'

type Reference = {
  readonly kind: ReferenceKind
  readonly value: string | null
  readonly subject: string | null
  readonly atMs: number
}

export function externalRefsOf(state: OrderState): ExternalRefRow[] {
  const rows = new Map<string, ExternalRefRow>()
  for (const { kind, value, subject, atMs } of referencesOf(state)) {
    const key = `${kind} ${value}`
    if (value === null || value === '' || rows.has(key)) continue
    rows.set(key, { orderId: state.orderId, kind, value, searchKey: searchKeyOf(value), subject, atMs })
  }
  return [...rows.values()]
}

function referencesOf(state: OrderState): Reference[] {
  const own = { subject: null, atMs: state.capturedAtMs }
  return [
    { kind: 'order', value: state.orderId, ...own },
    { kind: 'external_order', value: state.order.externalOrderId, ...own },
    { kind: 'order_number', value: state.order.externalNumber, ...own },
    { kind: 'correlation', value: state.correlationId, ...own },
    { kind: 'delivery', value: state.firstDeliveryId, ...own },
    { kind: 'erp_order', value: state.erp?.reference ?? null, ...own },
    ...partReferences(state),
    ...afterSaleReferences(state),
    ...intentReferences(state),
  ]
}

function partReferences(state: OrderState): Reference[] {
  return [
    ...state.fulfilmentOrders.map((release) => ({
      kind: 'warehouse_order' as const,
      value: release.reference,
      subject: release.fulfilmentOrderId,
      atMs: release.releasedAtMs ?? state.capturedAtMs,
    })),
    ...state.shipments.flatMap((shipment) => [
      {
        kind: 'warehouse_shipment' as const,
        value: shipment.externalShipmentId,
        subject: shipment.shipmentId,
        atMs: shipment.shippedAtMs,
      },
      {
        kind: 'tracking' as const,
        value: shipment.trackingNumber,
        subject: shipment.shipmentId,
        atMs: shipment.shippedAtMs,
      },
    ]),
  ]
}

function afterSaleReferences(state: OrderState): Reference[] {
  const about = (kind: ReferenceKind, value: string, atMs: number) => ({ kind, value, subject: null, atMs })
  return [
    ...state.refunds.map((refund) => about('refund', refund.externalRefundId, refund.atMs)),
    ...state.returns.map((back) => about('return', back.externalReturnId, back.atMs)),
    ...state.channelFulfilments.map((shown) => about('channel_fulfilment', shown.externalFulfilmentId, shown.atMs)),
  ]
}

function intentReferences(state: OrderState): Reference[] {
  return state.intents.flatMap((intent) => {
    const about = { subject: intent.intentId, atMs: intent.createdAtMs }
    return [
      { kind: 'partner_request' as const, value: intent.externalId, ...about },
      { kind: 'partner_reference' as const, value: intent.reference, ...about },
    ]
  })
}
