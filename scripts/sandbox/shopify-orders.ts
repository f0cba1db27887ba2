/**
 * Orders as a Shopify store would have taken them: seeded, pure, in the wire format of its webhooks, with the variety
 * that breaks adapters. Every order adds up to the minor unit, counted here on its own, not with the adapter's code.
 */
import { seededRandom } from './seeded-random.ts'
import {
  basketOf,
  type CatalogItem,
  type Draft,
  draftOf,
  itemOf,
  type OrderKind,
  type WantedLine,
} from './shopify-draft.ts'
import type { WireLine, WireOrder, WireShippingLine } from './shopify-wire.ts'

export type OrderFactory = {
  readonly next: (kind: OrderKind, placedAtMs: number, wanted?: readonly WantedLine[]) => WireOrder
}

/** Real ids have 13 digits and more; these start where such shops are now. */
const orderIdBase = 6_120_000_000_000
const lineIdBase = 15_730_000_000_000
const taxRate = 0.08

/** `shopNumber` keeps the ids of several factories apart. */
export function orderFactory(options: {
  readonly seed: number
  readonly catalog: readonly CatalogItem[]
  readonly currency?: string
  readonly shopNumber?: number
}): OrderFactory {
  const random = seededRandom(options.seed)
  const first = (options.shopNumber ?? 0) * 10_000_000
  let count = 0
  return {
    next: (kind, placedAtMs, wanted) => {
      count++
      const basket = wanted ?? basketOf(kind, options.catalog, random)
      const lines = basket.map((line) => ({ ...line, ...itemOf(line.sku, options.catalog) }))
      return buildOrder(draftOf(kind, first + count, placedAtMs, options.currency ?? 'USD', lines, random))
    },
  }
}

function buildOrder(draft: Draft): WireOrder {
  const lines = wireLines(draft)
  const shippingLines = draft.shipping.map((line, index) => wireShipping(line, draft, index))
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const goods = sum(draft.lines.map((line) => line.priceMinor * line.quantity))
  const shippingGross = sum(draft.shipping.map((line) => line.grossMinor))
  const shippingDiscount = sum(draft.shipping.map((line) => line.discountMinor))
  const discounts = draft.orderDiscountMinor + shippingDiscount
  const tax = sum(draft.lines.map((_, index) => lineTax(draft, index))) + sum(draft.shipping.map(shippingTax(draft)))
  const total = goods - discounts + shippingGross + (draft.taxesIncluded ? 0 : tax) + draft.tipMinor
  const id = orderIdBase + draft.number * 97
  const { text, money } = draft
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    name: `#${1000 + draft.number}`,
    number: draft.number,
    order_number: 1000 + draft.number,
    email: `buyer${draft.customerId % 1000}@mail.example`,
    contact_email: `buyer${draft.customerId % 1000}@mail.example`,
    phone: null,
    created_at: draft.placedAt,
    processed_at: draft.placedAt,
    updated_at: draft.placedAt,
    closed_at: null,
    cancelled_at: null,
    cancel_reason: null,
    test: false,
    confirmed: true,
    currency: draft.currency,
    presentment_currency: draft.presentmentCurrency,
    taxes_included: draft.taxesIncluded,
    financial_status: 'paid',
    fulfillment_status: null,
    total_line_items_price: text(goods),
    total_line_items_price_set: money(goods),
    subtotal_price: text(goods - draft.orderDiscountMinor),
    subtotal_price_set: money(goods - draft.orderDiscountMinor),
    total_discounts: text(discounts),
    total_discounts_set: money(discounts),
    total_shipping_price_set: money(shippingGross - shippingDiscount),
    total_tax: text(tax),
    total_tax_set: money(tax),
    total_tip_received: text(draft.tipMinor),
    total_price: text(total),
    total_price_set: money(total),
    current_total_price: text(total),
    current_total_tax: text(tax),
    current_total_tax_set: money(tax),
    current_total_discounts: text(discounts),
    current_total_discounts_set: money(discounts),
    tags: draft.number % 5 === 0 ? 'trade, repeat' : '',
    note: null,
    note_attributes: [],
    source_name: 'web',
    customer: {
      id: draft.customerId,
      email: `buyer${draft.customerId % 1000}@mail.example`,
      first_name: draft.address?.first_name ?? 'Counter',
      last_name: draft.address?.last_name ?? 'Sale',
    },
    shipping_address: draft.address,
    billing_address: draft.address,
    line_items: lines,
    shipping_lines: shippingLines,
    fulfillments: [],
    refunds: [],
  }
}

