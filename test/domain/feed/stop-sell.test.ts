/** A stop-sell among everything else that the account wants of its partner, in virtual time, through both policies. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { contentVersion } from '../../../src/domain/catalog/product-content.ts'
import {
  afterFeedTurn,
  type DrainLane,
  drainLaneOf,
  freshFeedClock,
  laneFor,
  nextFeedLane,
} from '../../../src/domain/feed/choose-lane.ts'
import type { FeedKey, FeedLane, FeedListing } from '../../../src/domain/feed/feed-listing.ts'
import { subjectOfProduct } from '../../../src/domain/feed/feed-subject.ts'
import { fillBatch, type WaitingListings } from '../../../src/domain/feed/fill-batch.ts'
import { want } from '../../../src/domain/feed/want.ts'
import { AccountLimiter } from '../../../src/domain/limiter/account-limiter.ts'
import { fullBudget } from '../../../src/domain/limiter/budget.ts'
import { feedLeaseKey } from '../../../src/domain/limiter/limiter-contract.ts'

const limits = { ratePerSecond: 2, burst: 2, concurrency: 2 }
/** As Shopify's publishers have it: many figures a call, ten documents. */
const abilities = [
  { kind: 'stock', itemsMax: 250, reads: true },
  { kind: 'content', itemsMax: 10, reads: true },
] as const
const wantedOf = (key: FeedKey, sku: string, value: number): FeedListing =>
  want(null, { ...key, sku, value, revision: 1, changedAtMs: 0 }, { lowStock: 3, fast: false }, 0).listing
const hotSku = wantedOf({ kind: 'stock', item: 'HOT', place: '71' }, 'HOT', 0)

/** Documents as a catalogue would hold them, each wanted by its version. */
const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex')
const contentUpdates = (products: number): FeedListing[] =>
  Array.from({ length: products }, (_, at) => {
    const content = { title: `Product ${at}`, descriptionHtml: `<p>Number ${at} of the season.</p>`, tags: ['season'] }
    const key = { kind: 'content', item: String(at), place: '' } as const
    return wantedOf(key, subjectOfProduct(key.item), contentVersion(content, sha256Hex))
  })
const seasonOf100k = contentUpdates(100_000)

/** Queues in memory, with a count of what was looked at. */
class Lanes implements WaitingListings {
  readonly queues = new Map<FeedLane, FeedListing[]>()
  looked = 0

  put(lane: FeedLane, listing: FeedListing): void {
    this.queues.set(lane, [...(this.queues.get(lane) ?? []), { ...listing, lane }])
  }
  fill(lane: FeedLane, listings: FeedListing[]): void {
    this.queues.set(lane, listings)
  }
  ready = (lane: FeedLane, task: 'send' | 'read', limit: number): readonly FeedListing[] => {
    const found = task === 'send' ? (this.queues.get(lane) ?? []).slice(0, limit) : []
    this.looked += found.length
    return found
  }
  readySinceMs = (lane: FeedLane, task: 'send' | 'read'): number | null =>
    task === 'send' ? (this.queues.get(lane)?.[0]?.readySinceMs ?? null) : null
}

