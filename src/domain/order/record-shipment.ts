/**
 * Units left, or never will. The warehouse speaks in base units of the SKU, as it was asked; the order counts in the
 * channel's units, so a shipment carries whole packs.
 */
import { lineId } from '../shared/ids.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { isActive, remainingOf } from './claims.ts'
import { sumUnits } from './derived-units.ts'
import type { OrderCommand, OrderRefusal, ShipmentReport } from './order-command.ts'
import type { OrderEvent, Units } from './order-event.ts'
import type { FulfilmentOrder, OrderState, Shipment } from './order-state.ts'
import { releaseEvidence } from './warehouse-answers.ts'

type Decided<T> = Result<T, OrderRefusal>

export function recordShipment(
  command: Extract<OrderCommand, { type: 'record_shipment' }>,
  state: OrderState,
  nowMs: number,
): Decided<readonly OrderEvent[]> {
  const { shipment: report } = command
  const { fulfilmentOrderId, externalShipmentId } = report
  const fulfilmentOrder = state.fulfilmentOrders.find((other) => other.fulfilmentOrderId === fulfilmentOrderId)
  if (fulfilmentOrder === undefined) return err({ reason: 'fulfilment_order_not_found', fulfilmentOrderId })
  const lines = orderedUnits(state, report, report.lines)
  if (!lines.ok) return lines
  const short = orderedUnits(state, report, report.shortLines)
  if (!short.ok) return short
  const known = state.shipments.find((other) => isSameReport(other, report))
  if (known !== undefined) {
    return isSameContent(known, lines.value, report) ? ok([]) : err({ reason: 'shipment_conflict', externalShipmentId })
  }
  const refusal = excessOf(fulfilmentOrder, [...lines.value, ...short.value])
  if (refusal !== null) return err(refusal)
  const evidence = releaseEvidence(state, fulfilmentOrder, null, nowMs)
  return ok([...evidence, ...shipmentEvents(state, fulfilmentOrder, report, lines.value, short.value)])
}

/** Of the same warehouse: its numbers are its own. */
function isSameReport(known: Shipment, report: ShipmentReport): boolean {
  return known.externalShipmentId === report.externalShipmentId && known.fulfilmentOrderId === report.fulfilmentOrderId
}

function isSameContent(known: Shipment, lines: readonly Units[], report: ShipmentReport): boolean {
  const spell = (units: readonly Units[]) => JSON.stringify([...sumUnits(units)].sort())
  return spell(known.lines) === spell(lines) && known.trackingNumber === report.trackingNumber
}

function orderedUnits(
  state: OrderState,
  { externalShipmentId }: ShipmentReport,
  reported: readonly Units[],
): Decided<readonly Units[]> {
  const units: Units[] = []
  const lines = new Map(state.lines.map((line) => [line.lineId, line]))
  for (const [id, quantity] of sumUnits(reported)) {
    const line = lines.get(id)
    if (line === undefined) return err({ reason: 'line_not_found', lineId: id })
    if (quantity % line.packQuantity !== 0) return err({ reason: 'shipment_conflict', externalShipmentId })
    if (quantity > 0) units.push({ lineId: id, quantity: quantity / line.packQuantity })
  }
  return ok(units)
}

function excessOf(fulfilmentOrder: FulfilmentOrder, units: readonly Units[]): OrderRefusal | null {
  const lines = new Map(fulfilmentOrder.lines.map((line) => [line.lineId, line]))
  for (const [id, quantity] of sumUnits(units)) {
    const line = lines.get(id)
    if (line === undefined) return { reason: 'line_not_found', lineId: id }
    const released = isActive(fulfilmentOrder) ? remainingOf(line) : 0
    if (quantity > released) return { reason: 'shipment_exceeds_release', lineId: id, quantity, released }
  }
  return null
}

/** A report of nothing but short lines is kept as a shipment of nothing, so that it is known when it comes again. */
function shipmentEvents(
  state: OrderState,
  { fulfilmentOrderId, location }: FulfilmentOrder,
  report: ShipmentReport,
  lines: readonly Units[],
  short: readonly Units[],
): readonly OrderEvent[] {
  const { externalShipmentId, carrier, service, trackingNumber, trackingUrl, shippedAtMs } = report
  const shipment: Shipment = {
    shipmentId: `${state.orderId}/S${state.shipments.length + 1}`,
    externalShipmentId,
    fulfilmentOrderId,
    location,
    lines,
    carrier,
    service,
    trackingNumber,
    trackingUrl,
    shippedAtMs,
    tracking: null,
  }
  const recorded: OrderEvent = { type: 'shipment_recorded', shipment }
  if (short.length === 0) return [recorded]
  const reasons = new Map(report.shortLines.map((line) => [lineId(line.lineId), line.reason]))
  const shortLines = short.map((units) => ({ ...units, reason: reasons.get(units.lineId) ?? '' }))
  return [recorded, { type: 'units_short', fulfilmentOrderId, lines: shortLines }]
}
