import { describe, expect, it } from 'vitest'
import { callPartner, type PartnerCallPort, type WantedCall } from '../../queues/partner-call.ts'
import { fetchUntil } from '../../queues/partner-context.ts'
import { watchPartner } from '../../queues/watch-partner.ts'
import type { ClientContext, Connector, PartnerFetch, PartnerResponse } from '../../src/connectors/ports.ts'
import type { BeginAttempt, IntentRequest } from '../../src/domain/order/order-command.ts'
import type { CallOutcome, ProbeOutcome } from '../../src/domain/outbox/intent.ts'
import { testConfig } from '../fixtures/config.ts'

const t0 = 1_000_000
const committed = { outcome: 'committed', reference: 'SO7' } as const
const timedOut = { outcome: 'unknown', class: 'connection', message: 'no answer' } as const
const throttled: CallOutcome = {
  outcome: 'absent',
  retryable: true,
  class: 'rate_limit',
  message: '429',
  retryAfterMs: 7_000,
}
const request: Extract<IntentRequest, { kind: 'erp_cancel_order' }> = {
  kind: 'erp_cancel_order',
  externalId: 'shopify-us:1',
  erpReference: 'SO7',
  reason: 'customer',
}
const go = (mustProbe: boolean): BeginAttempt => ({
  go: true,
  account: 'tryton-main',
  kind: 'erp_cancel_order',
  attempt: 3,
  mustProbe,
  leaseUntilMs: t0 + 60_000,
  request,
  correlationId: 'c1',
})

type Script = {
  readonly granted?: boolean
  readonly permission?: Awaited<ReturnType<PartnerCallPort['mayCall']>>
  readonly begun?: BeginAttempt
  readonly probe?: ProbeOutcome
  readonly call?: CallOutcome | Error
  readonly supported?: boolean
  readonly recordFails?: boolean
}

/** Runs one try against actors that follow the script, and answers every step in the order it was taken. */
async function run(script: Script) {
  const steps: string[] = []
  const effect = {
    probe: async () => {
      steps.push('probe')
      return script.probe ?? { outcome: 'absent' as const }
    },
    call: async () => {
      steps.push('call')
      if (script.call instanceof Error) throw script.call
      return script.call ?? committed
    },
  }
  const connector: Connector = {
    partner: 'tryton',
    account: { roles: ['erp'], needs: [] },
    inbound: null,
    outbound: script.supported === false ? {} : { erp_cancel_order: effect },
    poll: null,
    publishers: {},
    settleMs: 0,
  }
  const account = testConfig.accounts.find((candidate) => candidate.id === 'tryton-main')
  if (!account) throw new Error('the test configuration lost its ERP')
  const wanted: WantedCall = {
    orderId: 'shopify-us:1',
    intentId: 'erp_cancel_order/1',
    account,
    connector,
    orderedByMs: t0,
    tryId: 'm1/1',
  }
  const done = await callPartner(wanted, port(script, steps)).catch((error: unknown) => String(error))
  return { done, steps }
}

function port(script: Script, steps: string[]): PartnerCallPort {
  return {
    limiter: () => ({
      acquire: async (_account, _limits, asked) => {
        steps.push(`acquire ${asked.lane} ${asked.orderedByMs - t0}`)
        return script.granted === false
          ? { granted: false, wakeAtMs: t0 + 1 }
          : { granted: true, leaseId: 'l1', expiresAtMs: t0 + 60_000 }
      },
      report: async (report) => {
        steps.push(`lease ${report.result} ${report.retryAfterMs}`)
      },
    }),
    order: () => ({
      beginAttempt: async (_intent, tryId) => {
        steps.push(`begin ${tryId}`)
        return script.begun ?? go(false)
      },
      recordOutcome: async (_intent, attempt, outcome) => {
        if (script.recordFails) throw new Error('reset')
        steps.push(`record ${attempt} ${outcome.outcome}`)
      },
      deferIntent: async (_intent, retryAtMs) => {
        steps.push(`defer ${retryAtMs - t0}`)
      },
    }),
    mayCall: async () => script.permission ?? { allowed: true, phase: 'closed' },
    reportCall: async (_account, health) => {
      steps.push(`breaker ${health}`)
    },
    returnTrial: async () => {
      steps.push('trial returned')
    },
    // Cast justified: the effects of this test look at nothing in their context.
    context: () => ({}) as ClientContext,
    nowMs: () => t0,
  }
}

