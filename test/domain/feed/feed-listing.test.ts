import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  beginRead,
  beginSend,
  type ConcludeFacts,
  concludeRead,
  concludeSend,
  leaseOver,
  readFailed,
  refusedRetryMs,
  type SendOutcome,
} from '../../../src/domain/feed/attempt.ts'
import {
  type FeedEvent,
  type FeedListing,
  type FeedStep,
  forgotten,
  shownBy,
} from '../../../src/domain/feed/feed-listing.ts'
import { notice } from '../../../src/domain/feed/observe.ts'
import { wake } from '../../../src/domain/feed/wake.ts'
import { check, resend, want } from '../../../src/domain/feed/want.ts'

const rules = { raiseDelayMs: 60_000, lowStock: 3 }
const urgency = { lowStock: 3, fast: false }
const key = { kind: 'stock', item: '808950810', place: '71' } as const
const facts = (nowMs: number): ConcludeFacts => ({ ...rules, nowMs, settleMs: 0 })

const committed: SendOutcome = { outcome: 'committed', reference: '1' }
const lost: SendOutcome = { outcome: 'unknown', class: 'connection', message: 'timeout' }
const busy: SendOutcome = {
  outcome: 'absent',
  retryable: true,
  class: 'rate_limit',
  message: '429',
  retryAfterMs: 4_000,
}
const refused: SendOutcome = { outcome: 'absent', retryable: false, class: 'value', message: 'no' }
const stale = { why: 'stale', message: 'CHANGE_FROM_QUANTITY_STALE' } as const

/** A listing and its story: each step at the next second. */
class Story {
  listing: FeedListing | null = null
  nowMs = 1_000_000
  readonly events: FeedEvent[] = []
  readonly lags: number[] = []
  revision = 0

  get it(): FeedListing {
    if (this.listing === null) throw new Error('nothing was wanted yet')
    return this.listing
  }

  take({ listing, events, lagMs }: FeedStep): this {
    this.listing = listing
    this.events.push(...events)
    if (lagMs !== null) this.lags.push(lagMs)
    return this
  }

  after(ms: number): this {
    this.nowMs += ms
    if (this.listing) this.listing = wake(this.listing, this.nowMs)
    return this
  }

  wants(value: number, revision = ++this.revision): this {
    const wanted = { ...key, sku: 'ROPE-10', value, revision, changedAtMs: this.nowMs }
    return this.take(want(this.listing, wanted, urgency, this.nowMs))
  }

  sends(outcome: SendOutcome, verdict: Parameters<typeof concludeSend>[2] = null): this {
    this.take(beginSend(this.it, `a${this.nowMs}`, this.nowMs)).after(1_000)
    return this.take(concludeSend(this.it, outcome, verdict, facts(this.nowMs)))
  }

  reads(value: number | null): this {
    this.take(beginRead(this.it, `r${this.nowMs}`)).after(1_000)
    const seen = value === null ? null : { value, atMs: this.nowMs }
    return this.take(concludeRead(this.it, seen, facts(this.nowMs)))
  }

  hears(value: number, atMs = this.nowMs): this {
    return this.take(notice(this.it, { value, atMs }, rules, this.nowMs))
  }
}
const shows = (value: number) => new Story().wants(value).sends(committed).after(1_000)

