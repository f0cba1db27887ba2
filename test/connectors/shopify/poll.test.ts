import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { orderKinds } from '../../../scripts/sandbox/shopify-draft.ts'
import { orderFactory } from '../../../scripts/sandbox/shopify-orders.ts'
import type { ShopifyStore } from '../../../scripts/sandbox/shopify-store.ts'
import type { WireOrder } from '../../../scripts/sandbox/shopify-wire.ts'
import type { ClientContext } from '../../../src/connectors/ports.ts'
import { ordersPerPollMax, poll } from '../../../src/connectors/shopify/client/poll.ts'
import { translate } from '../../../src/connectors/shopify/translate.ts'
import { storyCatalog } from '../../fixtures/shopify/order-story.ts'
import { delivery, shopAccount } from '../../fixtures/shopify/payloads.ts'
import { clientOf, startStore } from '../../fixtures/shopify/store-client.ts'

const startMs = Date.parse('2026-11-01T14:00:00Z')
const minuteMs = 60_000
const catalog = [...storyCatalog, { sku: 'GIFT-CARD', title: 'Gift card', priceMinor: 5000 }]

let store: ShopifyStore
let client: ClientContext
const factory = orderFactory({ seed: 11, catalog })
beforeEach(async () => {
  store = await startStore({ nowMs: () => startMs, restoreRate: 100_000, faults: { slowMs: 1 } })
  client = clientOf(store)
})
afterEach(() => store.stop())

