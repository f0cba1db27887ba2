import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { actor, type FeedApi } from '../../src/actor-apis.ts'
import type { SkuWant } from '../../src/domain/feed/feed-contract.ts'
import { receive } from '../fixtures/order-actor-rig.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const shop = 'shopify-us'
const tiedKey = 'portal-key-0123456789abcdefghijkl'
const feed = () => actor<FeedApi>(bindings.FEED, shop)
const facts = { lowStock: 3, raiseDelayMs: 60_000, settleMs: 0 }
const abilities = [{ kind: 'stock', itemsMax: 250, reads: true }] as const

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    accounts: file.accounts.map((account) =>
      account.id === shop ? { ...account, settings: { ...account.settings, publishStock: true } } : account,
    ),
    apiKeys: [
      ...file.apiKeys,
      { id: 'portal', name: '', key: tiedKey, scopes: ['inventory:read', 'operations:write'], account: 'b2b' },
    ],
  }))
  const wishes = [9, 8, 7].map(
    (value, at): SkuWant => ({
      ...{ sku: `SKU-${at}`, revision: 1, urgency: { lowStock: 3 }, reviewAfterMs: null },
      listings: [{ kind: 'stock', item: `item-${at}`, place: '71', value }],
    }),
  )
  await feed().want(shop, wishes)
  const batch = await feed().begin({ drain: 'normal', attemptId: 'a1', abilities })
  const outcome = { outcome: 'committed', reference: '1' } as const
  await feed().record(batch?.attemptId ?? '', { task: 'send', outcome, verdicts: [] }, facts)
  await feed().want(
    shop,
    wishes.slice(0, 1).map((wish) => ({
      ...wish,
      revision: 2,
      listings: wish.listings.map((listing) => ({ ...listing, value: 0 })),
    })),
  )
})

