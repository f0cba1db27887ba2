import { describe, expect, it } from 'vitest'
import { translate } from '../../../src/connectors/shopify/translate.ts'
import type { Account } from '../../../src/domain/config/config.ts'
import { delivery, linePayload, orderPayload, shopAccount } from '../../fixtures/shopify/payloads.ts'

const translated = (topic: string, body: unknown, settings: Account['settings'] = {}) =>
  translate(delivery(topic, body), { ...shopAccount, settings: { ...shopAccount.settings, ...settings } })
const receivedAtMs = delivery('x', {}).receivedAtMs

function eventOf(topic: string, body: unknown, settings?: Account['settings']) {
  const result = translated(topic, body, settings)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value.events[0]
}

describe('a Shopify fulfilment', () => {
  const fulfilment = {
    id: 255858046,
    order_id: 450789469,
    status: 'success',
    created_at: '2026-11-02T08:00:00Z',
    updated_at: '2026-11-02T08:00:05Z',
    tracking_number: '1Z1',
    tracking_numbers: ['1Z1', '1Z2'],
    line_items: [{ id: 7, quantity: 2 }],
  }

  it('is observed with its lines and each tracking number once', () => {
    expect(eventOf('fulfillments/create', fulfilment)).toEqual({
      type: 'channel_fulfilment_observed',
      externalOrderId: '450789469',
      externalFulfilmentId: '255858046',
      trackingNumbers: ['1Z1', '1Z2'],
      lines: [{ lineId: '7', quantity: 2 }],
      status: 'success',
      atMs: Date.parse('2026-11-02T08:00:05Z'),
    })
  })

  it('cannot pass for an order, nor an order for it', () => {
    expect(translated('orders/updated', fulfilment)).toMatchObject({ ok: false, error: { reason: 'missing_field' } })
    expect(translated('fulfillments/create', orderPayload())).toMatchObject({ ok: false, error: { field: 'order_id' } })
  })
})

describe('a Shopify refund', () => {
  const refund = (change: Readonly<Record<string, unknown>> = {}) => ({
    id: 509562969,
    order_id: 450789469,
    created_at: '2026-11-03T08:00:00Z',
    restock: true,
    refund_line_items: [{ line_item_id: 7, quantity: 1, restock_type: 'return' }],
    transactions: [
      { kind: 'refund', status: 'success', amount: '41.94', currency: 'USD' },
      { kind: 'refund', status: 'failure', amount: '41.94', currency: 'USD' },
      { kind: 'sale', status: 'success', amount: '99.00', currency: 'USD' },
    ],
    ...change,
  })
  const recorded = (change?: Readonly<Record<string, unknown>>) => {
    const event = eventOf('refunds/create', refund(change))
    return event?.type === 'refund_recorded' ? event.refund : null
  }

  it('counts only money that went back', () => {
    expect(eventOf('refunds/create', refund())).toEqual({
      type: 'refund_recorded',
      externalOrderId: '450789469',
      refund: {
        externalRefundId: '509562969',
        atMs: Date.parse('2026-11-03T08:00:00Z'),
        amountMinor: 4194,
        currency: 'USD',
        lines: [{ lineId: '7', quantity: 1, restock: 'return' }],
      },
    })
  })

  it('may give back units and no money', () => {
    const set = { shop_money: { amount: '0.00', currency_code: 'EUR' } }
    const lines = [{ line_item_id: 7, quantity: 1, restock_type: 'cancel', subtotal_set: set }]
    expect(recorded({ transactions: [], refund_line_items: lines })).toMatchObject({ amountMinor: 0, currency: 'EUR' })
  })

  it('reads payloads from before restock types', () => {
    const line = (status: string | null) => [
      { line_item_id: 7, quantity: 1, line_item: { ...linePayload(), fulfillment_status: status } },
    ]
    const restock = (change: Readonly<Record<string, unknown>>) => recorded(change)?.lines[0]?.restock
    expect(restock({ refund_line_items: line('fulfilled') })).toBe('return')
    expect(restock({ refund_line_items: line(null) })).toBe('cancel')
    expect(restock({ refund_line_items: line(null), restock: false })).toBe('none')
  })

  it('is refused in two currencies and without any', () => {
    const two = ['USD', 'EUR'].map((currency) => ({ kind: 'refund', status: 'success', amount: '1.00', currency }))
    expect(translated('refunds/create', refund({ transactions: two }))).toMatchObject({
      error: { reason: 'inconsistent' },
    })
    expect(translated('refunds/create', refund({ transactions: [] }))).toMatchObject({
      error: { reason: 'missing_field' },
    })
  })
})

