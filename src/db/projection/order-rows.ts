/** One order document as the rows that mirror it. Pure: the same document gives the same rows, whenever it is read. */
import type { OrderException } from '../../domain/exceptions/order-exception.ts'
import type {
  ChannelFulfilment,
  FulfilmentOrder,
  LineState,
  OrderReservation,
  OrderReturn,
  OrderState,
  Refund,
  Shipment,
} from '../../domain/order/order-state.ts'
import { nextActorOf, statusOf, unitsOf } from '../../domain/order/order-status.ts'
import type { Intent } from '../../domain/outbox/intent.ts'
import type {
  ChannelFulfilmentRow,
  ExceptionRow,
  ExternalRefRow,
  FulfilmentOrderRow,
  IntentRow,
  OrderLineRow,
  OrderRow,
  PromiseRow,
  RefundRow,
  ReservationRow,
  ReturnRow,
  ShipmentRow,
} from '../rows.ts'
import { caseTerms } from './case-terms.ts'
import { clip } from './clip.ts'
import { externalRefsOf } from './external-refs.ts'
import { promiseRowsOf } from './promise-rows.ts'

export type OrderRowSet = {
  readonly order: OrderRow
  readonly lines: readonly OrderLineRow[]
  readonly reservations: readonly ReservationRow[]
  readonly intents: readonly IntentRow[]
  readonly refunds: readonly RefundRow[]
  readonly returns: readonly ReturnRow[]
  readonly channelFulfilments: readonly ChannelFulfilmentRow[]
  readonly externalRefs: readonly ExternalRefRow[]
  readonly promises: readonly PromiseRow[]
  readonly fulfilmentOrders: readonly FulfilmentOrderRow[]
  readonly shipments: readonly ShipmentRow[]
  readonly exceptions: readonly ExceptionRow[]
}

export function orderRowsOf(state: OrderState): OrderRowSet {
  const { orderId } = state
  return {
    order: orderRowOf(state),
    lines: state.lines.map((line) => lineRow(line, state)),
    reservations: state.reservations.map((claim) => reservationRow(claim, orderId)),
    intents: state.intents.map((intent) => intentRow(intent, orderId)),
    refunds: state.refunds.map((refund) => refundRow(refund, orderId)),
    returns: state.returns.map((back) => returnRow(back, orderId)),
    channelFulfilments: state.channelFulfilments.map((shown) => channelFulfilmentRow(shown, orderId)),
    externalRefs: externalRefsOf(state),
    promises: promiseRowsOf(state),
    fulfilmentOrders: state.fulfilmentOrders.map((release) => fulfilmentOrderRow(release, orderId)),
    shipments: state.shipments.map((shipment) => shipmentRow(shipment, orderId)),
    exceptions: state.exceptions.map((exception) => exceptionRow(exception, state)),
  }
}

function orderRowOf(state: OrderState): OrderRow {
  const { order } = state
  return {
    orderId: state.orderId,
    account: order.account,
    externalOrderId: order.externalOrderId,
    externalNumber: order.externalNumber,
    stage: state.stage,
    status: statusOf(state),
    nextActor: nextActorOf(state),
    holds: activeHolds(state),
    openExceptions: state.exceptions.filter((exception) => exception.resolvedAtMs === null).length,
    payment: order.payment,
    currency: order.currency,
    ...order.totals,
    lineCount: state.lines.length,
    unitsOrdered: state.lines.reduce((sum, line) => sum + line.ordered, 0),
    unitsShipped: unitsOf(state, 'shipped'),
    unitsBackordered: unitsOf(state, 'backordered'),
    shipToCountry: order.shipTo?.country ?? null,
    shipToRegion: order.shipTo?.region ?? null,
    erpAccount: state.erp?.account ?? null,
    erpReference: state.erp?.reference ?? null,
    configVersion: state.policy?.configVersion ?? null,
    correlationId: state.correlationId,
    firstDeliveryId: state.firstDeliveryId,
    placedAtMs: order.placedAtMs,
    capturedAtMs: state.capturedAtMs,
    updatedAtMs: state.updatedAtMs,
    version: state.version,
  }
}

function activeHolds(state: OrderState): string | null {
  const kinds = state.holds.filter((hold) => hold.releasedAtMs === null).map((hold) => hold.kind)
  return kinds.length === 0 ? null : [...new Set(kinds)].sort().join(',')
}

