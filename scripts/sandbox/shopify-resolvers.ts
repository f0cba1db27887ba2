/** The store's records as the objects GraphQL asks for: plain values and functions, for the default resolver. */
import type { InventoryMutations, SetQuantitiesInput, SetQuantitiesPayload } from './shopify-inventory.ts'
import { type SetPricesInput, setPrices } from './shopify-prices.ts'
import { productObject, type UpdateProductInput, updateProduct } from './shopify-products.ts'
import type { FulfilmentInput, StoreFulfilmentOrder, StoreRecords } from './shopify-records.ts'
import type { WireAddress, WireFulfilment, WireLine, WireMoneySet, WireOrder, WireRefund } from './shopify-wire.ts'

type PageArguments = { readonly first?: number | null; readonly after?: string | null }
export type StoreContext = { readonly idempotencyKey: string | null }

const gid = (type: string, id: number) => `gid://shopify/${type}/${id}`
const idOf = (text: string) => Number(text.split('/').at(-1))

/** Cursors are positions; a real store's are opaque, and our client treats them so. */
function page<T, R>(items: readonly T[], { first, after }: PageArguments, show: (item: T) => R) {
  const from = after ? Number(atob(after)) : 0
  const end = Math.min(items.length, from + (first ?? 0))
  return {
    nodes: items.slice(from, end).map(show),
    pageInfo: { hasNextPage: end < items.length, endCursor: end === from ? null : btoa(String(end)) },
  }
}

export function storeRoot(records: StoreRecords, inventory: InventoryMutations) {
  const orders = () => [...records.orders.values()]
  const show = (order: WireOrder) => orderObject(order, records)
  return {
    order: ({ id }: { id: string }) => {
      const found = records.orders.get(idOf(id))
      return found ? show(found) : null
    },
    orders: (ask: PageArguments & { query?: string | null }) => page(changedSince(orders(), ask.query), ask, show),
    refund: ({ id }: { id: string }) => {
      const found = orders()
        .flatMap((order) => order.refunds)
        .find((refund) => refund.id === idOf(id))
      return found ? refundObject(found) : null
    },
    fulfillment: ({ id }: { id: string }) => {
      const found = orders()
        .flatMap((order) => order.fulfillments)
        .find((each) => each.id === idOf(id))
      return found ? fulfilmentObject(found) : null
    },
    fulfillmentOrder: ({ id }: { id: string }) => {
      const found = records.fulfilmentOrders.get(idOf(id))
      return found ? fulfilmentOrderObject(found) : null
    },
    fulfillmentCreate: ({ fulfillment }: { fulfillment: FulfilmentInput }) => {
      const made = records.createFulfilment(fulfillment)
      return 'message' in made
        ? { fulfillment: null, userErrors: [made] }
        : { fulfillment: fulfilmentObject(made), userErrors: [] }
    },
    nodes: ({ ids }: { ids: readonly string[] }) => ids.map((id) => nodeObject(id, records)),
    productUpdate: (input: UpdateProductInput) => updateProduct(input, records),
    productVariantsBulkUpdate: (input: SetPricesInput) => setPrices(input, records),
    inventorySetQuantities: ({ input }: { input: SetQuantitiesInput }, context: StoreContext): SetQuantitiesPayload => {
      // Mandatory although nullable: the schema cannot say so, the server does.
      if (input.quantities.some((each) => !Object.hasOwn(each, 'changeFromQuantity'))) {
        throw new Error('The field changeFromQuantity must be passed explicitly.')
      }
      return inventory.set(input, context.idempotencyKey ?? '')
    },
  }
}

function nodeObject(id: string, records: StoreRecords) {
  if (id.includes('/Product/')) return productObject(idOf(id), records)
  if (!id.includes('/ProductVariant/')) return inventoryItemObject(id, records)
  const known = records.prices.get(idOf(id))
  return known === undefined ? null : { __typename: 'ProductVariant', id, price: known.price }
}

/** Null for what is no item of the store, as `nodes` answers it. */
function inventoryItemObject(id: string, { inventory, locations }: StoreRecords) {
  const shownAt = (location: number) => inventory.get(`${idOf(id)}@${location}`)
  if (locations.every((location) => shownAt(location) === undefined)) return null
  return {
    __typename: 'InventoryItem',
    id,
    inventoryLevel: ({ locationId }: { locationId: string }) => {
      const available = shownAt(idOf(locationId))
      return available === undefined ? null : { quantities: [{ name: 'available', quantity: available }] }
    },
  }
}

/** Of Shopify's search language, the one filter that a poll needs. */
function changedSince(orders: readonly WireOrder[], query: string | null | undefined): readonly WireOrder[] {
  const since = /^updated_at:>='([^']+)'$/.exec(query ?? '')?.[1]
  const sinceMs = since === undefined ? 0 : Date.parse(since)
  return orders
    .filter((order) => Date.parse(order.updated_at) >= sinceMs)
    .sort((a, b) => Date.parse(a.updated_at) - Date.parse(b.updated_at) || a.id - b.id)
}