describe('what Shopify shows of stock and products', () => {
  it('is an observation of one item at one location', () => {
    const level = {
      inventory_item_id: 808950810,
      location_id: 487838322,
      available: -3,
      updated_at: '2026-11-04T08:00:00Z',
    }
    const observed = {
      type: 'channel_stock_observed',
      externalItemId: '808950810',
      externalLocationId: '487838322',
      available: -3,
      atMs: Date.parse('2026-11-04T08:00:00Z'),
    }
    expect(eventOf('inventory_levels/update', level)).toEqual(observed)
    const gone = { inventory_item_id: 808950810, location_id: 487838322 }
    expect(eventOf('inventory_levels/disconnect', gone)).toEqual({ ...observed, available: null, atMs: receivedAtMs })
  })

  it('lists every variant of a product, and none of a deleted one', () => {
    const product = {
      id: 1,
      title: 'Rope',
      updated_at: '2026-11-04T08:00:00Z',
      ...{ body_html: '<p>Floats</p>', vendor: 'Harbour', product_type: null, tags: 'sea, rope 10' },
      variants: [
        { id: 2, title: '10 mm', sku: 'ROPE-10', barcode: '4006381333931', inventory_item_id: 9, price: '19.90' },
        { id: 3, title: 'Default Title', sku: '', barcode: null, price: 'on request' },
      ],
    }
    expect(eventOf('products/update', product)).toMatchObject({
      deleted: false,
      listings: [
        { externalVariantId: '2', externalItemId: '9', externalSku: 'ROPE-10', title: 'Rope - 10 mm' },
        { externalVariantId: '3', externalItemId: null, externalSku: null, title: 'Rope' },
      ],
    })
    expect(eventOf('products/delete', { id: 1 })).toEqual({
      type: 'listings_changed',
      externalProductId: '1',
      listings: [],
      deleted: true,
      shown: null,
      atMs: receivedAtMs,
    })
    const content = { title: 'Rope', descriptionHtml: '<p>Floats</p>', vendor: 'Harbour', productType: '' }
    expect(eventOf('products/update', product)).toMatchObject({
      shown: { content: { ...content, tags: ['sea', 'rope 10'] }, priceMinor: new Map() },
    })
    // A shop may leave fields out of its webhooks: nothing is known of those.
    const { body_html: _, ...withoutBody } = product
    const { shown } = eventOf('products/update', withoutBody) as { shown: { content: object } }
    expect(Object.keys(shown.content)).toEqual(['title', 'vendor', 'productType', 'tags'])
    expect(eventOf('products/update', product, { priceCurrency: 'USD' })).toMatchObject({
      shown: { priceMinor: new Map([['2', 1_990]]) },
    })
  })
})

describe('the life of the installation', () => {
  it('ends with an uninstalled app', () => {
    expect(eventOf('app/uninstalled', { id: 548380009, email: 'x@y.example' })).toEqual({
      type: 'account_uninstalled',
      atMs: receivedAtMs,
    })
  })

  it.each([
    ['customers/data_request', 'customer_data', ['11', '12']],
    ['customers/redact', 'customer_redact', ['13']],
    ['shop/redact', 'shop_redact', []],
  ])('%s names whom and which orders, and passes nothing personal on', (topic, request, externalOrderIds) => {
    const body = {
      shop_id: 1,
      shop_domain: 'harbour.example',
      ...(topic === 'shop/redact' ? {} : { customer: { id: 207119551, email: 'ines@mail.example', phone: '555' } }),
      orders_requested: topic === 'customers/data_request' ? [11, 12] : undefined,
      orders_to_redact: topic === 'customers/redact' ? [13] : undefined,
    }
    const event = eventOf(topic, body)
    const externalCustomerId = topic === 'shop/redact' ? null : '207119551'
    expect(event).toEqual({
      type: 'privacy_request',
      request,
      externalCustomerId,
      externalOrderIds,
      atMs: receivedAtMs,
    })
  })
})

describe('a delivery nobody can take', () => {
  it('is refused by name', () => {
    expect(translated('carts/update', {})).toMatchObject({ ok: false, error: { reason: 'unsupported_topic' } })
    expect(translated('__proto__', {})).toMatchObject({ ok: false, error: { reason: 'unsupported_topic' } })
    expect(translated('orders/update', orderPayload())).toMatchObject({ error: { reason: 'unsupported_topic' } })
    expect(translated('orders/create', '{')).toMatchObject({ error: { reason: 'malformed_json' } })
    expect(translated('orders/create', '['.repeat(100_000))).toMatchObject({ error: { detail: 'too_deep' } })
  })
})

describe('fields the adapter has never heard of', () => {
  it('are reported by path and change nothing', () => {
    const known = translated('orders/updated', orderPayload())
    const line = { ...linePayload(), carbon_offset: { grams: 3 } }
    const extended = translated(
      'orders/updated',
      orderPayload({ loyalty: [1], line_items: [line, { ...line, id: 2, price: '0.00' }] }),
    )
    expect(known.ok && known.value.drift).toEqual([])
    expect(extended.ok && extended.value.drift).toEqual(['line_items[].carbon_offset', 'loyalty'])
  })

  it('are bounded, and a name like __proto__ is one of them', () => {
    const noise = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field_${index}`, 1]))
    const many = translated('orders/updated', orderPayload(noise))
    expect(many.ok && many.value.drift.length).toBe(50)
    const text = JSON.stringify(orderPayload()).replace('{', '{"__proto__":{"polluted":true},')
    const odd = translated('orders/updated', text)
    expect(odd.ok && odd.value.drift).toEqual(['__proto__'])
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})
