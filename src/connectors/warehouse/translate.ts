/** A warehouse's message in our words. Pure and total: any body ends in events or in a typed refusal. */
import { fulfilmentOrderIdFrom, lineId } from '../../domain/shared/ids.ts'
import { err, ok, type Result, unreachable } from '../../domain/shared/result.ts'
import type { CanonicalEvent, StoredDelivery, TranslateRefusal, Translation } from '../ports.ts'
import { driftOf } from '../transport/drift.ts'
import { parseJson } from '../transport/json.ts'
import { parsePayload } from '../transport/parse-payload.ts'
import { isMessageType, knownFields, type Message, type MessageData, messageSchema } from './payload.ts'

const refuse = (reason: TranslateRefusal['reason'], field: string | null, detail: string) =>
  err<TranslateRefusal>({ reason, field, detail })

export function translate(delivery: StoredDelivery): Result<Translation, TranslateRefusal> {
  const parsed = parseJson(delivery.body)
  if (!parsed.ok) return refuse('malformed_json', null, parsed.error.reason)
  if (!isMessageType(delivery.topic)) return refuse('unsupported_topic', 'type', 'no such message type')
  const payload = parsePayload(messageSchema, parsed.value)
  if (!payload.ok) return payload
  const event = eventOf(payload.value)
  return event.ok ? ok({ events: [event.value], drift: driftOf(parsed.value, knownFields) }) : event
}

function eventOf(message: Message): Result<CanonicalEvent, TranslateRefusal> {
  const { type, timestamp: atMs, data } = message
  switch (type) {
    case 'fulfilment_order.accepted':
      return ok({ type: 'fulfilment_accepted', ...data, atMs })
    case 'fulfilment_order.rejected':
      return ok({ type: 'fulfilment_rejected', ...data, atMs })
    case 'fulfilment_order.cancelled':
      return ok({ type: 'fulfilment_cancelled', ...data, reason: data.reason ?? 'cancelled by the warehouse', atMs })
    // The refusal itself is the answer to our cancel request. What this adds is that the warehouse has the order in hand.
    case 'fulfilment_order.cancel_refused': {
      const { fulfilmentOrderId, reference } = data
      return ok({ type: 'fulfilment_accepted', fulfilmentOrderId, reference, atMs })
    }
    case 'fulfilment_order.shipped':
      return shipped(data, atMs)
    case 'inventory.counted':
      return counted(data)
    case 'inventory.adjusted':
      return ok(moved('adjustment', data, atMs))
    case 'inventory.received':
      return ok(moved('receipt', data, atMs))
    default:
      return unreachable(type)
  }
}

function shipped(
  data: MessageData<'fulfilment_order.shipped'>,
  atMs: number,
): Result<CanonicalEvent, TranslateRefusal> {
  const { lines, shortLines } = data
  if (lines.length + shortLines.length === 0)
    return refuse('inconsistent', 'data.lines', 'nothing shipped, nothing short')
  if (hasTwice(lines) || hasTwice(shortLines)) return refuse('inconsistent', 'data.lines', 'a line is listed twice')
  const { carrier, service, trackingNumber, trackingUrl } = data
  return ok({
    type: 'shipment_reported',
    shipment: {
      externalShipmentId: data.shipmentId,
      fulfilmentOrderId: fulfilmentOrderIdFrom(data.fulfilmentOrderId),
      lines: lines.map((line) => ({ lineId: lineId(line.lineId), quantity: line.quantity })),
      shortLines: shortLines.map((line) => ({
        lineId: lineId(line.lineId),
        quantity: line.quantity,
        reason: line.reason ?? 'short',
      })),
      ...{ carrier, service, trackingNumber, trackingUrl },
      shippedAtMs: data.shippedAt ?? atMs,
    },
  })
}

const hasTwice = (lines: readonly { readonly lineId: string }[]) =>
  new Set(lines.map((line) => line.lineId)).size !== lines.length

function counted(data: MessageData<'inventory.counted'>): Result<CanonicalEvent, TranslateRefusal> {
  const { sku, location, snapshotId, onHand, damaged, qualityControl } = data
  if ((damaged ?? 0) + (qualityControl ?? 0) > onHand) {
    return refuse('inconsistent', 'data.onHand', 'less on hand than damaged and in quality control')
  }
  return ok({
    type: 'stock_counted',
    ...{ sku, location, snapshotId, onHand, damaged, qualityControl },
    sourceSequence: data.sequence,
    asOfMs: data.asOf,
  })
}

function moved(
  movement: 'adjustment' | 'receipt',
  data: MessageData<'inventory.adjusted' | 'inventory.received'>,
  atMs: number,
): CanonicalEvent {
  const { sku, location, movementId, state, quantity, reference } = data
  const occurredAtMs = data.occurredAt ?? atMs
  return { type: 'stock_moved', movement, sku, location, movementId, state, quantity, reference, occurredAtMs }
}
