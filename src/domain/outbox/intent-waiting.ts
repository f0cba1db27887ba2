/** What may happen to an intent while nobody is calling: put off, given up, taken up again. */
import type { Intent } from './intent.ts'

/** The partner is closed to us for now. Null while a caller is at work or when the intent is over. */
export function deferIntent(intent: Intent, retryAtMs: number, why: string): Intent | null {
  if (intent.status !== 'pending' && intent.status !== 'unknown') return null
  if (intent.notBeforeMs >= retryAtMs) return null
  return { ...intent, notBeforeMs: retryAtMs, lastError: why.slice(0, 500) }
}

/** Only what the partner has certainly not done can be withdrawn; null when that is not so (yet). */
export function withdrawIntent(intent: Intent): Intent | null {
  if (intent.mustProbe || (intent.status !== 'pending' && intent.status !== 'rejected')) return null
  return { ...intent, status: 'withdrawn', leaseUntilMs: null, leasedBy: null }
}

/** A person says: again. A doubtful outcome stays doubtful, so the next attempt still looks first. */
export function reopenIntent(intent: Intent, nowMs: number): Intent | null {
  if (intent.status !== 'rejected') return null
  return { ...intent, status: intent.mustProbe ? 'unknown' : 'pending', notBeforeMs: nowMs }
}

/** Waiting, being called or in doubt: the order is not done with it. */
export function isUnderWay(intent: Intent): boolean {
  return intent.status === 'pending' || intent.status === 'calling' || intent.status === 'unknown'
}
