/** The start of an attempt: one caller at a time, on a lease, and never a blind second call. */
import type { Intent } from './intent.ts'

/**
 * Longer than any call: the client gives up after ten seconds, so a lease that ran out means that the caller died.
 * What it sent has long arrived or never will.
 */
export const leaseMs = 60_000

export type Begun =
  | { readonly go: true; readonly intent: Intent }
  | { readonly go: false; readonly why: 'settled' | 'withdrawn' | 'rejected' }
  | { readonly go: false; readonly why: 'later'; readonly retryAtMs: number }

/** `commandId` names the caller's try: asked again with it while its lease lasts, the same attempt is answered. */
export function beginIntent(intent: Intent, commandId: string, nowMs: number): Begun {
  switch (intent.status) {
    case 'settled':
    case 'withdrawn':
    case 'rejected':
      return { go: false, why: intent.status }
    case 'calling':
      return beginWhileCalling(intent, commandId, nowMs)
    case 'pending':
    case 'unknown':
      if (nowMs < intent.notBeforeMs) return { go: false, why: 'later', retryAtMs: intent.notBeforeMs }
      return { go: true, intent: leased(intent, commandId, nowMs) }
  }
}

function beginWhileCalling(intent: Intent, commandId: string, nowMs: number): Begun {
  const leaseUntilMs = intent.leaseUntilMs ?? 0
  if (nowMs >= leaseUntilMs) return { go: true, intent: leased({ ...intent, mustProbe: true }, commandId, nowMs) }
  if (intent.leasedBy === commandId) return { go: true, intent }
  return { go: false, why: 'later', retryAtMs: leaseUntilMs }
}

function leased(intent: Intent, commandId: string, nowMs: number): Intent {
  return {
    ...intent,
    status: 'calling',
    attempts: intent.attempts + 1,
    leaseUntilMs: nowMs + leaseMs,
    leasedBy: commandId,
    mustProbe: intent.mustProbe || intent.status === 'unknown',
  }
}

/** When somebody should look at the intent again; null once it is over. */
export function intentDueMs(intent: Intent): number | null {
  switch (intent.status) {
    case 'pending':
    case 'unknown':
      return intent.notBeforeMs
    case 'calling':
      return intent.leaseUntilMs
    case 'settled':
    case 'rejected':
    case 'withdrawn':
      return null
  }
}
