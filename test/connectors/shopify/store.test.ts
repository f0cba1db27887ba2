import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { orderKinds } from '../../../scripts/sandbox/shopify-draft.ts'
import { storeLocations } from '../../../scripts/sandbox/shopify-records.ts'
import type { ShopifyStore } from '../../../scripts/sandbox/shopify-store.ts'
import { orderStream } from '../../../scripts/sandbox/shopify-stream.ts'
import type { RawRequest } from '../../../src/connectors/ports.ts'
import { identify } from '../../../src/connectors/shopify/identify.ts'
import { translate } from '../../../src/connectors/shopify/translate.ts'
import { verify } from '../../../src/connectors/shopify/verify.ts'
import { storyCatalog } from '../../fixtures/shopify/order-story.ts'
import { delivery, shopAccount, shopSecrets } from '../../fixtures/shopify/payloads.ts'
import { startStore } from '../../fixtures/shopify/store-client.ts'

const catalog = [...storyCatalog, { sku: 'GIFT-CARD', title: 'Gift card', priceMinor: 5000 }]
const startMs = Date.parse('2026-11-01T14:00:00Z')
const stream = (seed: number, count: number) => orderStream({ seed, count, catalog, startMs })

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string }

/** A receiver that answers each request with the next status, then with 202. */
async function receiver(statuses: number[] = []): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') })
    response.writeHead(statuses.shift() ?? 202).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return { url: `http://127.0.0.1:${address.port}/v1/webhooks/shopify-us`, received }
}

async function storeSendingTo(webhookUrl: string, retryDelaysMs: readonly number[] = [1, 1]): Promise<ShopifyStore> {
  const store = await startStore({ webhookUrl, retryDelaysMs })
  closing.push(store.stop)
  return store
}

function rawRequest({ headers, body }: Received): RawRequest {
  const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  return { method: 'POST', url: new URL('http://x/'), headers: flat, body: new TextEncoder().encode(body) }
}

describe("the store's webhooks", () => {
  it('are signed so that they verify, and a forged one is not', async () => {
    const { url, received } = await receiver()
    const store = await storeSendingTo(url)
    const [order] = stream(1, 1).orders
    if (!order) throw new Error('one order was asked for')
    const event = store.control.place(order)
    expect(await store.control.send(event)).toMatchObject({ attempts: 1, status: 202, acknowledged: true })
    await store.control.send({ ...event, forged: true })
    const verdicts = await Promise.all(received.map((each) => verify(rawRequest(each), shopAccount, shopSecrets)))
    expect(verdicts).toEqual([true, false])
  })

  it('are tried again with the original payload and the same ids, and given up after the last delay', async () => {
    const { url, received } = await receiver([500, 429, 503, 503, 503])
    const store = await storeSendingTo(url)
    const [order] = stream(2, 1).orders
    if (!order) throw new Error('one order was asked for')
    const event = store.control.place(order)
    expect(await store.control.send(event)).toMatchObject({ attempts: 3, status: 503, acknowledged: false })
    expect(await store.control.send(event)).toMatchObject({ attempts: 3, status: 202, acknowledged: true })
    expect(new Set(received.map((each) => each.body)).size).toBe(1)
    expect(new Set(received.map((each) => each.headers['x-shopify-event-id'])).size).toBe(1)
    expect(new Set(received.slice(0, 3).map((each) => each.headers['x-shopify-webhook-id'])).size).toBe(1)
  })

  it('of everything that happens in the store are understood without drift', async () => {
    const store = await storeSendingTo('http://127.0.0.1:9/')
    const [order] = stream(3, 1).orders
    const [line] = order?.line_items ?? []
    if (!order || !line) throw new Error('one order was asked for')
    const events = [
      store.control.place(order),
      store.control.updated(order.id, { tags: 'trade' }),
      ...store.control.refund(order.id, [{ lineId: line.id, quantity: 1, restock: 'cancel' }]).events,
      store.control.cancel(order.id),
      store.control.setInventory('ROPE-10', storeLocations[0], 5),
    ]
    for (const event of events) {
      const result = translate(delivery(event.topic, event.body), shopAccount)
      expect(result.ok && result.value.drift, event.topic).toEqual([])
    }
    expect(store.control.shown('ROPE-10', storeLocations[0])).toBe(5)
  })
})

describe('a day at the store', () => {
  it('is the same for the same seed and another for another', () => {
    expect(stream(7, 40)).toEqual(stream(7, 40))
    expect(stream(8, 40).events).not.toEqual(stream(7, 40).events)
  })

  it('has every kind of order and every misfortune, even when it is short', () => {
    const { events, expected, orders } = stream(7, orderKinds.length)
    const topics = events.map((event) => event.topic)
    expect(topics.indexOf('orders/updated')).toBeGreaterThan(-1)
    expect(topics).toContain('orders/cancelled')
    expect(expected).toMatchObject({ duplicates: 1, forged: 1 })
    expect(expected.unmapped.length).toBe(1)
    expect(expected.cancelled.length).toBe(1)
    expect(new Set(expected.captured).size).toBe(orders.length)
  })

  it('is understood whole; repeated events are recognised, forged ones carry an order of their own', async () => {
    const { events, expected } = stream(9, 120)
    const keys = new Set<string>()
    let duplicates = 0
    for (const event of events) {
      const result = translate(delivery(event.topic, event.body), shopAccount)
      if (!event.forged) expect(result.ok, event.topic).toBe(true)
      const headers = { 'x-shopify-topic': event.topic, 'x-shopify-event-id': event.eventId }
      const named = await identify({ ...rawRequest({ headers, body: event.body }) })
      if (!named.ok || named.value.kind !== 'delivery') throw new Error('not named')
      if (event.forged) expect(expected.captured.map(String)).not.toContain(named.value.shardKey)
      if (named.value.dedupeKeys.some((key) => keys.has(key))) duplicates++
      for (const key of named.value.dedupeKeys) keys.add(key)
    }
    expect(duplicates).toBe(expected.duplicates)
  })

  it('ends, version by version, with the orders as the store has them', () => {
    const { events, orders } = stream(10, 120)
    const newest = new Map<number, { readonly updated_at: string }>()
    for (const event of events.filter((each) => !each.forged)) {
      const order = JSON.parse(event.body)
      if ((newest.get(order.id)?.updated_at ?? '') < order.updated_at) newest.set(order.id, order)
    }
    expect([...newest.values()]).toEqual([...orders])
  })

  it('can be calm: one event per order and nothing else', () => {
    const { events, expected } = orderStream({ seed: 1, count: 50, catalog, startMs, calm: true })
    expect([events.length, expected.duplicates, expected.forged, expected.cancelled.length]).toEqual([50, 0, 0, 0])
  })
})
