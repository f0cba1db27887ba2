/** Repeats a call that failed by a hiccup, where running it twice is as good as once. */
import type { Result } from '../../domain/shared/result.ts'
import type { RpcAnswer, RpcFailure } from './json-rpc.ts'

/**
 * Methods that may run twice: look-ups, and workflow buttons, which Tryton ignores once their step is taken. An attempt
 * makes a dozen such calls; starting it all over for one that failed would never end with a partner that often fails.
 */
const repeatableVerbs: ReadonlySet<string> = new Set([
  ...['search', 'search_read', 'read', 'get_preferences'],
  ...['quote', 'confirm', 'process', 'draft', 'cancel', 'wait', 'assign_force', 'pick', 'pack', 'done'],
])
const repeatsMax = 3
const repeatDelayMs = 50
/** What took longer is not a hiccup: the next attempt comes later, by the outbox's own backoff. */
const hiccupMaxMs = 2_000

export async function repeatCall(
  method: string,
  once: () => Promise<Result<RpcAnswer, RpcFailure>>,
  nowMs: () => number,
): Promise<Result<RpcAnswer, RpcFailure>> {
  const repeats = repeatableVerbs.has(method.slice(method.lastIndexOf('.') + 1)) ? repeatsMax : 0
  for (let repeat = 0; ; repeat++) {
    const startedAtMs = nowMs()
    const answer = await once()
    const hiccup = !answer.ok && (answer.error.mayHaveRun || answer.error.class === 'intermittent')
    if (!hiccup || repeat >= repeats || nowMs() - startedAtMs > hiccupMaxMs) return answer
    await new Promise((resolve) => setTimeout(resolve, repeatDelayMs * 2 ** repeat))
  }
}