function lineRow(line: LineState, state: OrderState): OrderLineRow {
  const asked = state.order.lines.find((candidate) => candidate.lineId === line.lineId)
  return {
    orderId: state.orderId,
    lineId: line.lineId,
    externalSku: line.externalSku,
    sku: line.sku,
    packQuantity: line.packQuantity,
    notStocked: line.notStocked,
    /** A line that the channel has dropped since has no price any more. */
    unitPriceMinor: asked?.unitPriceMinor ?? 0,
    ordered: line.ordered,
    ...line.quantities,
  }
}

function reservationRow(claim: OrderReservation, orderId: string): ReservationRow {
  const { reservationId, location, lineId, sku, quantity, status } = claim
  return { orderId, reservationId, location, lineId, sku, quantity, status }
}

function refundRow(refund: Refund, orderId: string): RefundRow {
  const { externalRefundId, amountMinor, currency, atMs } = refund
  return { orderId, externalRefundId, amountMinor, currency, units: unitsIn(refund.lines), atMs }
}

function returnRow(back: OrderReturn, orderId: string): ReturnRow {
  return { orderId, externalReturnId: back.externalReturnId, units: unitsIn(back.lines), atMs: back.atMs }
}

function channelFulfilmentRow(shown: ChannelFulfilment, orderId: string): ChannelFulfilmentRow {
  const { externalFulfilmentId, status, atMs } = shown
  return { orderId, externalFulfilmentId, status, units: unitsIn(shown.lines), atMs }
}

function intentRow(intent: Intent, orderId: string): IntentRow {
  return {
    orderId,
    intentId: intent.intentId,
    kind: intent.kind,
    account: intent.account,
    externalId: intent.externalId,
    subject: intent.subject,
    status: intent.status,
    attempts: intent.attempts,
    reference: intent.reference,
    lastError: clip(intent.lastError),
    createdAtMs: intent.createdAtMs,
    notBeforeMs: intent.notBeforeMs,
  }
}

function fulfilmentOrderRow(release: FulfilmentOrder, orderId: string): FulfilmentOrderRow {
  return {
    fulfilmentOrderId: release.fulfilmentOrderId,
    orderId,
    location: release.location,
    account: release.account,
    status: release.status,
    reference: release.reference,
    rejection: clip(release.rejection),
    units: unitsIn(release.lines),
    shippedUnits: release.lines.reduce((sum, line) => sum + line.shipped, 0),
    cancelledUnits: release.lines.reduce((sum, line) => sum + line.cancelled, 0),
    releasedAtMs: release.releasedAtMs,
  }
}

function shipmentRow(shipment: Shipment, orderId: string): ShipmentRow {
  return {
    shipmentId: shipment.shipmentId,
    orderId,
    fulfilmentOrderId: shipment.fulfilmentOrderId,
    externalShipmentId: shipment.externalShipmentId,
    location: shipment.location,
    carrier: shipment.carrier,
    service: shipment.service,
    trackingNumber: shipment.trackingNumber,
    trackingUrl: shipment.trackingUrl,
    units: unitsIn(shipment.lines),
    shippedAtMs: shipment.shippedAtMs,
    trackingStatus: shipment.tracking?.status ?? null,
    trackingAtMs: shipment.tracking?.atMs ?? null,
  }
}

function exceptionRow(exception: OrderException, state: OrderState): ExceptionRow {
  return {
    exceptionId: `${state.orderId}/${exception.exceptionId}`,
    sourceKind: 'order',
    sourceName: state.orderId,
    orderId: state.orderId,
    deliveryId: null,
    account: state.order.account,
    ...caseTerms(exception.category, exception.openedAtMs),
    class: exception.class,
    status: exception.resolvedAtMs === null ? 'open' : 'resolved',
    message: clip(exception.message) ?? '',
    remediation: exception.remediation,
    fingerprint: exception.fingerprint,
    moneyAtRiskMinor: exception.moneyAtRiskMinor,
    currency: state.order.currency,
    correlationId: state.correlationId,
    resolvedAtMs: exception.resolvedAtMs,
    version: state.version,
  }
}

function unitsIn(lines: readonly { readonly quantity: number }[]): number {
  return lines.reduce((sum, line) => sum + line.quantity, 0)
}
