/** A refund as Shopify makes it: money back at the line's price, units off the line, and back on a shelf or not. */
import { decimalOf, minorUnitsOf } from '../../src/connectors/transport/money.ts'
import type { StoreRecords } from './shopify-records.ts'
import { type WireLine, type WireMoneySet, type WireOrder, type WireRefund, wireTime } from './shopify-wire.ts'

export type RefundedLine = {
  readonly lineId: number
  readonly quantity: number
  readonly restock: 'cancel' | 'return' | 'no_restock'
}

export function refundOrder(
  records: Pick<StoreRecords, 'orders' | 'changeOrder' | 'fulfilmentOrders'>,
  orderId: number,
  lines: readonly RefundedLine[],
  nowMs: number,
): { readonly refund: WireRefund; readonly order: WireOrder } {
  const placed = records.orders.get(orderId)
  if (!placed) throw new Error(`the store has no order ${orderId}`)
  const refund = wireRefund(placed, lines, nowMs)
  const order = records.changeOrder(orderId, {
    refunds: [...placed.refunds, refund],
    financial_status: 'partially_refunded',
    line_items: placed.line_items.map((line) => withoutRefunded(line, lines)),
  })
  for (const each of lines.filter((line) => line.restock === 'cancel')) takeOffFulfilmentOrders(records, each)
  return { refund, order }
}

/** Every refunded unit leaves `current_quantity`, shipped or not; only cancelled ones leave what may be fulfilled. */
function withoutRefunded(line: WireLine, refunded: readonly RefundedLine[]): WireLine {
  const mine = refunded.filter((each) => each.lineId === line.id)
  const sum = (of: readonly RefundedLine[]) => of.reduce((total, each) => total + each.quantity, 0)
  const cancelled = sum(mine.filter((each) => each.restock === 'cancel'))
  return {
    ...line,
    current_quantity: line.current_quantity - sum(mine),
    fulfillable_quantity: line.fulfillable_quantity - cancelled,
  }
}

function takeOffFulfilmentOrders(records: Pick<StoreRecords, 'fulfilmentOrders'>, refunded: RefundedLine): void {
  let left = refunded.quantity
  for (const order of records.fulfilmentOrders.values()) {
    for (const line of order.lines.filter((each) => each.lineId === refunded.lineId)) {
      const taken = Math.min(left, line.remaining)
      line.remaining -= taken
      left -= taken
    }
    if (order.lines.every((line) => line.remaining === 0)) order.status = 'CLOSED'
  }
}

function wireRefund(order: WireOrder, lines: readonly RefundedLine[], nowMs: number): WireRefund {
  const id = 940_000_000_000 + order.number * 100 + order.refunds.length
  const at = wireTime(nowMs)
  const worth = (line: RefundedLine) => unitPrice(order, line.lineId) * line.quantity
  const total = lines.reduce((sum, line) => sum + worth(line), 0)
  return {
    id,
    admin_graphql_api_id: `gid://shopify/Refund/${id}`,
    order_id: order.id,
    created_at: at,
    processed_at: at,
    note: null,
    restock: lines.some((line) => line.restock !== 'no_restock'),
    refund_line_items: lines.map((line, index) => ({
      id: id * 10 + index,
      line_item_id: line.lineId,
      quantity: line.quantity,
      restock_type: line.restock,
      location_id: null,
      subtotal: decimalOf(worth(line), order.currency),
      subtotal_set: shopSet(worth(line), order.currency),
      line_item: lineOf(order, line.lineId),
    })),
    transactions: [
      {
        id: id + 50,
        order_id: order.id,
        kind: 'refund',
        status: 'success',
        gateway: 'shopify_payments',
        amount: decimalOf(total, order.currency),
        currency: order.currency,
        created_at: at,
      },
    ],
  }
}

function lineOf(order: WireOrder, lineId: number): WireLine {
  const line = order.line_items.find((each) => each.id === lineId)
  if (!line) throw new Error(`order ${order.id} has no line ${lineId}`)
  return line
}

function unitPrice(order: WireOrder, lineId: number): number {
  const minor = minorUnitsOf(lineOf(order, lineId).price, order.currency)
  if (!minor.ok) throw new Error(`line ${lineId} has no price`)
  return minor.value
}

function shopSet(minor: number, currency: string): WireMoneySet {
  const side = { amount: decimalOf(minor, currency), currency_code: currency }
  return { shop_money: side, presentment_money: side }
}
