/**
 * Every field of the REST resources that the adapter reads or knowingly leaves alone (Admin API up to 2026-10).
 * Anything else is drift.
 */
import type { KnownFields } from '../transport/drift.ts'

function fields(names: string, nested: Record<string, KnownFields> = {}): KnownFields {
  const known: Record<string, true | KnownFields> = { ...nested }
  for (const name of names.trim().split(/\s+/)) known[name] = true
  return known
}

const money = fields('amount currency_code')
const set: KnownFields = { shop_money: money, presentment_money: money }

const taxLine = fields('title price rate channel_liable compare_at source id', { price_set: set })
const allocation = fields('amount discount_application_index', { amount_set: set })
const address = fields(`
  first_name last_name name company address1 address2 city province province_code country country_code country_name
  zip phone latitude longitude id customer_id default`)

const customer = fields(
  `id email first_name last_name phone accepts_marketing accepts_marketing_updated_at marketing_opt_in_level
  created_at updated_at orders_count state total_spent last_order_id last_order_name note verified_email
  multipass_identifier tax_exempt tax_exemptions tags currency email_marketing_consent sms_marketing_consent
  admin_graphql_api_id locale`,
  { default_address: address },
)

const lineItem = fields(
  `id variant_id product_id title variant_title name sku vendor quantity current_quantity fulfillable_quantity
  price pre_tax_price grams weight total_discount requires_shipping taxable gift_card fulfillment_service
  fulfillment_status variant_inventory_management inventory_management product_exists properties tax_code
  attributed_staffs duties origin_location destination_location admin_graphql_api_id sales_line_item_group_id
  parent_line_item_id line_item_group tip_payment_gateway tip_payment_method applied_discount custom`,
  {
    price_set: set,
    pre_tax_price_set: set,
    total_discount_set: set,
    discount_allocations: allocation,
    tax_lines: taxLine,
  },
)

const shippingLine = fields(
  `id title code price discounted_price source phone carrier_identifier requested_fulfillment_service_id
  delivery_category delivery_category_id is_removed handle validation_context markup`,
  {
    price_set: set,
    discounted_price_set: set,
    current_discounted_price_set: set,
    discount_allocations: allocation,
    tax_lines: taxLine,
  },
)

const transaction = fields(
  `id order_id kind gateway status message created_at processed_at test authorization location_id user_id parent_id
  device_id error_code source_name payment_details receipt amount currency currency_exchange_adjustment payment_id
  manual_payment_gateway amount_rounding total_unsettled_set payments_refund_attributes
  extended_authorization_attributes   authorization_expires_at admin_graphql_api_id`,
)

export const fulfilmentFields = fields(
  `id order_id status created_at updated_at service tracking_company shipment_status location_id email destination
  origin_address tracking_number tracking_numbers tracking_url tracking_urls receipt name admin_graphql_api_id
  variant_inventory_management notify_customer`,
  { line_items: lineItem },
)

const refundLine = fields('id quantity line_item_id location_id restock_type subtotal total_tax admin_graphql_api_id', {
  subtotal_set: set,
  total_tax_set: set,
  line_item: lineItem,
})

export const refundFields = fields(
  `id order_id created_at processed_at note restock user_id duties additional_fees return order_adjustments
  total_additional_fees_set refund_shipping_lines admin_graphql_api_id`,
  {
    refund_line_items: refundLine,
    transactions: transaction,
    total_duties_set: set,
  },
)

export const orderFields = fields(
  `id name number order_number email contact_email phone created_at updated_at processed_at closed_at cancelled_at
  cancel_reason note note_attributes token cart_token checkout_token checkout_id gateway payment_gateway_names
  processing_method test confirmed confirmation_number currency presentment_currency taxes_included tax_exempt
  estimated_taxes duties_included financial_status fulfillment_status total_price total_price_usd subtotal_price
  total_tax total_discounts total_line_items_price total_weight total_tip_received total_outstanding
  current_total_price current_subtotal_price current_total_tax current_total_discounts
  original_total_duties original_total_additional_fees buyer_accepts_marketing customer_locale referring_site
  landing_site landing_site_ref location_id merchant_business_entity_id merchant_of_record_app_id order_status_url
  po_number reference source_identifier source_name source_url source user_id device_id app_id browser_ip
  client_details company payment_terms payment_details tags discount_codes discount_applications
  admin_graphql_api_id metafields localization_extensions localized_fields line_item_groups returns`,
  {
    total_price_set: set,
    subtotal_price_set: set,
    total_tax_set: set,
    total_discounts_set: set,
    total_line_items_price_set: set,
    total_shipping_price_set: set,
    current_total_price_set: set,
    current_subtotal_price_set: set,
    current_total_tax_set: set,
    current_total_discounts_set: set,
    current_total_duties_set: set,
    current_shipping_price_set: set,
    current_total_additional_fees_set: set,
    original_total_duties_set: set,
    original_total_additional_fees_set: set,
    total_cash_rounding_payment_adjustment_set: set,
    total_cash_rounding_refund_adjustment_set: set,
    tax_lines: taxLine,
    line_items: lineItem,
    shipping_lines: shippingLine,
    shipping_address: address,
    billing_address: address,
    customer,
    fulfillments: fulfilmentFields,
    refunds: refundFields,
    transactions: transaction,
  },
)

export const inventoryLevelFields = fields('inventory_item_id location_id available updated_at admin_graphql_api_id')

const variant = fields(`
  id product_id title price compare_at_price sku barcode position grams weight weight_unit inventory_policy
  inventory_management inventory_item_id inventory_quantity inventory_quantity_adjustment old_inventory_quantity
  fulfillment_service option1 option2 option3 taxable tax_code requires_shipping image_id created_at updated_at
  presentment_prices admin_graphql_api_id metafields`)

export const productFields = fields(
  `id title body_html vendor product_type handle created_at updated_at published_at published_scope template_suffix
  status tags options images image media category has_variants_that_requires_components combined_listing_role
  variant_gids variant_ids admin_graphql_api_id metafields`,
  { variants: variant },
)
