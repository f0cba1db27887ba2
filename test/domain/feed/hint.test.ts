/** A channel says that a listing was changed there: looked at soon, unless it was us, and never again and again. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginRead, beginSend, concludeRead, concludeSend } from '../../../src/domain/feed/attempt.ts'
import type { FeedListing, FeedStep } from '../../../src/domain/feed/feed-listing.ts'
import { hint, isForeign, look, lookDelayMs, lookPauseMs } from '../../../src/domain/feed/hint.ts'
import { notice } from '../../../src/domain/feed/observe.ts'
import { want } from '../../../src/domain/feed/want.ts'

const nowMs = 1_000_000
const facts = { raiseDelayMs: 60_000, lowStock: 3, settleMs: 0 }
const committed = { outcome: 'committed', reference: '1' } as const

const wanted = (kind: FeedListing['kind'], value: number) => ({
  ...{ kind, item: '7', place: '', sku: 'product/7', revision: 1, value, changedAtMs: nowMs },
})
const ready = (value: number, kind: FeedListing['kind'] = 'content') =>
  want(null, wanted(kind, value), { lowStock: 3, fast: false }, nowMs).listing
const sending = (value: number, kind: FeedListing['kind'] = 'content') =>
  beginSend(ready(value, kind), 'a', nowMs).listing
const answered = (listing: FeedListing, atMs = nowMs, shown: number | null = null) =>
  concludeSend(listing, committed, null, { ...facts, nowMs: atMs }, shown).listing
const settled = (value: number, kind: FeedListing['kind'] = 'content') => answered(sending(value, kind))
const seen = (listing: FeedListing, value: number, atMs: number): FeedStep =>
  concludeRead(beginRead(look(listing, atMs).listing, 'r').listing, { value, atMs }, { ...facts, nowMs: atMs })

describe('a listing of which the channel says that it was changed', () => {
  it('is looked at a second later, once for many words of it', () => {
    const told = hint(settled(1_001), nowMs)
    expect(told).toMatchObject({ state: 'settled', lookAtMs: nowMs + lookDelayMs })
    expect(hint(told, nowMs + 500)).toBe(told)
    const looked = look(told, nowMs + lookDelayMs)
    expect(looked.listing).toMatchObject({ state: 'doubtful', lane: 'content', lookedAtMs: nowMs + lookDelayMs })
    expect(beginRead(looked.listing, 'r').listing.lookAtMs).toBeNull()
  })

  it('is looked at after the acknowledgement of the call that is under way', () => {
    const told = hint(sending(1_001), nowMs)
    expect(told.state).toBe('sending')
    const done = answered(told, nowMs + 9_000)
    expect(done).toMatchObject({ state: 'settled', lookAtMs: nowMs + lookDelayMs })
    expect(seen(done, 9_999, nowMs + 9_000).events).toMatchObject([{ type: 'drift_found', found: 9_999 }])
  })

  it('is looked at once more when the word comes while it is being read', () => {
    const reading = beginRead(look(settled(1_001), nowMs).listing, 'r').listing
    const told = hint(reading, nowMs)
    const read = concludeRead(told, { value: 1_001, atMs: nowMs }, { ...facts, nowMs })
    expect(read.listing).toMatchObject({ state: 'settled', lookAtMs: nowMs + lookPauseMs })
  })

  it('is left alone where it is looked at anyway', () => {
    const doubtful = look(settled(1_001), nowMs).listing
    expect(hint(doubtful, nowMs)).toBe(doubtful)
  })

  it('is looked at though its wish returned, before it was sent, to what it was taken to show', () => {
    const wants = (listing: FeedListing, value: number, revision: number) =>
      want(listing, { ...wanted('content', value), revision }, { lowStock: 3, fast: false }, nowMs).listing
    const told = hint(wants(settled(1_001), 2_002, 2), nowMs)
    expect(wants(told, 1_001, 3)).toMatchObject({ state: 'settled', lookAtMs: nowMs + lookDelayMs })
  })

  it('is looked at once a minute at most, however often somebody writes over what is put right', () => {
    let [listing, atMs] = [settled(1_001), nowMs]
    const looks: number[] = []
    for (let second = 0; second < 300; second++, atMs += 1_000) {
      listing = hint(listing, atMs)
      if ((listing.lookAtMs ?? Number.POSITIVE_INFINITY) > atMs) continue
      looks.push(atMs)
      const { listing: adrift } = seen(listing, 9_999, atMs)
      listing = answered(beginSend(adrift, 'b', atMs).listing, atMs)
    }
    expect(looks).toHaveLength(5)
    expect(looks.slice(1).every((at, index) => at - (looks[index] ?? 0) >= lookPauseMs)).toBe(true)
  })
})

describe('an echo of our own call', () => {
  it('is no word of a change, in whatever form the channel keeps it', () => {
    const kept = answered(sending(1_001), nowMs, 2_002)
    expect([1_001, 2_002, 3_003].map((value) => isForeign(kept, value))).toEqual([false, false, true])
  })

  it('of a stock figure that comes before the answer is nothing, and any other figure is cause to look', () => {
    const rules = { raiseDelayMs: 60_000, lowStock: 3 }
    const next = want(settled(9, 'stock'), { ...wanted('stock', 8), revision: 2 }, { lowStock: 3, fast: false }, nowMs)
    const calling = beginSend(next.listing, 'b', nowMs).listing
    for (const value of [9, 8]) expect(notice(calling, { value, atMs: nowMs }, rules, nowMs).listing).toBe(calling)
    expect(notice(calling, { value: 20, atMs: nowMs }, rules, nowMs).listing.lookAtMs).toBe(nowMs + lookDelayMs)
  })

  it('that is a little older than what was confirmed may be news by a clock of seconds, a late one is not', () => {
    const rules = { raiseDelayMs: 60_000, lowStock: 3 }
    const listing = settled(9, 'stock')
    const hears = (value: number, agoMs: number) =>
      notice(listing, { value, atMs: nowMs - agoMs }, rules, nowMs).listing
    expect(hears(20, 900)).toMatchObject({ state: 'settled', lookAtMs: nowMs + lookDelayMs })
    expect(hears(9, 900)).toBe(listing)
    expect(hears(20, 3_600_000)).toBe(listing)
  })
})

describe('whatever somebody writes in the shop, and whenever', () => {
  type Act = { readonly do: 'hand' | 'send' | 'land' | 'answer' | 'pass'; readonly value: number }
  const act: fc.Arbitrary<Act> = fc.record({
    do: fc.constantFrom('hand', 'send', 'land', 'answer', 'pass'),
    value: fc.integer({ min: 0, max: 5 }),
  })

  it('is found by the word of it alone, and put right', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        let [listing, atMs, shown, revision, landed] = [settled(1), nowMs, 1, 1, true]
        const told = () => {
          if (isForeign(listing, shown)) listing = hint(listing, atMs)
        }
        const perform = ({ do: what, value }: Act) => {
          atMs += 1_000
          if ((listing.lookAtMs ?? Number.POSITIVE_INFINITY) <= atMs && listing.state === 'settled')
            listing = look(listing, atMs).listing
          if (what === 'hand') {
            // Beside the few figures that we ever want.
            shown = 100 + value
            told()
          }
          if (what === 'send') {
            const next = { ...wanted('content', value), revision: ++revision }
            listing = want(listing, next, { lowStock: 3, fast: false }, atMs).listing
          }
          if (what === 'land') {
            if (listing.state === 'ready') {
              listing = beginSend(listing, 'a', atMs).listing
              shown = listing.sent?.value ?? shown
              landed = true
              told()
            } else if (listing.state === 'doubtful') listing = beginRead(listing, 'r').listing
          }
          if (what === 'answer' && listing.state === 'sending' && landed) listing = answered(listing, atMs)
          if (what === 'answer' && listing.state === 'reading')
            listing = concludeRead(listing, { value: shown, atMs }, { ...facts, nowMs: atMs }).listing
        }
        for (const next of acts) perform(next)
        for (let round = 0; round < 10; round++) {
          atMs += lookPauseMs
          for (const what of ['answer', 'pass', 'land', 'answer'] as const) perform({ do: what, value: 0 })
        }
        expect([listing.state, shown]).toEqual(['settled', listing.desired])
      }),
      { numRuns: 1_000 },
    )
  })
})
