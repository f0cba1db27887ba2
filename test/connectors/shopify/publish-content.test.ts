import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { productIdOf } from '../../../scripts/sandbox/shopify-orders.ts'
import { editByHand } from '../../../scripts/sandbox/shopify-products.ts'
import type { ShopifyStore } from '../../../scripts/sandbox/shopify-store.ts'
import type { ClientContext } from '../../../src/connectors/ports.ts'
import type { Publication } from '../../../src/connectors/publisher.ts'
import { publishContent, readContent } from '../../../src/connectors/shopify/client/publish-content.ts'
import { contentVersion } from '../../../src/connectors/transport/content-version.ts'
import type { ProductContent } from '../../../src/domain/catalog/product-content.ts'
import { clientOf, startStore } from '../../fixtures/shopify/store-client.ts'

let store: ShopifyStore
let client: ClientContext
beforeEach(async () => {
  store = await startStore()
  client = clientOf(store)
})
afterEach(() => store.stop())

const rope: ProductContent = {
  ...{ title: 'Rope, 10 mm', descriptionHtml: '<p>Floats.<br/>By the metre.</p>', vendor: 'Harbour & Sons' },
  ...{ productType: 'Ropes', tags: ['rope', 'mooring'], seoTitle: 'Floating rope', seoDescription: 'By the metre' },
}
const buoy: ProductContent = { title: 'Buoy, red' }
const idOf = (sku: string) => String(productIdOf(sku))
const publication = (sku: string, content: ProductContent, item = idOf(sku)): Publication => ({
  ...{ item, place: '', value: contentVersion(content), content, expected: null, idempotencyKey: sku },
})
const shownOf = (sku: string) => store.records.products.get(productIdOf(sku))
const sought = (sku: string, ...known: ProductContent[]) => {
  return { item: idOf(sku), place: '', known: known.map(contentVersion) }
}

describe('publishing content to Shopify', () => {
  it('sets what the document says, and leaves alone what it does not speak of', async () => {
    editByHand(store.records, { [idOf('BUOY-R')]: { vendor: 'Theirs', tags: ['sale'] } })
    const { outcome } = await publishContent([publication('ROPE-10', rope), publication('BUOY-R', buoy)], client)
    expect(outcome).toMatchObject({ outcome: 'committed' })
    expect(shownOf('ROPE-10')).toEqual({
      ...{ title: 'Rope, 10 mm', descriptionHtml: '<p>Floats.<br>By the metre.</p>', vendor: 'Harbour & Sons' },
      ...{ productType: 'Ropes', tags: ['mooring', 'rope'] },
      seo: { title: 'Floating rope', description: 'By the metre' },
    })
    expect(shownOf('BUOY-R')).toMatchObject({ title: 'Buoy, red', vendor: 'Theirs', tags: ['sale'] })
    expect(store.requests.map(({ operation }) => operation)).toEqual(['SetContent', 'SetContent'])
  })

  it('empties what the document has as empty', async () => {
    await publishContent([publication('ROPE-10', rope)], client)
    const bare = { descriptionHtml: '', tags: [], productType: '', seoTitle: '' }
    const { shown } = await publishContent([publication('ROPE-10', bare)], client)
    expect(shownOf('ROPE-10')).toMatchObject({ title: 'Rope, 10 mm', descriptionHtml: '', tags: [], productType: '' })
    expect(shown).toEqual([contentVersion(bare)])
  })

  it('tells the form that Shopify gave it, which is what it reads later', async () => {
    const { shown = [] } = await publishContent([publication('ROPE-10', rope), publication('BUOY-R', buoy)], client)
    expect(shown[0]).not.toBe(contentVersion(rope))
    expect(shown[1]).toBe(contentVersion(buoy))
    expect(await readContent([sought('ROPE-10', rope)], client)).toEqual({ ok: true, value: [shown[0]] })
  })

  it('names the products that Shopify refuses, and why', async () => {
    const lost = publication('ROPE-10', rope, '1')
    const tags = Array.from({ length: 251 }, (_, at) => `tag-${at}`)
    const batch = [publication('ROPE-10', rope), lost, publication('BUOY-R', { tags })]
    const { outcome, refused } = await publishContent(batch, client)
    expect(outcome).toMatchObject({ outcome: 'absent', retryable: false, class: 'value' })
    expect(refused).toEqual([
      { index: 1, why: 'refused', message: 'id: Product does not exist' },
      { index: 2, why: 'refused', message: expect.stringContaining('tags: ') },
    ])
  })

  it('knows nothing of the batch when an answer is lost', async () => {
    store.script([{ fault: 'drop_after' }])
    const { outcome } = await publishContent([publication('ROPE-10', rope), publication('BUOY-R', buoy)], client)
    expect(outcome.outcome).toBe('unknown')
    expect(shownOf('ROPE-10')?.title).toBe('Rope, 10 mm')
  })

  it('comes back when the budget of the shop allows', async () => {
    // A hundred points a second come back: it is empty when the call comes, not some time before.
    const drained: ClientContext['fetch'] = (request) => {
      store.bucket.drain()
      return client.fetch(request)
    }
    const { outcome } = await publishContent([publication('ROPE-10', rope)], { ...client, fetch: drained })
    expect(outcome).toMatchObject({ outcome: 'absent', class: 'rate_limit', retryAfterMs: expect.any(Number) })
  })
})

describe('reading what products of Shopify say', () => {
  it('answers by the versions that are known, and of the members that are theirs', async () => {
    await publishContent([publication('BUOY-R', buoy)], client)
    const other = { title: 'Buoy, green' }
    const wider = { ...buoy, vendor: 'Somebody' }
    for (const known of [[buoy], [other, buoy], [wider, buoy]]) {
      expect(await readContent([sought('BUOY-R', ...known)], client)).toEqual({
        ok: true,
        value: [contentVersion(buoy)],
      })
    }
  })

  it('answers another version for what was written by hand, and nothing of a product that is not there', async () => {
    await publishContent([publication('BUOY-R', buoy)], client)
    editByHand(store.records, { [idOf('BUOY-R')]: { title: 'Boo-ee' } })
    const asked = [{ item: '1', place: '', known: [] }, sought('BUOY-R', buoy)]
    const byHand = contentVersion({ title: 'Boo-ee' })
    expect(await readContent(asked, client)).toEqual({ ok: true, value: [null, byHand] })
  })

  it('takes an answer about fewer products than it asked for to be none', async () => {
    const short = { kind: 'response', status: 200, headers: {}, body: '{"data":{"nodes":[]}}' } as const
    const answer = await readContent([sought('BUOY-R', buoy)], { ...client, fetch: async () => short })
    expect(answer).toMatchObject({ ok: false, error: { outcome: 'absent', retryable: true } })
  })
})
