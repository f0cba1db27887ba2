/** What a channel says was changed there: looked at within a bound, and in nobody's way. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FeedKey } from '../../src/domain/feed/feed-listing.ts'
import { committed, facts, newFeed, type TestFeed } from '../fixtures/feed-rig.ts'

/** An hour ahead, so that no alarm goes off by itself. */
beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000))
afterEach(() => vi.restoreAllMocks())
const laterBy = (ms: number) => vi.mocked(Date.now).mockReturnValue(Date.now() + ms)

const floodSize = 10_000
const names = (count: number) => Array.from({ length: count }, (_, at) => `C-${at}`)
const wishes = (skus: readonly string[], value: number) => Object.fromEntries(skus.map((sku) => [sku, value]))
const keyOf = (sku: string, kind: FeedKey['kind'] = 'stock') => ({ kind, item: `item-${sku}`, place: '71' })

async function published(feed: TestFeed, skus: readonly string[]): Promise<void> {
  await feed.wants(wishes(skus, 9))
  while ((await feed.sends('normal')).length > 0);
}

/** A round of the alarm, and the looks that it has the bulk lane ask for. */
async function looks(feed: TestFeed): Promise<readonly string[]> {
  await runDurableObjectAlarm(feed.stub)
  const batch = await feed.begin('bulk')
  if (batch === null) return []
  const found = batch.items.map(({ kind, item, place }) => ({ kind, item, place, value: item === 'item-C-7' ? 0 : 9 }))
  await feed.api.record(batch.attemptId, { task: 'read', found }, facts)
  return batch.task === 'read' ? batch.items.map(({ item }) => item) : []
}

describe('a hint from the channel', () => {
  it('has exactly that listing looked at, a second later, and survives an eviction', async () => {
    const feed = newFeed()
    await published(feed, ['A', 'B'])
    await feed.api.hint(feed.account, [keyOf('A'), keyOf('A'), keyOf('unlisted')])
    expect(await looks(feed)).toEqual([])
    await evictDurableObject(feed.stub)
    laterBy(1_000)
    expect(await looks(feed)).toEqual(['item-A'])
    laterBy(1_000)
    expect(await looks(feed)).toEqual([])
  })

  it('sets the alarm for it, and leaves no trace at a channel that nothing ever happened to', async () => {
    const feed = newFeed()
    await feed.api.hint(feed.account, [keyOf('A')])
    expect(await feed.rows("SELECT name FROM sqlite_master WHERE name NOT LIKE '_cf%'")).toEqual([])
    await published(feed, ['A'])
    await runDurableObjectAlarm(feed.stub)
    await feed.api.hint(feed.account, [keyOf('A')])
    expect(await runInDurableObject(feed.stub, (_, { storage }) => storage.getAlarm())).not.toBeNull()
  })

  it('waits for the acknowledgement of the call that is under way', async () => {
    const feed = newFeed()
    await feed.wants({ A: 9 })
    const batch = await feed.begin('normal')
    await feed.api.hint(feed.account, [keyOf('A')])
    laterBy(5_000)
    expect(await looks(feed)).toEqual([])
    await feed.api.record(batch?.attemptId ?? '', committed, facts)
    expect(await looks(feed)).toEqual(['item-A'])
  })

  it('of many listings has ten of them looked at in a second, those first that were named first', async () => {
    const feed = newFeed()
    const skus = names(25)
    await published(feed, skus)
    await feed.api.hint(feed.account, [keyOf('C-24')])
    laterBy(1)
    await feed.api.hint(
      feed.account,
      skus.map((sku) => keyOf(sku)),
    )
    laterBy(1_000)
    const [first, atOnce] = [await looks(feed), await looks(feed)]
    expect([first.length, atOnce]).toEqual([10, []])
    expect(first).toContain('item-C-24')
    laterBy(1_000)
    const second = await looks(feed)
    laterBy(1_000)
    const third = await looks(feed)
    expect([second.length, third.length]).toEqual([10, 5])
    expect(new Set([...first, ...second, ...third]).size).toBe(25)
  })
})

describe('a flood of 10,000 hints', () => {
  it('is a few writes, and a stop-sell is in the very next call', async () => {
    const feed = newFeed()
    const skus = names(500)
    await published(feed, skus)
    const writes = () => runInDurableObject(feed.stub, ({ writing }) => writing.items)
    const before = await writes()
    const flood = Array.from({ length: floodSize }, (_, at) => feed.api.hint(feed.account, [keyOf(`C-${at % 500}`)]))
    // Among them, as the stock of one runs out.
    const gone = feed.api.want(feed.account, [
      {
        ...{ sku: 'C-7', revision: 2, urgency: { lowStock: 3 }, reviewAfterMs: null },
        listings: [{ ...keyOf('C-7'), value: 0 }],
      },
    ])
    const told = Promise.all(flood)
    await gone
    const call = await feed.begin('urgent')
    expect(call).toMatchObject({ task: 'send', items: [{ item: 'item-C-7', value: 0 }] })
    await feed.api.record(call?.attemptId ?? '', committed, facts)
    await told
    expect((await writes()) - before).toBeLessThan(600)
    laterBy(60_000)
    const looked: string[] = []
    for (let second = 0; second < 10; second++, laterBy(1_000)) looked.push(...(await looks(feed)))
    expect(looked).toHaveLength(100)
  })
})
