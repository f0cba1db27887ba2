/** What a connector's client works with: guarded fetch, the secret store, and sessions kept per isolate. */
import type { ClientContext, PartnerFetch } from '../src/connectors/ports.ts'
import { partnerFetchOf } from '../src/connectors/transport/partner-fetch.ts'
import type { Account } from '../src/domain/config/config.ts'
import { type Env, varsOf } from '../src/env.ts'

const sessions: ClientContext['sessions'] = new Map()
const timeoutDefaultMs = 10_000

/** `deadlineMs`: when the lease ends, and with it the right to call. Null where nothing is leased. */
export function partnerContext(env: Env, account: Account, deadlineMs: number | null): ClientContext {
  const fetch = partnerFetchOf(account)
  return {
    account,
    secrets: varsOf(env).secrets,
    fetch: deadlineMs === null ? fetch : fetchUntil(fetch, deadlineMs, Date.now),
    nowMs: Date.now,
    sessions,
  }
}

/** An effect of several requests must not run into the next caller's attempt: after the deadline nothing leaves. */
export function fetchUntil(fetch: PartnerFetch, deadlineMs: number, nowMs: () => number): PartnerFetch {
  return async (request) => {
    const leftMs = deadlineMs - nowMs()
    if (leftMs <= 0) {
      return { kind: 'failure', sent: false, class: 'intermittent', message: 'the lease of this attempt is over' }
    }
    return fetch({ ...request, timeoutMs: Math.min(request.timeoutMs ?? timeoutDefaultMs, leftMs) })
  }
}
