/** What products say, from the file to a store that loses answers, has a form of its own, and is written to by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../scripts/client/api-client.ts'
import { productIdOf } from '../../scripts/sandbox/shopify-orders.ts'
import { productEntrySchema } from '../../src/domain/config/product-entry.ts'
import { type Company, startCompany } from './company.ts'
import { type RunningCrossdock, runInProcess } from './run-in-process.ts'

const shop = 'shopify-us'
const patienceMs = 240_000
const productsSaid = 12
/** A tick has every listing looked at again, which has to have its time, and does not begin anew before its end. */
const looksPerTick = 15

let company: Company
let running: RunningCrossdock

const contentOf = (sku: string) => ({
  ...{ title: `${sku}, as the catalogue has it`, descriptionHtml: `<p>${sku}.<br/>Made to last.</p>` },
  tags: ['season', sku.toLowerCase(), 'boat'],
})

beforeAll(async () => {
  company = await startCompany({
    adjust: (config) => ({
      ...config,
      accounts: config.accounts.map((account) => {
        if (account.id !== shop) return account
        const settings = { ...account.settings, publishStock: true }
        return { ...account, settings, feed: { ...account.feed, checksPerMinute: 10_000 } }
      }),
      content: config.skus.slice(0, productsSaid).map(({ sku }) =>
        productEntrySchema.parse({
          ...{ account: shop, externalProductId: String(productIdOf(sku)), content: contentOf(sku) },
        }),
      ),
    }),
  })
  running = await runInProcess(company)
})
afterAll(async () => {
  await running?.stop()
  await company?.stop()
})

type Listing = { readonly kind: string; readonly externalItemId: string; readonly state: string }
type Case = { readonly status: string; readonly message: string }
const contentListings = async () => {
  const { body } = await running.api.get<{ listings: Listing[] }>(`/v1/channels/${shop}/feed/listings?limit=500`)
  return body.listings.filter(({ kind }) => kind === 'content')
}
const cases = async () =>
  (await running.api.get<{ exceptions: Case[] }>('/v1/exceptions?category=content_mismatch&status=all')).body.exceptions
const said = () => company.config.skus.slice(0, productsSaid).map(({ sku }) => sku)
const shownAt = (sku: string) => company.partners.store.records.products.get(productIdOf(sku))

/** Ticks, as minutes would, until every product says what it should and nothing is under way. */
async function converges(): Promise<readonly string[]> {
  let [looks, isUnderWay] = [looksPerTick, false]
  let left: readonly string[] = ['nothing was looked at']
  await eventually(
    async () => {
      if (looks++ >= looksPerTick && !isUnderWay) {
        await running.tick()
        looks = 0
      }
      const listings = await contentListings()
      const wrong = said().filter((sku) => shownAt(sku)?.title !== contentOf(sku).title)
      const unsettled = listings.flatMap(({ state, externalItemId }) => (state === 'settled' ? [] : externalItemId))
      isUnderWay = unsettled.length > 0
      left = [...wrong, ...unsettled]
      return left.length === 0 && listings.length === productsSaid ? true : null
    },
    patienceMs,
    500,
  )
  return left
}

describe('the content of a store', () => {
  it('is what the file says, though answers are lost and calls fail, and nobody is alarmed', async () => {
    company.partners.store.set({ rates: { drop_after: 0.1, error_after: 0.03, drop_before: 0.03, rate_limit: 0.03 } })
    expect(await converges()).toEqual([])
    company.partners.store.set({ rates: {} })
    for (const sku of said()) {
      expect(shownAt(sku)).toMatchObject({
        ...{ descriptionHtml: `<p>${sku}.<br>Made to last.</p>`, vendor: 'Harbour' },
        tags: ['boat', 'season', sku.toLowerCase()].sort(),
      })
    }
    expect(await cases()).toEqual([])
  })

  it('is put right when somebody writes over it by hand, with a case that resolves itself', async () => {
    const [sku = ''] = said()
    const control = { partner: { products: { [productIdOf(sku)]: { title: 'SALE SALE SALE', vendor: 'Theirs' } } } }
    await fetch(`${company.partners.store.url}/_control`, { method: 'POST', body: JSON.stringify(control) })
    expect(shownAt(sku)?.title).toBe('SALE SALE SALE')
    expect(await converges()).toEqual([])
    expect(shownAt(sku)).toMatchObject({ title: contentOf(sku).title, vendor: 'Theirs' })
    const found = await eventually(async () => {
      const all = await cases()
      return all.length > 0 && all.every(({ status }) => status === 'resolved') ? all : null
    }, patienceMs)
    expect(found).toEqual([
      expect.objectContaining({ message: expect.stringContaining(`product ${productIdOf(sku)}`) }),
    ])
  })
})