async function polled(watermarkMs: number) {
  const result = await poll(client, watermarkMs)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

function meaning(topic: string, body: string) {
  const result = translate(delivery(topic, body), shopAccount)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  expect(result.value.drift).toEqual([])
  return result.value.events
}

const placeAt = (atMs: number, count = 1): readonly WireOrder[] =>
  Array.from({ length: count }, () => {
    const order = factory.next('single_line', atMs)
    store.records.addOrder(order)
    return order
  })

describe('a poll of changed orders', () => {
  it('says of every kind of order what its webhook would have said', async () => {
    const orders = orderKinds.map((kind, at) => factory.next(kind, startMs + at * 1_000))
    for (const order of orders) store.records.addOrder(order)
    const { deliveries } = await polled(startMs)
    expect(deliveries.map((each) => each.shardKey)).toEqual(orders.map((order) => String(order.id)))
    deliveries.forEach((each, at) => {
      expect(each).toMatchObject({ domain: 'orders', topic: 'orders/updated' })
      expect(meaning(each.topic, each.body)).toEqual(meaning('orders/updated', JSON.stringify(orders[at])))
    })
  })

  it('says the same of an order that was shipped, returned and cut down', async () => {
    const order = factory.next('multi_line', startMs, [
      { sku: 'ROPE-10', quantity: 4 },
      { sku: 'BUOY-R', quantity: 2 },
    ])
    store.control.place(order)
    const [rope, buoy] = order.line_items
    const [open] = store.records.fulfilmentOrders.values()
    if (!rope || !buoy || !open) throw new Error('two lines were asked for')
    store.records.createFulfilment({
      lineItemsByFulfillmentOrder: [
        {
          fulfillmentOrderId: `/${open.id}`,
          fulfillmentOrderLineItems: [{ id: `/${open.lines[0]?.id}`, quantity: 2 }],
        },
      ],
      trackingInfo: { number: '1Z' },
    })
    store.control.refund(order.id, [{ lineId: rope.id, quantity: 1, restock: 'return' }])
    store.control.refund(order.id, [{ lineId: buoy.id, quantity: 1, restock: 'cancel' }])
    const [found] = (await polled(startMs)).deliveries
    const webhook = JSON.stringify(store.records.orders.get(order.id))
    expect(meaning('orders/updated', found?.body ?? '')).toEqual(meaning('orders/updated', webhook))
    expect(meaning('orders/updated', webhook)).toMatchObject([{ order: { lines: [{ quantity: 4 }, { quantity: 1 }] } }])
  })

  it('reads an order of a hundred lines whole', async () => {
    const wanted = Array.from({ length: 100 }, (_, at) => ({ sku: `SKU-${at}`, quantity: 1 }))
    store.records.addOrder(factory.next('multi_line', startMs, wanted))
    const [found] = (await polled(startMs)).deliveries
    const [event] = meaning('orders/updated', found?.body ?? '')
    expect(event?.type === 'order_observed' && event.order.lines.length).toBe(100)
  })

  it('moves its watermark to the newest change, and not when there is none', async () => {
    expect(await polled(startMs)).toEqual({ deliveries: [], nextWatermarkMs: startMs })
    placeAt(startMs + minuteMs)
    placeAt(startMs - minuteMs)
    const { deliveries, nextWatermarkMs } = await polled(startMs)
    expect([deliveries.length, nextWatermarkMs]).toEqual([1, startMs + minuteMs])
  })

  it('gives a version it has read before the key it had, and a newer one another', async () => {
    const [order] = placeAt(startMs)
    const keyOf = async () => (await polled(startMs)).deliveries[0]?.dedupeKeys
    const first = await keyOf()
    expect(await keyOf()).toEqual(first)
    store.records.changeOrder(order?.id ?? 0, { tags: 'trade' })
    expect(await keyOf()).not.toEqual(first)
  })

  it('takes a backlog in parts, and loses nothing where it cuts', async () => {
    const placed = Array.from({ length: 45 }, (_, at) => placeAt(startMs + at * minuteMs, 10)).flat()
    const seen = new Set<string>()
    let watermarkMs = startMs
    for (let polls = 0; polls < 4; polls++) {
      const { deliveries, nextWatermarkMs } = await polled(watermarkMs)
      expect(deliveries.length).toBeLessThanOrEqual(ordersPerPollMax + 10)
      for (const each of deliveries) seen.add(each.shardKey)
      watermarkMs = nextWatermarkMs - 2 * minuteMs
    }
    expect(seen.size).toBe(placed.length)
  })

  it('never cuts inside the stretch that the next poll looks back over', async () => {
    placeAt(startMs, ordersPerPollMax + 50)
    expect((await polled(startMs)).deliveries.length).toBe(ordersPerPollMax + 50)
  })

  it('keeps what it has when Shopify fails midway, and goes on from there', async () => {
    const orders = [0, 1, 2].flatMap((at) => placeAt(startMs + at * minuteMs))
    store.script([
      { fault: 'slow', match: 'OrderDetail' },
      { fault: 'error_before', match: 'OrderDetail' },
    ])
    const first = await polled(startMs)
    expect([first.deliveries.length, first.nextWatermarkMs]).toEqual([1, startMs])
    const second = await polled(first.nextWatermarkMs)
    expect(second.deliveries.map((each) => each.shardKey)).toEqual(orders.map((order) => String(order.id)))
  })

  it('waits for the budget instead of giving up', async () => {
    placeAt(startMs, 3)
    store.set({ retryAfterSeconds: 0 })
    store.script([0, 1, 2].map(() => ({ fault: 'rate_limit', match: 'OrderDetail' })))
    expect((await polled(startMs)).deliveries.length).toBe(3)
    expect(store.requests.filter((request) => request.operation === 'OrderDetail').length).toBe(6)
  })

  it('does not wait longer than it may', async () => {
    placeAt(startMs, 3)
    store.set({ retryAfterSeconds: 121 })
    store.script([
      { fault: 'slow', match: 'OrderDetail' },
      { fault: 'rate_limit', match: 'OrderDetail' },
    ])
    expect((await polled(startMs)).deliveries.length).toBe(1)
  })

  it('says so when it can read nothing at all', async () => {
    placeAt(startMs)
    store.set({ down: true })
    expect(await poll(client, startMs)).toMatchObject({ ok: false, error: { class: 'connection' } })
    store.set({ down: false })
    store.script([{ fault: 'error_before', match: 'OrderDetail' }])
    expect(await poll(client, startMs)).toMatchObject({ ok: false, error: { class: 'intermittent' } })
  })

  it('does not stop for ever at an order it cannot read: that one becomes a delivery to be refused', async () => {
    const [first, broken] = placeAt(startMs, 2)
    if (!first || !broken) throw new Error('two were placed')
    const whole = client.fetch
    const unreadable = { kind: 'response', status: 200, headers: {}, body: '{"data":{"order":{"name":7}}}' } as const
    const asksForBroken = (body: string | undefined) =>
      body?.includes('OrderDetail') && body.includes(String(broken.id))
    client = {
      ...client,
      fetch: (request) => (asksForBroken(request.body) ? Promise.resolve(unreadable) : whole(request)),
    }
    const { deliveries } = await polled(startMs)
    expect(deliveries.length).toBe(2)
    const stub = deliveries.find((each) => each.shardKey === String(broken.id))
    expect(translate(delivery('orders/updated', stub?.body ?? ''), shopAccount)).toMatchObject({
      ok: false,
      error: { reason: 'missing_field' },
    })
  })
})
