import { describe, expect, it } from 'vitest'
import { type CommandResult, judgeDelivery, type Obstacle } from '../../../src/domain/inbox/judge-delivery.ts'

const t0 = 1_000_000
const done = (effect: 'applied' | 'unchanged' | 'stale'): CommandResult => ({ ok: true, effect, version: 1 })
const notFound: CommandResult = { ok: false, error: { reason: 'order_not_found', orderId: 'shopify-us:1' } }
const noLine: CommandResult = { ok: false, error: { reason: 'line_not_found', lineId: '7' } }
const overloaded: CommandResult = { ok: false, error: { reason: 'overloaded' } }
const fault: CommandResult = { ok: false, fault: true }
const unknownSku: Obstacle = { ok: false, obstacle: 'wrong', reason: 'unknown_sku', message: 'sku=X' }

const judge = (results: readonly (CommandResult | Obstacle)[], round = 0) =>
  judgeDelivery(results, ['shopify-us:1'], round, t0)
const outcomeOf = (results: readonly (CommandResult | Obstacle)[], round = 0) => {
  const judgement = judge(results, round)
  return judgement.type === 'settle' ? judgement.outcome : null
}

describe('judging a delivery', () => {
  it('is applied when anything changed, and names what it touched', () => {
    expect(outcomeOf([done('applied'), done('stale')])).toEqual({
      status: 'applied',
      subjects: ['shopify-us:1'],
      message: null,
    })
  })

  it('is applied when it says nothing that concerns us', () => {
    expect(outcomeOf([])).toMatchObject({ status: 'applied' })
  })

  it('is a duplicate when everything was known or older', () => {
    expect(outcomeOf([done('unchanged'), done('stale')])).toMatchObject({ status: 'duplicate' })
  })

  it('comes again when an actor could not be asked or was too busy, whatever the others said', () => {
    expect(judge([done('applied'), fault])).toEqual({ type: 'redeliver' })
    expect(judge([noLine, overloaded])).toEqual({ type: 'redeliver' })
  })

  it('waits for what it refers to, each round about as long as all before it', () => {
    const delays = Array.from({ length: 10 }, (_, round) => {
      const outcome = outcomeOf([done('applied'), notFound], round)
      return outcome?.status === 'deferred' ? outcome.retryAtMs - t0 : Number.NaN
    })
    expect(delays.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000])
    for (const [round, delayMs] of delays.entries()) {
      const waitedMs = delays.slice(0, round).reduce((sum, each) => sum + each, 0)
      expect(delayMs).toBeLessThanOrEqual(waitedMs + 5_000)
    }
    expect(delays.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(3_600_000)
  })

  it('is rejected with the reason after the last round', () => {
    expect(outcomeOf([notFound], 10)).toEqual({
      status: 'rejected',
      reason: 'order_not_found',
      message: 'orderId=shopify-us:1',
      subjects: ['shopify-us:1'],
    })
  })

  it('is rejected at once for what waiting cannot mend', () => {
    expect(outcomeOf([notFound, noLine])).toMatchObject({ status: 'rejected', reason: 'line_not_found' })
    expect(outcomeOf([done('applied'), unknownSku])).toMatchObject({ status: 'rejected', reason: 'unknown_sku' })
  })
})