/** Calls take 400 ms; the limiter wakes whom it parked; each lane at the partner has one call under way. */
function secondsUntilSent(hotAtMs: number): number {
  const limiter = new AccountLimiter(fullBudget(limits, 0), [])
  const lanes = new Lanes()
  lanes.fill('content', seasonOf100k)
  let clock = freshFeedClock
  let leases = 0
  const calling = new Map<DrainLane, { readonly leaseId: string; readonly endsAtMs: number }>()
  for (let nowMs = 0; nowMs < 60_000; nowMs += 50) {
    for (const [lane, { leaseId, endsAtMs }] of calling) {
      if (endsAtMs > nowMs) continue
      limiter.report({ leaseId, result: 'ok', retryAfterMs: null }, nowMs)
      calling.delete(lane)
    }
    if (nowMs === hotAtMs) lanes.put('stop_sell', hotSku)
    limiter.wake(() => `w${++leases}`, nowMs)
    for (const drain of ['bulk', 'normal', 'urgent'] as const) {
      const waits = [...lanes.queues].some(([lane, queue]) => drainLaneOf[lane] === drain && queue.length > 0)
      if (!waits || calling.has(drain)) continue
      const request = { key: feedLeaseKey(drain), orderedByMs: nowMs, lane: drain, notBeforeMs: 0 }
      const { answer } = limiter.acquire(request, limits, `l${++leases}`, nowMs)
      if (!answer.granted) continue
      const batch = fillBatch(lanes, clock, drain, abilities)
      if (batch === null) throw new Error('something waited and nothing was found')
      clock = batch.clock
      if (batch.listings.some(({ item }) => item === 'HOT')) return (nowMs - hotAtMs) / 1_000
      if (batch.kind !== 'content') throw new Error('nothing but content waited')
      lanes.fill('content', (lanes.queues.get('content') ?? []).slice(batch.listings.length))
      calling.set(drain, { leaseId: answer.leaseId, endsAtMs: nowMs + 400 })
    }
  }
  throw new Error('it never left')
}

describe('a stop-sell', () => {
  it('leaves within two seconds while 100,000 content updates wait for two calls a second', () => {
    expect(new Set(seasonOf100k.map(({ lane, state, desired }) => `${lane} ${state} ${desired}`)).size).toBe(100_000)
    for (const hotAtMs of [0, 500, 1_050, 5_000, 20_350]) expect(secondsUntilSent(hotAtMs)).toBeLessThan(2)
  })

  it('is found without looking at what waits behind it', () => {
    const lanes = new Lanes()
    lanes.fill('content', contentUpdates(1_000))
    lanes.put('stop_sell', hotSku)
    const batch = fillBatch(lanes, freshFeedClock, 'urgent', abilities)
    expect([batch?.listings.map(({ item }) => item), lanes.looked]).toEqual([['HOT'], 1])
  })
})

describe('lanes', () => {
  it('share the calls by weight, so that nothing starves', () => {
    let clock = freshFeedClock
    const turns: Record<string, number> = {}
    for (let turn = 0; turn < 930; turn++) {
      const lane = nextFeedLane(clock, () => true)
      if (lane === null) break
      turns[lane] = (turns[lane] ?? 0) + 1
      clock = afterFeedTurn(clock, lane)
    }
    expect(Object.entries(turns).map(([lane, count]) => [lane, Math.round(count / 10)])).toEqual([
      ['stop_sell', 48],
      ['fast', 24],
      ['rest', 12],
      ['price', 6],
      ['content', 2],
      ['check', 1],
    ])
  })

  it('cannot save turns up while they are idle', () => {
    let clock = freshFeedClock
    for (let turn = 0; turn < 1_000; turn++) clock = afterFeedTurn(clock, 'content')
    const both = (lane: FeedLane) => lane === 'content' || lane === 'rest'
    const next: FeedLane[] = []
    for (let turn = 0; turn < 8; turn++) {
      const lane = nextFeedLane(clock, both) ?? 'check'
      next.push(lane)
      clock = afterFeedTurn(clock, lane)
    }
    expect(next.filter((lane) => lane === 'content').length).toBeGreaterThan(0)
  })

  const stock = { kind: 'stock', lowStock: 3, fast: false } as const
  it.each([
    ['nothing left', 9, 0, 'stop_sell'],
    ['into the low band', 9, 3, 'stop_sell'],
    ['out of it', 2, 9, 'stop_sell'],
    ['within it', 3, 2, 'fast'],
    ['far above it', 90, 80, 'rest'],
    ['told for the first time', null, 80, 'rest'],
    ['told for the first time that there is nothing', null, 0, 'fast'],
  ] as const)('are chosen by how urgent a figure is: %s', (_what, shown, desired, lane) => {
    expect(laneFor({ ...stock, shown, desired })).toBe(lane)
  })

  it('take fast movers before the rest, and keep kinds apart', () => {
    expect(laneFor({ ...stock, shown: 90, desired: 80, fast: true })).toBe('fast')
    expect(laneFor({ ...stock, kind: 'price', shown: 1, desired: 0 })).toBe('price')
  })
})
