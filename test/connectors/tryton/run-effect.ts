/** The ambiguous-outcome protocol as the consumer runs it: probe what is unknown, call again what is absent. */
import type { ClientContext, Effect } from '../../../src/connectors/ports.ts'
import type { CallOutcome, IntentKind } from '../../../src/domain/outbox/intent.ts'

type Request<K extends IntentKind> = Parameters<Effect<K>['call']>[0]
type Settled = Exclude<CallOutcome, { outcome: 'unknown' }>

const attemptsMax = 60

/** Ends committed or refused for good. Waits as asked by `Retry-After`, never otherwise. */
export async function runEffect<K extends IntentKind>(
  effect: Effect<K> | undefined,
  request: Request<K>,
  context: ClientContext,
  settleMs = 0,
): Promise<Settled> {
  if (!effect) throw new Error('the connector has no such effect')
  let mustProbe = false
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    if (mustProbe) {
      await sleep(settleMs)
      const probe = await effect.probe(request, context)
      if (probe.outcome === 'committed') return probe
      if (probe.outcome === 'unknown') continue
    }
    const outcome = await effect.call(request, context)
    if (outcome.outcome === 'committed') return outcome
    if (outcome.outcome === 'absent' && !outcome.retryable) return outcome
    mustProbe ||= outcome.outcome === 'unknown'
    if (outcome.outcome === 'absent') await sleep(outcome.retryAfterMs ?? 0)
  }
  throw new Error(`not settled after ${attemptsMax} attempts`)
}

const sleep = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs))

export function referenceOf(outcome: CallOutcome): string {
  if (outcome.outcome !== 'committed') throw new Error(`not committed: ${JSON.stringify(outcome)}`)
  return outcome.reference
}
