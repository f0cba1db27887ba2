import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Intent } from '../../../src/domain/outbox/intent.ts'
import { beginIntent, intentDueMs, leaseMs } from '../../../src/domain/outbox/intent-begin.ts'
import { concludeIntent, type IntentOutcome } from '../../../src/domain/outbox/intent-outcome.ts'
import { deferIntent, isUnderWay, reopenIntent, withdrawIntent } from '../../../src/domain/outbox/intent-waiting.ts'
import { accountId } from '../../../src/domain/shared/ids.ts'

const nowMs = 1_000_000
const settleMs = 30_000
const pending: Intent = {
  intentId: 'erp_create_order/1',
  kind: 'erp_create_order',
  account: accountId('erp'),
  externalId: 'shop:1',
  subject: null,
  status: 'pending',
  attempts: 0,
  createdAtMs: 0,
  leaseUntilMs: null,
  leasedBy: null,
  mustProbe: false,
  notBeforeMs: 0,
  reference: null,
  lastError: null,
}
const committed: IntentOutcome = { outcome: 'committed', reference: 'SO-1' }
const busy: IntentOutcome = { outcome: 'absent', retryable: true, class: 'rate_limit', message: '429' }
const refused: IntentOutcome = { outcome: 'absent', retryable: false, class: 'value', message: 'no' }
const doubtful: IntentOutcome = { outcome: 'unknown', class: 'connection', message: 'timeout' }
const exhausted: IntentOutcome = { outcome: 'exhausted', message: 'gave up' }

function begun(intent: Intent, atMs = nowMs, by = 'a'): Intent {
  const started = beginIntent(intent, by, atMs)
  if (!started.go) throw new Error(started.why)
  return started.intent
}
function concluded(intent: Intent, outcome: IntentOutcome, attempt = intent.attempts, atMs = nowMs): Intent {
  return concludeIntent(intent, attempt, outcome, { nowMs: atMs, settleMs }) ?? intent
}

describe('beginning', () => {
  it('leases the attempt to one caller', () => {
    const calling = begun(pending)
    expect(calling).toMatchObject({ status: 'calling', attempts: 1, leaseUntilMs: nowMs + leaseMs, mustProbe: false })
    expect(beginIntent(calling, 'b', nowMs + 1)).toEqual({ go: false, why: 'later', retryAtMs: nowMs + leaseMs })
    expect(beginIntent(calling, 'a', nowMs + 1)).toEqual({ go: true, intent: calling })
  })

  it('looks first when the lease of an earlier caller ran out', () => {
    const calling = begun(pending)
    expect(begun(calling, nowMs + leaseMs, 'b')).toMatchObject({ attempts: 2, mustProbe: true, leasedBy: 'b' })
    expect(begun(calling, nowMs + leaseMs, 'a')).toMatchObject({ attempts: 2, mustProbe: true })
  })

  it('waits until the time that was set', () => {
    const waiting = { ...pending, notBeforeMs: nowMs + 5 }
    expect(beginIntent(waiting, 'a', nowMs)).toEqual({ go: false, why: 'later', retryAtMs: nowMs + 5 })
  })

  it.each(['settled', 'withdrawn', 'rejected'] as const)('does not go when it is %s', (status) => {
    expect(beginIntent({ ...pending, status }, 'a', nowMs)).toEqual({ go: false, why: status })
    expect(intentDueMs({ ...pending, status })).toBeNull()
  })
})

