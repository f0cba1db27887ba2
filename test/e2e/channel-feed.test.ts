/** The feed against a store that loses answers, throttles, lags, sells by itself and is changed by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../scripts/client/api-client.ts'
import { storeLocations } from '../../scripts/sandbox/shopify-records.ts'
import { receiveStock } from '../../scripts/start/load-stock.ts'
import { type Company, startCompany } from './company.ts'
import { type RunningCrossdock, runInProcess } from './run-in-process.ts'
import { evenStock, openStorefront, type Storefront } from './storefront.ts'

const seed = 4_711
const patienceMs = 180_000
const [east, west] = storeLocations
const placeOf = { east, west } as const
const orders = 16

let company: Company
let running: RunningCrossdock
let shop: Storefront
let skus: readonly string[]

beforeAll(async () => {
  company = await startCompany({
    seed,
    adjust: (config) => ({
      ...config,
      accounts: config.accounts.map((account) =>
        account.id === 'shopify-us'
          ? {
              ...account,
              feed: { ...account.feed, checksPerMinute: 10_000, raiseDelaySeconds: 1 },
            }
          : account,
      ),
    }),
  })
  running = await runInProcess(company)
  shop = openStorefront(company, seed)
  skus = company.config.skus.filter((entry) => entry.stocked).map((entry) => entry.sku)
})
afterAll(async () => {
  await running?.stop()
  await company?.stop()
})

type Feed = { readonly states: Readonly<Record<string, number>>; readonly listings: number; readonly drifted: number }
type Case = { readonly category: string; readonly status: string; readonly message: string }
const feed = async () => (await running.api.get<Feed>('/v1/channels/shopify-us/feed')).body
const drift = async () =>
  (await running.api.get<{ exceptions: Case[] }>('/v1/exceptions?category=inventory_drift&status=all&limit=200')).body
    .exceptions

/** Every listing whose store figure is not what lies at its location now. */
async function differences(): Promise<string[]> {
  const found = await Promise.all(
    skus.flatMap((sku) =>
      (['east', 'west'] as const).map(async (location) => {
        const { body } = await running.api.get<{ states: { available: number } }>(`/v1/inventory/${sku}/${location}`)
        const shown = company.partners.store.control.shown(sku, placeOf[location])
        return shown === body.states.available ? [] : [`${sku}@${location}: ${shown}, not ${body.states.available}`]
      }),
    ),
  )
  return found.flat()
}

/** A tick has every listing looked at again, which has to have its time before anything can be settled. */
const looksPerTick = 15

/** Ticks, as minutes would, until the store shows exactly what we have and nothing is under way. */
async function converges(): Promise<readonly string[]> {
  let left: readonly string[] = ['nothing was looked at']
  let looks = 0
  await eventually(
    async () => {
      if (looks++ % looksPerTick === 0) await running.tick()
      const { states, listings } = await feed()
      left = await differences()
      if (states.settled !== listings) left = [...left, `states: ${JSON.stringify(states)}`]
      return left.length === 0 ? true : null
    },
    patienceMs,
    1_000,
  )
  return left
}

/** Figures that the store took and did not confirm. */
const lostAnswers = () =>
  company.partners.store.requests.filter(
    ({ operation, fault }) => operation === 'SetQuantities' && fault?.endsWith('_after'),
  )

/** The store's own hand; its webhook is sent or lost. */
async function changeByHand(sku: string, by: number, isTold: boolean): Promise<void> {
  const { control } = company.partners.store
  const event = control.setInventory(sku, east, Math.max(0, (control.shown(sku, east) ?? 0) + by))
  if (isTold) await control.send(event)
}

describe('the feed of a store on a bad day', () => {
  it('shows what came in, though a third of the calls go wrong', async () => {
    const { store } = company.partners
    const rates = {
      drop_after: 0.1,
      error_after: 0.08,
      drop_before: 0.05,
      error_before: 0.05,
      rate_limit: 0.04,
      slow: 0.08,
    }
    // The very first figures arrive, and nobody hears of it.
    store.set({ rates: { drop_after: 1 } })
    await receiveStock(running.api, evenStock(company, { east: 40, west: 60 }), 'opening')
    expect(await eventually(async () => (lostAnswers().length > 0 ? true : null), patienceMs)).toBe(true)
    store.set({ rates, slowMs: 400 })
    expect(await converges()).toEqual([])
    expect(await feed()).toMatchObject({ listings: company.config.listings.length * 2 })
  })

  it('follows the orders, while the store sells by itself and somebody counts again by hand', async () => {
    for (let index = 0; index < orders; index++) {
      const sku = skus[index % skus.length] ?? ''
      const { created } = shop.place([{ sku, quantity: 1 + (index % 3) }])
      // The store takes its own sale off before we hear of it.
      await changeByHand(sku, -(1 + (index % 3)), index % 2 === 0)
      await shop.send(created)
      const other = skus[(index + 12) % skus.length] ?? ''
      if (index % 4 === 0) await changeByHand(other, 25, index % 8 === 0)
      if (index % 5 === 0) await changeByHand(other, -7, false)
    }
    company.partners.store.set({ rates: {} })
    expect(await converges()).toEqual([])
  })

  it('saw what the store did by its own hand, and every case of it has resolved itself', async () => {
    const cases = await eventually(async () => {
      const found = await drift()
      return found.length > 0 && found.every(({ status }) => status === 'resolved') ? found : null
    }, patienceMs)
    expect(cases?.length).toBeGreaterThan(0)
    expect((await feed()).drifted).toBe(0)
  })

  it('had answers lost after the work was done, and every key of it took effect once', () => {
    const { inventory } = company.partners.store
    expect(lostAnswers().length).toBeGreaterThan(0)
    expect([...inventory.effects.values()].filter((times) => times !== 1)).toEqual([])
  })

  it('stops selling what is gone', async () => {
    const [sku = ''] = skus
    const movements = (['east', 'west'] as const).map((location) => ({
      ...{ eventId: `gone-${location}`, sku, location, movement: 'adjustment', occurredAt: new Date().toISOString() },
      quantity: -(company.partners.store.control.shown(sku, placeOf[location]) ?? 0),
    }))
    await running.api.post('/v1/inventory/movements', { movements })
    const shows = () => [east, west].map((location) => company.partners.store.control.shown(sku, location))
    expect(await eventually(async () => (shows().every((units) => units === 0) ? true : null), patienceMs)).toBe(true)
  })
})
