/** A REST order, whole, as the canonical order. Every topic that carries one comes here. */
import type { Account } from '../../domain/config/config.ts'
import { type CanonicalOrder, canonicalOrderSchema } from '../../domain/order/canonical-order.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { CanonicalEvent, TranslateRefusal } from '../ports.ts'
import { currencyExponent, minorUnitsOf } from '../transport/money.ts'
import { parsePayload } from '../transport/parse-payload.ts'
import { cleanText } from './clean-text.ts'
import { canonicalLine, type PlacedLine, placedLines } from './order-lines.ts'
import { type OrderPayload, orderPayload } from './order-payload.ts'
import { type ExplainedTotals, explainTotals, type StatedTotals, statedTotals } from './order-totals.ts'
import { amountReaderOf } from './read-amounts.ts'
import { spread } from './spread.ts'
import { canonicalAddress, canonicalCustomer } from './translate-address.ts'

const tagsMax = 250
const tagLengthMax = 255

const payments: Readonly<Record<string, CanonicalOrder['payment']>> = {
  pending: 'pending',
  authorized: 'authorized',
  partially_paid: 'partially_paid',
  paid: 'paid',
  partially_refunded: 'partially_refunded',
  refunded: 'refunded',
  voided: 'voided',
  // An authorisation nobody captured in time: no money will come from it.
  expired: 'failed',
}

export function translateOrder(
  payload: unknown,
  topic: string,
  account: Account,
): Result<readonly CanonicalEvent[], TranslateRefusal> {
  const parsed = parsePayload(orderPayload, payload)
  if (!parsed.ok) return parsed
  const order = parsed.value
  const contradiction = contradictionOf(order, topic)
  if (contradiction) return err(contradiction)
  const amounts = amountReaderOf(order.currency)
  const lines = placedLines(order, amounts)
  const stated = statedTotals(order, amounts)
  const unreadable = amounts.refusal()
  if (unreadable) return err(unreadable)
  const totals = explainTotals(lines, stated)
  if (!totals) {
    return err({
      reason: 'inconsistent',
      field: 'total_price',
      detail: 'lines, discounts, shipping and tax do not add up',
    })
  }
  const settled = settleRemainders(lines, totals, stated)
  return withinLimits(canonicalOrder(order, account, settled, totals, stated.taxesIncluded))
}

/** Sums can leave the canonical range although every single figure was inside it. */
function withinLimits(order: CanonicalOrder): Result<readonly CanonicalEvent[], TranslateRefusal> {
  const checked = parsePayload(canonicalOrderSchema, order)
  if (checked.ok) return ok([{ type: 'order_observed', order }])
  return err({ ...checked.error, reason: 'invalid_value' })
}

/** The topic comes in an unsigned header: what it claims must be in the signed body. */
function contradictionOf(order: OrderPayload, topic: string): TranslateRefusal | null {
  if (currencyExponent(order.currency) === null) {
    return { reason: 'invalid_value', field: 'currency', detail: 'not an ISO 4217 currency' }
  }
  if (topic === 'orders/cancelled' && !order.cancelled_at) {
    return { reason: 'inconsistent', field: 'cancelled_at', detail: 'the topic says cancelled, the order does not' }
  }
  if (new Set(order.line_items.map((line) => line.id)).size < order.line_items.length) {
    return { reason: 'inconsistent', field: 'line_items', detail: 'two lines have the same id' }
  }
  return null
}

/** Older payloads state order discounts and taxes only in total: what no line claims is shared out by value. */
function settleRemainders(
  lines: readonly PlacedLine[],
  totals: ExplainedTotals,
  stated: StatedTotals,
): readonly PlacedLine[] {
  const claimed = lines.reduce((sum, line) => sum + line.discountMinor, 0) + stated.shipping.discountMinor
  const net = lines.map((line) => line.unitPriceMinor * line.placed - line.discountMinor)
  const discounts = spread(Math.max(0, totals.discountMinor - claimed), net)
  const nobodyStatesTax = lines.every((line) => !line.statesTax)
  const taxes = spread(nobodyStatesTax ? Math.max(0, totals.taxMinor - stated.shipping.taxMinor) : 0, net)
  return lines.map((line, index) => ({
    ...line,
    discountMinor: line.discountMinor + (discounts[index] ?? 0),
    taxMinor: line.taxMinor + (taxes[index] ?? 0),
  }))
}

function canonicalOrder(
  order: OrderPayload,
  account: Account,
  lines: readonly PlacedLine[],
  totals: ExplainedTotals,
  taxesIncluded: boolean,
): CanonicalOrder {
  const { otherMinor, ...rest } = totals
  return {
    account: account.id,
    externalOrderId: order.id,
    externalNumber: cleanText(order.name, 100),
    placedAtMs: order.processed_at ?? order.created_at,
    sourceVersionMs: order.updated_at,
    currency: order.currency,
    presentment: presentmentOf(order),
    customer: canonicalCustomer(order),
    shipTo: canonicalAddress(order.shipping_address, order),
    billTo: canonicalAddress(order.billing_address, order),
    lines: lines.map(canonicalLine),
    totals: otherMinor === 0 ? rest : { ...rest, otherMinor },
    taxesIncluded,
    payment: payments[order.financial_status ?? ''] ?? 'pending',
    shippingMethod: shippingMethodOf(order),
    allowPartial: null,
    cancelledAtMs: order.cancelled_at ?? null,
    cancelReason: cleanText(order.cancel_reason, 200),
    tags: tagsOf(order),
  }
}

/** Recorded for people and refunds; an unreadable one is left out rather than losing the order. */
function presentmentOf(order: OrderPayload): CanonicalOrder['presentment'] {
  const money = order.total_price_set?.presentment_money
  if (!money || money.currency_code === order.currency) return null
  const total = minorUnitsOf(money.amount, money.currency_code)
  return total.ok ? { currency: money.currency_code, totalMinor: total.value } : null
}

function shippingMethodOf(order: OrderPayload): string | null {
  const line = (order.shipping_lines ?? []).find((each) => each.is_removed !== true)
  return line ? cleanText(line.title ?? line.code, 255) : null
}

function tagsOf(order: OrderPayload): string[] {
  const tags = typeof order.tags === 'string' ? order.tags.split(',') : (order.tags ?? [])
  return tags
    .map((tag) => cleanText(tag, tagLengthMax))
    .filter((tag) => tag !== null)
    .slice(0, tagsMax)
}
