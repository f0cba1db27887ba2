/** Shopify's REST order as its webhooks carry it: the fields the sandbox store writes. */

export type WireMoneySet = {
  readonly shop_money: { readonly amount: string; readonly currency_code: string }
  readonly presentment_money: { readonly amount: string; readonly currency_code: string }
}
type WireTaxLine = {
  readonly title: string
  readonly rate: number
  readonly price: string
  readonly price_set: WireMoneySet
  readonly channel_liable: boolean
}
type WireAllocation = {
  readonly amount: string
  readonly amount_set: WireMoneySet
  readonly discount_application_index: number
}

export type WireLine = {
  readonly id: number
  readonly admin_graphql_api_id: string
  readonly product_id: number | null
  readonly variant_id: number | null
  readonly title: string
  readonly variant_title: string | null
  readonly name: string
  readonly sku: string | null
  readonly vendor: string | null
  readonly quantity: number
  readonly current_quantity: number
  readonly fulfillable_quantity: number
  readonly fulfillment_service: string
  readonly fulfillment_status: string | null
  readonly grams: number
  readonly gift_card: boolean
  readonly requires_shipping: boolean
  readonly taxable: boolean
  readonly product_exists: boolean
  readonly properties: readonly { readonly name: string; readonly value: string }[]
  readonly price: string
  readonly price_set: WireMoneySet
  readonly total_discount: string
  readonly total_discount_set: WireMoneySet
  readonly discount_allocations: readonly WireAllocation[]
  readonly tax_lines: readonly WireTaxLine[]
}

export type WireShippingLine = {
  readonly id: number
  readonly title: string
  readonly code: string
  readonly source: string
  readonly price: string
  readonly price_set: WireMoneySet
  readonly discounted_price: string
  readonly discounted_price_set: WireMoneySet
  readonly discount_allocations: readonly WireAllocation[]
  readonly tax_lines: readonly WireTaxLine[]
  readonly is_removed: boolean
}

export type WireAddress = {
  readonly first_name: string
  readonly last_name: string
  readonly name: string
  readonly company: string | null
  readonly address1: string
  readonly address2: string | null
  readonly city: string
  readonly province: string
  readonly province_code: string
  readonly zip: string
  readonly country: string
  readonly country_code: string
  readonly phone: string | null
}

export type WireFulfilment = {
  readonly id: number
  readonly admin_graphql_api_id: string
  readonly order_id: number
  readonly name: string
  readonly status: string
  readonly shipment_status: string | null
  readonly service: string
  readonly location_id: number
  readonly created_at: string
  readonly updated_at: string
  readonly tracking_company: string | null
  readonly tracking_number: string | null
  readonly tracking_numbers: readonly string[]
  readonly tracking_url: string | null
  readonly tracking_urls: readonly string[]
  readonly line_items: readonly WireLine[]
}

export type WireRefund = {
  readonly id: number
  readonly admin_graphql_api_id: string
  readonly order_id: number
  readonly created_at: string
  readonly processed_at: string
  readonly note: string | null
  readonly restock: boolean
  readonly refund_line_items: readonly {
    readonly id: number
    readonly line_item_id: number
    readonly quantity: number
    readonly restock_type: string
    readonly location_id: number | null
    readonly subtotal: string
    readonly subtotal_set: WireMoneySet
    readonly line_item: WireLine
  }[]
  readonly transactions: readonly {
    readonly id: number
    readonly order_id: number
    readonly kind: string
    readonly status: string
    readonly gateway: string
    readonly amount: string
    readonly currency: string
    readonly created_at: string
  }[]
}

export type WireOrder = {
  readonly id: number
  readonly admin_graphql_api_id: string
  readonly name: string
  readonly number: number
  readonly order_number: number
  readonly email: string
  readonly contact_email: string
  readonly phone: string | null
  readonly created_at: string
  readonly processed_at: string
  readonly updated_at: string
  readonly closed_at: string | null
  readonly cancelled_at: string | null
  readonly cancel_reason: string | null
  readonly test: boolean
  readonly confirmed: boolean
  readonly currency: string
  readonly presentment_currency: string
  readonly taxes_included: boolean
  readonly financial_status: string
  readonly fulfillment_status: string | null
  readonly total_line_items_price: string
  readonly total_line_items_price_set: WireMoneySet
  readonly subtotal_price: string
  readonly subtotal_price_set: WireMoneySet
  readonly total_discounts: string
  readonly total_discounts_set: WireMoneySet
  readonly total_shipping_price_set: WireMoneySet
  readonly total_tax: string
  readonly total_tax_set: WireMoneySet
  readonly total_tip_received: string
  readonly total_price: string
  readonly total_price_set: WireMoneySet
  readonly current_total_price: string
  readonly current_total_tax: string
  readonly current_total_tax_set: WireMoneySet
  readonly current_total_discounts: string
  readonly current_total_discounts_set: WireMoneySet
  readonly tags: string
  readonly note: string | null
  readonly note_attributes: readonly { readonly name: string; readonly value: string }[]
  readonly source_name: string
  readonly customer: {
    readonly id: number
    readonly email: string
    readonly first_name: string
    readonly last_name: string
  }
  readonly shipping_address: WireAddress | null
  readonly billing_address: WireAddress | null
  readonly line_items: readonly WireLine[]
  readonly shipping_lines: readonly WireShippingLine[]
  readonly fulfillments: readonly WireFulfilment[]
  readonly refunds: readonly WireRefund[]
}

/** Shopify writes whole seconds with the shop's offset. */
export function wireTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}+00:00`
}
