/**
 * Every operation we send to the Admin API, version 2026-10. Tests validate each with its variables against the
 * official schema; page sizes keep the requested cost of one operation under the 1,000 points Shopify allows.
 */
export const apiVersion = '2026-10'

const money = 'shopMoney { amount currencyCode } presentmentMoney { amount currencyCode }'
const taxLines = `taxLines { priceSet { ${money} } }`
const discountAllocations = `discountAllocations { allocatedAmountSet { ${money} } }`
const address = `
  name firstName lastName company address1 address2 city province provinceCode zip countryCodeV2 phone`
const line = `
  id sku title name quantity currentQuantity requiresShipping isGiftCard
  originalUnitPriceSet { ${money} } ${discountAllocations} ${taxLines}`

/** Oldest change first, so that a poll cut short has a clean edge to go on from. */
export const changedOrders = `
query ChangedOrders($query: String!, $after: String) {
  orders(first: 100, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id updatedAt }
  }
}`

export const orderDetail = `
query OrderDetail($id: ID!) {
  order(id: $id) {
    legacyResourceId name email phone createdAt processedAt updatedAt cancelledAt cancelReason
    currencyCode presentmentCurrencyCode displayFinancialStatus taxesIncluded tags
    totalPriceSet { ${money} } totalTaxSet { ${money} } totalDiscountsSet { ${money} }
    currentTotalTaxSet { ${money} } currentTotalDiscountsSet { ${money} } totalTipReceivedSet { ${money} }
    originalTotalDutiesSet { ${money} } originalTotalAdditionalFeesSet { ${money} }
    totalCashRoundingAdjustment { paymentSet { ${money} } }
    customer { legacyResourceId firstName lastName defaultEmailAddress { emailAddress } }
    shippingAddress { ${address} }
    billingAddress { ${address} }
    shippingLines(first: 10) {
      nodes { title code isRemoved originalPriceSet { ${money} } discountedPriceSet { ${money} } ${taxLines} }
    }
    lineItems(first: 30) { pageInfo { hasNextPage endCursor } nodes { ${line} } }
  }
}`

export const orderLines = `
query OrderLines($id: ID!, $after: String!) {
  order(id: $id) { lineItems(first: 50, after: $after) { pageInfo { hasNextPage endCursor } nodes { ${line} } } }
}`

export const orderRefunds = `
query OrderRefunds($id: ID!) {
  order(id: $id) { refunds(first: 250) { id } }
}`

export const refundLines = `
query RefundLines($id: ID!, $after: String) {
  refund(id: $id) {
    refundLineItems(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { quantity restockType lineItem { id } }
    }
  }
}`

export const orderFulfilments = `
query OrderFulfilments($id: ID!) {
  order(id: $id) { fulfillments(first: 100) { id status trackingInfo(first: 5) { number } } }
}`

export const fulfilmentLines = `
query FulfilmentLines($id: ID!, $after: String) {
  fulfillment(id: $id) {
    fulfillmentLineItems(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { quantity lineItem { id } }
    }
  }
}`

const fulfilmentOrderLine = 'id remainingQuantity lineItem { id }'

export const fulfilmentOrders = `
query FulfilmentOrders($id: ID!, $after: String) {
  order(id: $id) {
    fulfillmentOrders(first: 5, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id status supportedActions { action } assignedLocation { location { id } }
        lineItems(first: 40) { pageInfo { hasNextPage endCursor } nodes { ${fulfilmentOrderLine} } }
      }
    }
  }
}`

export const fulfilmentOrderLines = `
query FulfilmentOrderLines($id: ID!, $after: String!) {
  fulfillmentOrder(id: $id) {
    lineItems(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ${fulfilmentOrderLine} } }
  }
}`

export const fulfilmentCreate = `
mutation FulfilmentCreate($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status }
    userErrors { field message }
  }
}`

/** The schema does not mark the directive as required; since 2026-04 a call without it fails at run time. */
export const setQuantities = `
mutation SetQuantities($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { code field message }
  }
}`

/** By item and location: the id of a level itself is nowhere in what webhooks carry. */
export const shownStock = `
query ShownStock($items: [ID!]!, $location: ID!) {
  nodes(ids: $items) {
    ... on InventoryItem {
      id
      inventoryLevel(locationId: $location) { quantities(names: ["available"]) { name quantity } }
    }
  }
}`

export const setPrices = `
mutation SetPrices($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants) { userErrors { code field message } }
}`

export const shownPrices = `
query ShownPrices($variants: [ID!]!) {
  nodes(ids: $variants) { ... on ProductVariant { id price } }
}`

const productContent = 'id title descriptionHtml vendor productType tags seo { title description }'

/** The answer says what became of it: Shopify keeps tags and markup in a form of its own. */
export const setContent = `
mutation SetContent($product: ProductUpdateInput!) {
  productUpdate(product: $product) { product { ${productContent} } userErrors { field message } }
}`

export const shownContent = `
query ShownContent($products: [ID!]!) {
  nodes(ids: $products) { ... on Product { ${productContent} } }
}`
