/** The lines of a REST order as they were placed, with their amounts and what of them still stands. */
import type { OrderLine } from '../../domain/order/canonical-order.ts'
import { cleanText } from './clean-text.ts'
import type { LinePayload, OrderPayload } from './order-payload.ts'
import type { AmountReader } from './read-amounts.ts'

/** Amounts are for `placed` units; `current` units are still wanted or already shipped. */
export type PlacedLine = {
  readonly lineId: string
  readonly externalSku: string | null
  readonly title: string
  readonly placed: number
  readonly current: number
  readonly unitPriceMinor: number
  readonly discountMinor: number
  readonly taxMinor: number
  readonly statesTax: boolean
  readonly requiresShipping: boolean
}

/** The longest SKU Shopify stores. A cut one could be another product's name, so a longer one counts as none. */
const skuLengthMax = 255
const titleLengthMax = 1000

export function placedLines(order: OrderPayload, amounts: AmountReader): readonly PlacedLine[] {
  return order.line_items.map((line, index) => placedLine(line, `line_items.${index}`, order, amounts))
}

function placedLine(line: LinePayload, path: string, order: OrderPayload, amounts: AmountReader): PlacedLine {
  const sku = line.sku?.trim() ?? ''
  return {
    lineId: line.id,
    externalSku: sku === '' || sku.length > skuLengthMax ? null : cleanText(sku, skuLengthMax),
    title: cleanText(line.name ?? line.title, titleLengthMax) ?? '',
    placed: line.quantity,
    current: currentQuantity(line, order),
    unitPriceMinor: amounts.read(`${path}.price`, line.price_set, line.price),
    discountMinor: lineDiscount(line, path, amounts),
    taxMinor: (line.tax_lines ?? []).reduce(
      (sum, tax, at) => sum + amounts.read(`${path}.tax_lines.${at}.price`, tax.price_set, tax.price),
      0,
    ),
    statesTax: (line.tax_lines ?? []).length > 0,
    // A gift card is delivered by mail of the other kind, whatever the flag of an old payload says.
    requiresShipping: line.gift_card === true ? false : (line.requires_shipping ?? true),
  }
}

/** Allocations hold every discount; `total_discount` of older payloads holds those of the line alone. */
function lineDiscount(line: LinePayload, path: string, amounts: AmountReader): number {
  if (!line.discount_allocations) return amounts.read(`${path}.total_discount`, null, line.total_discount)
  return line.discount_allocations.reduce(
    (sum, each, at) => sum + amounts.read(`${path}.discount_allocations.${at}.amount`, each.amount_set, each.amount),
    0,
  )
}

/**
 * Shopify takes every refunded unit off `current_quantity`, also one that was shipped and came back. What was shipped
 * was ordered, so returned units are put back and the figure never falls below what Shopify itself shows as fulfilled.
 */
function currentQuantity(line: LinePayload, order: OrderPayload): number {
  const returned = refundedUnits(line.id, order, (restock) => restock === 'return')
  const cancelled = refundedUnits(line.id, order, (restock) => restock !== 'return')
  const wanted = line.current_quantity == null ? line.quantity - cancelled : line.current_quantity + returned
  return Math.min(line.quantity, Math.max(0, wanted, fulfilledUnits(line.id, order)))
}

function refundedUnits(lineId: string, order: OrderPayload, counts: (restock: string | null) => boolean): number {
  return (order.refunds ?? [])
    .flatMap((refund) => refund.refund_line_items ?? [])
    .filter((each) => each.line_item_id === lineId && counts(each.restock_type ?? null))
    .reduce((sum, each) => sum + each.quantity, 0)
}

function fulfilledUnits(lineId: string, order: OrderPayload): number {
  return (order.fulfillments ?? [])
    .filter((fulfilment) => fulfilment.status === 'success')
    .flatMap((fulfilment) => fulfilment.line_items ?? [])
    .filter((each) => each.id === lineId)
    .reduce((sum, each) => sum + each.quantity, 0)
}

/** Discount and tax follow the units that still stand: a cancelled part takes its share with it. */
export function canonicalLine(line: PlacedLine): OrderLine {
  return {
    lineId: line.lineId,
    externalSku: line.externalSku,
    title: line.title,
    quantity: line.current,
    unitPriceMinor: line.unitPriceMinor,
    discountMinor: shareOf(line.discountMinor, line),
    taxMinor: shareOf(line.taxMinor, line),
    requiresShipping: line.requiresShipping,
  }
}

/** Rounded half up, in integers: amount × units can pass 2^53. */
function shareOf(amountMinor: number, line: PlacedLine): number {
  if (line.current === line.placed || line.placed === 0) return amountMinor
  const placed = BigInt(line.placed)
  return Number((BigInt(amountMinor) * BigInt(line.current) * 2n + placed) / (placed * 2n))
}
