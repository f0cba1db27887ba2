/** Somebody changes a product in the shop, and the shop says so: through the inbox to one look at what is concerned. */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { actor, type FeedApi, type InboxApi } from '../../src/actor-apis.ts'
import { listingKey, listingOfSkuKey, saveContent } from '../../src/config/catalog.ts'
import type { ProductContent } from '../../src/domain/catalog/product-content.ts'
import { subjectOfProduct } from '../../src/domain/feed/feed-subject.ts'
import { lookPauseMs } from '../../src/domain/feed/hint.ts'
import { inboxName } from '../../src/domain/inbox/inbox-name.ts'
import { accountId, correlationId } from '../../src/domain/shared/ids.ts'
import type { Env } from '../../src/env.ts'
import { testConfig } from '../fixtures/config.ts'
import { consumeBatch } from '../fixtures/consume-batch.ts'
import { testEnv } from '../fixtures/d1.ts'
import { seedConfig } from '../http/seed-config.ts'

const env: Env = { ...testEnv, CROSSDOCK_SECRETS: JSON.stringify(testConfig.secrets) }
const rope: ProductContent = { title: 'Rope', tags: ['sea'] }
const [product, variant, externalSku] = ['7', '8', 'SHOP-ROPE-10'] as const

/** What the shop shows, and what it was asked. */
let shop: { title: string; tags: string[]; price: string; seo: string | null }
let calls: string[]

beforeEach(() => {
  shop = { title: '', tags: [], price: '0.00', seo: null }
  calls = []
  // An hour ahead, so that no alarm goes off by itself.
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_input, init) => Response.json({ data: answerOf(init) }))
})
afterEach(() => vi.restoreAllMocks())
const laterBy = (ms: number) => vi.mocked(Date.now).mockReturnValue(Date.now() + ms)

function answerOf(init: RequestInit | undefined) {
  type Asked = {
    readonly products?: string[]
    readonly variants?: (string | { price: string })[]
    readonly product?: { title?: string; tags?: string[]; seo?: { title: string } }
  }
  const { variables } = JSON.parse(String(init?.body)) as { variables: Asked }
  const said = () => ({
    ...{ id: `gid://shopify/Product/${product}`, title: shop.title, tags: shop.tags, descriptionHtml: '' },
    ...{ vendor: '', productType: '', seo: { title: shop.seo, description: null } },
  })
  if (variables.products) {
    calls.push('read content')
    return { nodes: variables.products.map(said) }
  }
  const [first] = variables.variants ?? []
  if (typeof first === 'string') {
    calls.push('read price')
    return { nodes: [{ id: first, price: shop.price }] }
  }
  if (first !== undefined) {
    calls.push('set price')
    shop = { ...shop, price: first.price }
    return { productVariantsBulkUpdate: { userErrors: [] } }
  }
  calls.push('set content')
  const { seo, ...change } = variables.product ?? {}
  shop = { ...shop, ...change, seo: seo?.title ?? shop.seo }
  return { productUpdate: { product: said(), userErrors: [] } }
}

