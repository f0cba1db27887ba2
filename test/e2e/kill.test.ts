/**
 * The served product under load, killed without warning ten times. Nothing acknowledged may be lost, nothing may
 * happen twice at a partner, and every order must end where it would have ended. The same for carts, kits, transfers,
 * supply and counted figures, which go on beside the orders. The shop is told of all of it, on a bad day of its own.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seededRandom } from '../../scripts/sandbox/seeded-random.ts'
import { orderStream } from '../../scripts/sandbox/shopify-stream.ts'
import { type ReceivedStock, receiveStock } from '../../scripts/start/load-stock.ts'
import type { ConfigFile } from '../../src/domain/config/config.ts'
import { comeToRest } from './come-to-rest.ts'
import { apiOf, breachesOf, type Company, startCompany } from './company.ts'
import { isDeskArticle, openDesk, withDeskArticles } from './goods-desk.ts'
import { runInProcess } from './run-in-process.ts'
import { type ServedCrossdock, servedCrossdock } from './served-crossdock.ts'
import { openShopWindow, withShopWindow } from './shop-window.ts'
import { evenStock, openStorefront, orderIdOf } from './storefront.ts'

const seed = Number(process.env.CROSSDOCK_SEED ?? 1)
const orderCount = 120
const kills = 10
const betweenKillsMaxMs = 2_500
/**
 * The local queue forgets at a kill, so a delivery may wait for its next round again and again, each about as long as
 * all before it: what came with the first kills rests when as much time has passed after the last.
 */
const restTimeoutMs = 400_000
const timeoutMs = 1_500_000
/** Shopify gives up after hours; here a try in each second, for longer than ten lives of a few seconds can last. */
const retryDelaysMs = Array.from({ length: 900 }, (_, retry) => Math.min(1_000, 100 * 2 ** retry))

let company: Company
let served: ServedCrossdock
let positions: readonly ReceivedStock[]

beforeAll(async () => {
  const east = { behaviour: { pickMs: 200 } }
  const adjust = (config: ConfigFile) => withShopWindow(withDeskArticles(config))
  company = await startCompany({ seed, store: { retryDelaysMs }, east, adjust })
  served = await servedCrossdock(company.config, company.port)
  await served.start()
  positions = evenStock(company, { east: 60, west: 60 }).filter(({ sku }) => !isDeskArticle(sku))
  await receiveStock(apiOf(company), positions, 'opening')
})
afterAll(async () => {
  await served?.dispose()
  await company?.stop()
})

it('loses nothing and repeats nothing over ten kills', { timeout: timeoutMs }, async () => {
  process.stdout.write(`kill test: CROSSDOCK_SEED=${seed}\n`)
  const random = seededRandom(seed)
  const stream = orderStream({ seed, count: orderCount, catalog: company.catalog, startMs: Date.now() - 3_600_000 })
  for (const order of stream.orders) company.partners.store.records.addOrder(order)
  const shop = openStorefront(company, seed)
  const desk = await openDesk(company)
  const shopWindow = openShopWindow(company, random)
  await shopWindow.open()
  const sending = Promise.all([shop.sendAll(stream.events), desk.work()])
  for (let kill = 0; kill < kills; kill += 1) {
    shopWindow.disturb()
    // Every other life ends with a call to the shop under way, or just answered.
    if (kill % 2 === 1) await shopWindow.nextCall()
    await new Promise((resolve) => setTimeout(resolve, random.between(0, kill % 2 === 1 ? 200 : betweenKillsMaxMs)))
    await served.kill()
    await served.start()
  }
  await sending
  shopWindow.calm()
  const expected = stream.expected.captured.map(orderIdOf)
  expect([...shop.acknowledged].filter((id) => expected.includes(id)).sort()).toEqual([...expected].sort())
  const api = apiOf(company)
  expect(await comeToRest(api, company.partners, orderCount, restTimeoutMs)).toBeNull()
  expect(await endsOf(expected)).toEqual(expectedEnds(stream, expected))
  expect(await desk.breaches()).toEqual([])
  expect(await shopWindow.breaches(unroutedOf(stream, expectedEnds(stream, expected)))).toEqual([])

  // D1 can be read where the runtime is at hand, so another instance goes on with the same state.
  await served.stop()
  const heir = await runInProcess(company, served.stateDir)
  const { readRows } = heir
  const output = `${served.output()}\n${heir.output()}`
  const judged = { acknowledged: [...shop.acknowledged], positions, output, readRows, webhooks: shop.answers() }
  // A kill may cut an answer off after its delivery was kept: how many arrived has only a lower bound.
  const breaches = await breachesOf(company, { ...judged, polled: true })
  await heir.stop()
  expect(breaches).toEqual([])
})

/** What orders that ended as held for their address or an unknown SKU would take, were they planned. */
function unroutedOf(stream: ReturnType<typeof orderStream>, ends: Record<string, string>): Map<string, number> {
  const units = new Map<string, number>()
  for (const order of stream.orders) {
    const end = ends[orderIdOf(order.id)]
    if (end !== 'address' && end !== 'sku_mapping') continue
    for (const { sku, current_quantity } of order.line_items) {
      if (sku !== null) units.set(sku, (units.get(sku) ?? 0) + current_quantity)
    }
  }
  return units
}

/**
 * Where each order ended: shipped and closed, cancelled, or held for the one reason it has. A cancellation that came
 * after the parcel had left is refused in words, which is where it would have ended as well.
 */
async function endsOf(ids: readonly string[]): Promise<Record<string, string>> {
  const ends: Record<string, string> = {}
  for (const id of ids) {
    const { body } = await apiOf(company).get<{
      readonly stage: string
      readonly cancellation: { readonly refused: string | null } | null
      readonly holds: readonly { readonly kind: string; readonly releasedAt: string | null }[]
    }>(`/v1/orders/${encodeURIComponent(id)}`)
    const held = body.holds.find((hold) => hold.releasedAt === null)
    const isOver = body.stage === 'closed' || body.stage === 'cancelled'
    const end = isOver ? body.stage : (held?.kind ?? body.stage)
    ends[id] = end === 'closed' && body.cancellation?.refused != null ? 'cancelled' : end
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
