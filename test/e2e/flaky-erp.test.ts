/**
 * An ERP that fails: 30 % of its answers are a 500 (half of them after the work was done), 10 % commit and drop the
 * connection, 5 % say 429 with `Retry-After`, some are slow. An order takes a dozen of its calls, and each order still
 * becomes exactly one sale.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { receiveStock } from '../../scripts/start/load-stock.ts'
import type { ConfigFile } from '../../src/domain/config/config.ts'
import { comeToRest, restingActors } from './come-to-rest.ts'
import { breachesOf, type Company, startCompany, withoutPublishing } from './company.ts'
import { type RunningCrossdock, runInProcess } from './run-in-process.ts'
import { evenStock, openStorefront, type Storefront } from './storefront.ts'

const seed = 500
const orderCount = 500
/**
 * A call that fails again and again waits up to five minutes for its next try, and which orders meet with that depends
 * on the order in which requests arrive: the last sale takes as long as it takes.
 */
const restTimeoutMs = 1_200_000
const timeoutMs = 1_500_000
const faults = {
  rates: { error_before: 0.15, error_after: 0.15, drop_after: 0.1, rate_limit: 0.05, slow: 0.02 },
  slowMs: 300,
  retryAfterSeconds: 1,
}

let company: Company
let running: RunningCrossdock
let shop: Storefront

beforeAll(async () => {
  company = await startCompany({ seed, erp: { faults }, adjust: impatient })
  running = await runInProcess(company)
  shop = openStorefront(company, seed)
})
afterAll(async () => {
  await running?.stop()
  await company?.stop()
})

/** As many calls at once as a generous partner allows, and no longer in doubt than its slowest answer takes. */
function impatient(config: ConfigFile): ConfigFile {
  const accounts = config.accounts.map((account) => ({
    ...account,
    settings: { ...account.settings, ...(account.role === 'erp' ? { settleMs: 1_000 } : {}) },
    limits: { ratePerSecond: 1_000, burst: 1_000, concurrency: 50 },
  }))
  return withoutPublishing({ ...config, accounts })
}

it('turns 500 orders into exactly 500 sales', { timeout: timeoutMs }, async () => {
  const positions = evenStock(company, { east: 200, west: 200 })
  await receiveStock(running.api, positions, 'opening')
  const { erp, east, west } = company.partners
  // Nothing is picked today: this is about the sales.
  for (const { floor } of [east, west]) floor.script(Array.from({ length: orderCount }, () => 'hold' as const))
  const skus = positions.filter(({ location }) => location === 'east').map(({ sku }) => sku)
  const placed = Array.from({ length: orderCount }, (_, index) =>
    shop.place([{ sku: skus[index % skus.length] ?? '', quantity: 1 }]),
  )
  await shop.sendAll(placed.map(({ created }) => created))
  expect(shop.acknowledged.size).toBe(orderCount)

  const resting = [...restingActors, 'warehouse']
  expect(await comeToRest(running.api, company.partners, orderCount, restTimeoutMs, resting)).toBeNull()
  const sales = erp.sales().filter(({ isLive }) => isLive)
  expect(sales).toHaveLength(orderCount)
  expect(new Set(sales.map((sale) => sale.reference))).toEqual(shop.acknowledged)
  expect(new Set(sales.map((sale) => sale.state))).toEqual(new Set(['processing']))
  expect(new Set(erp.requests.map((request) => request.fault)).size).toBe(6)

  const judged = { acknowledged: [...shop.acknowledged], positions, output: running.output(), readRows: null }
  expect(await breachesOf(company, { ...judged, webhooks: shop.answers(), polled: true })).toEqual([])
})
