/** What the poll's operations answer, parsed: nullable exactly where the schema is. */
import { z } from 'zod'
import { pageOf } from './read-pages.ts'

const amount = z.object({ amount: z.string(), currencyCode: z.string() })
const bag = z.object({ shopMoney: amount, presentmentMoney: amount })
export type MoneyBag = z.output<typeof bag>

const taxLines = z.array(z.object({ priceSet: bag }))
const text = z.string().nullable()
const ref = z.object({ id: z.string() })

const address = z.object({
  name: text,
  firstName: text,
  lastName: text,
  company: text,
  address1: text,
  address2: text,
  city: text,
  province: text,
  provinceCode: text,
  zip: text,
  countryCodeV2: text,
  phone: text,
})
export type GraphqlAddress = z.output<typeof address>

const line = z.object({
  id: z.string(),
  sku: text,
  title: z.string(),
  name: z.string(),
  quantity: z.int(),
  currentQuantity: z.int(),
  requiresShipping: z.boolean(),
  isGiftCard: z.boolean(),
  originalUnitPriceSet: bag,
  discountAllocations: z.array(z.object({ allocatedAmountSet: bag })),
  taxLines,
})
export type GraphqlLine = z.output<typeof line>

/** A 64-bit integer: text on the wire, a number where a gateway has been helpful. */
const legacyId = z.union([z.string(), z.int().transform(String)])

const order = z.object({
  legacyResourceId: legacyId,
  name: z.string(),
  email: text,
  phone: text,
  createdAt: z.string(),
  processedAt: z.string(),
  updatedAt: z.string(),
  cancelledAt: text,
  cancelReason: text,
  currencyCode: z.string(),
  presentmentCurrencyCode: z.string(),
  displayFinancialStatus: text,
  taxesIncluded: z.boolean(),
  tags: z.array(z.string()),
  totalPriceSet: bag,
  totalTaxSet: bag.nullable(),
  totalDiscountsSet: bag.nullable(),
  currentTotalTaxSet: bag,
  currentTotalDiscountsSet: bag,
  totalTipReceivedSet: bag,
  originalTotalDutiesSet: bag.nullable(),
  originalTotalAdditionalFeesSet: bag.nullable(),
  totalCashRoundingAdjustment: z.object({ paymentSet: bag }),
  customer: z
    .object({
      legacyResourceId: legacyId,
      firstName: text,
      lastName: text,
      defaultEmailAddress: z.object({ emailAddress: z.string() }).nullable(),
    })
    .nullable(),
  shippingAddress: address.nullable(),
  billingAddress: address.nullable(),
  shippingLines: z.object({
    nodes: z.array(
      z.object({
        title: z.string(),
        code: text,
        isRemoved: z.boolean(),
        originalPriceSet: bag,
        discountedPriceSet: bag,
        taxLines,
      }),
    ),
  }),
  lineItems: pageOf(line),
})
export type GraphqlOrder = z.output<typeof order>

const changedOrder = z.object({ id: z.string(), updatedAt: z.iso.datetime({ offset: true }) })
export const changedOrdersAnswer = z.object({ orders: pageOf(changedOrder) })
export const orderDetailAnswer = z.object({ order: order.nullable() })
export const orderLinesAnswer = z.object({ order: z.object({ lineItems: pageOf(line) }).nullable() })
export const orderRefundsAnswer = z.object({ order: z.object({ refunds: z.array(ref) }).nullable() })

const refundLine = z.object({ quantity: z.int(), restockType: z.string(), lineItem: ref })
export type GraphqlRefundLine = z.output<typeof refundLine>
export const refundLinesAnswer = z.object({
  refund: z.object({ refundLineItems: pageOf(refundLine) }).nullable(),
})
