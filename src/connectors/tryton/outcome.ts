/** From what one RPC came to, to what the whole attempt came to. */
import type { CallOutcome, FailureClass, ProbeOutcome } from '../../domain/outbox/intent.ts'
import type { RpcFailure } from './json-rpc.ts'

/** The effect was not asked for yet (sign-in, look-ups, the party): whatever became of that call, there is none. */
export function absentAfter(failure: RpcFailure): CallOutcome {
  return {
    outcome: 'absent',
    retryable: failure.retryable || failure.mayHaveRun,
    class: failure.class,
    message: failure.message,
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
  }
}

/** The effect was asked for: only a failure that certainly ran nothing says that it is absent. */
export function outcomeAfter(failure: RpcFailure): CallOutcome {
  return failure.mayHaveRun ? unknownAfter(failure) : absentAfter(failure)
}

/** Part of the effect exists, or the look-up itself failed. */
export function unknownAfter(failure: RpcFailure): Extract<ProbeOutcome, { outcome: 'unknown' }> {
  return { outcome: 'unknown', class: failure.class, message: failure.message }
}

export function refused(failureClass: FailureClass, message: string): CallOutcome {
  return { outcome: 'absent', retryable: false, class: failureClass, message }
}
