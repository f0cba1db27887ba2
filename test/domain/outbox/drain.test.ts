import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  batchesByKind,
  retryDelayMaxMs,
  retryDelayMinMs,
  retryDelayMs,
  sendBatchMax,
} from '../../../src/domain/outbox/drain.ts'

describe('batches', () => {
  it('hold one kind each, in order, at most what a queue takes at once', () => {
    const rows = Array.from({ length: 3 * sendBatchMax }, (_, at) => ({ at, kind: at % 3 === 0 ? 'y' : 'x' }))
    const batches = batchesByKind(rows, ({ kind }) => kind)
    const kinds = batches.map((batch) => [...new Set(batch.map(({ kind }) => kind))].join())
    expect([kinds, batches.map(({ length }) => length)]).toEqual([
      ['y', 'x', 'x'],
      [sendBatchMax, sendBatchMax, sendBatchMax],
    ])
    const ofX = batches.slice(1).flat()
    expect(ofX).toEqual(rows.filter(({ kind }) => kind === 'x'))
    expect(batchesByKind(rows.slice(0, 2), ({ kind }) => kind)).toHaveLength(2)
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