function orderObject(order: WireOrder, records: StoreRecords) {
  const fulfilmentOrders = () => [...records.fulfilmentOrders.values()].filter((each) => each.orderId === order.id)
  return {
    id: order.admin_graphql_api_id,
    legacyResourceId: String(order.id),
    name: order.name,
    email: order.email,
    phone: order.phone,
    createdAt: order.created_at,
    processedAt: order.processed_at,
    updatedAt: order.updated_at,
    cancelledAt: order.cancelled_at,
    cancelReason: order.cancel_reason?.toUpperCase() ?? null,
    currencyCode: order.currency,
    presentmentCurrencyCode: order.presentment_currency,
    displayFinancialStatus: order.financial_status.toUpperCase(),
    taxesIncluded: order.taxes_included,
    tags: order.tags === '' ? [] : order.tags.split(', '),
    totalPriceSet: bag(order.total_price_set),
    totalTaxSet: bag(order.total_tax_set),
    totalDiscountsSet: bag(order.total_discounts_set),
    currentTotalTaxSet: bag(order.current_total_tax_set),
    currentTotalDiscountsSet: bag(order.current_total_discounts_set),
    totalTipReceivedSet: shopOnly(order.total_tip_received, order),
    originalTotalDutiesSet: null,
    originalTotalAdditionalFeesSet: null,
    totalCashRoundingAdjustment: { paymentSet: shopOnly('0.0', order) },
    customer: {
      legacyResourceId: String(order.customer.id),
      firstName: order.customer.first_name,
      lastName: order.customer.last_name,
      defaultEmailAddress: { emailAddress: order.customer.email },
    },
    shippingAddress: addressObject(order.shipping_address),
    billingAddress: addressObject(order.billing_address),
    shippingLines: (ask: PageArguments) => page(order.shipping_lines, ask, shippingObject),
    lineItems: (ask: PageArguments) => page(order.line_items, ask, lineObject),
    refunds: ({ first }: PageArguments) => order.refunds.slice(0, first ?? undefined).map(refundObject),
    fulfillments: ({ first }: PageArguments) => order.fulfillments.slice(0, first ?? undefined).map(fulfilmentObject),
    fulfillmentOrders: (ask: PageArguments) => page(fulfilmentOrders(), ask, fulfilmentOrderObject),
  }
}

function lineObject(line: WireLine) {
  return {
    id: line.admin_graphql_api_id,
    sku: line.sku,
    title: line.title,
    name: line.name,
    quantity: line.quantity,
    currentQuantity: line.current_quantity,
    requiresShipping: line.requires_shipping,
    isGiftCard: line.gift_card,
    originalUnitPriceSet: bag(line.price_set),
    discountAllocations: line.discount_allocations.map((each) => ({ allocatedAmountSet: bag(each.amount_set) })),
    taxLines: line.tax_lines.map((each) => ({ priceSet: bag(each.price_set) })),
  }
}

function shippingObject(line: WireOrder['shipping_lines'][number]) {
  return {
    title: line.title,
    code: line.code,
    isRemoved: line.is_removed,
    originalPriceSet: bag(line.price_set),
    discountedPriceSet: bag(line.discounted_price_set),
    taxLines: line.tax_lines.map((each) => ({ priceSet: bag(each.price_set) })),
  }
}

function fulfilmentObject(fulfilment: WireFulfilment) {
  return {
    id: fulfilment.admin_graphql_api_id,
    status: fulfilment.status.toUpperCase(),
    trackingInfo: ({ first }: PageArguments) =>
      fulfilment.tracking_numbers.slice(0, first ?? undefined).map((number, at) => ({
        company: fulfilment.tracking_company,
        number,
        url: fulfilment.tracking_urls[at] ?? null,
      })),
    fulfillmentLineItems: (ask: PageArguments) =>
      page(fulfilment.line_items, ask, (line) => ({ quantity: line.quantity, lineItem: lineObject(line) })),
  }
}

function fulfilmentOrderObject(order: StoreFulfilmentOrder) {
  const actions = order.mayFulfil && (order.status === 'OPEN' || order.status === 'IN_PROGRESS')
  return {
    id: gid('FulfillmentOrder', order.id),
    status: order.status,
    supportedActions: actions ? [{ action: 'CREATE_FULFILLMENT' }] : [],
    assignedLocation: { location: { id: gid('Location', order.locationId) } },
    lineItems: (ask: PageArguments) =>
      page(order.lines, ask, (line) => ({
        id: gid('FulfillmentOrderLineItem', line.id),
        remainingQuantity: line.remaining,
        lineItem: { id: gid('LineItem', line.lineId) },
      })),
  }
}

function refundObject(refund: WireRefund) {
  return {
    id: refund.admin_graphql_api_id,
    refundLineItems: (ask: PageArguments) =>
      page(refund.refund_line_items, ask, (line) => ({
        quantity: line.quantity,
        restockType: line.restock_type.toUpperCase(),
        lineItem: { id: gid('LineItem', line.line_item_id) },
      })),
  }
}

function addressObject(address: WireAddress | null) {
  if (!address) return null
  const { first_name: firstName, last_name: lastName, province_code: provinceCode, country_code, ...same } = address
  return { ...same, firstName, lastName, provinceCode, countryCodeV2: country_code }
}

/** GraphQL writes decimals without trailing zeros, but always with one place: `199.0`. */
function decimal(amount: string): string {
  const trimmed = amount.includes('.') ? amount.replace(/0+$/, '') : `${amount}.`
  return trimmed.endsWith('.') ? `${trimmed}0` : trimmed
}

function bag(set: WireMoneySet) {
  const side = (of: WireMoneySet['shop_money']) => ({ amount: decimal(of.amount), currencyCode: of.currency_code })
  return { shopMoney: side(set.shop_money), presentmentMoney: side(set.presentment_money) }
}

function shopOnly(amount: string, order: WireOrder) {
  const side = { amount: decimal(amount), currencyCode: order.currency }
  return { shopMoney: side, presentmentMoney: side }
}
