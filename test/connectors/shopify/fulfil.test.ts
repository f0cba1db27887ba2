import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { orderFactory } from '../../../scripts/sandbox/shopify-orders.ts'
import { storeLocations } from '../../../scripts/sandbox/shopify-records.ts'
import type { ShopifyStore } from '../../../scripts/sandbox/shopify-store.ts'
import type { WireOrder } from '../../../scripts/sandbox/shopify-wire.ts'
import type { ClientContext } from '../../../src/connectors/ports.ts'
import { fulfil } from '../../../src/connectors/shopify/client/fulfil.ts'
import type { IntentRequest } from '../../../src/domain/order/order-command.ts'
import { lineId } from '../../../src/domain/shared/ids.ts'
import { storyCatalog } from '../../fixtures/shopify/order-story.ts'
import { clientOf, startStore } from '../../fixtures/shopify/store-client.ts'

type Request = Extract<IntentRequest, { kind: 'channel_fulfil' }>

let store: ShopifyStore
let client: ClientContext
beforeEach(async () => {
  store = await startStore()
  client = clientOf(store)
})
afterEach(() => store.stop())

function place(quantities: readonly [number, number], locations: readonly number[] = [storeLocations[0]]): WireOrder {
  const wanted = storyCatalog.map((item, at) => ({ sku: item.sku, quantity: quantities[at] ?? 1 }))
  const order = orderFactory({ seed: 5, catalog: storyCatalog }).next('multi_line', Date.now(), wanted)
  store.records.addOrder(order, (_line, index) => locations[index] ?? locations[0] ?? storeLocations[0])
  return order
}

function shipment(order: WireOrder, quantities: readonly number[], change: Partial<Request> = {}): Request {
  return {
    kind: 'channel_fulfil',
    externalId: `shopify-us:${order.id}/S1`,
    externalOrderId: String(order.id),
    shipmentId: `shopify-us:${order.id}/S1`,
    lines: order.line_items.flatMap((line, at) =>
      quantities[at] ? [{ lineId: lineId(String(line.id)), externalSku: line.sku, quantity: quantities[at] }] : [],
    ),
    carrier: 'UPS',
    trackingNumber: '1Z999',
    trackingUrl: 'https://track.example/1Z999',
    shippedAtMs: Date.now(),
    ...change,
  }
}

const recorded = (order: WireOrder) =>
  (store.records.orders.get(order.id)?.fulfillments ?? []).map((fulfilment) => ({
    numbers: fulfilment.tracking_numbers,
    units: fulfilment.line_items.map((line) => line.quantity),
  }))

describe('telling Shopify of a shipment', () => {
  it('records its units and tracking once, and the probe finds it', async () => {
    const order = place([2, 1])
    expect(await fulfil.probe(shipment(order, [2, 1]), client)).toEqual({ outcome: 'absent' })
    const told = await fulfil.call(shipment(order, [2, 1]), client)
    expect(told).toMatchObject({ outcome: 'committed', details: { costMaximum: '20000' } })
    expect(recorded(order)).toEqual([{ numbers: ['1Z999'], units: [2, 1] }])
    const [fulfilment] = store.records.orders.get(order.id)?.fulfillments ?? []
    expect(fulfilment).toMatchObject({ tracking_company: 'UPS', tracking_url: 'https://track.example/1Z999' })
    expect(await fulfil.probe(shipment(order, [2, 1]), client)).toEqual({
      outcome: 'committed',
      reference: String(fulfilment?.id),
    })
  })

  it('in parts leaves the rest open', async () => {
    const order = place([3, 1])
    await fulfil.call(shipment(order, [1]), client)
    const second = await fulfil.call(shipment(order, [2, 1], { trackingNumber: '1Z998' }), client)
    expect(second.outcome).toBe('committed')
    expect(recorded(order).map((each) => each.units)).toEqual([[1], [2, 1]])
    expect(store.records.orders.get(order.id)?.fulfillment_status).toBe('fulfilled')
  })

  it('from two of its locations takes one call each', async () => {
    const order = place([1, 1], storeLocations)
    const told = await fulfil.call(shipment(order, [1, 1]), client)
    expect(told.outcome === 'committed' && told.reference.split(',').length).toBe(2)
    expect(store.requests.filter((request) => request.operation === 'FulfilmentCreate').length).toBe(2)
  })

  it('without a tracking number shows our shipment id, so that it can be found again', async () => {
    const order = place([2, 1])
    const first = shipment(order, [1], { trackingNumber: null, trackingUrl: null })
    const second = { ...first, shipmentId: `shopify-us:${order.id}/S2` }
    await fulfil.call(first, client)
    expect((await fulfil.probe(first, client)).outcome).toBe('committed')
    expect((await fulfil.probe(second, client)).outcome).toBe('absent')
    await fulfil.call(second, client)
    expect(recorded(order).map((each) => each.numbers[0])).toEqual([first.shipmentId, second.shipmentId])
  })

  it('leaves a tracking address out that is none', async () => {
    const order = place([1, 1])
    const told = await fulfil.call(shipment(order, [1, 1], { trackingUrl: 'see the parcel' }), client)
    expect(told.outcome).toBe('committed')
  })
})

