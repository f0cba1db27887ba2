/**
 * Settles promises as soon as their units have left or arrived, or nobody wants them any more. What was promised to
 * leave is kept by leaving; what was promised to be there stays open until it is, or until its date.
 */
import { findLine } from './line-moves.ts'
import {
  dateOfPromise,
  type LinePromise,
  type PromiseReview,
  promisedUnits,
  unsettledPromises,
} from './line-promise.ts'
import type { OrderEvent } from './order-event.ts'
import type { LineState, OrderState, Shipment } from './order-state.ts'

export function settlePromises(state: OrderState, nowMs: number): readonly OrderEvent[] {
  const reviews = unsettledPromises(state).flatMap((promise) => {
    const review = settled(promise, state, nowMs)
    return review === null || isAsBefore(promise, review) ? [] : [review]
  })
  return reviews.length === 0 ? [] : [{ type: 'promises_reviewed', reviews }]
}

/** Nothing of it is waited for at our end any more. */
export function hasLeft(promise: LinePromise, state: OrderState): boolean {
  const line = findLine(state, promise.lineId)
  return line !== undefined && line.quantities.shipped >= promisedUnits(promise, line)
}

function isAsBefore(promise: LinePromise, review: PromiseReview): boolean {
  const { standing, expectedAtMs, reason, lookAtMs } = promise
  const same = standing === review.standing && expectedAtMs === review.expectedAtMs && reason === review.reason
  return same && lookAtMs === review.lookAtMs
}

/** Null while its units wait for us, before its date. */
export function settled(promise: LinePromise, state: OrderState, nowMs: number): PromiseReview | null {
  const { lineId, byMs } = promise
  const line = findLine(state, lineId)
  if (line === undefined || promisedUnits(promise, line) === 0) return review(promise, 'withdrawn', null)
  if (!hasLeft(promise, state)) return nowMs > byMs ? review(promise, 'broken', promise.expectedAtMs) : null
  const { atMs, isKnown, isTracked } = arrival(promise, state, line, nowMs)
  const inTime = atMs <= byMs
  if (isKnown || (nowMs > byMs && !isTracked)) return review(promise, inTime ? 'kept' : 'broken', atMs)
  if (nowMs > byMs) return review(promise, 'broken', Math.max(atMs, nowMs))
  const underWay = { lineId, expectedAtMs: atMs, lookAtMs: byMs + 1 }
  return inTime
    ? { ...underWay, standing: 'open', reason: null }
    : { ...underWay, standing: 'at_risk', reason: 'late_transit' }
}

function review({ lineId }: LinePromise, standing: PromiseReview['standing'], expectedAtMs: number | null) {
  const reason = standing === 'broken' ? ('date_passed' as const) : null
  return { lineId, standing, expectedAtMs, reason, lookAtMs: null }
}

type Arrival = {
  readonly atMs: number
  /** Said by the carrier, or not asked for. */
  readonly isKnown: boolean
  /** The carrier tells of it, so that its silence means something. */
  readonly isTracked: boolean
}

/** Of the last of the promised units, the first to be there counted first. What was fulfilled by hand is there now. */
function arrival(promise: LinePromise, state: OrderState, line: LineState, nowMs: number): Arrival {
  const parts = state.shipments.flatMap((shipment) =>
    shipment.lines
      .filter(({ lineId }) => lineId === line.lineId)
      .map(({ quantity }) => ({ quantity, ...arrivalOf(promise, state, shipment) })),
  )
  const byHand = { quantity: line.quantities.shipped, atMs: nowMs, isKnown: true, isTracked: false }
  const first = parts.toSorted((left, right) => left.atMs - right.atMs)
  const units = promisedUnits(promise, line)
  const counted: Arrival[] = []
  let left = 0
  for (const part of [...first, byHand]) {
    if (left >= units) break
    left += part.quantity
    counted.push(part)
  }
  return {
    atMs: counted.at(-1)?.atMs ?? nowMs,
    isKnown: counted.every(({ isKnown }) => isKnown),
    isTracked: counted.some(({ isTracked }) => isTracked),
  }
}

/** Where nobody knows how long the way is, it counts as there when it leaves. */
function arrivalOf(promise: LinePromise, { plan }: OrderState, shipment: Shipment): Arrival {
  const { shippedAtMs, tracking, location } = shipment
  if (dateOfPromise(promise) === 'departure') return { atMs: shippedAtMs, isKnown: true, isTracked: false }
  if (tracking?.status === 'delivered') return { atMs: tracking.atMs, isKnown: true, isTracked: false }
  const way = plan?.deliveries?.find((delivery) => delivery.location === location)
  if (way === undefined) return { atMs: shippedAtMs, isKnown: true, isTracked: false }
  return { atMs: shippedAtMs + way.atMs - way.departsAtMs, isKnown: false, isTracked: tracking !== null }
}