describe('a listing that is wanted', () => {
  it('is sent without comparing the first time, and compares with what was confirmed from then on', () => {
    const story = new Story().wants(7)
    expect(shownBy(story.it)).toBeNull()
    expect(shownBy(story.sends(committed).wants(5).it)).toBe(7)
  })

  it('keeps the newest wish alone', () => {
    const story = shows(7).wants(6).wants(5).wants(4)
    expect(story.it).toMatchObject({ state: 'ready', desired: 4, desiredVersion: 4 })
    expect(story.sends(committed).it).toMatchObject({ state: 'settled', acknowledged: { value: 4, version: 4 } })
  })

  it('has nothing to send when the wish returns to what the channel shows', () => {
    expect(shows(7).wants(6).wants(7).it.state).toBe('settled')
  })

  it('ignores an answer to an older change than the one it knows', () => {
    const story = shows(7).wants(5)
    expect(story.wants(6, 1).it.desired).toBe(5)
  })

  it('goes on to the next figure when another one is wanted while a call is under way', () => {
    const story = shows(7).wants(6)
    story.take(beginSend(story.it, 'a', story.nowMs)).wants(5)
    story.take(concludeSend(story.it, committed, null, facts(story.nowMs)))
    expect(story.it).toMatchObject({ state: 'ready', desired: 5, acknowledged: { value: 6, version: 2 } })
  })

  it('measures the lag from the fall of the stock to the confirmation, and no raise', () => {
    expect(shows(7).wants(6).after(2_000).sends(committed).lags).toEqual([3_000])
    expect(shows(7).wants(9).after(2_000).sends(committed).lags).toEqual([])
  })

  it('measures no lag of a price, however it changes', () => {
    const price = { ...key, kind: 'price' as const, sku: 'ROPE-10', changedAtMs: 0 }
    const first = want(null, { ...price, value: 1_990, revision: 1 }, urgency, 0).listing
    const shown = concludeSend(beginSend(first, 'a', 0).listing, committed, null, facts(1_000)).listing
    const cheaper = want(shown, { ...price, value: 1_790, revision: 2 }, urgency, 2_000).listing
    expect(cheaper).toMatchObject({ state: 'ready', lane: 'price', fellAtMs: null })
    expect(concludeSend(beginSend(cheaper, 'b', 2_000).listing, committed, null, facts(9_000)).lagMs).toBeNull()
  })

  it('measures a fall from its beginning when the first call failed', () => {
    const story = shows(7).wants(6).sends(busy).after(4_000).sends(committed)
    expect(story.lags).toEqual([6_000])
  })
})