describe('an answer of Shopify that was lost', () => {
  it.each(['drop_after', 'error_after'] as const)(
    'is not known (%s), and the probe finds what was done',
    async (fault) => {
      const order = place([1, 1])
      store.script([{ fault, match: 'FulfilmentCreate' }])
      expect((await fulfil.call(shipment(order, [1, 1]), client)).outcome).toBe('unknown')
      expect((await fulfil.probe(shipment(order, [1, 1]), client)).outcome).toBe('committed')
      expect(recorded(order).length).toBe(1)
    },
  )

  it('before anything was done leaves the probe nothing to find, and the retry does it once', async () => {
    const order = place([2, 1])
    store.script([{ fault: 'drop_before', match: 'FulfilmentCreate' }])
    expect((await fulfil.call(shipment(order, [1, 1]), client)).outcome).toBe('unknown')
    expect(await fulfil.probe(shipment(order, [1, 1]), client)).toEqual({ outcome: 'absent' })
    expect((await fulfil.call(shipment(order, [1, 1]), client)).outcome).toBe('committed')
    expect(recorded(order).length).toBe(1)
  })

  it('between two locations is made up for by the retry without doing the first again', async () => {
    const order = place([2, 1], storeLocations)
    store.script([
      { fault: 'slow', match: 'FulfilmentCreate' },
      { fault: 'drop_before', match: 'FulfilmentCreate' },
    ])
    store.set({ slowMs: 1 })
    expect((await fulfil.call(shipment(order, [1, 1]), client)).outcome).toBe('unknown')
    expect(await fulfil.probe(shipment(order, [1, 1]), client)).toEqual({ outcome: 'absent' })
    expect((await fulfil.call(shipment(order, [1, 1]), client)).outcome).toBe('committed')
    expect(recorded(order).map((each) => each.units)).toEqual([[1], [1]])
    expect((await fulfil.probe(shipment(order, [1, 1]), client)).outcome).toBe('committed')
  })

  it('of a read is certainly nothing done', async () => {
    const order = place([1, 1])
    store.script([{ fault: 'drop_after', match: 'FulfilmentOrders' }])
    expect(await fulfil.call(shipment(order, [1, 1]), client)).toMatchObject({ outcome: 'absent', retryable: true })
  })

  it('of a probe leaves the matter in doubt', async () => {
    const order = place([1, 1])
    store.script([{ fault: 'error_before' }])
    expect((await fulfil.probe(shipment(order, [1, 1]), client)).outcome).toBe('unknown')
  })
})

describe('a shipment that Shopify will not take', () => {
  it.each([
    ['was fulfilled by hand', () => ({ status: 'CLOSED' as const }), { class: 'value', retryable: false }],
    ['is on hold', () => ({ status: 'ON_HOLD' as const }), { class: 'value', retryable: true }],
    ['belongs to another service', () => ({ mayFulfil: false }), { class: 'permission', retryable: false }],
  ])('because it %s is certainly absent', async (_why, change, expected) => {
    const order = place([1, 1])
    for (const each of store.records.fulfilmentOrders.values()) Object.assign(each, change())
    expect(await fulfil.call(shipment(order, [1, 1]), client)).toMatchObject({ outcome: 'absent', ...expected })
    expect(recorded(order)).toEqual([])
  })

  it('because the order is not there is certainly absent', async () => {
    const order = orderFactory({ seed: 9, catalog: storyCatalog }).next('single_line', Date.now())
    expect(await fulfil.call(shipment(order, [1]), client)).toMatchObject({
      outcome: 'absent',
      class: 'missing',
      retryable: false,
    })
  })

  it('because the token is wrong waits for people', async () => {
    const order = place([1, 1])
    const stranger = { ...client, secrets: { 'shopify-us-token': 'shpat_wrong' } }
    expect(await fulfil.call(shipment(order, [1, 1]), stranger)).toMatchObject({
      outcome: 'absent',
      class: 'permission',
    })
    expect(await fulfil.call(shipment(order, [1, 1]), { ...client, secrets: {} })).toMatchObject({
      class: 'permission',
    })
    expect(store.requests.at(-1)?.status).toBe(401)
  })
})

describe("Shopify's budget", () => {
  it('when dry refuses the call and says when it will hold enough again', async () => {
    await store.stop()
    store = await startStore({ restoreRate: 100 })
    client = clientOf(store)
    const order = place([1, 1])
    store.bucket.drain()
    const refused = await fulfil.call(shipment(order, [1, 1]), client)
    expect(refused).toMatchObject({ outcome: 'absent', retryable: true, class: 'rate_limit' })
    if (refused.outcome !== 'absent') throw new Error('not refused')
    expect(refused.retryAfterMs).toBeGreaterThan(1_000)
    expect(refused.retryAfterMs).toBeLessThanOrEqual(10_000)
  })

  it('honours Retry-After where a gateway throttles instead', async () => {
    const order = place([1, 1])
    store.script([{ fault: 'rate_limit' }])
    store.set({ retryAfterSeconds: 7 })
    expect(await fulfil.call(shipment(order, [1, 1]), client)).toMatchObject({
      class: 'rate_limit',
      retryAfterMs: 7_000,
    })
  })
})
