import { describe, expect, it } from 'vitest'
import { translate } from '../../../src/connectors/shopify/translate.ts'
import { type CanonicalOrder, canonicalOrderSchema } from '../../../src/domain/order/canonical-order.ts'
import { delivery, linePayload, orderPayload, shopAccount } from '../../fixtures/shopify/payloads.ts'

const translated = (body: unknown, topic = 'orders/updated') => translate(delivery(topic, body), shopAccount)

function orderOf(body: unknown, topic?: string): CanonicalOrder {
  const result = translated(body, topic)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  const [event] = result.value.events
  if (event?.type !== 'order_observed') throw new Error(`got ${event?.type}`)
  return event.order
}

const refusal = (body: unknown, topic?: string) => {
  const result = translated(body, topic)
  return result.ok ? null : { reason: result.error.reason, field: result.error.field }
}

describe('a Shopify order', () => {
  it('becomes the canonical order', () => {
    expect(orderOf(orderPayload())).toEqual({
      account: 'shopify-us',
      externalOrderId: '6120000000097',
      externalNumber: '#1001',
      placedAtMs: Date.parse('2026-11-01T14:00:00Z'),
      sourceVersionMs: Date.parse('2026-11-01T14:00:02Z'),
      currency: 'USD',
      presentment: null,
      customer: { externalId: '7000000000001', name: 'Ines Okafor', email: 'ines@mail.example' },
      shipTo: {
        name: 'Ines Okafor',
        company: null,
        line1: '12 Wharf Road',
        line2: null,
        city: 'Portland',
        region: 'ME',
        postalCode: '04101',
        country: 'US',
        phone: null,
        email: 'ines@mail.example',
      },
      billTo: null,
      lines: [
        {
          lineId: '15730000001001',
          externalSku: 'ROPE-10',
          title: 'Braided rope 10 mm',
          quantity: 2,
          unitPriceMinor: 4999,
          discountMinor: 0,
          taxMinor: 0,
          requiresShipping: true,
        },
      ],
      totals: { subtotalMinor: 9998, discountMinor: 0, shippingMinor: 1250, taxMinor: 0, totalMinor: 11_248 },
      taxesIncluded: false,
      payment: 'paid',
      shippingMethod: 'Ground',
      allowPartial: null,
      cancelledAtMs: null,
      cancelReason: null,
      tags: [],
    })
  })

  it('keeps ids beyond 2^53 digit by digit', () => {
    const text = JSON.stringify(orderPayload()).replace('6120000000097', '9007199254740993')
    expect(orderOf(text).externalOrderId).toBe('9007199254740993')
  })

  it.each([
    ['a fraction', '612.5'],
    ['an exponent', '1e30'],
    ['zero', '0'],
    ['a word', '"draft"'],
  ])('is refused when its id is %s', (_what, id) => {
    const text = JSON.stringify(orderPayload()).replace('6120000000097', id)
    expect(refusal(text)).toEqual({ reason: 'schema_mismatch', field: 'id' })
  })

  it('is in the shop currency; what the buyer paid in is recorded beside it', () => {
    const money = (shop: string, presentment: string) => ({
      shop_money: { amount: shop, currency_code: 'USD' },
      presentment_money: { amount: presentment, currency_code: 'JPY' },
    })
    const order = orderOf(
      orderPayload({
        presentment_currency: 'JPY',
        total_price_set: money('112.48', '16872'),
        line_items: [linePayload({ price_set: money('49.99', '7499') })],
      }),
    )
    expect(order).toMatchObject({ currency: 'USD', presentment: { currency: 'JPY', totalMinor: 16_872 } })
    expect(order.lines[0]?.unitPriceMinor).toBe(4999)
  })

  it('is refused when its shop money is not in its own currency', () => {
    const set = { shop_money: { amount: '112.48', currency_code: 'EUR' }, presentment_money: null }
    expect(refusal(orderPayload({ total_price_set: set }))).toEqual({ reason: 'inconsistent', field: 'total_price' })
  })

  it('in yen has no decimals to lose', () => {
    const order = orderOf(
      orderPayload({
        currency: 'JPY',
        presentment_currency: 'JPY',
        total_price: '10500',
        line_items: [linePayload({ price: '5000' })],
        shipping_lines: [{ title: 'Yamato', price: '500.00' }],
      }),
    )
    expect(order.totals).toMatchObject({ subtotalMinor: 10_000, shippingMinor: 500, totalMinor: 10_500 })
  })

  it.each([
    ['is cancelled by topic only', orderPayload(), 'orders/cancelled', 'inconsistent', 'cancelled_at'],
    ['has no lines', orderPayload({ line_items: [] }), undefined, 'schema_mismatch', 'line_items'],
    ['lacks its lines', orderPayload({ line_items: undefined }), undefined, 'missing_field', 'line_items'],
    ['lacks its version clock', orderPayload({ updated_at: null }), undefined, 'missing_field', 'updated_at'],
    [
      'names no instant',
      orderPayload({ updated_at: '2026-11-01T09:00:00' }),
      undefined,
      'schema_mismatch',
      'updated_at',
    ],
    ['has half a cent', orderPayload({ total_price: '112.485' }), undefined, 'invalid_value', 'total_price'],
    ['has an unknown currency', orderPayload({ currency: 'ZZZ' }), undefined, 'invalid_value', 'currency'],
    ['does not add up', orderPayload({ total_price: '112.49' }), undefined, 'inconsistent', 'total_price'],
    [
      'repeats a line',
      orderPayload({ line_items: [linePayload(), linePayload()] }),
      undefined,
      'inconsistent',
      'line_items',
    ],
    [
      'has part of a unit',
      orderPayload({ line_items: [linePayload({ quantity: 1.5 })] }),
      undefined,
      'schema_mismatch',
      'line_items.0.quantity',
    ],
  ])('is refused when it %s', (_what, body, topic, reason, field) => {
    expect(refusal(body, topic)).toEqual({ reason, field })
  })

  it('is refused, not crashed on, when its lines are worth more than a number can hold', () => {
    const line = linePayload({ price: '9999999999.99', quantity: 1_000_000, current_quantity: 1_000_000 })
    expect(refusal(orderPayload({ line_items: [line] }))?.reason).toBe('inconsistent')
  })

  it('quotes nothing personal in a refusal', () => {
    const result = translated(orderPayload({ updated_at: 'ines@mail.example' }))
    expect(JSON.stringify(result)).not.toContain('ines')
  })
})

