/** Somebody works in the shop, and the shop tells of it: found within seconds, though nobody samples anything. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../scripts/client/api-client.ts'
import { inventoryItemIdOf, productIdOf } from '../../scripts/sandbox/shopify-orders.ts'
import { storeLocations } from '../../scripts/sandbox/shopify-records.ts'
import { receiveStock } from '../../scripts/start/load-stock.ts'
import { productEntrySchema } from '../../src/domain/config/product-entry.ts'
import { lookPauseMs } from '../../src/domain/feed/hint.ts'
import { type Company, startCompany } from './company.ts'
import { type RunningCrossdock, runInProcess } from './run-in-process.ts'
import { evenStock } from './storefront.ts'

const shop = 'shopify-us'
/** A listing that was looked at for a word of the shop waits for its pause to be over before it is looked at again. */
const patienceMs = 60_000 + 2 * lookPauseMs
const [sku, title] = ['ROPE-10', 'Braided rope, as the catalogue has it'] as const
const [east] = storeLocations
const level = `${inventoryItemIdOf(sku)}@${east}`

let company: Company
let running: RunningCrossdock

beforeAll(async () => {
  company = await startCompany({
    store: { tellsChanges: true },
    adjust: (config) => ({
      ...config,
      accounts: config.accounts.map((account) =>
        account.id === shop
          ? { ...account, feed: { ...account.feed, checksPerMinute: 0, raiseDelaySeconds: 1 } }
          : account,
      ),
      content: [
        productEntrySchema.parse({
          ...{ account: shop, externalProductId: String(productIdOf(sku)) },
          content: { title, tags: ['rope', 'boat'] },
        }),
      ],
    }),
  })
  running = await runInProcess(company)
  await receiveStock(running.api, evenStock(company, { east: 40, west: 60 }), 'opening')
  await running.tick()
})
afterAll(async () => {
  await running?.stop()
  await company?.stop()
})

type Case = { readonly status: string; readonly message: string }
const cases = async (category: string) =>
  (await running.api.get<{ exceptions: Case[] }>(`/v1/exceptions?category=${category}&status=all`)).body.exceptions
const shownTitle = () => company.partners.store.records.products.get(productIdOf(sku))?.title
const shownUnits = () => company.partners.store.records.inventory.get(level)
const calls = () => company.partners.store.requests.length

async function settles(): Promise<boolean> {
  const settled = await eventually(async () => {
    type Feed = { states: Record<string, number>; listings: number }
    const { body } = await running.api.get<Feed>(`/v1/channels/${shop}/feed`)
    const isThere = shownTitle() === title && shownUnits() === 40
    return isThere && body.states.settled === body.listings ? true : null
  }, patienceMs)
  return settled === true
}

/** Somebody in the shop's own pages. */
const byHand = (partner: object) =>
  fetch(`${company.partners.store.url}/_control`, { method: 'POST', body: JSON.stringify({ partner }) })

async function putRight(category: string): Promise<readonly Case[] | null> {
  expect(await settles()).toBe(true)
  return eventually(async () => {
    const found = await cases(category)
    return found.length > 0 && found.every(({ status }) => status === 'resolved') ? found : null
  }, patienceMs)
}

describe('a shop that tells of its changes', () => {
  it('is told everything, hears itself, and is left in peace by us then', async () => {
    expect(await settles()).toBe(true)
    // Every echo of what we set has been taken in by now, and led to no call.
    await eventually(async () => {
      const before = calls()
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      return calls() === before ? true : null
    }, patienceMs)
    expect([await cases('content_mismatch'), await cases('inventory_drift')]).toEqual([[], []])
    const reads = company.partners.store.requests.filter(({ operation }) => operation === 'ShownContent').length
    expect(reads).toBeLessThanOrEqual(1)
  })

  it('has a text that somebody wrote over back, without a sample and without a tick', async () => {
    await byHand({ products: { [productIdOf(sku)]: { title: 'SALE SALE SALE' } } })
    expect(shownTitle()).toBe('SALE SALE SALE')
    expect(await putRight('content_mismatch')).toHaveLength(1)
  })

  it('has a figure that somebody raised by hand put right', async () => {
    await byHand({ inventory: { [level]: 900 } })
    expect(shownUnits()).toBe(900)
    expect(await putRight('inventory_drift')).toHaveLength(1)
  })

  it('that is written over again and again is answered once a minute, and no storm comes of it', async () => {
    const before = calls()
    const endMs = performance.now() + 10_000
    while (performance.now() < endMs) {
      await byHand({ products: { [productIdOf(sku)]: { title: `SALE ${Math.round(performance.now())}` } } })
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(calls() - before).toBeLessThanOrEqual(4)
    await new Promise((resolve) => setTimeout(resolve, lookPauseMs))
    expect(await settles()).toBe(true)
  })
})
