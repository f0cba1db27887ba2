/**
 * Everything that is about goods and no order, through the API and at the same time: carts of kits and of their parts,
 * transfers, announced supply with its receipts, counted figures. Whoever is not answered asks again with the same id.
 */
import { type ApiAnswer, apiClient, eventually } from '../../scripts/client/api-client.ts'
import { operationsKey } from '../../scripts/sandbox/partners.ts'
import { inventoryItemIdOf } from '../../scripts/sandbox/shopify-orders.ts'
import { receiveStock } from '../../scripts/start/load-stock.ts'
import type { ConfigFile } from '../../src/domain/config/config.ts'
import { accountId, sku as skuId } from '../../src/domain/shared/ids.ts'
import { apiOf, type Company } from './company.ts'

type Cart = {
  readonly status: string
  readonly expiresAt: string
  readonly lines: readonly { readonly granted: number }[]
}
type Position = {
  readonly states: Readonly<Record<'available' | 'reserved' | 'committed' | 'onHand' | 'incoming' | 'damaged', number>>
}
type Answers = Map<string, ApiAnswer<Cart>>

const [kit, part, moved, bought] = ['DESK-KIT', 'DESK-PART', 'DESK-MOVED', 'DESK-BOUGHT'] as const
const carts = 40
/** Of two parts by themselves and a kit of two: what is there is enough for thirty of the forty. */
const partsEach = 4
const enoughFor = 30
const transfers = 8
const unitsEach = 3
const orders = 8
const far = '2036-03-14T00:00:00Z'
const pauseMs = 200
/** Whoever died while filling a cart is taken for dead after half a minute, and asked again where that fails. */
const givenBackWithinMs = 180_000

/** Articles that carts alone take, so that no order comes in between. The shop shows two of them all the same. */
export function withDeskArticles(config: ConfigFile): ConfigFile {
  const [any] = config.skus
  if (any === undefined) throw new Error('the configuration has no articles')
  const plain = [part, moved, bought].map((sku) => ({ ...any, sku: skuId(sku), title: sku }))
  const components = [{ sku: skuId(part), quantity: 2 }]
  const ofParts = { ...any, sku: skuId(kit), title: kit, stocked: false, components }
  const listings = [part, kit].map((sku) => ({
    ...{ account: accountId('shopify-us'), externalSku: sku, sku: skuId(sku), packQuantity: 1 },
    externalItemId: String(inventoryItemIdOf(sku)),
  }))
  return {
    ...config,
    skus: [...config.skus, ...plain, ofParts],
    listings: [...config.listings, ...listings],
  }
}

export const isDeskArticle = (sku: string): boolean => sku.startsWith('DESK-')

export async function openDesk(company: Company) {
  const api = apiOf(company)
  const half = (enoughFor * partsEach) / 2
  await receiveStock(
    api,
    [
      { sku: part, location: 'east', received: half },
      { sku: part, location: 'west', received: half },
      { sku: moved, location: 'east', received: transfers * unitsEach + 1 },
    ],
    'desk',
  )
  const answers = new Map<string, ApiAnswer<Cart>>()
  const insist = insisting(company)
  const work = async () => {
    await Promise.all([
      ...[0, 1, 2, 3].map((lane) => sellCarts(insist, answers, lane)),
      moveGoods(insist),
      buyGoods(insist),
    ])
  }
  return { work, breaches: () => breachesOf(company, insist, answers) }
}

type Insist = <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => Promise<ApiAnswer<T>>

