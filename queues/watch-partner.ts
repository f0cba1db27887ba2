/** Watches the requests of one attempt: does this partner answer, whatever the attempt as a whole comes to? */
import type { ClientContext, PartnerResponse } from '../src/connectors/ports.ts'

export type WatchedContext = {
  readonly context: ClientContext
  /** Some request was answered properly, and none was left without an answer for long. */
  readonly isAlive: () => boolean
}

/** A lost connection is noticed at once; who waits longer than this for nothing is better spared the next wait. */
const silenceMs = 2_000

export function watchPartner(context: ClientContext): WatchedContext {
  let answered = 0
  let silences = 0
  const fetch: ClientContext['fetch'] = async (request) => {
    const askedAtMs = context.nowMs()
    const response = await context.fetch(request)
    if (isProper(response)) answered += 1
    else if (response.kind === 'failure' && context.nowMs() - askedAtMs > silenceMs) silences += 1
    return response
  }
  return { context: { ...context, fetch }, isAlive: () => answered > 0 && silences === 0 }
}

/** A refusal is an answer; an error of the server's own, or "too fast", is none to build on. */
function isProper(response: PartnerResponse): boolean {
  return response.kind === 'response' && response.status < 500 && response.status !== 429
}
