/** What one call's outcome tells the limiter and the breaker of its account. */
import type { CallHealth } from '../breaker/breaker.ts'
import type { LeaseRequest, LeaseResult } from '../limiter/limiter-contract.ts'
import type { CallOutcome, FailureClass, ProbeOutcome } from './intent.ts'

export type CallReport = {
  readonly result: LeaseResult
  readonly retryAfterMs: number | null
  /** A refused or throttled call was answered: the partner is up. */
  readonly health: CallHealth
}

/** Classes that say something about the partner's state and not about what we asked. */
const sick = new Set<FailureClass>(['connection', 'intermittent', 'ambiguous_outcome'])

/**
 * `isAlive`: the partner answered some of the attempt's requests properly, none with a long silence. An attempt of a
 * dozen requests fails far more often than a request does; that is a reason to try again and none to stay away.
 */
export function reportOf(outcome: CallOutcome | ProbeOutcome, isAlive = false): CallReport {
  if (outcome.outcome === 'committed') return { result: 'ok', retryAfterMs: null, health: 'ok' }
  // Without a class it is a probe that found nothing: an answer like any other.
  if (!('class' in outcome)) return { result: 'ok', retryAfterMs: null, health: 'ok' }
  const retryAfterMs = 'retryAfterMs' in outcome ? (outcome.retryAfterMs ?? null) : null
  if (outcome.class === 'rate_limit') return { result: 'throttled', retryAfterMs, health: 'ok' }
  if (!isAlive && (outcome.outcome === 'unknown' || sick.has(outcome.class)))
    return { result: 'failed', retryAfterMs, health: 'failed' }
  return { result: 'refused', retryAfterMs, health: 'ok' }
}

/** A recall races the picker; everything else takes its turn by age. The intent's id begins with its kind. */
export function laneOf(intentId: string): LeaseRequest['lane'] {
  return intentId.startsWith('warehouse_cancel') || intentId.startsWith('erp_cancel') ? 'urgent' : 'normal'
}
