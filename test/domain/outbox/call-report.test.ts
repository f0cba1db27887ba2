import { describe, expect, it } from 'vitest'
import { laneOf, reportOf } from '../../../src/domain/outbox/call-report.ts'
import type { CallOutcome, FailureClass } from '../../../src/domain/outbox/intent.ts'

const absent = (failure: FailureClass, retryAfterMs?: number): CallOutcome => ({
  outcome: 'absent',
  retryable: true,
  class: failure,
  message: 'x',
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
})

describe('what a call tells limiter and breaker', () => {
  it('is good news when the effect is there, or a probe found out that it is not', () => {
    const good = { result: 'ok', retryAfterMs: null, health: 'ok' }
    expect(reportOf({ outcome: 'committed', reference: 'SO1' })).toEqual(good)
    expect(reportOf({ outcome: 'absent' })).toEqual(good)
  })

  it('slows down for a throttled call, which is no sign of illness', () => {
    expect(reportOf(absent('rate_limit', 5_000))).toEqual({ result: 'throttled', retryAfterMs: 5_000, health: 'ok' })
  })

  it.each(['value', 'missing', 'permission', 'duplicate', 'too_large', 'parse'] as const)(
    'takes a refusal for an answer: %s',
    (failure) => expect(reportOf(absent(failure))).toMatchObject({ result: 'refused', health: 'ok' }),
  )

  it.each(['connection', 'intermittent'] as const)('counts a call that did not get through: %s', (failure) =>
    expect(reportOf(absent(failure))).toMatchObject({ result: 'failed', health: 'failed' }),
  )

  it('takes a partner that answers for well, although one request of the attempt failed', () => {
    const lost = { outcome: 'unknown', class: 'intermittent', message: '500' } as const
    expect(reportOf(lost, true)).toMatchObject({ result: 'refused', health: 'ok' })
    expect(reportOf(absent('connection'), true)).toMatchObject({ result: 'refused', health: 'ok' })
  })

  it('counts a call whose outcome nobody knows', () => {
    expect(reportOf({ outcome: 'unknown', class: 'ambiguous_outcome', message: 'timeout' })).toMatchObject({
      result: 'failed',
      health: 'failed',
    })
  })
})

describe('lanes', () => {
  it('lets a recall overtake, because it races the picker', () => {
    expect(laneOf('warehouse_cancel/F1')).toBe('urgent')
    expect(laneOf('erp_cancel_order/1')).toBe('urgent')
    expect(laneOf('erp_create_order/1')).toBe('normal')
  })
})