/** A channel whose product says `content` and whose variant costs 19.90, both as they should. */
async function channel(name: string, content = rope) {
  await seedConfig((file) => {
    const known = file.accounts.filter(({ id }) => id === 'shopify-us')
    const settings = { publishStock: true, priceCurrency: 'USD', locations: { east: '71' } }
    const accounts = known.map((account) => ({ ...account, id: name, settings: { ...account.settings, ...settings } }))
    return { ...file, accounts: [...file.accounts, ...accounts] }
  })
  const price = { amountMinor: 1_990, currency: 'USD' }
  const names = { externalProductId: product, externalVariantId: variant }
  const listing = { account: name, externalSku, sku: 'ROPE-10', packQuantity: 1, externalItemId: null, ...names, price }
  for (const key of [listingKey(name, externalSku), listingOfSkuKey(name, 'ROPE-10', externalSku)]) {
    await testEnv.CONFIG.put(key, JSON.stringify(listing))
  }
  await saveContent(testEnv, { account: accountId(name), externalProductId: product, content })
  const feed = actor<FeedApi>(testEnv.FEED, name)
  const stub = testEnv.FEED.get(testEnv.FEED.idFromName(name))
  const subjects = [subjectOfProduct(product), 'ROPE-10']
  await feed.changed(
    name,
    subjects.map((sku) => ({ sku, changedAtMs: Date.now(), sold: {} })),
  )
  const asked = subjects.map((sku, at) => ({ type: 'publish_stock', account: name, sku, revision: at + 1 }))
  await consumeBatch('publication', asked, env)
  const drains = () => consumeBatch('publication', [{ type: 'drain_feed', account: name, lane: 'bulk' }], env)
  await drains()
  expect(calls.toSorted()).toEqual(['set content', 'set price'])
  calls = []
  return {
    feed,
    types: async () => (await feed.projectionPage(0, 50)).entries.map(({ type }) => type),
    states: async () => (await feed.listingsOf(subjects)).listings.map(({ state }) => state),
    /** The delivery through its inbox and the consumer, as the webhook's route leaves it. */
    hears: async (topic: string, body: Readonly<Record<string, unknown>>) => {
      const inbox = inboxName(name, product)
      const { deliveryId } = await actor<InboxApi>(testEnv.INBOX, inbox).receive(inbox, {
        ...{ account: accountId(name), domain: 'catalog', topic, headers: {}, receivedAtMs: Date.now() },
        ...{ dedupeKeys: [crypto.randomUUID()], correlationId: correlationId('shop') },
        body: JSON.stringify({ id: Number(product), ...body }),
      })
      const message = { type: 'delivery', account: name, inbox, deliveryId }
      expect(await consumeBatch('inbound-catalog', [message], env)).toEqual({ acked: ['m0'], retried: [] })
    },
    /** The alarm, as often as there is something for the shop. */
    comesToRest: async (afterMs = 1_000) => {
      laterBy(afterMs)
      await runDurableObjectAlarm(stub)
      await drains()
    },
  }
}

/** `products/update`, as the shop is now. */
const updated = () => ({
  ...{ title: shop.title, body_html: '', vendor: '', product_type: '', tags: shop.tags.join(', ') },
  updated_at: new Date(Date.now()).toISOString(),
  variants: [{ id: Number(variant), sku: externalSku, title: 'Default Title', price: shop.price }],
})

describe('products/update', () => {
  it('of our own publication has nothing looked at', async () => {
    const { hears, comesToRest } = await channel('echoes')
    await hears('products/update', updated())
    await comesToRest()
    expect(calls).toEqual([])
  })

  it('has the text that somebody wrote over looked at, and put right, and nothing else', async () => {
    const { hears, comesToRest, types, states } = await channel('written-over')
    shop = { ...shop, title: 'SALE' }
    await hears('products/update', updated())
    await hears('products/update', updated())
    await comesToRest()
    expect([calls, shop.title]).toEqual([['read content', 'set content'], 'Rope'])
    expect([await types(), await states()]).toEqual([
      ['drift_found', 'drift_settled'],
      ['settled', 'settled'],
    ])
    // The correction makes a webhook of its own, which leads to nothing.
    await hears('products/update', updated())
    await comesToRest(lookPauseMs)
    expect(calls).toHaveLength(2)
  })

  it('has the price that somebody changed looked at, and put right', async () => {
    const { hears, comesToRest, types } = await channel('repriced-there')
    shop = { ...shop, price: '9.90' }
    await hears('products/update', updated())
    await comesToRest()
    expect([calls, shop.price]).toEqual([['read price', 'set price'], '19.90'])
    expect(await types()).toEqual(['drift_found', 'drift_settled'])
  })

  it('has what it does not tell of looked at whenever it comes, once a minute at most', async () => {
    const { hears, comesToRest } = await channel('searched', { ...rope, seoTitle: 'Rope of the sea' })
    await hears('products/update', updated())
    await comesToRest()
    expect(calls).toEqual(['read content'])
    for (let second = 0; second < 50; second += 10) {
      await hears('products/update', updated())
      await comesToRest(10_000)
    }
    expect(calls).toEqual(['read content'])
    await comesToRest(lookPauseMs)
    expect(calls).toEqual(['read content', 'read content'])
  })

  it('of a product that is gone has its text looked at', async () => {
    const { hears, comesToRest } = await channel('deleted-there')
    await hears('products/delete', {})
    await comesToRest()
    expect(calls).toEqual(['read content'])
  })
})
