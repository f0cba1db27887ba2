/**
 * The budget an account grants us, leased per call. What cannot go now is parked in order of `orderedByMs` and woken by
 * the limiter itself, so that a partner coming back sees its own rate, oldest work first, and no herd.
 */
export type LeaseRequest = {
  /** `<orderId>|<intentId>`, or `feed|<lane>` for the next batch of the account's feed: asking again while parked or granted is the same request. */
  readonly key: string
  readonly orderedByMs: number
  readonly lane: 'urgent' | 'normal' | 'bulk'
  readonly notBeforeMs: number
}
export type LeaseAnswer =
  | { readonly granted: true; readonly leaseId: string; readonly expiresAtMs: number }
  /** Acknowledge the message: the limiter will send it again. */
  | { readonly granted: false; readonly wakeAtMs: number }

/**
 * How the leased call went. `unused`: no call was made and none is wanted, the token goes back. `deferred`: the partner
 * is known to be down, so nobody should call for `retryAfterMs`; the request keeps its place in the queue.
 */
export type LeaseResult = 'ok' | 'refused' | 'throttled' | 'failed' | 'unused' | 'deferred'

export type LeaseReport = {
  readonly leaseId: string
  readonly result: LeaseResult
  /** From `Retry-After`, the partner's own cost report, or the breaker. */
  readonly retryAfterMs: number | null
}

export type LimiterStatus = {
  readonly parked: number
  readonly leased: number
  readonly ratePerSecond: number
  readonly concurrency: number
  readonly pausedUntilMs: number
}

/** Ids of orders and intents contain no bar. */
export const leaseKey = (orderId: string, intentId: string): string => `${orderId}|${intentId}`

export function parseLeaseKey(key: string): { readonly orderId: string; readonly intentId: string } {
  const bar = key.indexOf('|')
  return { orderId: key.slice(0, bar), intentId: key.slice(bar + 1) }
}

/** No order has this id: an order's names its account and has a colon. */
const feedOwner = 'feed'
export const feedLeaseKey = (lane: LeaseRequest['lane']): string => leaseKey(feedOwner, lane)

/** The lane of a feed that waits for its turn; null when the key is an order's. */
export function feedLaneOf(key: string): LeaseRequest['lane'] | null {
  const { orderId, intentId } = parseLeaseKey(key)
  if (orderId !== feedOwner) return null
  return intentId === 'urgent' || intentId === 'bulk' ? intentId : 'normal'
}
