/**
 * What an order's lines are worth on a Tryton sale, to the minor unit. Tryton multiplies a unit price, so a discount
 * that does not divide evenly becomes two sale lines whose whole-minor-unit prices add up exactly.
 */
import type { IntentRequest } from '../../domain/order/order-command.ts'

type CreateOrder = Extract<IntentRequest, { kind: 'erp_create_order' }>

export type PricedLine = {
  /** Our line id; null for what is not goods: shipping, other charges, tax. */
  readonly lineId: string | null
  /** Product code; null for a line without a product. */
  readonly code: string | null
  readonly description: string
  /** Base units: a pack of six is six. */
  readonly quantity: number
  /** Per base unit, without tax. */
  readonly unitPriceMinor: number
}

export type ChargeProducts = { readonly shipping: string | null; readonly tax: string | null }

/** Without a tax product, tax is left to Tryton: the lines then add up to the order's total less its tax. */
export function pricedLinesOf(request: CreateOrder, charges: ChargeProducts): readonly PricedLine[] {
  const { order, lines } = request
  const goods = lines.flatMap((line) => {
    const gross = line.unitPriceMinor * line.quantity - line.discountMinor
    const net = order.taxesIncluded ? gross - line.taxMinor : gross
    return splitEvenly(net, line.quantity * (line.packQuantity ?? 1)).map((part) => ({
      lineId: line.lineId,
      code: line.sku,
      description: line.title,
      ...part,
    }))
  })
  // Tax that is on no line is the tax on shipping.
  const shippingTax = Math.max(0, order.totals.taxMinor - sum(order.lines.map((line) => line.taxMinor)))
  const shipping = order.taxesIncluded ? order.totals.shippingMinor - shippingTax : order.totals.shippingMinor
  const tax = charges.tax === null ? 0 : sum(lines.map((line) => line.taxMinor)) + shippingTax
  return [
    ...goods,
    ...charge('Shipping', charges.shipping, shipping),
    ...charge('Other charges', null, order.totals.otherMinor ?? 0),
    ...charge('Tax', charges.tax, tax),
  ]
}

function charge(description: string, code: string | null, amountMinor: number): readonly PricedLine[] {
  if (amountMinor === 0) return []
  return [{ lineId: null, code, description, quantity: 1, unitPriceMinor: amountMinor }]
}

/** At most two parts, whose prices differ by one minor unit and whose sum is exactly `totalMinor`. */
function splitEvenly(totalMinor: number, quantity: number): { quantity: number; unitPriceMinor: number }[] {
  if (quantity === 0) return []
  const unitPriceMinor = Math.floor(totalMinor / quantity)
  const dearer = totalMinor - unitPriceMinor * quantity
  return [
    { quantity: quantity - dearer, unitPriceMinor },
    { quantity: dearer, unitPriceMinor: unitPriceMinor + 1 },
  ].filter((part) => part.quantity > 0)
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
