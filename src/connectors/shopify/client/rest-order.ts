/**
 * An order read over GraphQL, written as the REST resource that webhooks carry, so that one translation serves both and
 * a polled order equals its webhook: same ids, same version clock, same amounts.
 */
import type { GraphqlAddress, GraphqlLine, GraphqlOrder, GraphqlRefundLine, MoneyBag } from './answers.ts'
import { idOfGid } from './gid.ts'
import type { FulfilledLine } from './read-fulfilments.ts'

export type ReadOrder = {
  readonly order: GraphqlOrder
  readonly lines: readonly GraphqlLine[]
  /** Read only for orders of which units were taken off; empty otherwise. */
  readonly refunds: readonly (readonly GraphqlRefundLine[])[]
  readonly fulfilments: readonly { readonly status: string; readonly lines: readonly FulfilledLine[] }[]
}

type Json = Readonly<Record<string, unknown>>

export function restOrder(read: ReadOrder): Json {
  const { order } = read
  return {
    id: order.legacyResourceId,
    name: order.name,
    email: order.email,
    phone: order.phone,
    created_at: order.createdAt,
    processed_at: order.processedAt,
    updated_at: order.updatedAt,
    cancelled_at: order.cancelledAt,
    cancel_reason: order.cancelReason?.toLowerCase() ?? null,
    currency: order.currencyCode,
    presentment_currency: order.presentmentCurrencyCode,
    financial_status: order.displayFinancialStatus?.toLowerCase() ?? null,
    taxes_included: order.taxesIncluded,
    tags: order.tags.join(', '),
    ...totals(order),
    customer: customer(order),
    shipping_address: address(order.shippingAddress),
    billing_address: address(order.billingAddress),
    line_items: read.lines.map(line),
    shipping_lines: shippingLines(order),
    fulfillments: read.fulfilments.map((fulfilment) => ({
      status: fulfilment.status.toLowerCase(),
      line_items: fulfilment.lines.map((each) => ({ id: each.lineId, quantity: each.quantity })),
    })),
    refunds: read.refunds.map((lines) => ({ refund_line_items: lines.map(refundLine) })),
  }
}

function totals(order: GraphqlOrder): Json {
  return {
    ...money('total_price', order.totalPriceSet),
    ...money('total_tax', order.totalTaxSet),
    ...money('total_discounts', order.totalDiscountsSet),
    ...money('current_total_tax', order.currentTotalTaxSet),
    ...money('current_total_discounts', order.currentTotalDiscountsSet),
    total_tip_received: order.totalTipReceivedSet.shopMoney.amount,
    original_total_duties_set: moneySet(order.originalTotalDutiesSet),
    original_total_additional_fees_set: moneySet(order.originalTotalAdditionalFeesSet),
    total_cash_rounding_payment_adjustment_set: moneySet(order.totalCashRoundingAdjustment.paymentSet),
  }
}

function line(read: GraphqlLine): Json {
  return {
    id: idOfGid(read.id),
    sku: read.sku,
    title: read.title,
    name: read.name,
    quantity: read.quantity,
    current_quantity: read.currentQuantity,
    requires_shipping: read.requiresShipping,
    gift_card: read.isGiftCard,
    ...money('price', read.originalUnitPriceSet),
    discount_allocations: read.discountAllocations.map((each) => money('amount', each.allocatedAmountSet)),
    tax_lines: read.taxLines.map((each) => money('price', each.priceSet)),
  }
}

function shippingLines(order: GraphqlOrder): readonly Json[] {
  return order.shippingLines.nodes.map((read) => ({
    title: read.title,
    code: read.code,
    is_removed: read.isRemoved,
    ...money('price', read.originalPriceSet),
    ...money('discounted_price', read.discountedPriceSet),
    tax_lines: read.taxLines.map((each) => money('price', each.priceSet)),
  }))
}

function refundLine(read: GraphqlRefundLine): Json {
  return {
    line_item_id: idOfGid(read.lineItem.id),
    quantity: read.quantity,
    restock_type: read.restockType.toLowerCase(),
  }
}

function customer(order: GraphqlOrder): Json | null {
  if (!order.customer) return null
  return {
    id: order.customer.legacyResourceId,
    email: order.customer.defaultEmailAddress?.emailAddress ?? null,
    first_name: order.customer.firstName,
    last_name: order.customer.lastName,
  }
}

function address(read: GraphqlAddress | null): Json | null {
  if (!read) return null
  return {
    name: read.name,
    first_name: read.firstName,
    last_name: read.lastName,
    company: read.company,
    address1: read.address1,
    address2: read.address2,
    city: read.city,
    province: read.province,
    province_code: read.provinceCode,
    zip: read.zip,
    country_code: read.countryCodeV2,
    phone: read.phone,
  }
}

/** REST states an amount twice: plain in the shop's currency, and as a set. */
function money(name: string, bag: MoneyBag | null): Json {
  return { [name]: bag?.shopMoney.amount ?? null, [`${name}_set`]: moneySet(bag) }
}

function moneySet(bag: MoneyBag | null): Json | null {
  if (!bag) return null
  const side = (of: MoneyBag['shopMoney']) => ({ amount: of.amount, currency_code: of.currencyCode })
  return { shop_money: side(bag.shopMoney), presentment_money: side(bag.presentmentMoney) }
}
