import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { channelPlaceNamed, channelPlaces } from '../../queues/channel-places.ts'
import { noticeStock } from '../../queues/notice-stock.ts'
import { actor, type FeedApi } from '../../src/actor-apis.ts'
import { listingOfSkuKey, skuKey } from '../../src/config/catalog.ts'
import type { Listing } from '../../src/domain/catalog/listing.ts'
import type { Account } from '../../src/domain/config/config.ts'
import { accountId, sku } from '../../src/domain/shared/ids.ts'
import type { Env } from '../../src/env.ts'
import { testConfig } from '../fixtures/config.ts'
import { consumeBatch } from '../fixtures/consume-batch.ts'
import { testEnv } from '../fixtures/d1.ts'
import { availableAt, receive } from '../fixtures/order-actor-rig.ts'
import { ringAlarm } from '../fixtures/ring-alarm.ts'
import { seedConfig } from '../http/seed-config.ts'

const listing: Listing = {
  account: accountId('shopify-us'),
  externalSku: 'SHOP-ROPE-10',
  sku: sku('ROPE-10'),
  packQuantity: 3,
  externalItemId: '808950810',
}
const env: Env = { ...testEnv, CROSSDOCK_SECRETS: JSON.stringify(testConfig.secrets) }
const shopOf = (accounts: readonly Account[]): Account => {
  const account = accounts.find(({ id }) => id === 'shopify-us')
  if (!account) throw new Error('the test configuration has no shopify-us')
  return account
}

/** `name`: an account of its own for each test, with a feed that nothing ever happened to. */
async function channel(name: string, change: Partial<Account> = {}) {
  const settings = { publishStock: true, locations: { east: '71', west: '71' } }
  const { config } = await seedConfig((file) => {
    const shop = shopOf(file.accounts)
    const account = { ...shop, settings: { ...shop.settings, ...settings }, ...change, id: name }
    return { ...file, accounts: [...file.accounts, account] }
  })
  const key = listingOfSkuKey(name, 'ROPE-10', 'SHOP-ROPE-10')
  await testEnv.CONFIG.put(key, JSON.stringify({ ...listing, account: name }))
  return { name, config, feed: actor<FeedApi>(testEnv.FEED, name) }
}
type Channel = Awaited<ReturnType<typeof channel>>

async function workOut({ name, feed }: Channel, revision = 1) {
  await feed.changed(name, [{ sku: 'ROPE-10', changedAtMs: Date.now(), sold: {} }])
  return consumeBatch('publication', [{ type: 'publish_stock', account: name, sku: 'ROPE-10', revision }], env)
}
const drain = ({ name }: Channel, lane = 'normal') =>
  consumeBatch('publication', [{ type: 'drain_feed', account: name, lane }], env)

describe('where a channel shows stock', () => {
  it('is at locations in the network that the settings map', async () => {
    const { config, name } = await channel('places', {
      network: ['east'],
      settings: { locations: { east: 'gid://shopify/Location/71', west: 'L2', atlantis: 'L3' } },
    })
    const account = config.accounts.find(({ id }) => id === name)
    if (!account) throw new Error('not seeded')
    const place = 'gid://shopify/Location/71'
    expect(channelPlaces(account, config)).toEqual([{ externalLocationId: place, locations: ['east'] }])
    expect([channelPlaceNamed(account, '71'), channelPlaceNamed(account, '72')]).toEqual([place, null])
  })
})

