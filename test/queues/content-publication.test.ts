/** Content from the catalogue to a shop that keeps markup in a form of its own, and is written to by others. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { actor, type FeedApi } from '../../src/actor-apis.ts'
import { contentKey, saveContent } from '../../src/config/catalog.ts'
import { contentVersion } from '../../src/connectors/transport/content-version.ts'
import type { ProductContent } from '../../src/domain/catalog/product-content.ts'
import { everyProduct, subjectOfProduct } from '../../src/domain/feed/feed-subject.ts'
import { accountId } from '../../src/domain/shared/ids.ts'
import type { Env } from '../../src/env.ts'
import { testConfig } from '../fixtures/config.ts'
import { consumeBatch } from '../fixtures/consume-batch.ts'
import { testEnv } from '../fixtures/d1.ts'
import { seedConfig } from '../http/seed-config.ts'

const env: Env = { ...testEnv, CROSSDOCK_SECRETS: JSON.stringify(testConfig.secrets) }
const rope: ProductContent = { title: 'Rope', descriptionHtml: 'Floats.<br/>', tags: ['rope'] }

type Product = { title: string; descriptionHtml: string; tags: string[] }
/** By global id. */
let products: Map<string, Product>
let calls: string[]
let userErrors: { field: string[]; message: string }[]
let status: number

const answerOf = (id: string) => {
  const product = products.get(id)
  if (product === undefined) return null
  const descriptionHtml = product.descriptionHtml.replaceAll('<br/>', '<br>')
  return { id, ...product, descriptionHtml, vendor: '', productType: '', seo: { title: null, description: null } }
}

beforeEach(() => {
  products = new Map(
    [1, 2, 3].map((id) => [`gid://shopify/Product/${id}`, { title: '', descriptionHtml: '', tags: [] }]),
  )
  calls = []
  userErrors = []
  status = 200
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_input, init) => {
    type Asked = { products?: string[]; product?: Partial<Product> & { id: string } }
    const { variables } = JSON.parse(String(init?.body)) as { variables: Asked }
    if (variables.products) {
      calls.push('read')
      return Response.json({ data: { nodes: variables.products.map(answerOf) } })
    }
    const { id = '', ...change } = variables.product ?? { id: '' }
    calls.push(`set ${id.slice(id.lastIndexOf('/') + 1)}`)
    const known = products.get(id)
    if (known && userErrors.length === 0) products.set(id, { ...known, ...change })
    return Response.json({ data: { productUpdate: { product: answerOf(id), userErrors } } }, { status })
  })
})
afterEach(() => vi.restoreAllMocks())

/** `name`: an account of its own for each test. */
async function channel(name: string) {
  await seedConfig((file) => {
    const shop = file.accounts.filter(({ id }) => id === 'shopify-us')
    const account = { id: name, settings: { publishStock: true } }
    return { ...file, accounts: [...file.accounts, ...shop.map((each) => ({ ...each, ...account }))] }
  })
  const feed = actor<FeedApi>(testEnv.FEED, name)
  const stub = testEnv.FEED.get(testEnv.FEED.idFromName(name))
  const ofProduct = async (id: string) => (await feed.listingsOf([subjectOfProduct(id)])).listings[0]
  /** What the alarm would ask for, until nothing is open. */
  const worksOut = async () => {
    const open = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec('SELECT sku, revision FROM feed_sku WHERE answered < revision ORDER BY sku').toArray(),
    )
    const asked = open.map(({ sku, revision }) => ({ type: 'publish_stock', account: name, sku, revision }))
    if (asked.length > 0) expect((await consumeBatch('publication', asked, env)).retried).toEqual([])
    return open.map(({ sku }) => sku)
  }
  return {
    ...{ name, feed, stub, ofProduct, worksOut },
    enters: async (id: string, content: ProductContent | null) => {
      await saveContent(testEnv, { account: accountId(name), externalProductId: id, content })
      await feed.changed(name, [{ sku: subjectOfProduct(id), changedAtMs: Date.now(), sold: {} }])
      await worksOut()
    },
    drains: () => consumeBatch('publication', [{ type: 'drain_feed', account: name, lane: 'bulk' }], env),
  }
}

