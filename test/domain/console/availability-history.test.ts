import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from '../../../src/domain/stock/stock-command.ts'
import { availabilityHistory } from '../../../src/http/ops/stock/availability-history.ts'

/** Newest first, as an actor answers: `[seq, atMs, availableAfter]`. */
const ledger = (...entries: readonly (readonly [seq: number, atMs: number, available: number])[]): LedgerEntry[] =>
  entries
    .map(([seq, atMs, available]) => ({
      seq,
      atMs,
      occurredAtMs: atMs,
      type: 'receipt',
      quantity: 1,
      reference: null,
      onHandAfter: available + 10,
      availableAfter: available,
      correlationId: 'c-1',
    }))
    .toReversed()

const steps = (ledgers: readonly LedgerEntry[][], nowMs: number) =>
  availabilityHistory(ledgers, nowMs).map(({ atMs, available }) => [atMs, available])

describe('availability over time', () => {
  it('is one line of steps over all locations, up to now', () => {
    const found = steps([ledger([1, 100, 5], [2, 300, 3]), ledger([1, 200, 7])], 400)
    expect(found).toEqual([
      [100, 5],
      [200, 12],
      [300, 10],
      [400, 10],
    ])
  })

  it('shows what is left after the last of several entries of one instant', () => {
    expect(steps([ledger([1, 100, 5], [2, 100, 4], [3, 100, 2])], 100)).toEqual([[100, 2]])
  })

  it('begins where every location is known, so that no sum leaves one out', () => {
    const cut = ledger([57, 250, 9], [58, 400, 8])
    expect(steps([ledger([1, 100, 5]), cut], 400)).toEqual([
      [250, 14],
      [400, 13],
    ])
  })

  it('sums on hand beside it', () => {
    expect(availabilityHistory([ledger([1, 100, 5]), ledger([1, 100, 1])], 100)).toEqual([
      { atMs: 100, available: 6, onHand: 26 },
    ])
  })

  it('is empty where nothing has moved', () => expect(steps([[], []], 100)).toEqual([]))
})
