import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchesByKind, retryDelayMaxMs, retryDelayMinMs, retryDelayMs } from '../../../src/domain/outbox/drain.ts'

describe('batches', () => {
  it('hold one kind each, in order, at most the size', () => {
    const kinds = ['x', 'y', 'x', 'x', 'y']
    expect(batchesByKind(kinds, (kind) => kind, 2)).toEqual([['x', 'x'], ['x'], ['y', 'y']])
    expect(batchesByKind([], String)).toEqual([])
  })
})

describe('the delay before a retry', () => {
  it('doubles up to its bound and stays within half of it', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000 }), fc.string(), (attempts, id) => {
        const ceiling = Math.min(retryDelayMaxMs, retryDelayMinMs * 2 ** Math.min(attempts, 30))
        const delayMs = retryDelayMs(attempts, id)
        expect(delayMs).toBeGreaterThanOrEqual(ceiling / 2)
        expect(delayMs).toBeLessThanOrEqual(ceiling)
      }),
    )
  })

  it('is the same on every run and different for rows that failed together', () => {
    const delays = Array.from({ length: 100 }, (_, index) => retryDelayMs(5, `row-${index}`))
    expect(retryDelayMs(5, 'row-0')).toBe(delays[0])
    expect(new Set(delays).size).toBeGreaterThan(90)
  })
})
