/** The fields of a REST order that translation reads. `known-fields.ts` lists the rest. */
import { z } from 'zod'
import { decimalText, instant, looseFlag, looseText, moneySet, numericId, quantityField } from './payload-fields.ts'

const amount = { price: decimalText, price_set: moneySet }
const taxLines = z.array(z.object(amount)).max(100).nullish()
const allocations = z
  .array(z.object({ amount: decimalText, amount_set: moneySet }))
  .max(100)
  .nullish()

const linePayload = z.object({
  ...amount,
  id: numericId,
  sku: looseText,
  title: looseText,
  name: looseText,
  quantity: quantityField,
  /** What is left after edits, cancellations and returns. */
  current_quantity: quantityField.nullish(),
  total_discount: decimalText.nullish(),
  discount_allocations: allocations,
  tax_lines: taxLines,
  requires_shipping: looseFlag,
  gift_card: looseFlag,
})
export type LinePayload = z.output<typeof linePayload>

const shippingPayload = z.object({
  ...amount,
  title: looseText,
  code: looseText,
  discounted_price: decimalText.nullish(),
  discounted_price_set: moneySet,
  discount_allocations: allocations,
  tax_lines: taxLines,
  is_removed: looseFlag,
})
export type ShippingPayload = z.output<typeof shippingPayload>

const addressPayload = z.object({
  name: looseText,
  first_name: looseText,
  last_name: looseText,
  company: looseText,
  address1: looseText,
  address2: looseText,
  city: looseText,
  province: looseText,
  province_code: looseText,
  zip: looseText,
  country_code: looseText,
  phone: looseText,
})
export type AddressPayload = z.output<typeof addressPayload>

const customerPayload = z.object({
  id: numericId.nullish(),
  email: looseText,
  first_name: looseText,
  last_name: looseText,
})

const fulfilmentPayload = z.object({
  status: looseText,
  line_items: z
    .array(z.object({ id: numericId, quantity: quantityField }))
    .max(500)
    .nullish(),
})

const refundPayload = z.object({
  refund_line_items: z
    .array(z.object({ line_item_id: numericId, quantity: quantityField, restock_type: looseText }))
    .max(500)
    .nullish(),
})

export const orderPayload = z.object({
  id: numericId,
  name: looseText,
  email: looseText,
  contact_email: looseText,
  phone: looseText,
  created_at: instant,
  processed_at: instant.nullish(),
  updated_at: instant,
  cancelled_at: instant.nullish(),
  cancel_reason: looseText,
  currency: z.string().regex(/^[A-Z]{3}$/),
  presentment_currency: looseText,
  financial_status: looseText,
  taxes_included: z.boolean().nullish(),
  total_price: decimalText,
  total_price_set: moneySet,
  total_tax: decimalText.nullish(),
  total_tax_set: moneySet,
  total_discounts: decimalText.nullish(),
  total_discounts_set: moneySet,
  current_total_tax: decimalText.nullish(),
  current_total_tax_set: moneySet,
  current_total_discounts: decimalText.nullish(),
  current_total_discounts_set: moneySet,
  total_tip_received: decimalText.nullish(),
  original_total_duties_set: moneySet,
  original_total_additional_fees_set: moneySet,
  total_cash_rounding_payment_adjustment_set: moneySet,
  customer: customerPayload.nullish(),
  shipping_address: addressPayload.nullish(),
  billing_address: addressPayload.nullish(),
  line_items: z.array(linePayload).min(1).max(500),
  shipping_lines: z.array(shippingPayload).max(100).nullish(),
  fulfillments: z.array(fulfilmentPayload).max(500).nullish(),
  refunds: z.array(refundPayload).max(500).nullish(),
  tags: z
    .union([z.string(), z.array(z.string())])
    .nullish()
    .catch(null),
})
export type OrderPayload = z.output<typeof orderPayload>
