import { describe, expect, it } from 'vitest'
import {
  answerCharactersMax,
  begin,
  finish,
  type IdempotencyRecord,
  leaseMs,
  retentionMs,
} from '../../../src/domain/idempotency/idempotency.ts'

const t0 = 1_000_000
const answer = { status: 201, headers: { location: '/v1/orders/b2b:1' }, body: '{"ok":true}' }
const underWay: IdempotencyRecord = { fingerprint: 'f1', begunAtMs: t0, leaseUntilMs: t0 + leaseMs, answer: null }
const answered: IdempotencyRecord = { ...underWay, answer }

describe('beginning', () => {
  it('lets the first request with a key run, and remembers that it does', () => {
    expect(begin(null, 'f1', t0)).toEqual({ verdict: { kind: 'proceed' }, store: underWay })
  })

  it('answers a repeated request with the first answer', () => {
    expect(begin(answered, 'f1', t0 + 1)).toEqual({ verdict: { kind: 'replay', ...answer }, store: null })
  })

  it('refuses another body under the same key, answered or under way', () => {
    expect(begin(answered, 'f2', t0 + 1).verdict.kind).toBe('other_request')
    expect(begin(underWay, 'f2', t0 + 1).verdict.kind).toBe('other_request')
  })

  it('does not run a request twice at a time', () => {
    expect(begin(underWay, 'f1', t0 + leaseMs - 1).verdict.kind).toBe('in_flight')
  })

  it('runs it again when the first never came back', () => {
    expect(begin(underWay, 'f1', t0 + leaseMs).verdict.kind).toBe('proceed')
  })

  it('takes a key for new after a day, whatever its body', () => {
    expect(begin(answered, 'f2', t0 + retentionMs - 1).verdict.kind).toBe('other_request')
    expect(begin(answered, 'f2', t0 + retentionMs).verdict.kind).toBe('proceed')
  })
})

describe('finishing', () => {
  it('stores the answer', () => {
    expect(finish(underWay, 'f1', answer)).toEqual({ type: 'store', record: answered })
  })

  it('forgets a request that ended in a server fault, so that it can be tried again', () => {
    expect(finish(underWay, 'f1', null)).toEqual({ type: 'forget' })
  })

  it('lets the first answer stand when a slow handler finishes late', () => {
    expect(finish(answered, 'f1', { ...answer, status: 409 })).toEqual({ type: 'keep' })
    expect(finish(answered, 'f1', null)).toEqual({ type: 'keep' })
  })

  it('leaves the record of another request alone', () => {
    expect(finish(underWay, 'f2', answer)).toEqual({ type: 'keep' })
    expect(finish(null, 'f1', answer)).toEqual({ type: 'keep' })
  })

  it('does not keep an answer too long for a row', () => {
    expect(finish(underWay, 'f1', { ...answer, body: 'x'.repeat(answerCharactersMax + 1) })).toEqual({ type: 'forget' })
  })
})