describe('the lines of a Shopify order', () => {
  const lineOf = (change: Readonly<Record<string, unknown>>, order: Readonly<Record<string, unknown>> = {}) =>
    orderOf(orderPayload({ line_items: [linePayload(change)], ...order })).lines[0]
  const refund = (quantity: number, restockType: string) => ({
    refund_line_items: [{ line_item_id: 15_730_000_001_001, quantity, restock_type: restockType }],
  })

  it('without a SKU have none', () => {
    expect([null, '', '  ', 'A'.repeat(256)].map((sku) => lineOf({ sku })?.externalSku)).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  it('take custom properties in any shape', () => {
    for (const properties of [{}, [], null, undefined, [{ name: 2 }], 'text'])
      expect(lineOf({ properties })).toBeDefined()
  })

  it('that are gift cards need no shipping', () => {
    expect(lineOf({ gift_card: true })?.requiresShipping).toBe(false)
  })

  it('lose cancelled units', () => {
    expect(lineOf({ current_quantity: 1 }, { refunds: [refund(1, 'cancel')] })?.quantity).toBe(1)
    expect(lineOf({ current_quantity: undefined }, { refunds: [refund(1, 'cancel')] })?.quantity).toBe(1)
  })

  it('keep units that were shipped and came back', () => {
    expect(lineOf({ current_quantity: 1 }, { refunds: [refund(1, 'return')] })?.quantity).toBe(2)
    expect(lineOf({ current_quantity: undefined }, { refunds: [refund(1, 'return')] })?.quantity).toBe(2)
  })

  it('keep units that were shipped and refunded without coming back', () => {
    const fulfillments = [{ status: 'success', line_items: [{ id: 15_730_000_001_001, quantity: 2 }] }]
    expect(lineOf({ current_quantity: 0 }, { refunds: [refund(2, 'no_restock')], fulfillments })?.quantity).toBe(2)
  })

  it('take their share of discount and tax with them when units are cancelled', () => {
    const line = lineOf(
      {
        quantity: 3,
        current_quantity: 2,
        discount_allocations: [{ amount: '1.00' }],
        tax_lines: [{ price: '12.00' }],
      },
      { total_discounts: '1.00', total_tax: '12.00', total_price: '173.47' },
    )
    expect(line).toMatchObject({ quantity: 2, discountMinor: 67, taxMinor: 800 })
  })

  it('share a discount that no line claims, to the minor unit', () => {
    const lines = [1, 2, 3].map((id) =>
      linePayload({ id, price: '10.00', quantity: 1, discount_allocations: undefined }),
    )
    const order = orderOf(orderPayload({ line_items: lines, total_discounts: '10.00', total_price: '32.50' }))
    expect(order.lines.map((line) => line.discountMinor)).toEqual([334, 333, 333])
  })

  it('share a tax that no line claims, less what shipping claims', () => {
    const shipping = [{ title: 'Ground', price: '12.50', tax_lines: [{ price: '1.00' }] }]
    const order = orderOf(orderPayload({ total_tax: '9.00', total_price: '121.48', shipping_lines: shipping }))
    expect(order.lines[0]?.taxMinor).toBe(800)
  })
})

describe('a total that is not goods, shipping and tax alone', () => {
  const totalsOf = (change: Readonly<Record<string, unknown>>) => orderOf(orderPayload(change)).totals
  const set = (amount: string) => ({
    shop_money: { amount, currency_code: 'USD' },
    presentment_money: { amount, currency_code: 'USD' },
  })

  it('may hold a tip, duties, fees and cash rounding', () => {
    expect(totalsOf({ total_tip_received: '5.00', total_price: '117.48' }).otherMinor).toBe(500)
    expect(totalsOf({ original_total_duties_set: set('7.00'), total_price: '119.48' }).otherMinor).toBe(700)
    expect(totalsOf({ original_total_additional_fees_set: set('2.00'), total_price: '114.48' }).otherMinor).toBe(200)
    expect(
      totalsOf({ total_cash_rounding_payment_adjustment_set: set('0.02'), total_price: '112.50' }).otherMinor,
    ).toBe(2)
    expect(
      totalsOf({ total_tip_received: '5.00', original_total_duties_set: set('7.00'), total_price: '124.48' })
        .otherMinor,
    ).toBe(1200)
  })

  it('does not count a tip twice that is a line already', () => {
    const tip = linePayload({
      id: 2,
      name: 'Tip',
      price: '5.00',
      quantity: 1,
      current_quantity: 1,
      requires_shipping: false,
    })
    const totals = totalsOf({ line_items: [linePayload(), tip], total_tip_received: '5.00', total_price: '117.48' })
    expect(totals).toMatchObject({ subtotalMinor: 10_498, totalMinor: 11_748 })
    expect(totals.otherMinor).toBeUndefined()
  })

  it('does not count tax again where prices include it', () => {
    expect(totalsOf({ taxes_included: true, total_tax: '8.33' })).toMatchObject({ taxMinor: 833, totalMinor: 11_248 })
  })

  it('may leave out removed shipping and count discounted shipping', () => {
    const removed = { title: 'Courier', price: '40.00', is_removed: true }
    const discounted = {
      title: 'Ground',
      price: '12.50',
      discounted_price: '2.50',
      discount_allocations: [{ amount: '10.00' }],
    }
    const change = { shipping_lines: [removed, discounted], total_discounts: '10.00', total_price: '102.48' }
    expect(totalsOf(change)).toMatchObject({ shippingMinor: 1250, discountMinor: 1000 })
    expect(orderOf(orderPayload(change)).shippingMethod).toBe('Ground')
  })

  it('may be that of the edited order', () => {
    const change = {
      line_items: [linePayload({ current_quantity: 1 })],
      current_total_discounts: '0.00',
      current_total_tax: '0.00',
      total_price: '62.49',
    }
    expect(totalsOf(change)).toMatchObject({ subtotalMinor: 4999, totalMinor: 6249 })
  })
})

describe('what people read in a Shopify order', () => {
  it('is cut to the canonical limits, never inside a character', () => {
    const long = `${'a'.repeat(199)}🛟`
    const order = orderOf(
      orderPayload({ customer: { id: 1, first_name: long, last_name: null }, name: 'x'.repeat(500) }),
    )
    expect(order.customer?.name).toBe('a'.repeat(199))
    expect(order.externalNumber?.length).toBe(100)
  })

  it('is stored as well-formed text without NUL', () => {
    const order = orderOf(
      orderPayload({ cancel_reason: 'lone \ud800 surrogate\u0000', cancelled_at: '2026-11-01T10:00:00Z' }),
    )
    expect(order.cancelReason).toBe('lone \ufffd surrogate')
    expect(canonicalOrderSchema.safeParse(order).success).toBe(true)
  })

  it('may be missing altogether', () => {
    const order = orderOf(
      orderPayload({
        customer: null,
        email: '',
        shipping_address: null,
        billing_address: undefined,
        shipping_lines: [],
        total_price: '99.98',
      }),
    )
    expect(order).toMatchObject({ customer: null, shipTo: null, billTo: null, shippingMethod: null })
  })

  it('takes odd types where nothing depends on them', () => {
    const address = { address1: 12, zip: 4101, country_code: 'usa', name: {} }
    const order = orderOf(orderPayload({ shipping_address: address, tags: 'a, ,b', financial_status: 'bartered' }))
    expect(order.shipTo).toMatchObject({ line1: '12', postalCode: '4101', country: null, name: null })
    expect(order).toMatchObject({ tags: ['a', 'b'], payment: 'pending' })
  })
})
