import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attemptLeaseMs } from '../../src/domain/feed/attempt.ts'
import type { FeedResult, SkuWant } from '../../src/domain/feed/feed-contract.ts'
import { everyProduct } from '../../src/domain/feed/feed-subject.ts'
import { abilities, committed, facts, newFeed, type TestFeed } from '../fixtures/feed-rig.ts'

/** An hour ahead, so that no alarm goes off by itself. */
beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000))
afterEach(() => vi.restoreAllMocks())
const laterBy = (ms: number) => vi.mocked(Date.now).mockReturnValue(Date.now() + ms)

const lost: FeedResult = {
  task: 'send',
  outcome: { outcome: 'unknown', class: 'connection', message: 'timeout' },
  verdicts: [],
}
const many = (count: number, value: number, name = 'C') =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}-${at}`, value]))

describe('the feed of a channel', () => {
  it('answers about a channel that nothing ever happened to without leaving a trace', async () => {
    const feed = newFeed()
    expect(await feed.api.status()).toMatchObject({ listings: 0, drifted: 0, lag: { p95Ms: null } })
    expect(await feed.begin('normal')).toBeNull()
    expect(await feed.rows("SELECT name FROM sqlite_master WHERE name NOT LIKE '_cf%'")).toEqual([])
  })

  it('sends the newest figure alone, however often it changed', async () => {
    const feed = newFeed()
    for (const value of [9, 8, 7]) await feed.wants({ A: value }, 'stock', 10 - value)
    const batch = await feed.begin('normal')
    expect(batch).toMatchObject({ task: 'send', items: [{ item: 'item-A', value: 7, expected: null }] })
  })

  it('lets one call of a lane be under way, and another lane go beside it', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9, B: 8 })
    await feed.begin('normal')
    await feed.wants({ C: 7 })
    expect(await feed.begin('normal')).toBeNull()
    await feed.wants({ D: 9 }, 'content')
    expect(await feed.begin('bulk')).toMatchObject({ kind: 'content', items: [{ item: 'item-D' }] })
  })

  it('counts what it holds with every commit and tells the same after it was evicted', async () => {
    const feed = newFeed()
    await feed.wants(many(5, 9))
    await feed.sends('normal')
    await feed.wants({ 'C-0': 0 }, 'stock', 2)
    const status = await feed.api.status()
    expect(status).toMatchObject({ listings: 5, states: { settled: 4, ready: 1 }, waiting: { stop_sell: 1 } })
    await evictDurableObject(feed.stub)
    expect(await feed.api.status()).toEqual(status)
    const counted = await feed.rows('SELECT state, COUNT(*) AS count FROM feed_listing GROUP BY state ORDER BY state')
    expect(counted).toEqual([
      { state: 'ready', count: 1 },
      { state: 'settled', count: 4 },
    ])
  })

  it('forgets a listing that its SKU no longer has', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9 })
    await feed.sends('normal')
    const wish = { sku: 'A', revision: 2, urgency: { lowStock: 3 }, listings: [], reviewAfterMs: null }
    await feed.api.want(feed.account, [wish])
    expect(await feed.api.status()).toMatchObject({ listings: 0 })
  })
})

describe('a process that dies', () => {
  it('between the call and the record of it leaves a doubt: the channel is looked at first', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9 })
    await feed.begin('normal')
    await evictDurableObject(feed.stub)
    laterBy(attemptLeaseMs)
    expect(await runDurableObjectAlarm(feed.stub)).toBe(true)
    expect(await feed.one('A')).toMatchObject({ state: 'doubtful' })
    const look = await feed.begin('normal')
    expect(look).toMatchObject({ task: 'read', items: [{ item: 'item-A' }] })
    const found = [{ kind: 'stock', item: 'item-A', place: '71', value: 9 }] as const
    await feed.api.record(look?.attemptId ?? '', { task: 'read', found }, facts)
    expect(await feed.one('A')).toMatchObject({ state: 'settled', acknowledged: { value: 9 } })
  })

  it('and comes back after its lease changes nothing any more', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9 })
    const batch = await feed.begin('normal')
    laterBy(attemptLeaseMs)
    await runDurableObjectAlarm(feed.stub)
    await feed.api.record(batch?.attemptId ?? '', committed, facts)
    expect(await feed.one('A')).toMatchObject({ state: 'doubtful' })
  })

  it('before the message was worked on costs a minute and no listing', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9 })
    laterBy(1_000)
    await runDurableObjectAlarm(feed.stub)
    await evictDurableObject(feed.stub)
    laterBy(60_000)
    expect(await runDurableObjectAlarm(feed.stub)).toBe(true)
    expect(await feed.api.hasWork('normal')).toBe(true)
    expect(await runInDurableObject(feed.stub, (_, state) => state.storage.getAlarm())).not.toBeNull()
  })
})

describe('a stop-sell', () => {
  it('is in the very next call while 100,000 content updates wait, and that call finds it by index', async () => {
    const feed = newFeed()
    await feed.wants({ HOT: 9 })
    await feed.sends('normal')
    for (let at = 0; at < 20; at++) await feed.wants(many(5_000, 1, `P${at}`), 'content')
    expect((await feed.api.status()).waiting.content).toBe(100_000)
    await feed.sends('bulk')
    await feed.wants({ HOT: 0 }, 'stock', 2)
    // Its own turn at the partner, which the limiter puts before every other; nothing else was called in between.
    expect(await feed.sends('urgent')).toEqual(['item-HOT'])
    const plan = await feed.rows(`EXPLAIN QUERY PLAN SELECT document FROM feed_listing
      WHERE ready_lane = 0 AND task = 'send' ORDER BY ready_since_ms, id LIMIT 250`)
    expect(plan.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^SEARCH feed_listing USING INDEX feed_ready/),
    ])
  })

  it('is asked for at once, and not a quarter of a second later like the rest', async () => {
    const feed = newFeed()
    await feed.wants({ HOT: 9, B: 9 })
    await feed.sends('normal')
    await feed.wants({ HOT: 0 }, 'stock', 2)
    const timers = await feed.rows('SELECT name, due_ms FROM timer')
    expect(timers).toEqual([{ name: 'drain/urgent', due_ms: Date.now() }])
  })

  it('takes what else fits of stock along, and no content', async () => {
    const feed = newFeed()
    await feed.wants({ HOT: 9 })
    await feed.sends('normal')
    await feed.wants(many(3, 9))
    await feed.wants({ D: 1 }, 'content')
    await feed.wants({ HOT: 0 }, 'stock', 2)
    expect(await feed.sends('urgent')).toEqual(['item-HOT', 'item-C-0', 'item-C-1', 'item-C-2'])
  })
})

describe('the lanes', () => {
  it('starve nobody: content leaves while stock never rests', async () => {
    const feed = newFeed()
    await feed.wants({ D: 1 }, 'content')
    await feed.wants(many(1, 9))
    for (let turn = 0; turn < 30; turn++) {
      await feed.wants({ 'C-0': 20 + turn }, 'stock', turn + 2)
      await feed.sends('bulk')
    }
    expect(await feed.one('D')).toMatchObject({ state: 'settled' })
  })

  it('wait for a channel that cannot do what is in them', async () => {
    const feed = newFeed()
    await feed.wants({ D: 1 }, 'content')
    expect(await feed.begin('bulk', [{ kind: 'stock', itemsMax: 250, reads: true }])).toBeNull()
    expect(await feed.one('D')).toMatchObject({ state: 'ready' })
  })

  it('send again without looking where a channel cannot be asked', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9 })
    await feed.sends('normal', lost)
    const blind = [{ kind: 'stock', itemsMax: 250, reads: false }] as const
    expect(await feed.begin('normal', blind)).toMatchObject({ task: 'send', items: [{ value: 9 }] })
  })
})

describe('a batch that the channel refuses', () => {
  const refused = (verdicts: Extract<FeedResult, { task: 'send' }>['verdicts']): FeedResult => ({
    task: 'send',
    outcome: { outcome: 'absent', retryable: false, class: 'value', message: 'no' },
    verdicts,
  })

  it('costs the others nothing when one listing is to blame', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9, B: 9 })
    await feed.sends(
      'normal',
      refused([{ kind: 'stock', item: 'item-A', place: '71', why: 'refused', message: 'gone' }]),
    )
    expect(await feed.one('A')).toMatchObject({ state: 'refused', lastError: 'gone' })
    expect(await feed.sends('normal')).toEqual(['item-B'])
  })

  it('is tried in ever smaller parts when nobody says who is to blame', async () => {
    const feed = newFeed()
    const few = abilities.map((ability) => ({ ...ability, itemsMax: 16 }))
    await feed.wants(many(16, 9))
    const sizes: number[] = []
    while (sizes.at(-1) !== 1) {
      const batch = await feed.begin('normal', few)
      await feed.api.record(batch?.attemptId ?? '', refused([]), facts)
      sizes.push(batch?.items.length ?? 1)
      laterBy(120_000)
      await runDurableObjectAlarm(feed.stub)
    }
    expect(sizes).toEqual([16, 4, 4, 4, 4, 1])
  })

  /** A channel that refuses every call with these in it, and says of none of them that it is to blame. */
  async function drainUnless(feed: TestFeed, bad: readonly string[]): Promise<void> {
    for (let calls = 0; calls < 40; calls++) {
      const batch = await feed.begin('normal')
      if (batch === null) return
      const isRefused = batch.items.some(({ item }) => bad.includes(item))
      await feed.api.record(batch.attemptId, isRefused ? refused([]) : committed, facts)
      laterBy(60_000)
      await runDurableObjectAlarm(feed.stub)
    }
  }
  const typesOf = async (feed: TestFeed) => (await feed.api.projectionPage(0, 50)).entries.map(({ type }) => type)

  it('is one case that names what was in it, until the listing to blame has a case of its own', async () => {
    const feed = newFeed()
    await feed.wants(many(20, 9))
    await feed.sends('normal', refused([]))
    const [opened] = (await feed.api.projectionPage(0, 50)).entries
    const named = Array.from({ length: 10 }, () => expect.objectContaining({ kind: 'stock', place: '71' }))
    const event = JSON.parse(opened?.event ?? '{}')
    expect(event).toEqual({ type: 'batch_refused', kind: 'stock', listings: 20, message: 'no', named })
    laterBy(60_000)
    await runDurableObjectAlarm(feed.stub)
    await drainUnless(feed, ['item-C-7'])
    expect(await typesOf(feed)).toEqual(['batch_refused', 'listing_refused', 'batch_settled'])
    expect(await feed.api.status()).toMatchObject({ states: { settled: 19, refused: 1 } })
    expect(await feed.one('C-7')).toMatchObject({ state: 'refused', lastError: 'no' })
  })

  it('is no case any more when what was in it is listed no longer', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9, B: 9 })
    await feed.sends('normal', refused([]))
    for (const sku of ['A', 'B']) {
      const wish = { sku, revision: 2, urgency: { lowStock: 3 }, listings: [], reviewAfterMs: null }
      await feed.api.want(feed.account, [wish])
    }
    expect(await typesOf(feed)).toEqual(['batch_refused', 'batch_settled'])
  })

  it('takes nothing along afterwards that is above suspicion', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9, B: 9 })
    await feed.sends('normal', refused([]))
    await feed.wants({ C: 9 })
    laterBy(60_000)
    await runDurableObjectAlarm(feed.stub)
    expect([await feed.sends('normal'), await feed.sends('normal')]).toEqual([['item-C'], ['item-A', 'item-B']])
  })

  it('blames no listing where the account may not call at all', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9 })
    const outcome = { outcome: 'absent', retryable: false, class: 'permission', message: 'no token' } as const
    await feed.sends('normal', { task: 'send', outcome, verdicts: [] })
    expect(await feed.one('A')).toMatchObject({ state: 'ready', refusal: null })
    expect(await typesOf(feed)).toEqual([])
  })
})

describe('what a channel shows', () => {
  it('is looked at for a few listings a minute, those first that nobody looked at for longest', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9 })
    await feed.sends('normal')
    laterBy(1_000)
    await feed.wants({ B: 9 })
    await feed.sends('normal')
    await feed.api.tick(feed.account, 'v1', 1)
    expect(await feed.begin('bulk')).toMatchObject({ task: 'read', items: [{ item: 'item-A' }] })
  })

  it('becomes a case when it is not what was confirmed, which ends when it is again', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9 })
    await feed.sends('normal')
    await feed.api.tick(feed.account, 'v1', 10)
    const look = await feed.begin('bulk')
    const found = [{ kind: 'stock', item: 'item-A', place: '71', value: 50 }] as const
    await feed.api.record(look?.attemptId ?? '', { task: 'read', found }, facts)
    expect(await feed.api.status()).toMatchObject({ drifted: 1 })
    expect((await feed.api.listings('drifted', '', 10)).listings).toHaveLength(1)
    expect(await feed.begin('normal')).toMatchObject({ items: [{ value: 9, expected: 50 }] })
    await feed.api.record(`${feed.account}-3`, committed, facts)
    expect(await feed.api.status()).toMatchObject({ drifted: 0 })
    const { entries } = await feed.api.projectionPage(0, 10)
    expect(entries.map(({ type }) => type)).toEqual(['drift_found', 'drift_settled'])
    expect(await feed.api.verifyAudit()).toMatchObject({ valid: true, entries: 2 })
  })
})

describe('what a channel asks', () => {
  it('is looked at among the prices, and a price that somebody changed is a case and set again', async () => {
    const feed = newFeed()
    await feed.wants({ A: 1_990 }, 'price')
    await feed.sends('bulk')
    await feed.api.tick(feed.account, 'v1', 10)
    const look = await feed.begin('bulk')
    expect(look).toMatchObject({ kind: 'price', task: 'read', items: [{ item: 'item-A' }] })
    const found = [{ kind: 'price', item: 'item-A', place: '71', value: 990 }] as const
    await feed.api.record(look?.attemptId ?? '', { task: 'read', found }, facts)
    expect(await feed.api.status()).toMatchObject({ drifted: 1 })
    const again = await feed.begin('bulk')
    expect(again).toMatchObject({ kind: 'price', task: 'send', items: [{ value: 1_990 }] })
    await feed.api.record(again?.attemptId ?? '', committed, facts)
    const { entries } = await feed.api.projectionPage(0, 10)
    expect(entries.map(({ type }) => type)).toEqual(['drift_found', 'drift_settled'])
  })
})

describe('a bundle', () => {
  const bundle = (sku: string, parts: readonly string[]): SkuWant => ({
    ...{ sku, revision: 1, urgency: { lowStock: 3 }, reviewAfterMs: null, parts },
    listings: [{ kind: 'stock', item: `item-${sku}`, place: '71', value: 4 }],
  })
  const enter = async (feed: TestFeed, ...bundles: readonly SkuWant[]) => {
    await feed.api.changed(
      feed.account,
      bundles.map(({ sku }) => ({ sku, changedAtMs: Date.now(), sold: {} })),
    )
    const rows = await feed.rows('SELECT sku, revision FROM feed_sku')
    const revisions = new Map(rows.map(({ sku, revision }) => [sku, Number(revision)]))
    await feed.api.want(
      feed.account,
      bundles.map((wish) => ({ ...wish, revision: revisions.get(wish.sku) ?? 0 })),
    )
  }
  const changes = (feed: TestFeed, sku: string) =>
    feed.api.changed(feed.account, [{ sku, changedAtMs: Date.now(), sold: {} }])
  const open = async (feed: TestFeed) => {
    const rows = await feed.rows('SELECT sku FROM feed_sku WHERE answered < revision ORDER BY sku')
    return rows.map(({ sku }) => sku)
  }

  it('is worked out anew when one of its components changes, and when no other does', async () => {
    const feed = newFeed()
    await enter(feed, bundle('KIT', ['ROPE', 'HOOK']), bundle('SET', ['HOOK']))
    await changes(feed, 'ROPE')
    await runDurableObjectAlarm(feed.stub)
    expect(await open(feed)).toEqual(['KIT', 'ROPE'])
  })

  it('is remembered with the components that it has now', async () => {
    const feed = newFeed()
    await enter(feed, bundle('KIT', ['ROPE', 'HOOK']))
    await enter(feed, bundle('KIT', ['HOOK', 'RING']))
    expect(await feed.rows('SELECT part FROM feed_bundle ORDER BY part')).toEqual([{ part: 'HOOK' }, { part: 'RING' }])
    await enter(feed, { ...bundle('KIT', []), listings: [] })
    expect(await feed.rows('SELECT part FROM feed_bundle')).toEqual([])
  })

  it('among more than one alarm takes up is told by a later one, whatever dies between them', async () => {
    const feed = newFeed()
    const kits = Array.from({ length: 1_500 }, (_, at) => bundle(`KIT-${at}`, ['SCREW']))
    await enter(feed, ...kits)
    await changes(feed, 'SCREW')
    await runDurableObjectAlarm(feed.stub)
    expect(await open(feed)).toHaveLength(1_001)
    await evictDurableObject(feed.stub)
    await runDurableObjectAlarm(feed.stub)
    expect(await open(feed)).toHaveLength(1_501)
    expect(await feed.rows('SELECT part FROM feed_spread')).toEqual([])
  })
})

describe('a change of the configuration', () => {
  const nothing = { urgency: { lowStock: 3 }, listings: [], reviewAfterMs: null }

  it('has every SKU worked out anew, page by page, and asks which products have content by now', async () => {
    const feed = newFeed()
    await feed.wants(many(5, 9))
    await feed.sends('normal')
    await feed.api.tick(feed.account, 'v1', 0)
    await runDurableObjectAlarm(feed.stub)
    expect(await feed.rows("SELECT sku FROM feed_sku WHERE sku NOT LIKE 'C-%'")).toEqual([{ sku: everyProduct }])
    expect(await feed.api.status()).toMatchObject({ skusChanged: 6 })
    await feed.api.want(feed.account, [{ ...nothing, sku: everyProduct, revision: 1_000 }])
    await feed.wants(many(5, 9), 'stock', 1_000)
    await feed.api.tick(feed.account, 'v1', 0)
    await runDurableObjectAlarm(feed.stub)
    expect(await feed.api.status()).toMatchObject({ skusChanged: 0 })
  })
})

describe('how fast a SKU sells', () => {
  it('is what other channels sold, and what this one sold, each for itself', async () => {
    const feed = newFeed()
    const sold = { [feed.account]: 2, elsewhere: 3, b2b: 4 }
    await feed.api.changed(feed.account, [{ sku: 'A', changedAtMs: Date.now(), sold }])
    const { skus } = await feed.api.outlook(['A', 'B'])
    expect(skus.map(({ rate }) => [rate.own, rate.elsewhere])).toEqual([
      [2, 7],
      [0, 0],
    ])
  })

  it('is measured with the lag from the fall of the stock to the confirmation', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9 })
    await feed.sends('normal')
    await feed.api.changed(feed.account, [{ sku: 'A', changedAtMs: Date.now(), sold: {} }])
    await feed.wants({ A: 5 }, 'stock', 7)
    laterBy(2_000)
    await feed.sends('normal')
    const { lag } = await feed.api.status()
    expect(lag.measured).toBe(1)
    expect(Math.abs((lag.p95Ms ?? 0) - 2_000)).toBeLessThan(250)
  })
})
