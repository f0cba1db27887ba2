/**
 * What an attempt came to. `committed` is the truth whenever it arrives; anything else counts only for its own
 * attempt.
 */
import { unreachable } from '../shared/result.ts'
import { retryDelayMs } from './drain.ts'
import type { CallOutcome, Intent } from './intent.ts'

/** A partner may still be working on a call that we gave up on: a probe sooner than this could miss what it makes. */
export const settleDefaultMs = 30_000
const errorLengthMax = 500

/** `exhausted`: the message died in the queue. What the partner did stays as unknown as it was. */
export type IntentOutcome = CallOutcome | { readonly outcome: 'exhausted'; readonly message: string }

/** Null: the outcome changes nothing (late, or of an intent that is over). */
export function concludeIntent(
  intent: Intent,
  attempt: number,
  outcome: IntentOutcome,
  facts: { readonly nowMs: number; readonly settleMs: number },
): Intent | null {
  if (intent.status === 'settled') return null
  if (outcome.outcome === 'committed') return settled(intent, outcome.reference)
  if (intent.status === 'withdrawn' || intent.status === 'rejected') return null
  if (outcome.outcome === 'exhausted') return exhausted(intent, outcome.message)
  if (attempt !== intent.attempts || intent.status !== 'calling') return null
  switch (outcome.outcome) {
    case 'absent':
      return outcome.retryable
        ? retried(intent, outcome.message, facts.nowMs, outcome.retryAfterMs ?? 0)
        : { ...over(intent, 'rejected'), mustProbe: false, lastError: cut(outcome.message) }
    case 'unknown':
      return doubted(intent, outcome.message, facts.nowMs, facts.settleMs)
    default:
      return unreachable(outcome)
  }
}

function settled(intent: Intent, reference: string): Intent {
  return { ...over(intent, 'settled'), mustProbe: false, reference, lastError: null }
}

/** The partner did nothing, for certain: the next attempt may call without looking first. */
function retried(intent: Intent, message: string, nowMs: number, retryAfterMs: number): Intent {
  const delayMs = Math.max(retryAfterMs, retryDelayMs(intent.attempts - 1, intent.externalId))
  return {
    ...over(intent, 'pending'),
    mustProbe: false,
    notBeforeMs: nowMs + delayMs,
    lastError: cut(message),
  }
}

function doubted(intent: Intent, message: string, nowMs: number, settleMs: number): Intent {
  const delayMs = Math.max(settleMs, retryDelayMs(intent.attempts - 1, intent.externalId))
  return {
    ...over(intent, 'unknown'),
    mustProbe: true,
    notBeforeMs: nowMs + delayMs,
    lastError: cut(message),
  }
}

function exhausted(intent: Intent, message: string): Intent {
  const doubtful = intent.mustProbe || intent.status === 'calling' || intent.status === 'unknown'
  return { ...over(intent, 'rejected'), mustProbe: doubtful, lastError: cut(message) }
}

function over(intent: Intent, status: Intent['status']): Intent {
  return { ...intent, status, leaseUntilMs: null, leasedBy: null }
}

const cut = (message: string) => message.slice(0, errorLengthMax)
