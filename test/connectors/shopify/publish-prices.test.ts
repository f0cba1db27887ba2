import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { productIdOf, variantIdOf } from '../../../scripts/sandbox/shopify-orders.ts'
import type { ShopifyStore } from '../../../scripts/sandbox/shopify-store.ts'
import type { ClientContext } from '../../../src/connectors/ports.ts'
import type { Publication } from '../../../src/connectors/publisher.ts'
import { publishPrices, readPrices } from '../../../src/connectors/shopify/client/publish-prices.ts'
import { clientOf, startStore } from '../../fixtures/shopify/store-client.ts'

let store: ShopifyStore
let client: ClientContext
beforeEach(async () => {
  store = await startStore()
  client = clientOf(store, { priceCurrency: 'USD' })
})
afterEach(() => store.stop())

const place = (sku: string) => ({ item: String(variantIdOf(sku)), place: String(productIdOf(sku)) })
const publication = (sku: string, value: number, change: Partial<Publication> = {}): Publication => ({
  ...{ ...place(sku), value, expected: null, idempotencyKey: `${sku}|${value}` },
  ...change,
})
const priceOf = (sku: string) => store.records.prices.get(variantIdOf(sku))?.price

describe('publishing prices to Shopify', () => {
  it('sets what the store asks, in decimals of the currency, a call a product', async () => {
    const { outcome } = await publishPrices([publication('ROPE-10', 1_990), publication('BUOY-R', 5)], client)
    expect(outcome).toMatchObject({ outcome: 'committed' })
    expect([priceOf('ROPE-10'), priceOf('BUOY-R')]).toEqual(['19.90', '0.05'])
    expect(store.requests.length).toBe(2)
  })

  it('writes a currency without decimals as such', async () => {
    await publishPrices([publication('ROPE-10', 1_990)], clientOf(store, { priceCurrency: 'JPY' }))
    expect(priceOf('ROPE-10')).toBe('1990')
  })

  it('says which the store cannot take, and may simply be called again for the others', async () => {
    const foreign = publication('BUOY-R', 100, { item: '1' })
    const lost = publication('BUOY-R', 100, { place: '1' })
    const { outcome, refused } = await publishPrices([publication('ROPE-10', 1_990), foreign, lost], client)
    expect(outcome).toMatchObject({ outcome: 'absent', retryable: false, class: 'value' })
    expect(refused).toMatchObject([
      { index: 1, why: 'refused', message: expect.stringContaining('PRODUCT_VARIANT_DOES_NOT_EXIST') },
      { index: 2, why: 'refused', message: expect.stringContaining('PRODUCT_DOES_NOT_EXIST') },
    ])
    expect((await publishPrices([publication('ROPE-10', 1_990)], client)).outcome.outcome).toBe('committed')
  })

  it('knows nothing of the batch when an answer is lost', async () => {
    store.script([{ fault: 'drop_after' }])
    const batch = [publication('ROPE-10', 1_990), publication('BUOY-R', 5)]
    expect((await publishPrices(batch, client)).outcome.outcome).toBe('unknown')
    expect(await readPrices([place('ROPE-10')], client)).toEqual({ ok: true, value: [1_990] })
  })

  it('sends nothing in no currency', async () => {
    const { outcome } = await publishPrices([publication('ROPE-10', 1)], clientOf(store, { priceCurrency: 'XYZ' }))
    expect(outcome).toMatchObject({ outcome: 'absent', class: 'value' })
    expect(store.requests.length).toBe(0)
  })
})

describe('reading what Shopify asks', () => {
  it('answers in the order of the question, and nothing of a variant that is not there', async () => {
    await publishPrices([publication('ROPE-10', 1_990)], client)
    const asked = [place('BUOY-R'), { item: '1', place: '1' }, place('ROPE-10')]
    expect(await readPrices(asked, client)).toEqual({ ok: true, value: [0, null, 1_990] })
  })

  it('takes an answer about fewer variants than it asked for to be none', async () => {
    const short = { kind: 'response', status: 200, headers: {}, body: '{"data":{"nodes":[]}}' } as const
    const answer = await readPrices([place('ROPE-10')], { ...client, fetch: async () => short })
    expect(answer).toMatchObject({ ok: false, error: { outcome: 'absent', retryable: true } })
  })

  it('does not take prices in no currency for variants that are not there', async () => {
    const answer = await readPrices([place('ROPE-10')], clientOf(store, { priceCurrency: 'XYZ' }))
    expect(answer).toMatchObject({ ok: false, error: { class: 'value', message: expect.stringContaining('Currency') } })
    expect(store.requests.length).toBe(0)
  })
})
