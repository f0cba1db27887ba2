/** How the document takes in the warehouses' part: fulfilment orders, shipments, short lines. */

import { canonicalJson } from '../shared/canonical-json.ts'
import type { LineId, LocationId } from '../shared/ids.ts'
import { claimOf, type DrawnClaim, remainingOf, shipClaims } from './claims.ts'
import { sumUnits } from './derived-units.ts'
import { changeLines, moveUnits } from './line-moves.ts'
import type { EventOf, Units } from './order-event.ts'
import type { FulfilmentOrder, FulfilmentOrderStatus, OrderState, Shipment } from './order-state.ts'

type FulfilmentLine = FulfilmentOrder['lines'][number]

export function applyFulfilmentOrderOpened(
  state: OrderState,
  { fulfilmentOrder }: EventOf<'fulfilment_order_opened'>,
): OrderState {
  const released = changeLines(state, fulfilmentOrder.lines, (line, { quantity }) =>
    moveUnits(line, 'reserved', 'released', quantity),
  )
  const saga = { ...released.saga, releasedTo: canonicalJson(state.order.shipTo) }
  return { ...released, fulfilmentOrders: [...released.fulfilmentOrders, fulfilmentOrder], saga }
}

export function applyAccepted(state: OrderState, event: EventOf<'fulfilment_order_accepted'>): OrderState {
  return changeFulfilmentOrder(state, event.fulfilmentOrderId, (fulfilmentOrder) => ({
    ...fulfilmentOrder,
    status: fulfilmentOrder.status === 'open' ? 'in_progress' : fulfilmentOrder.status,
    reference: event.reference ?? fulfilmentOrder.reference,
  }))
}

/**
 * What the warehouse will not ship is a free claim again; the location is passed over until a person says otherwise.
 */
export function applyRejected(state: OrderState, event: EventOf<'fulfilment_order_rejected'>): OrderState {
  const { location } = findFulfilmentOrder(state, event.fulfilmentOrderId)
  const ended = endFulfilmentOrder(state, event.fulfilmentOrderId, { rejection: event.reason })
  return excluding(ended, location, null)
}

export function applyFulfilmentCancelled(state: OrderState, event: EventOf<'fulfilment_order_cancelled'>): OrderState {
  const { location } = findFulfilmentOrder(state, event.fulfilmentOrderId)
  const ended = endFulfilmentOrder(state, event.fulfilmentOrderId, {})
  return event.byWarehouse ? excluding(ended, location, null) : ended
}

export function applyRecallRefused(state: OrderState, event: EventOf<'recall_refused'>): OrderState {
  return changeFulfilmentOrder(state, event.fulfilmentOrderId, (fulfilmentOrder) => ({
    ...fulfilmentOrder,
    recallRefused: event.reason,
  }))
}

export function applyShipmentRecorded(state: OrderState, { shipment }: EventOf<'shipment_recorded'>): OrderState {
  const progressed = changeFulfilmentOrder(state, shipment.fulfilmentOrderId, (fulfilmentOrder) =>
    withProgress({ ...fulfilmentOrder, lines: shippedLines(fulfilmentOrder.lines, shipment.lines) }),
  )
  const moved = changeLines(progressed, shipment.lines, (line, { quantity }) =>
    moveUnits(line, 'released', 'shipped', quantity),
  )
  const drawn = shipClaims(moved, drawnBy(moved, shipment), shipment.shipmentId)
  return withEarlyTracking({ ...drawn, shipments: [...drawn.shipments, shipment] })
}

function shippedLines(lines: readonly FulfilmentLine[], shipped: readonly Units[]): FulfilmentLine[] {
  const units = sumUnits(shipped)
  return lines.map((line) => ({ ...line, shipped: line.shipped + (units.get(line.lineId) ?? 0) }))
}

/** Shipped units use up the oldest claims at the location. */
function drawnBy(state: OrderState, { shipmentId, location, lines }: Shipment): readonly DrawnClaim[] {
  const there = state.reservations.filter((reservation) => reservation.location === location)
  const claims = Map.groupBy(there, ({ lineId }) => lineId)
  return [...sumUnits(lines)].flatMap(([lineId, quantity]) => {
    let wanted = quantity
    const drawn = (claims.get(lineId) ?? []).flatMap((reservation): DrawnClaim[] => {
      const units = Math.min(wanted, claimOf(reservation))
      wanted -= units
      return units === 0 ? [] : [{ reservation, quantity: units }]
    })
    if (wanted > 0) throw new Error(`${shipmentId} ships ${wanted} units that nothing claims`)
    return drawn
  })
}

