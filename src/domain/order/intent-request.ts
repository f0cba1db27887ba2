/** What one call needs to know, built from present truth when the call begins. */
import { stockParts } from '../catalog/stock-parts.ts'
import type { Intent } from '../outbox/intent.ts'
import { unreachable } from '../shared/result.ts'
import { partedAs } from './claims.ts'
import { findIntent, holdBackMs, isHeldBack } from './intent-commands.ts'
import type { BeginAttempt, IntentRequest } from './order-command.ts'
import type { FulfilmentOrder, OrderState, Shipment } from './order-state.ts'

/** The answer to `beginAttempt`, after the command of that id was decided: the holder of the lease may go. */
export function attemptAnswer(state: OrderState, intentId: string, commandId: string, nowMs: number): BeginAttempt {
  const intent = findIntent(state, intentId)
  if (intent === undefined) return { go: false, why: 'not_found' }
  if (isHeldBack(state, intent)) return { go: false, why: 'later', retryAtMs: nowMs + holdBackMs }
  switch (intent.status) {
    case 'settled':
    case 'withdrawn':
    case 'rejected':
      return { go: false, why: intent.status }
    case 'pending':
    case 'unknown':
      return { go: false, why: 'later', retryAtMs: intent.notBeforeMs }
    case 'calling':
      return callingAnswer(state, intent, commandId)
    default:
      return unreachable(intent.status)
  }
}

function callingAnswer(state: OrderState, intent: Intent, commandId: string): BeginAttempt {
  const leaseUntilMs = intent.leaseUntilMs ?? 0
  if (intent.leasedBy !== commandId) return { go: false, why: 'later', retryAtMs: leaseUntilMs }
  const { account, kind, attempts: attempt, mustProbe } = intent
  const request = requestOf(state, intent)
  return { go: true, account, kind, attempt, mustProbe, leaseUntilMs, request, correlationId: state.correlationId }
}

export function requestOf(state: OrderState, intent: Intent): IntentRequest {
  switch (intent.kind) {
    case 'erp_create_order':
      return { kind: intent.kind, externalId: intent.externalId, order: state.order, lines: bookedLines(state) }
    case 'erp_cancel_order': {
      const reason = state.cancellation?.reason ?? 'nothing is left of the order'
      const { kind, externalId } = intent
      return { kind, externalId, erpReference: cancelledReference(state, intent), reason }
    }
    case 'erp_record_shipment':
      return shipmentToErp(state, intent, shipmentOf(state, intent))
    case 'warehouse_release':
      return releaseRequest(state, intent, fulfilmentOrderOf(state, intent))
    case 'warehouse_cancel': {
      const { fulfilmentOrderId, reference } = fulfilmentOrderOf(state, intent)
      const reason = state.cancellation?.reason ?? 'no longer wanted'
      const { kind, externalId } = intent
      return { kind, externalId, fulfilmentOrderId, warehouseReference: reference, reason }
    }
    case 'channel_fulfil':
      return shipmentToChannel(state, intent, shipmentOf(state, intent))
    default:
      return unreachable(intent.kind)
  }
}

type CreateLine = Extract<IntentRequest, { kind: 'erp_create_order' }>['lines'][number]

/** All that is not cancelled. A line without a SKU of ours (a tip) has nothing the ERP could book it against. */
function bookedLines(state: OrderState): readonly CreateLine[] {
  const asked = new Map(state.order.lines.map((line) => [line.lineId, line]))
  return state.lines.flatMap((line): CreateLine[] => {
    const { lineId, sku, packQuantity } = line
    const sold = asked.get(lineId)
    const quantity = line.ordered - line.quantities.cancelled
    if (sku === null || sold === undefined || quantity === 0) return []
    const { title, unitPriceMinor, discountMinor, taxMinor } = sold
    return [{ lineId, sku, title, quantity, packQuantity, unitPriceMinor, discountMinor, taxMinor }]
  })
}

function shipmentToErp(state: OrderState, intent: Intent, shipment: Shipment): IntentRequest {
  const lines = new Map(state.lines.map((line) => [line.lineId, line]))
  const { shipmentId, trackingNumber, carrier, shippedAtMs } = shipment
  return {
    kind: 'erp_record_shipment',
    externalId: intent.externalId,
    erpReference: erpReference(state),
    shipmentId,
    lines: shipment.lines.map(({ lineId, quantity }) => {
      const { sku, packQuantity } = lines.get(lineId) ?? { sku: null, packQuantity: 1 }
      return { lineId, sku: sku ?? '', quantity, packQuantity }
    }),
    trackingNumber,
    carrier,
    shippedAtMs,
  }
}

/** In base units of the SKU: that is what a picker counts. A bundle is packed as one, of what is told to be in it. */
function releaseRequest(state: OrderState, intent: Intent, fulfilmentOrder: FulfilmentOrder): IntentRequest {
  const asked = new Map(state.order.lines.map((line) => [line.lineId, line.title]))
  return {
    kind: 'warehouse_release',
    externalId: intent.externalId,
    fulfilmentOrderId: fulfilmentOrder.fulfilmentOrderId,
    order: state.order,
    lines: fulfilmentOrder.lines.map(({ lineId, sku, quantity }) => {
      const parted = partedAs(state, { lineId, sku })
      const inAll = { lineId, sku, title: asked.get(lineId) ?? sku, quantity: quantity * parted.packQuantity }
      if (parted.parts === undefined) return inAll
      const components = stockParts(parted).map((part) => ({ sku: part.sku, quantity: part.units * quantity }))
      return { ...inAll, components }
    }),
  }
}

function shipmentToChannel(state: OrderState, intent: Intent, shipment: Shipment): IntentRequest {
  const skus = new Map(state.lines.map((line) => [line.lineId, line.externalSku]))
  const { shipmentId, carrier, trackingNumber, trackingUrl, shippedAtMs } = shipment
  return {
    kind: 'channel_fulfil',
    externalId: intent.externalId,
    externalOrderId: state.order.externalOrderId,
    shipmentId,
    lines: shipment.lines.map(({ lineId, quantity }) => ({
      lineId,
      externalSku: skus.get(lineId) ?? null,
      quantity,
    })),
    carrier,
    trackingNumber,
    trackingUrl,
    shippedAtMs,
  }
}

/** Of the sale that this very cancellation is about: by now the order may have another. */
function cancelledReference(state: OrderState, { intentId }: Intent): string {
  const created = findIntent(state, intentId.replace('erp_cancel_order/', 'erp_create_order/'))
  if (created?.reference == null) throw new Error(`${state.orderId} has no ERP order for ${intentId}`)
  return created.reference
}

function erpReference(state: OrderState): string {
  const reference = state.erp?.reference ?? null
  if (reference === null) throw new Error(`${state.orderId} has no ERP order yet`)
  return reference
}

function shipmentOf(state: OrderState, { intentId, subject }: Intent): Shipment {
  const shipment = state.shipments.find((other) => other.shipmentId === subject)
  if (shipment === undefined) throw new Error(`${intentId} is about no shipment of ${state.orderId}`)
  return shipment
}

function fulfilmentOrderOf(state: OrderState, { intentId, subject }: Intent): FulfilmentOrder {
  const fulfilmentOrder = state.fulfilmentOrders.find((other) => other.fulfilmentOrderId === subject)
  if (fulfilmentOrder === undefined) throw new Error(`${intentId} is about no fulfilment order of ${state.orderId}`)
  return fulfilmentOrder
}
