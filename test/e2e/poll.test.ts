/** Every message gets lost: the store's webhooks and what the warehouses say. The minute tick asks, and misses nothing. */
import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OrderSummary, OrderView, TimelineEntry } from '../../scripts/check/instance-views.ts'
import { readAll, readOne } from '../../scripts/check/read-instance.ts'
import { orderStream } from '../../scripts/sandbox/shopify-stream.ts'
import { type ReceivedStock, receiveStock } from '../../scripts/start/load-stock.ts'
import { comeToRest } from './come-to-rest.ts'
import { breachesOf, type Company, startCompany } from './company.ts'
import { type RunningCrossdock, runInProcess } from './run-in-process.ts'
import { evenStock, openStorefront, orderIdOf, type Storefront } from './storefront.ts'

const seed = 77
const orderCount = 12
const restWithinMs = 3_000
const ticksMax = 100
const answeredWithinMs = 120_000
const quietTicks = 3
const quietMs = 500

let company: Company
let running: RunningCrossdock
let shop: Storefront
let positions: readonly ReceivedStock[]

beforeAll(async () => {
  const deaf = { habits: { loseRate: 1 } }
  company = await startCompany({
    seed,
    east: deaf,
    west: deaf,
    adjust: (config) => ({
      ...config,
      accounts: config.accounts.map((account) =>
        account.role === 'warehouse' ? { ...account, pollSeconds: 60 } : account,
      ),
    }),
  })
  running = await runInProcess(company)
  shop = openStorefront(company, seed)
  positions = evenStock(company, { east: 40, west: 40 })
  await receiveStock(running.api, positions, 'opening')
})
afterAll(async () => {
  await running?.stop()
  await company?.stop()
})

/** Ticks, as the minutes would, until nothing moves any more. */
async function tickToRest(): Promise<string | null> {
  let moving: string | null = null
  for (let tick = 0; tick < ticksMax; tick += 1) {
    await running.tick()
    moving = await comeToRest(running.api, company.partners, orderCount, restWithinMs)
    if (moving === null) return null
  }
  return moving
}

const listed = () => readAll<OrderSummary>(running.api, '/v1/orders', 'orders')
type Document = OrderView & { readonly updatedAt: string }
const pathOf = (orderId: string) => `/v1/orders/${encodeURIComponent(orderId)}`

/** As the orders themselves say: the list follows them. */
const documents = async () => {
  const found = await Promise.all(
    (await listed()).map(({ orderId }) => readOne<Document>(running.api, pathOf(orderId))),
  )
  return found.toSorted((left, right) => left.orderId.localeCompare(right.orderId))
}

/** What an order noted after `version`, by type. */
async function notedSince({ orderId, version }: Document): Promise<readonly string[]> {
  type Page = { readonly entries: readonly TimelineEntry[] }
  const { entries } = await readOne<Page>(running.api, `${pathOf(orderId)}/timeline?afterSeq=${version}`)
  return entries.map(({ type }) => type)
}

/** What the store noted of its last parcels is newer than the question before them: asks until there is nothing new. */
async function standing(): Promise<readonly Document[]> {
  let [known, quiet] = [await documents(), 0]
  for (let tick = 0; tick < ticksMax && quiet < quietTicks; tick += 1) {
    expect(await tickToRest()).toBeNull()
    await setTimeout(quietMs)
    const now = await documents()
    quiet = isDeepStrictEqual(now, known) ? quiet + 1 : 0
    known = now
  }
  expect(quiet).toBe(quietTicks)
  return known
}

const stream = (catalog: Company['catalog']) => {
  const kinds = ['single_line', 'multi_line', 'discounted', 'multi_currency', 'two_shipping_lines'] as const
  return orderStream({ seed, count: orderCount, catalog, kinds, calm: true, startMs: Date.now() - 600_000 })
}

it('brings in every order that no webhook told of, and every shipment that no warehouse told of', async () => {
  const { orders, events } = stream(company.catalog)
  for (const order of orders) company.partners.store.records.addOrder(order)
  expect(await tickToRest()).toBeNull()
  const arrived = await listed()
  expect(arrived.map((order) => order.orderId).sort()).toEqual(orders.map((order) => orderIdOf(order.id)).sort())
  expect(arrived.map((order) => order.status)).toEqual(arrived.map(() => 'delivered'))
  expect(company.partners.erp.sales()).toHaveLength(orderCount)

  const before = await standing()
  await running.tick()
  await running.tick()
  // The webhooks come after all, hours late.
  await shop.sendAll(events)
  expect(await comeToRest(running.api, company.partners, orderCount, answeredWithinMs)).toBeNull()
  // Each is noted as what the order knew already, and nothing else comes of it.
  const apart = ({ version: _, updatedAt: __, ...rest }: Document) => rest
  expect((await documents()).map(apart)).toEqual(before.map(apart))
  expect(await Promise.all(before.map(notedSince))).toEqual(before.map(() => ['stale_observed']))
})

it('keeps every invariant', async () => {
  const acknowledged = (await listed()).map((order) => order.orderId)
  const { output, readRows } = running
  const judged = { acknowledged, positions, output: output(), readRows, webhooks: shop.answers(), polled: true }
  expect(await breachesOf(company, judged)).toEqual([])
})