function withEarlyTracking(state: OrderState): OrderState {
  const early = state.saga.earlyTracking
  if (early.length === 0) return state
  const shipments = state.shipments.map((shipment) => {
    const known = early.filter((fact) => fact.trackingNumber === shipment.trackingNumber)
    const newest = known.sort((left, right) => right.atMs - left.atMs)[0]
    return newest === undefined ? shipment : { ...shipment, tracking: newest }
  })
  const numbers = new Set(shipments.map((shipment) => shipment.trackingNumber))
  const earlyTracking = early.filter((fact) => !numbers.has(fact.trackingNumber))
  return { ...state, shipments, saga: { ...state.saga, earlyTracking } }
}

export function applyUnitsShort(state: OrderState, event: EventOf<'units_short'>): OrderState {
  const { location } = findFulfilmentOrder(state, event.fulfilmentOrderId)
  const short = sumUnits(event.lines)
  const shortened = changeFulfilmentOrder(state, event.fulfilmentOrderId, (fulfilmentOrder) =>
    withProgress({
      ...fulfilmentOrder,
      lines: fulfilmentOrder.lines.map((line) => ({
        ...line,
        cancelled: line.cancelled + (short.get(line.lineId) ?? 0),
      })),
    }),
  )
  const freed = changeLines(shortened, event.lines, (line, { quantity }) =>
    moveUnits(line, 'released', 'reserved', quantity),
  )
  return event.lines.reduce((next, { lineId }) => excluding(next, location, lineId), freed)
}

export function applyTrackingRecorded(state: OrderState, { tracking }: EventOf<'tracking_recorded'>): OrderState {
  const shipments = state.shipments.map((shipment) =>
    shipment.trackingNumber === tracking.trackingNumber ? { ...shipment, tracking } : shipment,
  )
  return { ...state, shipments }
}

export function changeFulfilmentOrder(
  state: OrderState,
  id: string,
  change: (fulfilmentOrder: FulfilmentOrder) => FulfilmentOrder,
): OrderState {
  const fulfilmentOrders = state.fulfilmentOrders.map((other) =>
    other.fulfilmentOrderId === id ? change(other) : other,
  )
  return { ...state, fulfilmentOrders }
}

function findFulfilmentOrder(state: OrderState, id: string): FulfilmentOrder {
  const found = state.fulfilmentOrders.find((other) => other.fulfilmentOrderId === id)
  if (found === undefined) throw new Error(`no fulfilment order ${id}`)
  return found
}

function endFulfilmentOrder(state: OrderState, id: string, change: Partial<FulfilmentOrder>): OrderState {
  const remaining = findFulfilmentOrder(state, id).lines.map((line) => ({
    lineId: line.lineId,
    quantity: remainingOf(line),
  }))
  const ended = changeFulfilmentOrder(state, id, (fulfilmentOrder) => ({
    ...fulfilmentOrder,
    ...change,
    status: fulfilmentOrder.lines.some((line) => line.shipped > 0) ? 'incomplete' : 'cancelled',
    lines: fulfilmentOrder.lines.map((line) => ({ ...line, cancelled: line.quantity - line.shipped })),
  }))
  return changeLines(ended, remaining, (line, { quantity }) => moveUnits(line, 'released', 'reserved', quantity))
}

function withProgress(fulfilmentOrder: FulfilmentOrder): FulfilmentOrder {
  return { ...fulfilmentOrder, status: progressOf(fulfilmentOrder) }
}

function progressOf({ lines }: FulfilmentOrder): FulfilmentOrderStatus {
  if (lines.some((line) => remainingOf(line) > 0)) return 'in_progress'
  return lines.every((line) => line.cancelled === 0) ? 'closed' : 'incomplete'
}

function excluding(state: OrderState, location: LocationId, lineId: LineId | null): OrderState {
  const excluded = [...state.saga.excluded, { location, lineId }]
  return { ...state, saga: { ...state.saga, excluded, rejections: state.saga.rejections + 1 } }
}
