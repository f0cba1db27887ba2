/**
 * The part of the Admin schema that our operations touch, written by hand, for machines that cannot have the official
 * one. A test holds every field of it against the official schema, so it may lack something but never say otherwise.
 */
export const schemaPart = `
directive @idempotent(key: String!) on FIELD

scalar DateTime
scalar Decimal
scalar URL
scalar UnsignedInt64
enum CurrencyCode { AUD CAD EUR GBP JPY KWD USD }
enum CountryCode { CA DE GB JP US }
enum OrderSortKeys { CREATED_AT ID PROCESSED_AT UPDATED_AT }
enum OrderCancelReason { CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF }
enum OrderDisplayFinancialStatus {
  AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED
}
enum FulfillmentStatus { CANCELLED ERROR FAILURE OPEN PENDING SUCCESS }
enum FulfillmentOrderStatus { CANCELLED CLOSED INCOMPLETE IN_PROGRESS ON_HOLD OPEN SCHEDULED }
enum FulfillmentOrderAction { CREATE_FULFILLMENT HOLD MOVE RELEASE_HOLD REQUEST_FULFILLMENT }
enum RefundLineItemRestockType { CANCEL LEGACY_RESTOCK NO_RESTOCK RETURN }
enum InventorySetQuantitiesUserErrorCode {
  CHANGE_FROM_QUANTITY_STALE IDEMPOTENCY_CONCURRENT_REQUEST IDEMPOTENCY_KEY_PARAMETER_MISMATCH
  INVALID_INVENTORY_ITEM INVALID_LOCATION INVALID_NAME INVALID_QUANTITY_NEGATIVE INVALID_REASON
  NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR
}

type PageInfo { hasNextPage: Boolean! endCursor: String }
type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
type MoneyBag { shopMoney: MoneyV2! presentmentMoney: MoneyV2! }
type TaxLine { priceSet: MoneyBag! }
type DiscountAllocation { allocatedAmountSet: MoneyBag! }
type CashRoundingAdjustment { paymentSet: MoneyBag! }
type CustomerEmailAddress { emailAddress: String! }
type Customer {
  legacyResourceId: UnsignedInt64! firstName: String lastName: String defaultEmailAddress: CustomerEmailAddress
}
type MailingAddress {
  name: String firstName: String lastName: String company: String address1: String address2: String city: String
  province: String provinceCode: String zip: String countryCodeV2: CountryCode phone: String
}
type LineItem {
  id: ID! sku: String title: String! name: String! quantity: Int! currentQuantity: Int! requiresShipping: Boolean!
  isGiftCard: Boolean! originalUnitPriceSet: MoneyBag! discountAllocations: [DiscountAllocation!]!
  taxLines(first: Int): [TaxLine!]!
}
type LineItemConnection { nodes: [LineItem!]! pageInfo: PageInfo! }
type ShippingLine {
  title: String! code: String isRemoved: Boolean! originalPriceSet: MoneyBag! discountedPriceSet: MoneyBag!
  taxLines: [TaxLine!]!
}
type ShippingLineConnection { nodes: [ShippingLine!]! pageInfo: PageInfo! }
type RefundLineItem { quantity: Int! restockType: RefundLineItemRestockType! lineItem: LineItem! }
type RefundLineItemConnection { nodes: [RefundLineItem!]! pageInfo: PageInfo! }
type Refund { id: ID! refundLineItems(first: Int, after: String): RefundLineItemConnection! }
type FulfillmentTrackingInfo { company: String number: String url: URL }
type FulfillmentLineItem { quantity: Int lineItem: LineItem! }
type FulfillmentLineItemConnection { nodes: [FulfillmentLineItem!]! pageInfo: PageInfo! }
type Fulfillment {
  id: ID! status: FulfillmentStatus! trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
  fulfillmentLineItems(first: Int, after: String): FulfillmentLineItemConnection!
}
type Location { id: ID! }
type FulfillmentOrderAssignedLocation { location: Location }
type FulfillmentOrderSupportedAction { action: FulfillmentOrderAction! }
type FulfillmentOrderLineItem { id: ID! remainingQuantity: Int! lineItem: LineItem! }
type FulfillmentOrderLineItemConnection { nodes: [FulfillmentOrderLineItem!]! pageInfo: PageInfo! }
type FulfillmentOrder {
  id: ID! status: FulfillmentOrderStatus! supportedActions: [FulfillmentOrderSupportedAction!]!
  assignedLocation: FulfillmentOrderAssignedLocation!
  lineItems(first: Int, after: String): FulfillmentOrderLineItemConnection!
}
type FulfillmentOrderConnection { nodes: [FulfillmentOrder!]! pageInfo: PageInfo! }
type Order {
  id: ID! legacyResourceId: UnsignedInt64! name: String! email: String phone: String
  createdAt: DateTime! processedAt: DateTime! updatedAt: DateTime! cancelledAt: DateTime
  cancelReason: OrderCancelReason currencyCode: CurrencyCode! presentmentCurrencyCode: CurrencyCode!
  displayFinancialStatus: OrderDisplayFinancialStatus taxesIncluded: Boolean! tags: [String!]!
  totalPriceSet: MoneyBag! totalTaxSet: MoneyBag totalDiscountsSet: MoneyBag currentTotalTaxSet: MoneyBag!
  currentTotalDiscountsSet: MoneyBag! totalTipReceivedSet: MoneyBag! originalTotalDutiesSet: MoneyBag
  originalTotalAdditionalFeesSet: MoneyBag totalCashRoundingAdjustment: CashRoundingAdjustment!
  customer: Customer shippingAddress: MailingAddress billingAddress: MailingAddress
  shippingLines(first: Int, after: String): ShippingLineConnection!
  lineItems(first: Int, after: String): LineItemConnection!
  refunds(first: Int): [Refund!]!
  fulfillments(first: Int): [Fulfillment!]!
  fulfillmentOrders(first: Int, after: String): FulfillmentOrderConnection!
}
type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }
interface Node { id: ID! }
type InventoryQuantity { name: String! quantity: Int! }
type InventoryLevel { quantities(names: [String!]!): [InventoryQuantity!]! }
type InventoryItem implements Node { id: ID! inventoryLevel(locationId: ID!): InventoryLevel }
scalar Money
type ProductVariant implements Node { id: ID! price: Money! }
scalar HTML
type SEO { title: String description: String }
type Product implements Node {
  id: ID! title: String! descriptionHtml: HTML! vendor: String! productType: String! tags: [String!]! seo: SEO!
}
type QueryRoot {
  nodes(ids: [ID!]!): [Node]!
  order(id: ID!): Order
  orders(first: Int, after: String, query: String, sortKey: OrderSortKeys = PROCESSED_AT): OrderConnection!
  refund(id: ID!): Refund
  fulfillment(id: ID!): Fulfillment
  fulfillmentOrder(id: ID!): FulfillmentOrder
}

type UserError { field: [String!] message: String! }
input FulfillmentTrackingInput { company: String number: String numbers: [String!] url: URL urls: [URL!] }
input FulfillmentOrderLineItemInput { id: ID! quantity: Int! }
input FulfillmentOrderLineItemsInput {
  fulfillmentOrderId: ID! fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!]
}
input FulfillmentInput {
  lineItemsByFulfillmentOrder: [FulfillmentOrderLineItemsInput!]! notifyCustomer: Boolean = false
  trackingInfo: FulfillmentTrackingInput
}
type FulfillmentCreatePayload { fulfillment: Fulfillment userErrors: [UserError!]! }
input InventoryQuantityInput { inventoryItemId: ID! locationId: ID! quantity: Int! changeFromQuantity: Int }
input InventorySetQuantitiesInput {
  name: String! reason: String! referenceDocumentUri: String quantities: [InventoryQuantityInput!]!
}
type InventoryAdjustmentGroup { id: ID! }
type InventorySetQuantitiesUserError {
  code: InventorySetQuantitiesUserErrorCode field: [String!] message: String!
}
type InventorySetQuantitiesPayload {
  inventoryAdjustmentGroup: InventoryAdjustmentGroup userErrors: [InventorySetQuantitiesUserError!]!
}
input ProductVariantsBulkInput { id: ID price: Money }
enum ProductVariantsBulkUpdateUserErrorCode {
  NEGATIVE_PRICE_VALUE PRODUCT_DOES_NOT_EXIST PRODUCT_VARIANT_DOES_NOT_EXIST
}
type ProductVariantsBulkUpdateUserError {
  code: ProductVariantsBulkUpdateUserErrorCode field: [String!] message: String!
}
type ProductVariantsBulkUpdatePayload { userErrors: [ProductVariantsBulkUpdateUserError!]! }
input SEOInput { title: String description: String }
input ProductUpdateInput {
  id: ID title: String descriptionHtml: String vendor: String productType: String tags: [String!] seo: SEOInput
}
type ProductUpdatePayload { product: Product userErrors: [UserError!]! }
type Mutation {
  fulfillmentCreate(fulfillment: FulfillmentInput!, message: String): FulfillmentCreatePayload
  inventorySetQuantities(input: InventorySetQuantitiesInput!): InventorySetQuantitiesPayload
  productUpdate(product: ProductUpdateInput): ProductUpdatePayload
  productVariantsBulkUpdate(productId: ID!, variants: [ProductVariantsBulkInput!]!): ProductVariantsBulkUpdatePayload
}
schema { query: QueryRoot mutation: Mutation }
`
