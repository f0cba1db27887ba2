/**
 * Does the order add up? Goods − discounts + shipping + tax, and whatever else Shopify counts in, must give the total
 * to the minor unit. Only what no reading of the figures explains is refused as inconsistent.
 */
import type { PlacedLine } from './order-lines.ts'
import type { OrderPayload, ShippingPayload } from './order-payload.ts'
import type { AmountReader } from './read-amounts.ts'

/** What the payload states, read once. */
export type StatedTotals = {
  readonly totalMinor: number
  readonly taxMinor: number
  readonly discountMinor: number | null
  readonly current: { readonly taxMinor: number; readonly discountMinor: number } | null
  readonly shipping: ShippingTotals
  /** Parts of the total that are in no line: tip, duties, fees, cash rounding. */
  readonly extras: readonly number[]
  readonly taxesIncluded: boolean
}
type ShippingTotals = { readonly grossMinor: number; readonly discountMinor: number; readonly taxMinor: number }

export type ExplainedTotals = {
  readonly subtotalMinor: number
  readonly discountMinor: number
  readonly shippingMinor: number
  readonly taxMinor: number
  readonly otherMinor: number
  readonly totalMinor: number
}

export function statedTotals(order: OrderPayload, amounts: AmountReader): StatedTotals {
  const currentDiscount = amounts.readIfStated(
    'current_total_discounts',
    order.current_total_discounts_set,
    order.current_total_discounts,
  )
  const currentTax = amounts.readIfStated('current_total_tax', order.current_total_tax_set, order.current_total_tax)
  return {
    totalMinor: amounts.read('total_price', order.total_price_set, order.total_price),
    taxMinor: amounts.read('total_tax', order.total_tax_set, order.total_tax),
    discountMinor: amounts.readIfStated('total_discounts', order.total_discounts_set, order.total_discounts),
    current:
      currentDiscount === null || currentTax === null ? null : { taxMinor: currentTax, discountMinor: currentDiscount },
    shipping: shippingTotals(order.shipping_lines ?? [], amounts),
    extras: [
      amounts.read('total_tip_received', null, order.total_tip_received),
      amounts.read('original_total_duties_set', order.original_total_duties_set, null),
      amounts.read('original_total_additional_fees_set', order.original_total_additional_fees_set, null),
      amounts.read(
        'total_cash_rounding_payment_adjustment_set',
        order.total_cash_rounding_payment_adjustment_set,
        null,
      ),
    ],
    taxesIncluded: order.taxes_included ?? false,
  }
}

/** Removed shipping lines stay in the payload and in no total. */
function shippingTotals(lines: readonly ShippingPayload[], amounts: AmountReader): ShippingTotals {
  let [grossMinor, discountMinor, taxMinor] = [0, 0, 0]
  lines.forEach((line, index) => {
    if (line.is_removed === true) return
    const path = `shipping_lines.${index}`
    const gross = amounts.read(`${path}.price`, line.price_set, line.price)
    const net = amounts.readIfStated(`${path}.discounted_price`, line.discounted_price_set, line.discounted_price)
    const allocated = (line.discount_allocations ?? []).reduce(
      (sum, each, at) => sum + amounts.read(`${path}.discount_allocations.${at}`, each.amount_set, each.amount),
      0,
    )
    grossMinor += gross
    discountMinor += net === null ? allocated : gross - net
    taxMinor += (line.tax_lines ?? []).reduce(
      (sum, tax, at) => sum + amounts.read(`${path}.tax_lines.${at}.price`, tax.price_set, tax.price),
      0,
    )
  })
  return { grossMinor, discountMinor, taxMinor }
}

/**
 * The readings, likeliest first: figures as placed with the stated discounts; discounts added up from their
 * allocations; stated discounts that leave shipping out; and the same over what edits have left standing.
 */
export function explainTotals(lines: readonly PlacedLine[], stated: StatedTotals): ExplainedTotals | null {
  const placed = lines.reduce((sum, line) => sum + line.unitPriceMinor * line.placed, 0)
  const standing = lines.reduce((sum, line) => sum + line.unitPriceMinor * line.current, 0)
  const allocated = lines.reduce((sum, line) => sum + line.discountMinor, 0) + stated.shipping.discountMinor
  const discount = stated.discountMinor ?? allocated
  const readings = [
    { subtotalMinor: placed, discountMinor: discount, taxMinor: stated.taxMinor },
    { subtotalMinor: placed, discountMinor: allocated, taxMinor: stated.taxMinor },
    { subtotalMinor: placed, discountMinor: discount + stated.shipping.discountMinor, taxMinor: stated.taxMinor },
    ...(stated.current ? [{ subtotalMinor: standing, ...stated.current }] : []),
  ]
  for (const reading of readings) {
    const explained = explain(reading, stated)
    if (explained) return explained
  }
  return null
}

function explain(
  reading: Pick<ExplainedTotals, 'subtotalMinor' | 'discountMinor' | 'taxMinor'>,
  stated: StatedTotals,
): ExplainedTotals | null {
  const shippingMinor = stated.shipping.grossMinor
  const addedTax = stated.taxesIncluded ? 0 : reading.taxMinor
  const otherMinor = stated.totalMinor - (reading.subtotalMinor - reading.discountMinor + shippingMinor + addedTax)
  if (!isSumOfSome(otherMinor, stated.extras)) return null
  return { ...reading, shippingMinor, otherMinor, totalMinor: stated.totalMinor }
}

/** A tip may be a line already, duties may be prepaid: any subset of the extras may be what the total still holds. */
function isSumOfSome(amount: number, extras: readonly number[]): boolean {
  let sums = [0]
  for (const extra of extras) sums = sums.concat(sums.map((sum) => sum + extra))
  return sums.includes(amount)
}