describe('a call that failed', () => {
  it('is made again later when the channel did nothing', () => {
    const story = shows(7).wants(6).sends(busy)
    expect(story.it).toMatchObject({ state: 'ready', attempts: 1, dueAtMs: story.nowMs + 4_000 })
    expect(story.after(4_000).it.dueAtMs).toBeNull()
  })

  it('leaves nothing to send when by then the figure is wanted that the channel shows', () => {
    const story = new Story().wants(5).hears(3)
    story.take(beginSend(story.it, 'a', story.nowMs)).wants(3)
    expect(story.take(concludeSend(story.it, busy, null, facts(story.nowMs))).it.state).toBe('settled')
  })

  it('does not make a stop-sell wait for its retry', () => {
    expect(shows(7).wants(6).sends(busy).wants(0).it).toMatchObject({ lane: 'stop_sell', dueAtMs: null })
  })

  it('leaves a doubt when nobody knows what the channel did: it is looked at before anything is sent', () => {
    const story = shows(7).wants(6).sends(lost)
    expect(story.it).toMatchObject({ state: 'doubtful', desired: 6 })
    expect(story.wants(5).it.state).toBe('doubtful')
    expect(story.reads(6).it).toMatchObject({ state: 'ready', desired: 5, drift: null })
    expect(shownBy(story.it)).toBe(6)
  })

  it('was none when the channel turns out to show what was sent', () => {
    const story = shows(7).wants(6).sends(lost).reads(6)
    expect(story.it).toMatchObject({ state: 'settled', acknowledged: { value: 6 }, drift: null })
    expect(story.lags).toEqual([2_000])
  })

  it('leaves a doubt as well when its caller died', () => {
    const story = shows(7).wants(6)
    story.take(beginSend(story.it, 'a', story.nowMs)).take(leaseOver(story.it, story.nowMs))
    expect(story.it).toMatchObject({ state: 'doubtful', attemptId: null })
  })

  it('stays in doubt while the channel cannot be read', () => {
    const story = shows(7).wants(6).sends(lost)
    story.take(beginRead(story.it, 'r')).take(readFailed(story.it, '503', 9_000, story.nowMs))
    expect(story.it).toMatchObject({ state: 'doubtful', dueAtMs: story.nowMs + 9_000 })
  })

  /** A raise whose answer was lost, looked at before it took effect; the figure is wanted as it was before. */
  const calledBack = () => shows(5).wants(10).sends(lost).after(1_000).reads(5).wants(5)

  it.each([
    ['by a look at a sample', (story: Story) => story.take(check(story.it, story.nowMs)).reads(10)],
    ['by the word of a webhook and the look after it', (story: Story) => story.hears(10).reads(10)],
  ])('that takes effect after its figure was called back is found %s, and corrected at once', (_how, look) => {
    const story = calledBack()
    expect(story.it).toMatchObject({ state: 'settled', desired: 5 })
    look(story.after(600_000))
    expect(story.it).toMatchObject({ state: 'ready', lane: 'fast', dueAtMs: null })
    expect(story.events).toMatchObject([{ type: 'drift_found', expected: 5, found: 10, desired: 5 }])
    story.sends(committed)
    expect(story.it).toMatchObject({ state: 'settled', acknowledged: { value: 5 } })
    expect(story.events.at(-1)).toMatchObject({ type: 'drift_settled' })
  })

  it('looks for a listing that the channel does not know a minute later, then ever more rarely, up to an hour', () => {
    const story = shows(7).wants(6).sends(lost).after(60_000).reads(null)
    const waits = Array.from({ length: 9 }, () => {
      const waitMs = (story.it.dueAtMs ?? 0) - story.nowMs
      story.after(waitMs).sends(lost).after(1_000).reads(null)
      return waitMs / 60_000
    })
    expect(waits[0]).toBe(1)
    waits.slice(1).forEach((wait, index) => {
      expect(wait / (waits[index] ?? 0)).toBeGreaterThanOrEqual(wait === 60 ? 1 : 1.05)
    })
    expect(waits.slice(-2)).toEqual([60, 60])
    expect(story.events.map(({ type }) => type)).toEqual(['listing_refused'])
  })

  it('puts a listing aside that the channel refuses by name, and tries it again an hour later', () => {
    const story = shows(7).wants(6).sends(refused, { why: 'refused', message: 'INVALID_INVENTORY_ITEM' })
    expect(story.it).toMatchObject({ state: 'refused', lastError: 'INVALID_INVENTORY_ITEM' })
    expect(story.after(refusedRetryMs).it.state).toBe('ready')
  })

  it('opens one case for a listing however often it is refused, and closes it when the channel takes a figure', () => {
    const no = { why: 'refused', message: 'no' } as const
    const story = shows(7).wants(6).sends(refused, no)
    story.after(refusedRetryMs).sends(refused, { ...no, message: 'still no' })
    const opened = { type: 'listing_refused', ...key, sku: 'ROPE-10', message: 'no' }
    expect(story.events).toEqual([opened])
    const openedAtMs = story.it.refusal?.openedAtMs
    story.after(refusedRetryMs)
    story.take(beginSend(story.it, 'a', story.nowMs)).wants(4)
    story.take(concludeSend(story.it, committed, null, facts(story.nowMs)))
    expect(story.it).toMatchObject({ state: 'ready', desired: 4, refusal: null })
    expect(story.events.slice(1)).toEqual([{ ...opened, type: 'refusal_settled', openedAtMs }])
    expect(
      story
        .sends(committed)
        .sends(refused, no)
        .events.map(({ type }) => type),
    ).toEqual([...['listing_refused', 'refusal_settled', 'listing_refused']])
  })

  it('closes whatever case is open when it is listed no more', () => {
    const story = shows(7).reads(50).sends(refused, { why: 'refused', message: 'no' })
    expect(forgotten(story.it).map(({ type }) => type)).toEqual(['drift_settled', 'refusal_settled'])
    expect(forgotten(shows(7).it)).toEqual([])
  })

  it('takes up a refused listing at once when something else is wanted of it', () => {
    const story = shows(7).wants(6).sends(refused, { why: 'refused', message: 'no' })
    expect(story.wants(5).it).toMatchObject({ state: 'ready', dueAtMs: null })
  })
})

