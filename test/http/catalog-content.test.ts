import { beforeAll, expect, it } from 'vitest'
import { actor, type FeedApi } from '../../src/actor-apis.ts'
import { findContent } from '../../src/config/catalog.ts'
import { contentVersion } from '../../src/connectors/transport/content-version.ts'
import { subjectOfProduct } from '../../src/domain/feed/feed-subject.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, put } from './send.ts'

const shop = 'shopify-us'
const portalKey = 'portal-key-0123456789abcdefghijkl'
const content = { title: 'Rope', tags: ['rope'] }
const entry = { account: shop, externalProductId: '7', content }
const feed = () => actor<FeedApi>(bindings.FEED, shop)

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    accounts: file.accounts.map((account) =>
      account.id === shop ? { ...account, settings: { ...account.settings, publishStock: true } } : account,
    ),
    apiKeys: [...file.apiKeys, { id: 'portal', name: '', key: portalKey, scopes: ['catalog:write'], account: 'b2b' }],
  }))
})

it('enters what products say, each entry with a result of its own, and tells the feed at once', async () => {
  const answer = await put('/v1/catalog/content', { content: [entry, { ...entry, account: 'tryton-main' }] })
  expect(await answer.json()).toMatchObject({
    ...{ saved: 1, refused: 1 },
    results: [
      { key: `${shop}/7`, ok: true },
      { ok: false, problem: { type: expect.stringContaining('unknown_account') } },
    ],
  })
  expect(await findContent(bindings, shop, '7')).toEqual(content)
  expect(await feed().status()).toMatchObject({ skusChanged: 1 })
})

it('replaces a document as a whole, and gives it back with null', async () => {
  await put('/v1/catalog/content', { content: [{ ...entry, content: { vendor: 'Harbour' } }] })
  expect(await findContent(bindings, shop, '7')).toEqual({ vendor: 'Harbour' })
  await put('/v1/catalog/content', { content: [{ ...entry, content: null }] })
  expect(await findContent(bindings, shop, '7')).toBeNull()
})

it('takes nothing of another channel from a key that is tied to one, and nothing that no channel would', async () => {
  const headers = { authorization: `Bearer ${portalKey}` }
  const tied = await put('/v1/catalog/content', { content: [entry] }, headers)
  expect(await tied.json()).toMatchObject({ saved: 0, refused: 1 })
  for (const wrong of [
    { ...entry, content: {} },
    { ...entry, content: { title: '' } },
    { ...entry, sku: 'ROPE-10' },
  ]) {
    expect((await put('/v1/catalog/content', { content: [wrong] })).status).toBe(422)
  }
})

it('is shown by its product, with versions for figures', async () => {
  const wish = { sku: subjectOfProduct('7'), urgency: { lowStock: 3 }, reviewAfterMs: null }
  const wanted = { kind: 'content', item: '7', place: '', value: contentVersion(content) } as const
  await feed().want(shop, [{ ...wish, revision: 1_000, listings: [wanted] }])
  const answer = await get(`/v1/channels/${shop}/feed/listings?product=7`)
  const nothing = { sent: null, acknowledged: null, observed: null, keptBack: null, buffer: null }
  const { kind, item: externalItemId, place: externalLocationId, value: desired } = wanted
  expect(await answer.json()).toMatchObject({
    listings: [{ kind, externalItemId, externalLocationId, sku: null, desired, lane: 'content', ...nothing }],
  })
})