describe('a partner call', () => {
  it('leases, begins, calls, records, and reports, in this order', async () => {
    const { done, steps } = await run({})
    expect(done).toBe('committed')
    expect(steps).toEqual([
      'acquire urgent 0',
      'begin m1/1',
      'call',
      'record 3 committed',
      'breaker ok',
      'lease ok null',
    ])
  })

  it('does nothing while it waits for its turn', async () => {
    expect(await run({ granted: false })).toEqual({ done: 'parked', steps: ['acquire urgent 0'] })
  })

  it('makes no call while the breaker is open, and keeps its place', async () => {
    const { done, steps } = await run({ permission: { allowed: false, retryAtMs: t0 + 5_000 } })
    expect(done).toBe('deferred')
    expect(steps).toEqual(['acquire urgent 0', 'defer 5000', 'lease deferred 5000'])
  })

  it('makes no call that the order does not want, and gives lease and trial back', async () => {
    const { done, steps } = await run({
      begun: { go: false, why: 'withdrawn' },
      permission: { allowed: true, phase: 'half_open' },
    })
    expect(done).toBe('not_wanted')
    expect(steps).toEqual(['acquire urgent 0', 'begin m1/1', 'trial returned', 'lease unused null'])
  })

  it('looks before it calls again, and does not call when the effect is there', async () => {
    const { done, steps } = await run({ begun: go(true), probe: committed })
    expect(done).toBe('committed')
    expect(steps).toContain('probe')
    expect(steps).not.toContain('call')
  })

  it('calls again when the probe is certain that nothing happened', async () => {
    const { steps } = await run({ begun: go(true), probe: { outcome: 'absent' } })
    expect(steps.slice(2, 4)).toEqual(['probe', 'call'])
  })

  it('does not call while the probe itself is uncertain', async () => {
    const { done, steps } = await run({ begun: go(true), probe: timedOut })
    expect(done).toBe('unknown')
    expect(steps).not.toContain('call')
    expect(steps).toContain('record 3 unknown')
  })

  it('hands Retry-After to the limiter and leaves the breaker alone', async () => {
    const { steps } = await run({ call: throttled })
    expect(steps.slice(-2)).toEqual(['breaker ok', 'lease throttled 7000'])
  })

  it('takes a client that throws for an unknown outcome', async () => {
    const { done, steps } = await run({ call: new Error('bug') })
    expect(done).toBe('unknown')
    expect(steps.slice(-3)).toEqual(['record 3 unknown', 'breaker failed', 'lease failed null'])
  })

  it('reports the lease even when the order cannot be told', async () => {
    const { done, steps } = await run({ recordFails: true })
    expect(done).toBe('Error: reset')
    expect(steps.at(-1)).toBe('lease ok null')
  })

  it('refuses for good what the partner cannot do, without blaming the partner', async () => {
    const { done, steps } = await run({ supported: false })
    expect(done).toBe('absent')
    expect(steps).toEqual(['acquire urgent 0', 'begin m1/1', 'record 3 absent', 'lease unused null'])
  })

  it('leaves in doubt what it cannot look at', async () => {
    expect((await run({ supported: false, begun: go(true) })).done).toBe('unknown')
  })
})

describe('a watched partner', () => {
  const status = (code: number) => ({ kind: 'response', status: code, headers: {}, body: '' }) as const
  const lost = { kind: 'failure', sent: true, class: 'connection', message: 'lost' } as const

  /** Asks once per answer; each takes as long as it says. */
  async function watch(...answers: readonly (readonly [PartnerResponse, number])[]): Promise<boolean> {
    let nowMs = t0
    const waiting = answers.values()
    const fetch: PartnerFetch = async () => {
      const [answer, tookMs] = waiting.next().value ?? [lost, 0]
      nowMs += tookMs
      return answer
    }
    // Cast justified: watching looks at the clock and the way out, and at nothing else.
    const { context, isAlive } = watchPartner({ fetch, nowMs: () => nowMs } as ClientContext)
    for (const _ of answers) await context.fetch({ method: 'GET', url: 'http://erp.example/' })
    return isAlive()
  }

  it('is alive when it answered something, even with a refusal', async () => {
    expect(await watch([status(404), 5], [status(500), 5], [lost, 5])).toBe(true)
  })

  it('is not when all it said was an error or "too fast"', async () => {
    expect(await watch([status(503), 5], [status(429), 5], [lost, 5])).toBe(false)
  })

  it('is not when it left us waiting for nothing', async () => {
    expect(await watch([status(200), 5], [lost, 10_000])).toBe(false)
  })
})

describe('fetch under a lease', () => {
  const asked: (number | undefined)[] = []
  const fetch: PartnerFetch = async (request) => {
    asked.push(request.timeoutMs)
    return { kind: 'response', status: 200, headers: {}, body: '' }
  }

  it('never waits beyond the lease, and sends nothing after it', async () => {
    let nowMs = t0
    const guarded = fetchUntil(fetch, t0 + 15_000, () => nowMs)
    await guarded({ method: 'GET', url: 'http://erp.example/' })
    nowMs = t0 + 12_000
    await guarded({ method: 'GET', url: 'http://erp.example/' })
    nowMs = t0 + 15_000
    expect(await guarded({ method: 'GET', url: 'http://erp.example/' })).toMatchObject({ kind: 'failure', sent: false })
    expect(asked).toEqual([10_000, 3_000])
  })
})