describe('the publication queue', () => {
  type Input = { quantities: { quantity: number; locationId: string; changeFromQuantity: number | null }[] }
  let sent: Input[] = []
  let keys: string[] = []
  let reads = 0
  let status = 200
  let shown = 0
  let userErrors: { code: string; field: string[]; message: string }[] = []

  beforeEach(() => {
    sent = []
    keys = []
    userErrors = []
    reads = 0
    status = 200
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (_input, init) => {
      const { variables } = JSON.parse(String(init?.body)) as {
        variables: { input?: Input; key?: string; items?: string[] }
      }
      if (variables.items) {
        reads += 1
        const level = { quantities: [{ name: 'available', quantity: shown }] }
        return Response.json({ data: { nodes: variables.items.map((id) => ({ id, inventoryLevel: level })) } })
      }
      if (variables.input) sent.push(variables.input)
      keys.push(variables.key ?? '')
      const group = userErrors.length > 0 ? null : { id: 'gid://shopify/InventoryAdjustmentGroup/1' }
      return Response.json(
        { data: { inventorySetQuantities: { inventoryAdjustmentGroup: group, userErrors } } },
        { status },
      )
    })
  })
  afterEach(() => vi.restoreAllMocks())

  const quantities = () => sent.map((input) => input.quantities.map(({ quantity }) => quantity))
  const only = async (shop: Channel) => (await shop.feed.listings(null, '', 10)).listings[0]

  it('says nothing to a channel that was not told to be published to', async () => {
    const shop = await channel('untold', { settings: {} })
    expect((await drain(shop)).acked).toEqual(['m0'])
    expect((await shop.feed.status()).listings).toBe(0)
  })

  it('works out what is free now, in whole packs, once for many messages of one SKU', async () => {
    const shop = await channel('packs')
    await receive('ROPE-10', 'east', 7)
    await receive('ROPE-10', 'west', 3)
    await shop.feed.changed(shop.name, [{ sku: 'ROPE-10', changedAtMs: Date.now(), sold: {} }])
    const message = { type: 'publish_stock', account: shop.name, sku: 'ROPE-10', revision: 1 }
    expect((await consumeBatch('publication', [message, message], env)).acked).toEqual(['m0', 'm1'])
    expect(await only(shop)).toMatchObject({ desired: 3, desiredVersion: 1, state: 'ready', place: '71' })
  })

  it('carries it to the channel, and compares with what was confirmed the next time', async () => {
    const shop = await channel('carries')
    await receive('ROPE-10', 'east', 30)
    await workOut(shop)
    await drain(shop)
    expect(await only(shop)).toMatchObject({ state: 'settled' })
    const before = (await only(shop))?.desired
    await receive('ROPE-10', 'east', 30)
    await workOut(shop, 2)
    await drain(shop)
    expect(sent.flatMap((input) => input.quantities.map((each) => each.changeFromQuantity))).toEqual([null, before])
    expect(new Set(keys).size).toBe(2)
  })

  it('looks before it sends again when the answer was lost', async () => {
    const shop = await channel('lost')
    await receive('ROPE-10', 'east', 30)
    await workOut(shop)
    shown = (await only(shop))?.desired ?? 0
    status = 503
    await drain(shop)
    expect([sent.length, reads, (await only(shop))?.state]).toEqual([1, 1, 'settled'])
  })

  it('reads a figure that somebody else changed, opens a case when it is too much, and puts it right', async () => {
    const shop = await channel('stale')
    await receive('ROPE-10', 'east', 30)
    await workOut(shop)
    await drain(shop)
    await receive('ROPE-10', 'east', 3)
    await workOut(shop, 2)
    userErrors = [{ code: 'CHANGE_FROM_QUANTITY_STALE', field: ['input', 'quantities', '0'], message: 'changed' }]
    shown = 500
    const fetched = vi.mocked(globalThis.fetch)
    fetched.mockImplementationOnce(fetched.getMockImplementation() ?? fetch)
    await drain(shop)
    userErrors = []
    await drain(shop)
    const listing = await only(shop)
    expect(listing).toMatchObject({ state: 'settled', drift: null })
    expect(quantities().at(-1)).toEqual([listing?.desired])
    const { entries } = await shop.feed.projectionPage(0, 10)
    expect(entries.map(({ type }) => type)).toEqual(['drift_found', 'drift_settled'])
  })

  it('ignores the answer to an older change', async () => {
    const shop = await channel('older')
    await receive('ROPE-10', 'east', 30)
    await workOut(shop, 5)
    const listings = [{ kind: 'stock', item: '808950810', place: '71', value: 999 }] as const
    const wish = { sku: 'ROPE-10', revision: 4, urgency: { lowStock: 3 }, listings, reviewAfterMs: null }
    await shop.feed.want(shop.name, [wish])
    expect((await only(shop))?.desired).not.toBe(999)
  })

  it('shows nothing of what the channel is never to sell', async () => {
    const shop = await channel('excluded')
    await seedConfig((file) => ({
      ...file,
      accounts: [...file.accounts, { ...shopOf(shop.config.accounts), ...shop.config.accounts.at(-1), id: 'excluded' }],
      promising: { ...file.promising, exclusions: [{ channel: 'excluded', sku: 'ROPE-10' }] },
    }))
    await receive('ROPE-10', 'east', 30)
    await workOut(shop)
    expect(await only(shop)).toMatchObject({ desired: 0 })
  })

  it('takes what the channel reports by webhook for a hint, by the location as the settings name it', async () => {
    const shop = await channel('hooked')
    await receive('ROPE-10', 'east', 30)
    await workOut(shop)
    await drain(shop)
    const account = shop.config.accounts.find(({ id }) => id === shop.name)
    const seen = { type: 'channel_stock_observed', externalItemId: '808950810', externalLocationId: '71' } as const
    if (account) await noticeStock(testEnv, account, { ...seen, available: 1, atMs: Date.now() + 1 })
    expect(await only(shop)).toMatchObject({ state: 'ready', observed: { value: 1 }, drift: null })
  })

  it('carries the price of a listing whose variant the channel has named, and the next when it changes', async () => {
    const settings = { publishStock: true, priceCurrency: 'USD' }
    const shop = await channel('priced', { settings })
    const price = async (amountMinor: number) => {
      const named = { ...listing, account: shop.name, externalProductId: '7', externalVariantId: '8' }
      const priced = { ...named, price: { amountMinor, currency: 'USD' } }
      await testEnv.CONFIG.put(listingOfSkuKey(shop.name, 'ROPE-10', 'SHOP-ROPE-10'), JSON.stringify(priced))
    }
    const prices: unknown[] = []
    vi.mocked(globalThis.fetch).mockImplementation(async (_input, init) => {
      const { variables } = JSON.parse(String(init?.body)) as { variables: unknown }
      prices.push(variables)
      return Response.json({ data: { productVariantsBulkUpdate: { userErrors: [] } } })
    })
    for (const [revision, amountMinor] of [1_990, 1_790].entries()) {
      await price(amountMinor)
      await workOut(shop, revision + 1)
      await drain(shop, 'bulk')
    }
    expect(prices).toEqual(
      ['19.90', '17.90'].map((text) => ({
        productId: 'gid://shopify/Product/7',
        variants: [{ id: 'gid://shopify/ProductVariant/8', price: text }],
      })),
    )
    expect(await only(shop)).toMatchObject({ kind: 'price', state: 'settled', desired: 1_790 })
  })

  it('reads a price that somebody else changed, opens a case, and puts it right', async () => {
    const shop = await channel('repriced', { settings: { publishStock: true, priceCurrency: 'USD' } })
    const named = { ...listing, account: shop.name, externalProductId: '7', externalVariantId: '8' }
    const priced = { ...named, price: { amountMinor: 1_990, currency: 'USD' } }
    await testEnv.CONFIG.put(listingOfSkuKey(shop.name, 'ROPE-10', 'SHOP-ROPE-10'), JSON.stringify(priced))
    let price = ''
    vi.mocked(globalThis.fetch).mockImplementation(async (_input, init) => {
      const { variables } = JSON.parse(String(init?.body)) as {
        variables: { variants: (string | { price: string })[] }
      }
      const [variant] = variables.variants
      if (typeof variant === 'string') return Response.json({ data: { nodes: [{ id: variant, price }] } })
      price = variant?.price ?? ''
      return Response.json({ data: { productVariantsBulkUpdate: { userErrors: [] } } })
    })
    await workOut(shop)
    await drain(shop, 'bulk')
    price = '9.90'
    await shop.feed.tick(shop.name, 'v1', 10)
    await drain(shop, 'bulk')
    expect([price, await only(shop)]).toMatchObject([
      '19.90',
      { state: 'settled', observed: { value: 990 }, drift: null },
    ])
    const { entries } = await shop.feed.projectionPage(0, 10)
    expect(entries.map(({ type }) => type)).toEqual(['drift_found', 'drift_settled'])
  })

  describe('of a bundle', () => {
    const kit = { sku: 'KIT', title: 'Kit', stocked: false, components: [{ sku: 'BUOY-R', quantity: 2 }] }
    const message = (account: string, name: string, revision: number) =>
      ({ type: 'publish_stock', account, sku: name, revision }) as const

    async function kitOn(name: string) {
      const shop = await channel(name)
      await testEnv.CONFIG.put(skuKey('KIT'), JSON.stringify(kit))
      const onShop = { ...listing, account: name, externalSku: 'SHOP-KIT', sku: 'KIT', packQuantity: 1 }
      await testEnv.CONFIG.put(listingOfSkuKey(name, 'KIT', 'SHOP-KIT'), JSON.stringify(onShop))
      await shop.feed.changed(shop.name, [{ sku: 'KIT', changedAtMs: Date.now(), sold: {} }])
      await consumeBatch('publication', [message(name, 'KIT', 1)], env)
      return shop
    }

    it('shows what the scarcest component makes, and the new figure once that changed', async () => {
      const shop = await kitOn('kits')
      const before = (await only(shop))?.desired ?? 0
      await receive('BUOY-R', 'east', 10)
      await shop.feed.changed(shop.name, [{ sku: 'BUOY-R', changedAtMs: Date.now(), sold: {} }])
      const stub = testEnv.FEED.get(testEnv.FEED.idFromName(shop.name))
      await ringAlarm(stub)
      const open = await runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec('SELECT sku, revision FROM feed_sku WHERE answered < revision ORDER BY sku').toArray(),
      )
      expect(open.map((row) => row.sku)).toEqual(expect.arrayContaining(['BUOY-R', 'KIT']))
      const asked = open.map((row) => message(shop.name, String(row.sku), Number(row.revision)))
      await consumeBatch('publication', asked, env)
      expect(await only(shop)).toMatchObject({ sku: 'KIT', desired: before + 5 })
    })

    it('keeps back what its component sells elsewhere', async () => {
      const shop = await kitOn('kits-sold')
      await receive('BUOY-R', 'east', 400)
      const sold = { b2b: 200 }
      await shop.feed.changed(shop.name, [{ sku: 'BUOY-R', changedAtMs: Date.now(), sold }])
      await shop.feed.changed(shop.name, [{ sku: 'KIT', changedAtMs: Date.now(), sold: {} }])
      const free = (await availableAt('BUOY-R', 'east')) + (await availableAt('BUOY-R', 'west'))
      await consumeBatch('publication', [message(shop.name, 'KIT', 9)], env)
      const { desired, keptBack = 0 } = (await only(shop)) ?? { desired: free }
      expect(desired).toBeLessThan(Math.floor(free / 2))
      expect(desired + keptBack).toBe(Math.floor(free / 2))
    })

    it('shows nothing when the bundle itself is never to be sold there', async () => {
      const shop = await kitOn('kits-excluded')
      await receive('BUOY-R', 'east', 10)
      await seedConfig((file) => ({
        ...file,
        accounts: [
          ...file.accounts,
          { ...shopOf(shop.config.accounts), ...shop.config.accounts.at(-1), id: shop.name },
        ],
        promising: { ...file.promising, exclusions: [{ channel: shop.name, sku: 'KIT' }] },
      }))
      await consumeBatch('publication', [message(shop.name, 'KIT', 9)], env)
      expect(await only(shop)).toMatchObject({ desired: 0 })
    })
  })

  it('is asked again by the feed for what was never answered', async () => {
    const shop = await channel('asked')
    // Of no position: stock that moved for another test would be told to this feed as well.
    await shop.feed.changed(shop.name, [{ sku: 'ASKED-1', changedAtMs: Date.now(), sold: {} }])
    const stub = testEnv.FEED.get(testEnv.FEED.idFromName(shop.name))
    await ringAlarm(stub)
    const answered = () =>
      runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec("SELECT answered, due_ms IS NULL AS done FROM feed_sku WHERE sku = 'ASKED-1'").toArray(),
      )
    expect(await answered()).toEqual([{ answered: 0, done: 0 }])
    await consumeBatch('publication', [{ type: 'publish_stock', account: shop.name, sku: 'ASKED-1', revision: 1 }], env)
    expect(await answered()).toEqual([{ answered: 1, done: 1 }])
  })
})
