/**
 * The served product under load, killed without warning ten times. Nothing acknowledged may be lost, nothing may
 * happen twice at a partner, and every order must end where it would have ended.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seededRandom } from '../../scripts/sandbox/seeded-random.ts'
import { orderStream } from '../../scripts/sandbox/shopify-stream.ts'
import { type ReceivedStock, receiveStock } from '../../scripts/start/load-stock.ts'
import { comeToRest } from './come-to-rest.ts'
import { apiOf, breachesOf, type Company, startCompany } from './company.ts'
import { type ServedCrossdock, servedCrossdock } from './served-crossdock.ts'
import { evenStock, openStorefront, orderIdOf } from './storefront.ts'

const seed = Number(process.env.CROSSDOCK_SEED ?? 1)
const orderCount = 120
const kills = 10
const betweenKillsMaxMs = 2_500
const restTimeoutMs = 180_000
/** Shopify gives up after hours; here as many tries in seconds, so that a restart always fits between two. */
const retryDelaysMs = Array.from({ length: 40 }, (_, retry) => Math.min(1_000, 100 * 2 ** retry))

let company: Company
let served: ServedCrossdock
let positions: readonly ReceivedStock[]

beforeAll(async () => {
  company = await startCompany({ seed, store: { retryDelaysMs }, east: { behaviour: { pickMs: 200 } } })
  served = await servedCrossdock(company.config, company.port)
  await served.start()
  positions = evenStock(company, { east: 60, west: 60 })
  await receiveStock(apiOf(company), positions, 'opening')
})
afterAll(async () => {
  await served?.dispose()
  await company?.stop()
})

it('loses nothing and repeats nothing over ten kills', async () => {
  process.stdout.write(`kill test: CROSSDOCK_SEED=${seed}\n`)
  const random = seededRandom(seed)
  const stream = orderStream({ seed, count: orderCount, catalog: company.catalog, startMs: Date.now() - 3_600_000 })
  for (const order of stream.orders) company.partners.store.records.addOrder(order)
  const shop = openStorefront(company, seed)
  const sending = shop.sendAll(stream.events)
  for (let kill = 0; kill < kills; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, random.between(100, betweenKillsMaxMs)))
    await served.kill()
    await served.start()
  }
  await sending
  const expected = stream.expected.captured.map(orderIdOf)
  expect([...shop.acknowledged].filter((id) => expected.includes(id)).sort()).toEqual([...expected].sort())
  const api = apiOf(company)
  expect(await comeToRest(api, company.partners, orderCount, restTimeoutMs)).toBeNull()
  const judged = { acknowledged: [...shop.acknowledged], positions, output: served.output(), readRows: null }
  // A kill may cut an answer off after its delivery was kept: how many arrived has only a lower bound.
  expect(await breachesOf(company, { ...judged, webhooks: shop.answers(), polled: true })).toEqual([])
  expect(await endsOf(expected)).toEqual(expectedEnds(stream, expected))
})

/** Where each order ended: shipped and closed, cancelled, or held for the one reason it has. */
async function endsOf(ids: readonly string[]): Promise<Record<string, string>> {
  const ends: Record<string, string> = {}
  for (const id of ids) {
    const { body } = await apiOf(company).get<{
      readonly stage: string
      readonly holds: readonly { readonly kind: string; readonly releasedAt: string | null }[]
    }>(`/v1/orders/${encodeURIComponent(id)}`)
    const held = body.holds.find((hold) => hold.releasedAt === null)
    ends[id] = body.stage === 'closed' || body.stage === 'cancelled' ? body.stage : (held?.kind ?? body.stage)
  }
  return ends
}

function expectedEnds(stream: ReturnType<typeof orderStream>, ids: readonly string[]): Record<string, string> {
  const cancelled = new Set(stream.expected.cancelled.map(orderIdOf))
  const unmapped = new Set(stream.expected.unmapped.map(orderIdOf))
  const unaddressed = new Set(
    stream.orders.filter((order) => order.shipping_address === null).map(({ id }) => orderIdOf(id)),
  )
  const endOf = (id: string) => {
    if (cancelled.has(id)) return 'cancelled'
    if (unmapped.has(id)) return 'sku_mapping'
    return unaddressed.has(id) ? 'address' : 'closed'
  }
  return Object.fromEntries(ids.map((id) => [id, endOf(id)]))
}