function wireLines(draft: Draft): readonly WireLine[] {
  return draft.lines.map((line, index) => {
    const id = lineIdBase + draft.number * 1_000 + index
    const discount = lineDiscount(draft, index)
    const tax = lineTax(draft, index)
    return {
      id,
      admin_graphql_api_id: `gid://shopify/LineItem/${id}`,
      product_id: 8_000_000_000_000 + index,
      variant_id: variantIdOf(line.sku),
      title: line.title,
      variant_title: null,
      name: line.title,
      sku: line.sku,
      vendor: 'Harbour Supply',
      quantity: line.quantity,
      current_quantity: line.quantity,
      fulfillable_quantity: line.quantity,
      fulfillment_service: line.giftCard ? 'gift_card' : 'manual',
      fulfillment_status: null,
      grams: 500,
      gift_card: line.giftCard,
      requires_shipping: !line.giftCard,
      taxable: !line.giftCard,
      product_exists: true,
      properties: index === 0 ? [{ name: 'Splice', value: 'soft eye' }] : [],
      price: draft.text(line.priceMinor),
      price_set: draft.money(line.priceMinor),
      total_discount: draft.text(0),
      total_discount_set: draft.money(0),
      discount_allocations: allocations(discount, draft),
      tax_lines: taxLines(tax, draft),
    }
  })
}

function wireShipping(line: Draft['shipping'][number], draft: Draft, index: number): WireShippingLine {
  const net = line.grossMinor - line.discountMinor
  return {
    id: 4_900_000_000_000 + draft.number * 10 + index,
    title: line.title,
    code: line.title.toUpperCase().replaceAll(' ', '_'),
    source: 'shopify',
    price: draft.text(line.grossMinor),
    price_set: draft.money(line.grossMinor),
    discounted_price: draft.text(net),
    discounted_price_set: draft.money(net),
    discount_allocations: allocations(line.discountMinor, draft),
    tax_lines: taxLines(shippingTax(draft)(line), draft),
    is_removed: false,
  }
}

/** Each line takes its share rounded down; the last one takes what is left. */
function lineDiscount(draft: Draft, index: number): number {
  const values = draft.lines.map((line) => line.priceMinor * line.quantity)
  const goods = values.reduce((sum, value) => sum + value, 0)
  const shares = values.map((value) => Math.floor((draft.orderDiscountMinor * value) / goods))
  if (index < shares.length - 1) return shares[index] ?? 0
  return draft.orderDiscountMinor - shares.slice(0, -1).reduce((sum, share) => sum + share, 0)
}

function lineTax(draft: Draft, index: number): number {
  const line = draft.lines[index]
  if (!line || line.giftCard) return 0
  return taxOf(line.priceMinor * line.quantity - lineDiscount(draft, index), draft)
}

const shippingTax = (draft: Draft) => (line: Draft['shipping'][number]) =>
  taxOf(line.grossMinor - line.discountMinor, draft)

function taxOf(netMinor: number, draft: Draft): number {
  return Math.round(draft.taxesIncluded ? netMinor - netMinor / (1 + taxRate) : netMinor * taxRate)
}

function allocations(minor: number, draft: Draft): WireLine['discount_allocations'] {
  if (minor === 0) return []
  return [{ amount: draft.text(minor), amount_set: draft.money(minor), discount_application_index: 0 }]
}

function taxLines(minor: number, draft: Draft): WireLine['tax_lines'] {
  if (minor === 0) return []
  const { text, money } = draft
  return [{ title: 'Sales tax', rate: taxRate, price: text(minor), price_set: money(minor), channel_liable: false }]
}

/** A variant, its inventory item and its place in the catalogue are all found from the SKU's letters. */
export function variantIdOf(sku: string): number {
  let hash = 0
  for (const letter of sku) hash = (hash * 31 + letter.charCodeAt(0)) % 1_000_000_007
  return 45_000_000_000_000 + hash
}
export const productIdOf = (sku: string) => variantIdOf(sku) - 37_000_000_000_000
export const inventoryItemIdOf = (sku: string) => variantIdOf(sku) + 2_000_000_000_000
