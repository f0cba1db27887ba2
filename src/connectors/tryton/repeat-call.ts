/** Repeats a call that failed by a hiccup where running it twice is as good as once, and one that certainly did not run. */
import type { Result } from '../../domain/shared/result.ts'
import type { RpcAnswer, RpcFailure } from './json-rpc.ts'

/**
 * Methods that may run twice: look-ups, and workflow buttons, which Tryton ignores once their step is taken. An attempt
 * makes a dozen such calls; starting it all over for one that failed would never end with a partner that often fails.
 */
const repeatableVerbs: ReadonlySet<string> = new Set([
  ...['search', 'search_read', 'read', 'get_preferences', 'login'],
  ...['quote', 'confirm', 'process', 'draft', 'cancel', 'wait', 'assign_force', 'pick', 'pack', 'done'],
])
const repeatsMax = 4
const repeatDelayMs = 20
/** What took longer is not a hiccup: the next attempt comes later, by the outbox's own backoff. */
const hiccupMaxMs = 2_000
/** A shorter `Retry-After` is waited out in the middle of an attempt, whose earlier calls would only be made again. */
const waitMaxMs = 2_000

export async function repeatCall(
  method: string,
  once: () => Promise<Result<RpcAnswer, RpcFailure>>,
  nowMs: () => number,
): Promise<Result<RpcAnswer, RpcFailure>> {
  const isRepeatable = repeatableVerbs.has(method.slice(method.lastIndexOf('.') + 1))
  for (let repeat = 0; ; repeat++) {
    const startedAtMs = nowMs()
    const answer = await once()
    if (answer.ok || repeat >= repeatsMax) return answer
    const delayMs = delayBefore(answer.error, isRepeatable, nowMs() - startedAtMs, repeat)
    if (delayMs === null) return answer
    await new Promise((resolve) => setTimeout(resolve, delayMs))
  }
}

/** Null: not to be repeated here. A call that was throttled did not run, so any method may be called again. */
function delayBefore(failure: RpcFailure, isRepeatable: boolean, tookMs: number, repeat: number): number | null {
  if (failure.class === 'rate_limit') {
    const waitMs = failure.retryAfterMs ?? waitMaxMs
    return waitMs <= waitMaxMs ? waitMs : null
  }
  const hiccup = failure.mayHaveRun || failure.class === 'intermittent'
  return isRepeatable && hiccup && tookMs <= hiccupMaxMs ? repeatDelayMs * 2 ** repeat : null
}