describe('concluding', () => {
  const calling = begun(pending)

  it('settles with the partner’s reference', () => {
    expect(concluded(calling, committed)).toMatchObject({ status: 'settled', reference: 'SO-1', leaseUntilMs: null })
  })

  it('comes back later, and later each time, when the partner did nothing and may', () => {
    const first = concluded(calling, busy)
    expect(first).toMatchObject({ status: 'pending', mustProbe: false, lastError: '429' })
    let waited = 0
    let intent = calling
    for (let attempt = 0; attempt < 12; attempt++) {
      intent = concluded(begun({ ...intent, status: 'pending', notBeforeMs: 0 }), busy)
      waited = Math.max(waited, intent.notBeforeMs - nowMs)
    }
    expect(waited).toBeGreaterThan(100_000)
    expect(waited).toBeLessThanOrEqual(300_000)
  })

  it('respects Retry-After', () => {
    expect(concluded(calling, { ...busy, retryAfterMs: 900_000 } as IntentOutcome).notBeforeMs).toBe(nowMs + 900_000)
  })

  it('is rejected for good when the partner says no', () => {
    expect(concluded(calling, refused)).toMatchObject({ status: 'rejected', mustProbe: false, lastError: 'no' })
  })

  it('gives a partner time to show what a lost call did, then looks first', () => {
    const unknown = concluded(calling, doubtful)
    expect(unknown).toMatchObject({ status: 'unknown', mustProbe: true })
    expect(unknown.notBeforeMs).toBeGreaterThanOrEqual(nowMs + settleMs)
    expect(begun(unknown, unknown.notBeforeMs)).toMatchObject({ mustProbe: true, attempts: 2 })
  })

  it('need not look any more once the partner certainly did nothing', () => {
    const unknown = concluded(calling, doubtful)
    const probing = begun(unknown, unknown.notBeforeMs)
    expect(concluded(probing, busy)).toMatchObject({ status: 'pending', mustProbe: false })
  })

  it('believes a late commit of an earlier attempt, and nothing else that comes late', () => {
    const second = begun(calling, nowMs + leaseMs, 'b')
    expect(concludeIntent(second, 1, refused, { nowMs, settleMs })).toBeNull()
    expect(concluded(second, committed, 1)).toMatchObject({ status: 'settled' })
    expect(concluded({ ...pending, status: 'rejected' }, committed, 1)).toMatchObject({ status: 'settled' })
  })

  it('changes nothing that is settled', () => {
    const settled = concluded(calling, committed)
    for (const outcome of [committed, busy, refused, doubtful, exhausted]) {
      expect(concludeIntent(settled, 1, outcome, { nowMs, settleMs })).toBeNull()
    }
  })

  it('gives up when it is exhausted, without forgetting the doubt', () => {
    expect(concluded(pending, exhausted, 0)).toMatchObject({ status: 'rejected', mustProbe: false })
    expect(concluded(calling, exhausted, 0)).toMatchObject({ status: 'rejected', mustProbe: true })
    expect(concluded(concluded(calling, doubtful), exhausted, 0)).toMatchObject({ status: 'rejected', mustProbe: true })
  })
})

describe('waiting', () => {
  it('is put off, never brought forward, and not while a caller is at work', () => {
    expect(deferIntent(pending, nowMs, 'open')).toMatchObject({ notBeforeMs: nowMs, lastError: 'open' })
    expect(deferIntent({ ...pending, notBeforeMs: nowMs + 1 }, nowMs, 'open')).toBeNull()
    expect(deferIntent(begun(pending), nowMs + 1, 'open')).toBeNull()
  })

  it('is withdrawn only while the partner certainly knows nothing', () => {
    expect(withdrawIntent(pending)).toMatchObject({ status: 'withdrawn' })
    expect(withdrawIntent(begun(pending))).toBeNull()
    expect(withdrawIntent(concluded(begun(pending), doubtful))).toBeNull()
    expect(withdrawIntent(concluded(begun(pending), busy))).toMatchObject({ status: 'withdrawn' })
  })

  it('is taken up again by a person, in doubt when it was left in doubt', () => {
    expect(reopenIntent(concluded(begun(pending), refused), nowMs)).toMatchObject({ status: 'pending' })
    expect(reopenIntent(concluded(begun(pending), exhausted), nowMs)).toMatchObject({ status: 'unknown' })
    expect(reopenIntent(pending, nowMs)).toBeNull()
  })
})

describe('the protocol', () => {
  /** A partner that does what it is called for, and a wire that loses calls and answers. */
  const fate = fc.constantFrom('done', 'answer lost', 'call lost', 'busy', 'caller died before', 'caller died after')

  it('has one effect at the partner, whatever the wire does', () => {
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 12 }), (fates) => {
        let intent = pending
        let clockMs = nowMs
        let effects = 0
        for (const what of [...fates, 'done'] as const) {
          if (!isUnderWay(intent)) break
          clockMs = Math.max(clockMs, intentDueMs(intent) ?? 0)
          intent = begun(intent, clockMs, `try-${clockMs}`)
          const found = intent.mustProbe && effects > 0
          if (found) intent = concluded(intent, committed, intent.attempts, clockMs)
          else if (what === 'busy') intent = concluded(intent, busy, intent.attempts, clockMs)
          else {
            if (what === 'done' || what === 'answer lost' || what === 'caller died after') effects += 1
            if (what === 'done') intent = concluded(intent, committed, intent.attempts, clockMs)
            if (what.endsWith('lost')) intent = concluded(intent, doubtful, intent.attempts, clockMs)
          }
        }
        expect(effects).toBe(1)
        expect(intent.status).toBe('settled')
      }),
    )
  })
})
