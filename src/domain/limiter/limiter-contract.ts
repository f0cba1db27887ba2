/**
 * The budget an account grants us, leased per call. What cannot go now is parked in order of `orderedByMs` and woken by
 * the limiter itself, so that a partner coming back sees its own rate, oldest work first, and no herd.
 */
export type LeaseRequest = {
  /** `<orderId>|<intentId>`: asking again while parked or granted is the same request. */
  readonly key: string
  readonly orderedByMs: number
  readonly lane: 'urgent' | 'normal' | 'bulk'
  readonly notBeforeMs: number
}
export type LeaseAnswer =
  | { readonly granted: true; readonly leaseId: string; readonly expiresAtMs: number }
  /** Acknowledge the message: the limiter will send it again. */
  | { readonly granted: false; readonly wakeAtMs: number }

export type LeaseReport = {
  readonly leaseId: string
  readonly result: 'ok' | 'refused' | 'throttled' | 'failed'
  /** From `Retry-After` or the partner's own cost report. */
  readonly retryAfterMs: number | null
}
