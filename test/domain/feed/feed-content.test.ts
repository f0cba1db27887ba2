/** A document through the machine of the feed: it is known by its version, and the channel keeps a form of its own. */
import { describe, expect, it } from 'vitest'
import { beginRead, beginSend, concludeRead, concludeSend, leftOut } from '../../../src/domain/feed/attempt.ts'
import {
  type FeedEvent,
  type FeedListing,
  type FeedStep,
  keyText,
  knownValues,
} from '../../../src/domain/feed/feed-listing.ts'
import { subjectOfProduct } from '../../../src/domain/feed/feed-subject.ts'
import { check, want } from '../../../src/domain/feed/want.ts'
import type { CallOutcome } from '../../../src/domain/outbox/intent.ts'

const key = { kind: 'content', item: '7', place: '', sku: subjectOfProduct('7') } as const
const committed: CallOutcome = { outcome: 'committed', reference: '1' }
const lost: CallOutcome = { outcome: 'unknown', class: 'connection', message: 'timeout' }
const [first, second, third] = [1_001, 2_002, 3_003]
const rewritten = 9_009

/** The listing and its story: each step at the next second. */
class Story {
  nowMs = 1_000
  revision = 0
  listing: FeedListing | null = null
  readonly events: FeedEvent['type'][] = []

  get it(): FeedListing {
    if (this.listing === null) throw new Error('nothing was wanted yet')
    return this.listing
  }
  get facts() {
    return { raiseDelayMs: 60_000, lowStock: 3, settleMs: 0, nowMs: this.nowMs }
  }
  take({ listing, events }: FeedStep): this {
    this.listing = listing
    this.events.push(...events.map(({ type }) => type))
    this.nowMs += 1_000
    return this
  }
  wants(value: number): this {
    const wanted = { ...key, value, revision: ++this.revision, changedAtMs: this.nowMs }
    return this.take(want(this.listing, wanted, { lowStock: 3, fast: false }, this.nowMs))
  }
  sends(outcome: CallOutcome, shown: number | null = null): this {
    this.take(beginSend(this.it, 'a', this.nowMs))
    return this.take(concludeSend(this.it, outcome, null, this.facts, shown))
  }
  looks(shown: number): this {
    if (this.it.state === 'settled') this.take(check(this.it, this.nowMs))
    this.take(beginRead(this.it, 'r'))
    return this.take(concludeRead(this.it, { value: shown, atMs: this.nowMs }, this.facts))
  }
}

describe('the content of a product', () => {
  it('is wanted as the newest version alone, in the lane of content', () => {
    const { it: listing } = new Story().wants(first).wants(second).wants(third)
    expect(listing).toMatchObject({ desired: third, desiredVersion: 3, state: 'ready', lane: 'content', sent: null })
    expect(keyText(listing)).toBe('content/7@')
  })

  it('is no edit of anybody in the form that the channel gave it', () => {
    const story = new Story().wants(first).sends(committed, rewritten).looks(rewritten).looks(rewritten)
    expect(story.it).toMatchObject({ state: 'settled', drift: null, observed: { value: first } })
    expect(story.events).toEqual([])
    expect(knownValues(story.it)).toEqual([first, rewritten])
  })

  it('is an edit of somebody in any other, sent again, and settled by what the channel takes', () => {
    const story = new Story().wants(first).sends(committed, rewritten).looks(5)
    expect(story.it).toMatchObject({ state: 'ready', lane: 'content', drift: { expected: first, found: 5 } })
    story.sends(committed, rewritten)
    expect(story.events).toEqual(['drift_found', 'drift_settled'])
  })

  it('is an edit as well where the channel shows a version of long ago', () => {
    const story = new Story().wants(first).sends(committed).wants(second).sends(committed).looks(first)
    expect(story.events).toEqual(['drift_found'])
  })

  it('alarms nobody when the answer was lost that would have told the form of it', () => {
    const story = new Story().wants(first).sends(committed, rewritten).wants(second).sends(lost).looks(8_008)
    expect([story.it.state, story.events]).toEqual(['ready', []])
    story.sends(committed, 8_008).looks(8_008)
    expect([story.it.state, story.events]).toEqual(['settled', []])
  })

  it('is sent again when the channel shows the old one in its form still', () => {
    const story = new Story().wants(first).sends(committed, rewritten).wants(second).sends(lost).looks(rewritten)
    expect(story.it).toMatchObject({ state: 'ready', desired: second, observed: { value: first }, drift: null })
  })

  it('waits and goes again when its document was not to be had', () => {
    const story = new Story().wants(first)
    story.take(beginSend(story.it, 'a', story.nowMs))
    const atMs = story.nowMs
    story.take(leftOut(story.it, atMs))
    expect(story.it).toMatchObject({ state: 'ready', attempts: 1, suspicions: 0, acknowledged: null, attemptId: null })
    expect(story.it.dueAtMs).toBeGreaterThan(atMs)
  })
})