type Listing = Readonly<Record<string, unknown>>
const listings = async (query: string) => {
  const answer = await get(`/v1/channels/${shop}/feed/listings${query}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as { listings: Listing[]; nextCursor: string | null }
}

describe('the feed of a channel over HTTP', () => {
  it('says how it stands: lanes, states, lag, drift, calls under way and the budget of the partner', async () => {
    const answer = await get(`/v1/channels/${shop}/feed`)
    expect(answer.status).toBe(200)
    const body = (await answer.json()) as { lanes: Listing[] }
    expect(body).toMatchObject({
      ...{ account: shop, publishes: true, listings: 3, drifted: 0, inFlight: [] },
      states: { settled: 2, ready: 1 },
      lag: { p50Ms: null, p95Ms: null, measured: 0, assumedMs: 30_000 },
      partner: { parked: 0, pausedUntil: null },
    })
    expect(body.lanes[0]).toEqual({ lane: 'stop_sell', waiting: 1, waitingSince: expect.any(String) })
  })

  it('shows listing by listing what was wanted, sent and confirmed, with the terms of the buffer', async () => {
    const { listings: found } = await listings('?state=ready')
    expect(found).toEqual([
      expect.objectContaining({
        ...{ externalItemId: 'item-0', externalLocationId: '71', sku: 'SKU-0', state: 'ready', lane: 'stop_sell' },
        ...{ desired: 0, sent: 9, acknowledged: { value: 9, at: expect.any(String) }, observed: null },
        buffer: { buffer: 0, static: 0, unitsPerHour: 0, lagMs: 30_000, expected: 0, z: 1 },
      }),
    ])
  })

  it('pages through all of them', async () => {
    const first = await listings('?limit=2')
    expect(first.listings.map(({ sku }) => sku)).toEqual(['SKU-0', 'SKU-1'])
    const rest = await listings(`?limit=2&cursor=${encodeURIComponent(first.nextCursor ?? '')}`)
    expect([rest.listings.map(({ sku }) => sku), rest.nextCursor]).toEqual([['SKU-2'], null])
    // A page that ends where the listings end is the last one.
    expect((await listings('?limit=3')).nextCursor).toBeNull()
  })

  it('finds those of one SKU', async () => {
    expect((await listings('?sku=SKU-1')).listings.map(({ desired }) => desired)).toEqual([8])
    expect((await listings('?sku=SKU-1&state=drifted')).listings).toEqual([])
  })

  it('is told again what it was told, by SKU or page by page', async () => {
    const bySku = await post(`/v1/channels/${shop}/feed/resend`, { skus: ['SKU-1'] })
    expect([bySku.status, await bySku.json()]).toEqual([200, { resent: 1, nextCursor: null }])
    expect((await listings('?state=ready')).listings.map(({ sku }) => sku)).toEqual(['SKU-0', 'SKU-1'])
    const byState = await post(`/v1/channels/${shop}/feed/resend`, { state: 'settled' })
    expect(await byState.json()).toMatchObject({ resent: 1 })
    expect((await feed().status()).skusChanged).toBe(2)
  })

  it('is in the metrics', async () => {
    const text = await (await get('/metrics')).text()
    expect(text).toContain(`crossdock_feed_waiting{account="${shop}",lane="stop_sell"} 1`)
    expect(text).toContain(`crossdock_feed_drifted{account="${shop}"} 0`)
  })

  it('shows a key of one account no other', async () => {
    const tied = { authorization: `Bearer ${tiedKey}` }
    expect((await get(`/v1/channels/${shop}/feed`, tied)).status).toBe(403)
    expect((await get(`/v1/channels/${shop}/feed/listings`, tied)).status).toBe(403)
    expect((await post(`/v1/channels/${shop}/feed/resend`, { skus: ['SKU-1'] }, tied)).status).toBe(403)
    const own = await get('/v1/channels/b2b/feed', tied)
    expect(await own.json()).toMatchObject({ publishes: false, listings: 0 })
  })

  it.each(['nobody', 'easypost'])('answers for channels alone: %s is none', async (account) => {
    expect((await get(`/v1/channels/${account}/feed`)).status).toBe(422)
  })

  it.each(['?state=lost', '?limit=501', '?since=1'])('refuses a query it does not know: %s', async (query) => {
    expect((await get(`/v1/channels/${shop}/feed/listings${query}`)).status).toBe(422)
  })
})

describe('a cart that is committed', () => {
  it('is told to the feeds of other channels as a sale behind their back, and an open one is not', async () => {
    await receive('LAMP-12V', 'west', 20)
    const cart = (reservationId: string, quantity: number) => ({
      ...{ reservationId, channel: 'b2b', allowPartial: false, expiresInSeconds: 600 },
      lines: [{ sku: 'LAMP-12V', quantity, location: 'west' }],
    })
    expect((await post('/v1/reservations', cart('open-cart', 5))).status).toBe(201)
    expect((await post('/v1/reservations', cart('sold-cart', 3))).status).toBe(201)
    const position = bindings.STOCK.get(bindings.STOCK.idFromName('LAMP-12V@west'))
    const isTold = async () => {
      await runDurableObjectAlarm(position)
      return runInDurableObject(position, (_, { storage }) => {
        return storage.sql.exec("SELECT id FROM outbox WHERE id = 'publish'").toArray().length === 0
      })
    }
    // Once the feeds have heard of the hold, the commit changes nothing of what can be sold.
    await vi.waitUntil(isTold, { timeout: 25_000, interval: 100 })
    expect((await post('/v1/reservations/sold-cart/commit', '')).status).toBe(200)
    const elsewhere = async () => (await feed().outlook(['LAMP-12V'])).skus[0]?.rate.elsewhere ?? 0
    await vi.waitUntil(
      async () => {
        await runDurableObjectAlarm(position)
        return (await elsewhere()) > 0
      },
      // A timer that is lost is made good by the alarm ten seconds behind it.
      { timeout: 25_000, interval: 100 },
    )
    expect(await elsewhere()).toBeCloseTo(3, 1)
  })
})

describe('the listing of a bundle', () => {
  it('says how much less it shows for what its components keep back, and no buffer that is not its own', async () => {
    const kit = { kind: 'stock', item: 'item-kit', place: '71', value: 3, keptBack: 2 } as const
    const wish = { sku: 'KIT', revision: 1, urgency: { lowStock: 3 }, reviewAfterMs: null, parts: ['SKU-1'] }
    await feed().want(shop, [{ ...wish, listings: [kit] }])
    const { listings: found } = await listings('?sku=KIT')
    expect(found).toEqual([expect.objectContaining({ desired: 3, keptBack: 2, buffer: null })])
  })
})

describe('the availability of a channel', () => {
  it('tells the buffer that its feed keeps back, and nobody else', async () => {
    const sold = { b2b: 200 }
    await feed().changed(shop, [{ sku: 'ROPE-10', changedAtMs: Date.now(), sold }])
    const terms = async (query: string) => {
      const answer = await get(`/v1/atp?sku=ROPE-10&explain=true${query}`)
      return JSON.stringify(await answer.json())
    }
    const { listings: none } = await listings('?sku=ROPE-10')
    expect(none).toEqual([])
    // 200 units in the mean age of a sale, and 30 seconds assumed: some five units, and their spread.
    expect(await terms(`&channel=${shop}`)).toMatch(/"buffer":[78]\b/)
    expect(await terms('&channel=b2b')).toMatch(/"buffer":0\b/)
  })
})