describe('what the channel shows', () => {
  it('is compared: a figure that somebody changed is read, not overwritten', () => {
    const story = shows(7).wants(6).sends(refused, stale)
    expect(story.it).toMatchObject({ state: 'doubtful', dueAtMs: null })
    expect(story.reads(6).it).toMatchObject({ state: 'settled', acknowledged: { value: 6 } })
  })

  it('may be less because the channel sold some itself: nobody is alarmed, and its order settles it', () => {
    const story = shows(7).hears(6)
    expect(story.it).toMatchObject({ state: 'ready', dueAtMs: story.nowMs + 60_000, drift: null })
    expect(story.wants(6).it.state).toBe('settled')
    expect(story.events).toEqual([])
  })

  it('is not raised after a sale of its own whose order has not come, though another change arrives', () => {
    const story = shows(7).hears(5).wants(6)
    expect(story.it).toMatchObject({ state: 'ready', desired: 6 })
    expect(story.it.dueAtMs).not.toBeNull()
  })

  it('is lowered at once even then', () => {
    expect(shows(9).hears(7).wants(6).it).toMatchObject({ state: 'ready', shortfall: null, dueAtMs: null })
    expect(shows(7).hears(5).wants(0).it).toMatchObject({ lane: 'stop_sell', dueAtMs: null })
  })

  it('is waited out as long when the channel tells of the same sale again', () => {
    const story = shows(7).hears(5)
    const { dueAtMs, shortfall } = story.it
    expect(story.after(1_000).hears(5).it).toMatchObject({ state: 'ready', dueAtMs, shortfall })
    expect(story.wants(5).it.state).toBe('settled')
  })

  it('is not raised at once where a raise was lost: it may have arrived and been sold, and that is no case', () => {
    const story = shows(7).wants(9).sends(lost).reads(7)
    expect(story.it).toMatchObject({ state: 'ready', dueAtMs: story.nowMs + 60_000 })
    expect(story.after(60_000).sends(committed).it).toMatchObject({ state: 'settled', acknowledged: { value: 9 } })
    expect(story.events).toEqual([])
    expect(shows(7).wants(9).sends(lost).reads(7).wants(7).it.state).toBe('settled')
  })

  it('is not explained by a figure that was sent before what was confirmed since', () => {
    const story = shows(7).wants(5).sends(busy).wants(7)
    expect(story.it).toMatchObject({ state: 'settled', sent: { value: 5 } })
    expect(story.hears(5).it).toMatchObject({ state: 'ready', dueAtMs: story.nowMs + 60_000 })
  })

  it('is drift when no order explains it in time: a case is opened, the figure is sent again, the case ends', () => {
    const story = shows(7).hears(5).after(60_000)
    expect(story.sends(committed).it).toMatchObject({ state: 'settled', drift: null })
    expect(story.events).toEqual([
      { type: 'drift_found', ...key, sku: 'ROPE-10', expected: 7, found: 5, desired: 7 },
      { type: 'drift_settled', ...key, sku: 'ROPE-10', expected: 7, found: 5, openedAtMs: expect.any(Number) },
    ])
  })

  it('is drift at once when it is too much, once it was read', () => {
    const story = shows(7).hears(50)
    expect(story.it).toMatchObject({ state: 'doubtful', dueAtMs: null })
    expect(story.events).toEqual([])
    expect(story.reads(50).events).toEqual([expect.objectContaining({ type: 'drift_found', expected: 7, found: 50 })])
    expect(story.sends(committed).it.drift).toBeNull()
  })

  it('is not alarming when a webhook repeats what was shown before', () => {
    const story = shows(7).hears(8, 5)
    expect(story.it).toMatchObject({ state: 'settled', observed: null })
  })

  it('is looked at now and then although nothing is wrong', () => {
    const story = shows(7)
    expect(story.take(check(story.it, story.nowMs)).it).toMatchObject({ state: 'doubtful', lane: 'check' })
    expect(story.reads(7).it).toMatchObject({ state: 'settled', observed: { value: 7 } })
  })

  it('is looked at in a call of its own kind', () => {
    const price = { ...shows(7).it, kind: 'price' } as const
    expect(check(price, 1).listing).toMatchObject({ state: 'doubtful', lane: 'price' })
  })

  it('is nothing when the channel does not know the listing', () => {
    const story = shows(7)
    expect(story.take(check(story.it, story.nowMs)).reads(null).it.state).toBe('refused')
  })

  it('is sent again when a person asks for it', () => {
    const story = shows(7)
    expect(story.take(resend(story.it, story.nowMs)).it.state).toBe('ready')
  })
})

/** A channel that compares and sets, sells, and is changed by hand. Calls reach it late, or their answers are lost. */
type Action =
  | { readonly do: 'want'; readonly value: number }
  | { readonly do: 'begin' }
  | { readonly do: 'arrive' }
  | { readonly do: 'end'; readonly how: 'answered' | 'lost' | 'throttled' | 'died' }
  | { readonly do: 'sell' }
  | { readonly do: 'hand'; readonly value: number }
  | { readonly do: 'hook' }
  | { readonly do: 'check' }
  | { readonly do: 'pass'; readonly ms: number }

const value = fc.integer({ min: 0, max: 9 })
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant('want' as const), value }),
  fc.record({ do: fc.constantFrom('begin' as const, 'arrive' as const) }),
  fc.record({
    do: fc.constant('end' as const),
    how: fc.constantFrom('answered' as const, 'lost' as const, 'throttled' as const, 'died' as const),
  }),
  fc.record({ do: fc.constantFrom('sell' as const, 'hook' as const, 'check' as const) }),
  fc.record({ do: fc.constant('hand' as const), value }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
)

