/** How the document takes in promises: taken, reviewed, and looked at again at once when something goes wrong. */
import { nextLookMs } from '../atp/predict-breach.ts'
import { type LinePromise, promisesOf, type TakenPromise } from './line-promise.ts'
import type { EventOf, OrderEventType } from './order-event.ts'
import type { OrderState } from './order-state.ts'

export function applyPromise(
  state: OrderState,
  event: EventOf<'promise_taken'> | EventOf<'promises_reviewed'>,
  atMs: number,
): OrderState {
  const promises = promisesOf(state)
  if (event.type === 'promise_taken') {
    const others = promises.filter(({ lineId }) => lineId !== event.promise.lineId)
    const lookAtMs = firstLookMs(event.promise, atMs)
    const fresh = { standing: 'open', expectedAtMs: null, reason: null, lookAtMs, takenAtMs: atMs } as const
    return { ...state, promises: [...others, { ...event.promise, ...fresh }] }
  }
  const reviews = new Map(event.reviews.map((review) => [review.lineId, review]))
  return { ...state, promises: promises.map((promise) => ({ ...promise, ...reviews.get(promise.lineId) })) }
}

/** What nobody asked for is looked at when it ought to have left: until then all goes as it was planned. */
function firstLookMs({ source, byMs, departsAtMs }: TakenPromise, atMs: number): number {
  if (source !== 'planned' || departsAtMs === undefined) return nextLookMs(byMs, atMs)
  return Math.min(byMs + 1, Math.max(atMs, departsAtMs) + leavesLateMs)
}
const leavesLateMs = 3_600_000

/** What makes a promise doubtful, or lets it be hoped for again. */
const unsettling: ReadonlySet<OrderEventType> = new Set([
  'units_backordered',
  'retry_requested',
  'reservation_lost',
  'cover_lost',
  'fulfilment_order_rejected',
  'fulfilment_order_cancelled',
  'units_short',
  'stock_reserved',
])

export function withPromisesDue(state: OrderState, type: OrderEventType, atMs: number): OrderState {
  if (state.promises === undefined || !unsettling.has(type)) return state
  const due = (promise: LinePromise): LinePromise =>
    promise.lookAtMs === null ? promise : { ...promise, lookAtMs: Math.min(promise.lookAtMs, atMs) }
  return { ...state, promises: state.promises.map(due) }
}
