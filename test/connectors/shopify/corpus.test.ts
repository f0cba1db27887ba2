import { describe, expect, it } from 'vitest'
import type { CanonicalEvent } from '../../../src/connectors/ports.ts'
import { translate } from '../../../src/connectors/shopify/translate.ts'
import { canonicalOrderSchema } from '../../../src/domain/order/canonical-order.ts'
import { type CorpusFile, corpusFiles, corpusIsThere, sayIfCorpusIsMissing } from '../../fixtures/corpus.ts'
import { delivery, shopAccount } from '../../fixtures/shopify/payloads.ts'

sayIfCorpusIsMissing('published Shopify payloads')

/** Published bodies are wrapped (`{"order": {…}}`, `{"orders": [{…}]}`); a webhook carries the resource alone. */
function resourcesOf(file: CorpusFile): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(file.text)
    if (typeof parsed !== 'object' || parsed === null) return [parsed]
    const inner = Object.values(parsed).flat()
    return inner.length > 0 && inner.every((each) => typeof each === 'object') ? inner : [parsed]
  } catch {
    return [file.text]
  }
}

const topics = [
  'orders/create',
  'orders/updated',
  'orders/cancelled',
  'orders/paid',
  'fulfillments/create',
  'fulfillments/update',
  'refunds/create',
  'inventory_levels/update',
  'products/create',
  'products/update',
  'products/delete',
  'app/uninstalled',
  'customers/data_request',
  'customers/redact',
  'shop/redact',
]

const resources = corpusFiles('shopify').flatMap((file) =>
  resourcesOf(file).map((resource, at) => ({ name: `${file.name}#${at}`, resource })),
)
const translated = (topic: string, resource: unknown) => translate(delivery(topic, resource), shopAccount)
const named = (name: string) =>
  resources.filter((each) => each.name.startsWith(`${name}#`)).map((each) => each.resource)
const eventsOf = (topic: string, name: string): readonly CanonicalEvent[] =>
  named(name).flatMap((resource) => {
    const result = translated(topic, resource)
    return result.ok ? result.value.events : []
  })
const refusalOf = (topic: string, name: string) => {
  const result = translated(topic, named(name)[0])
  return result.ok ? null : result.error.reason
}

describe.skipIf(!corpusIsThere)('published Shopify payloads', () => {
  it('are there', () => expect(resources.length).toBeGreaterThan(40))

  it('are each parsed or refused with a reason, under every topic, and twice the same', () => {
    for (const { name, resource } of resources) {
      for (const topic of topics) {
        const first = translated(topic, resource)
        expect(translated(topic, resource), `${name} as ${topic}`).toEqual(first)
        if (!first.ok) expect(first.error.detail, `${name} as ${topic}`).not.toBe('')
      }
    }
  })

  it('that are orders become canonical orders whose money adds up to the minor unit', () => {
    const orders = resources
      .flatMap(({ resource }) => {
        const result = translated('orders/updated', resource)
        return result.ok ? result.value.events : []
      })
      .flatMap((event) => (event.type === 'order_observed' ? [event.order] : []))
    expect(orders.length).toBeGreaterThanOrEqual(2)
    for (const order of orders) {
      expect(canonicalOrderSchema.safeParse(order).success).toBe(true)
      const { subtotalMinor, discountMinor, shippingMinor, taxMinor, otherMinor, totalMinor } = order.totals
      const tax = order.taxesIncluded ? 0 : taxMinor
      expect(subtotalMinor - discountMinor + shippingMinor + tax + (otherMinor ?? 0)).toBe(totalMinor)
      expect(order.lines.reduce((sum, line) => sum + line.unitPriceMinor * line.quantity, 0)).toBe(subtotalMinor)
    }
  })

  it('that do not add up or lack their lines are refused for that', () => {
    expect(refusalOf('orders/updated', 'pyapi.order.json')).toBe('inconsistent')
    expect(refusalOf('orders/updated', 'pyapi.orders.json')).toBe('missing_field')
  })

  it('that are fulfilments, refunds, stock levels and products are read', () => {
    expect(eventsOf('fulfillments/create', 'goshopify.fulfillment.json')).toMatchObject([
      { externalOrderId: '450789469', trackingNumbers: ['123456789'], lines: [{}, {}, {}] },
    ])
    expect(eventsOf('refunds/create', 'pyapi.refund.json')).toMatchObject([
      { refund: { amountMinor: 20_900, currency: 'USD', lines: [{}, {}] } },
    ])
    expect(eventsOf('inventory_levels/update', 'goshopify.inventory_levels.json')).toHaveLength(4)
    expect(eventsOf('products/update', 'pyapi.products.json')).toHaveLength(4)
    expect(eventsOf('products/update', 'goshopify.product.json')).toMatchObject([{ listings: [{ externalSku: null }] }])
  })

  it('hold no field that the adapter has not heard of', () => {
    const own: readonly (readonly [string, RegExp])[] = [
      ['orders/updated', /^\w+\.order(s|_with_transaction)?\.json/],
      ['fulfillments/create', /^\w+\.fulfillment\.json/],
      ['refunds/create', /^\w+\.refund\.json/],
      ['inventory_levels/update', /^\w+\.inventory_levels\.json/],
      ['products/update', /^\w+\.products?\.json/],
    ]
    for (const [topic, pattern] of own) {
      for (const { name, resource } of resources.filter((each) => pattern.test(each.name))) {
        const result = translated(topic, resource)
        expect(result.ok ? result.value.drift : [], name).toEqual([])
      }
    }
  })

  it('that are invalid JSON on purpose are refused as such', () => {
    expect(refusalOf('orders/create', 'goshopify.orderlineitems.properties_invalid0.json')).toBe('malformed_json')
  })
})