/** Until there is an answer that is one: a kill cuts connections, and what is busy says so. */
function insisting(company: Company): Insist {
  const key = operationsKey(company.config)
  const client = apiClient(company.url, key)
  const ask = async <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<ApiAnswer<T>> => {
    if (method === 'GET') return client.get<T>(path)
    if (method === 'POST') return client.post<T>(path, body)
    const response = await fetch(`${company.url}${path}`, { method, headers: { authorization: `Bearer ${key}` } })
    return { status: response.status, body: (await response.json()) as T, headers: response.headers }
  }
  return async <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => {
    for (;;) {
      const answer = await ask<T>(method, path, body).catch(() => null)
      if (answer !== null && answer.status < 500) return answer
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

const fates = ['committed', 'released', 'left', 'extended', 'forgotten'] as const
const fateOf = (at: number) => fates[at % fates.length] ?? 'left'
const cartId = (at: number) => `desk-cart-${at}`
const hourSeconds = 3_600
/** What is forgotten is past before everything else has come to rest. Nothing else runs out, however long a kill takes. */
const secondsFor = {
  ...{ committed: hourSeconds, released: hourSeconds, left: hourSeconds, extended: hourSeconds, forgotten: 2 },
} as const
const extendedSeconds = 4 * hourSeconds

const askFor = (at: number) => ({
  reservationId: cartId(at),
  channel: 'b2b',
  expiresInSeconds: secondsFor[fateOf(at)],
  lines: [
    { sku: kit, quantity: 1 },
    { sku: part, quantity: 2 },
  ],
})

/** Each cart is committed, given back, extended, left to run out or left as it is. */
async function sellCarts(insist: Insist, answers: Answers, lane: number): Promise<void> {
  for (let at = lane; at < carts; at += 4) {
    const [id, fate] = [cartId(at), fateOf(at)]
    const answer = await insist<Cart>('POST', '/v1/reservations', askFor(at))
    answers.set(id, answer)
    if (answer.status >= 400) continue
    if (fate === 'committed') await insist('POST', `/v1/reservations/${id}/commit`)
    if (fate === 'released') await insist('DELETE', `/v1/reservations/${id}`)
    if (fate === 'extended')
      await insist('POST', `/v1/reservations/${id}/extend`, { expiresInSeconds: extendedSeconds })
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

const ends = {
  ...{ committed: 'committed', released: 'released', left: 'held', extended: 'held', forgotten: 'expired' },
} as const

async function moveGoods(insist: Insist): Promise<void> {
  for (let at = 0; at < transfers; at += 1) {
    const lines = [{ sku: moved, quantity: unitsEach }]
    const now = () => new Date().toISOString()
    const path = `/v1/transfers/desk-${at}`
    await insist('POST', '/v1/transfers', { transferId: `desk-${at}`, from: 'east', to: 'west', lines, dueAt: far })
    await settled(insist, path, 'reserved')
    await insist('POST', `${path}/ship`, { shipmentId: `truck-${at}`, shippedAt: now() })
    await settled(insist, path, 'in_transit')
    await insist('POST', `${path}/receive`, { receiptId: `dock-${at}`, lines, receivedAt: now(), final: true })
    await settled(insist, path, 'closed')
  }
}

async function settled(insist: Insist, path: string, status: string): Promise<void> {
  for (;;) {
    const { body } = await insist<{ readonly status: string; readonly settled: boolean }>('GET', path)
    if (body.status === status && body.settled) return
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

/** Each purchase is announced twice over and received; in between the shelf is counted, sometimes late. */
async function buyGoods(insist: Insist): Promise<void> {
  const place = { sku: bought, location: 'west' }
  for (let at = 0; at < orders; at += 1) {
    const supply = { ...place, supplyId: `desk-po-${at}`, type: 'purchase_order', dueAt: far }
    const announced = [
      { ...supply, quantity: unitsEach, sourceVersion: 2 },
      { ...supply, quantity: 50, sourceVersion: 1 },
    ]
    await insist('POST', '/v1/inventory/supply', { supplies: announced })
    const asOf = new Date().toISOString()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const receipt = {
      ...place,
      receiptId: `desk-in-${at}`,
      supplyId: supply.supplyId,
      quantity: unitsEach,
      final: true,
    }
    await insist('POST', '/v1/inventory/supply/receipts', {
      receipts: [{ ...receipt, occurredAt: new Date().toISOString() }],
    })
    const counted = { ...place, eventId: `desk-count-${at}`, onHand: at * unitsEach, asOf }
    await insist('POST', '/v1/inventory/snapshots', { snapshots: [counted] })
  }
}

async function breachesOf(company: Company, insist: Insist, answers: Answers): Promise<readonly string[]> {
  const breaches: string[] = []
  const expect = (what: string, found: unknown, wanted: unknown) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
      breaches.push(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
    }
  }
  let claimed = 0
  for (let at = 0; at < carts; at += 1) {
    const [id, end] = [cartId(at), ends[fateOf(at)]]
    const first = answers.get(id)
    const again = await insist<Cart>('POST', '/v1/reservations', askFor(at))
    expect(`${id} asked again`, again.status, first?.status === 201 ? 200 : first?.status)
    if (again.status >= 400) continue
    expect(`status of ${id}`, again.body.status, end)
    expect(`lines of ${id}`, again.body.lines, first === undefined ? null : first.body.lines)
    const laterMs = Date.parse(again.body.expiresAt) - Date.parse(first?.body.expiresAt ?? '')
    expect(`${id} was extended`, laterMs > hourSeconds * 1_000, fateOf(at) === 'extended')
    claimed += end === 'held' || end === 'committed' ? partsEach : 0
  }
  const at = async (sku: string, location: string) =>
    (await apiOf(company).get<Position>(`/v1/inventory/${sku}/${location}`)).body.states
  const sumOfParts = async () => {
    const parts = await Promise.all(['east', 'west'].map((location) => at(part, location)))
    const sumOf = (name: keyof Position['states']) => parts.reduce((sum, states) => sum + states[name], 0)
    return { taken: sumOf('reserved') + sumOf('committed'), available: sumOf('available') }
  }
  // A request that died half-way may have been filled from another place: what it left is soon given back.
  let found = await sumOfParts()
  const isGivenBack = async () => {
    found = await sumOfParts()
    return found.taken === claimed && found.available === enoughFor * partsEach - claimed ? true : null
  }
  await eventually(isGivenBack, givenBackWithinMs, 1_000)
  const { taken, available } = found
  expect('parts claimed', taken, claimed)
  expect('parts available', available, enoughFor * partsEach - claimed)
  const [left, arrived] = [await at(moved, 'east'), await at(moved, 'west')]
  expect('left to move', [left.onHand, left.committed], [1, 0])
  expect('moved', [arrived.onHand, arrived.incoming], [transfers * unitsEach, 0])
  const stored = await at(bought, 'west')
  expect('bought', [stored.onHand, stored.available, stored.incoming], [orders * unitsEach, orders * unitsEach, 0])
  return breaches
}
