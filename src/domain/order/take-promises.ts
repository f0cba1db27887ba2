/**
 * Follow-ups of what was promised: a promise is taken as soon as the order carries one, and settled as soon as its
 * units have left or nobody wants them any more.
 */
import { claimInPromiseId } from '../atp/promise-claim.ts'
import { lineId } from '../shared/ids.ts'
import type { CanonicalOrder, OrderLine } from './canonical-order.ts'
import { findLine } from './line-moves.ts'
import {
  type LinePromise,
  type PromiseReview,
  promisedUnits,
  promisesOf,
  type TakenPromise,
  unsettledPromises,
} from './line-promise.ts'
import type { OrderEvent } from './order-event.ts'
import type { LineState, OrderState } from './order-state.ts'

export function takePromises(state: OrderState): readonly OrderEvent[] {
  if (state.stage === 'closed' || state.stage === 'cancelled') return []
  const known = new Map<string, LinePromise>(promisesOf(state).map((promise) => [promise.lineId, promise]))
  return state.order.lines.flatMap((line): OrderEvent[] => {
    const carried = promiseIn(line, state.order)
    const taken = known.get(line.lineId)
    if (carried === null || carried.quantity === 0 || (taken && isSame(carried, taken))) return []
    return [{ type: 'promise_taken', promise: carried }]
  })
}

/** Its signature was checked where the order came in. */
function promiseIn(line: OrderLine, { promisedByMs }: CanonicalOrder): TakenPromise | null {
  const claim = line.promiseId === undefined ? null : claimInPromiseId(line.promiseId)
  const named = { lineId: lineId(line.lineId), plan: [], confidencePercent: null, configVersion: null }
  if (claim === null) {
    return promisedByMs === undefined
      ? null
      : { ...named, quantity: line.quantity, byMs: promisedByMs, source: 'named' }
  }
  const plan = claim.plan.map(([sku, location, quantity], place) => {
    return { sku, location, quantity, version: claim.basis[place] ?? 0 }
  })
  const { byMs, confidencePercent, config } = claim
  const quantity = Math.min(line.quantity, claim.quantity)
  return { ...named, quantity, byMs, source: 'quoted', confidencePercent, plan, configVersion: config }
}

/** Fewer units than were promised are no new promise. */
function isSame(carried: TakenPromise, taken: TakenPromise): boolean {
  return carried.byMs === taken.byMs && carried.source === taken.source && carried.quantity <= taken.quantity
}

export function settlePromises(state: OrderState, nowMs: number): readonly OrderEvent[] {
  const reviews = unsettledPromises(state).flatMap((promise) => settled(promise, state, nowMs) ?? [])
  return reviews.length === 0 ? [] : [{ type: 'promises_reviewed', reviews }]
}

function settled(promise: LinePromise, state: OrderState, nowMs: number): PromiseReview | null {
  const { lineId: id, byMs } = promise
  const line = findLine(state, id)
  if (line === undefined || promisedUnits(promise, line) === 0) return review('withdrawn', null)
  const leftAtMs = leavingMs(state, line, promisedUnits(promise, line), nowMs)
  if (leftAtMs !== null) return review(leftAtMs <= byMs ? 'kept' : 'broken', leftAtMs)
  return nowMs > byMs ? review('broken', promise.expectedAtMs) : null

  function review(standing: PromiseReview['standing'], expectedAtMs: number | null): PromiseReview {
    return { lineId: id, standing, expectedAtMs, reason: standing === 'broken' ? 'date_passed' : null, lookAtMs: null }
  }
}

/** When the last of so many units left; null while some have not. What was fulfilled by hand left now at the latest. */
function leavingMs(state: OrderState, line: LineState, units: number, nowMs: number): number | null {
  const shipped = state.shipments
    .flatMap(({ lines, shippedAtMs }) => lines.map((each) => ({ ...each, shippedAtMs })))
    .filter(({ lineId: id }) => id === line.lineId)
    .sort((left, right) => left.shippedAtMs - right.shippedAtMs)
  const parts = [...shipped, { quantity: line.quantities.shipped, shippedAtMs: nowMs }]
  if (line.quantities.shipped < units) return null
  let left = 0
  for (const { quantity, shippedAtMs } of parts) {
    left += quantity
    if (left >= units) return shippedAtMs
  }
  return null
}