function play(actions: readonly Action[]) {
  const story = new Story().wants(5)
  const channel = { shown: 3, verdict: null as 'done' | 'stale' | null }
  const acknowledgedVersions: number[] = []
  const sentAfterNewerAcknowledged: number[] = []

  const arrive = () => {
    const { state, sent } = story.it
    if (channel.verdict !== null) return
    if (state === 'reading') channel.verdict = 'done'
    if (state !== 'sending' || sent === null) return
    const expected = shownBy(story.it)
    channel.verdict = expected === null || expected === channel.shown ? 'done' : 'stale'
    if (channel.verdict === 'done') channel.shown = sent.value
  }
  const begin = () => {
    const { state, dueAtMs } = story.it
    if (dueAtMs !== null) return
    channel.verdict = null
    if (state === 'doubtful') story.take(beginRead(story.it, 'r'))
    if (state !== 'ready') return
    story.take(beginSend(story.it, 'a', story.nowMs))
    const version = story.it.sent?.version ?? 0
    if (acknowledgedVersions.some((newer) => newer > version)) sentAfterNewerAcknowledged.push(version)
  }
  const end = (how: Extract<Action, { do: 'end' }>['how']) => {
    const { state } = story.it
    if (state !== 'sending' && state !== 'reading') return
    if (how === 'throttled' && channel.verdict === null) {
      if (state === 'sending') story.take(concludeSend(story.it, busy, null, facts(story.nowMs)))
      else story.take(readFailed(story.it, '429', 4_000, story.nowMs))
      return
    }
    if (how === 'died') return void story.take(leaseOver(story.it, story.nowMs))
    if (how !== 'answered') {
      if (state === 'sending') story.take(concludeSend(story.it, lost, null, facts(story.nowMs)))
      else story.take(readFailed(story.it, 'timeout', 0, story.nowMs))
      return
    }
    arrive()
    if (state === 'reading') {
      story.take(concludeRead(story.it, { value: channel.shown, atMs: story.nowMs }, facts(story.nowMs)))
    } else if (channel.verdict === 'stale') {
      story.take(concludeSend(story.it, refused, stale, facts(story.nowMs)))
    } else story.take(concludeSend(story.it, committed, null, facts(story.nowMs)))
    if (story.it.acknowledged) acknowledgedVersions.push(story.it.acknowledged.version)
  }
  const perform = (next: Action) => {
    story.after(1)
    if (next.do === 'want') story.wants(next.value)
    if (next.do === 'begin') begin()
    if (next.do === 'arrive') arrive()
    if (next.do === 'end') end(next.how)
    if (next.do === 'sell') channel.shown = Math.max(0, channel.shown - 1)
    if (next.do === 'hand') channel.shown = next.value
    if (next.do === 'hook') story.hears(channel.shown)
    if (next.do === 'check') story.take(check(story.it, story.nowMs))
    if (next.do === 'pass') story.after(next.ms)
  }
  for (const next of actions) perform(next)
  return { story, channel, perform, sentAfterNewerAcknowledged }
}

describe('whatever happens in whatever order', () => {
  it('the channel ends up showing the newest wish, with no case left open', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { story, channel, perform } = play(actions)
        // One look at the end, as the sampled read-back would; then whatever it asks for.
        for (let round = 0; round < 12; round++) {
          perform({ do: 'end', how: 'answered' })
          if (round === 3) perform({ do: 'check' })
          perform({ do: 'pass', ms: refusedRetryMs })
          perform({ do: 'begin' })
        }
        perform({ do: 'end', how: 'answered' })
        expect([story.it.state, channel.shown]).toEqual(['settled', story.it.desired])
        const open = story.events.reduce((count, event) => count + (event.type === 'drift_found' ? 1 : -1), 0)
        expect([open, story.it.drift]).toEqual([0, null])
      }),
      { numRuns: 2_000 },
    )
  })

  it('no older version is sent after a newer one was confirmed', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        expect(play(actions).sentAfterNewerAcknowledged).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  it('nothing is sent that the channel shows already, as far as is known', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { listing } = play(actions).story
        if (listing?.state === 'ready') expect(shownBy(listing)).not.toBe(listing.desired)
      }),
      { numRuns: 1_000 },
    )
  })
})