describe('the content of a channel', () => {
  it('is carried to the shop as the newest document, once, and read back without alarm', async () => {
    const shop = await channel('says')
    await shop.enters('1', { ...rope, title: 'Never sent' })
    await shop.enters('1', rope)
    await shop.drains()
    // A copy of the catalogue may lag: it is looked at once more, which is no change that waits.
    const soon = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 45_000)
    expect((await shop.feed.status()).skusChanged).toBe(0)
    soon.mockRestore()
    const reviews = 'SELECT due_ms - touched_ms AS after FROM feed_sku'
    expect(await runInDurableObject(shop.stub, (_, { storage }) => storage.sql.exec(reviews).toArray())).toEqual([
      { after: 90_000 },
    ])
    expect(products.get('gid://shopify/Product/1')).toEqual({ ...rope, tags: ['rope'] })
    expect(await shop.ofProduct('1')).toMatchObject({
      state: 'settled',
      desired: contentVersion(rope),
      desiredVersion: 2,
    })
    await shop.feed.tick(shop.name, 'v1', 10)
    await shop.drains()
    expect(calls).toEqual(['set 1', 'read'])
    expect(await shop.ofProduct('1')).toMatchObject({ state: 'settled', observed: { value: contentVersion(rope) } })
    expect((await shop.feed.status()).drifted).toBe(0)
  })

  it('is put right where somebody wrote over it, with a case while it was not', async () => {
    const shop = await channel('written-over')
    await shop.enters('1', rope)
    await shop.drains()
    products.set('gid://shopify/Product/1', { title: 'SALE', descriptionHtml: 'Floats.<br>', tags: ['rope'] })
    await shop.feed.tick(shop.name, 'v1', 10)
    await shop.drains()
    expect(products.get('gid://shopify/Product/1')?.title).toBe('Rope')
    expect(await shop.ofProduct('1')).toMatchObject({ state: 'settled', drift: null })
    const { entries } = await shop.feed.projectionPage(0, 10)
    expect(entries.map(({ type }) => type)).toEqual(['drift_found', 'drift_settled'])
  })

  it('is looked at before it is sent again when the answer was lost', async () => {
    const shop = await channel('said-lost')
    await shop.enters('1', rope)
    status = 503
    await shop.drains()
    expect(calls).toEqual(['set 1'])
    status = 200
    await runInDurableObject(shop.stub, (_, { storage }) =>
      storage.sql.exec("UPDATE feed_listing SET document = json_set(document, '$.dueAtMs', 1), due_ms = 1").toArray(),
    )
    await runDurableObjectAlarm(shop.stub)
    await shop.drains()
    expect(calls.slice(0, 2)).toEqual(['set 1', 'read'])
    expect(await shop.ofProduct('1')).toMatchObject({ state: 'settled', drift: null })
    expect((await shop.feed.projectionPage(0, 10)).entries).toEqual([])
  })

  it('is refused by name, and the other products of the batch are said all the same', async () => {
    const shop = await channel('refused-words')
    await shop.enters('1', rope)
    await shop.enters('99', { title: 'Of no product' })
    userErrors = []
    vi.mocked(globalThis.fetch).mockClear()
    const found = vi.mocked(globalThis.fetch).getMockImplementation()
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      userErrors = String(init?.body).includes('Product/99"') ? [{ field: ['id'], message: 'does not exist' }] : []
      return (await found?.(input, init)) ?? Response.error()
    })
    await shop.drains()
    expect(await shop.ofProduct('99')).toMatchObject({ state: 'refused', lastError: 'id: does not exist' })
    expect(await shop.ofProduct('1')).toMatchObject({ state: 'settled' })
    const { entries } = await shop.feed.projectionPage(0, 10)
    expect(entries.map(({ type }) => type)).toEqual(['listing_refused'])
    await shop.enters('99', null)
    expect(await shop.ofProduct('99')).toBeUndefined()
    expect((await shop.feed.projectionPage(0, 10)).entries.map(({ type }) => type)).toContain('refusal_settled')
  })

  it('is left out of the call while the catalogue has another version than was wanted', async () => {
    const shop = await channel('changed-meanwhile')
    await shop.enters('1', rope)
    await shop.enters('2', { title: 'Buoy' })
    const newer = { account: shop.name, externalProductId: '1', content: { ...rope, title: 'Newer' } }
    await testEnv.CONFIG.put(contentKey(shop.name, '1'), JSON.stringify(newer))
    await shop.drains()
    expect(calls).toEqual(['set 2'])
    expect(await shop.ofProduct('1')).toMatchObject({ state: 'ready', attempts: 1, acknowledged: null })
    expect(await shop.ofProduct('2')).toMatchObject({ state: 'settled' })
  })

  it('of a file is found by the tick after it was activated, and not again by the next', async () => {
    const shop = await channel('from-file')
    for (const id of ['1', '2', '3']) {
      const entry = { account: shop.name, externalProductId: id, content: { title: `Product ${id}` } }
      await testEnv.CONFIG.put(contentKey(shop.name, id), JSON.stringify(entry))
    }
    await shop.feed.tick(shop.name, 'v1/catalogue-1', 0)
    // What is listed already is walked through by the alarm: nothing is, yet.
    await runDurableObjectAlarm(shop.stub)
    expect(await shop.worksOut()).toEqual([everyProduct])
    expect(await shop.worksOut()).toEqual(['1', '2', '3'].map(subjectOfProduct))
    await shop.drains()
    expect([...products.values()].map(({ title }) => title)).toEqual(['Product 1', 'Product 2', 'Product 3'])
    await shop.feed.tick(shop.name, 'v1/catalogue-1', 0)
    expect(await shop.worksOut()).toEqual([])
  })
})
