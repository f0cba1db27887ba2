/**
 * What an actor's refusal means for the delivery behind it: too early (what it refers to may still arrive), wrong
 * (nothing will make it right but a person), or busy (nothing was decided). A new refusal fails the type check until
 * it has its row.
 */
import type { OrderRefusal } from '../order/order-command.ts'
import type { StockRefusal } from '../stock/stock-refusal.ts'

export type RefusalMeaning = 'early' | 'wrong' | 'busy'

const meanings = {
  // A shipment, refund or tracking event can overtake its order: partners promise no sequence.
  order_not_found: 'early',
  fulfilment_order_not_found: 'early',
  shipment_exceeds_release: 'early',
  tracking_not_found: 'early',
  return_exceeds_shipped: 'early',
  order_closed: 'wrong',
  hold_not_found: 'wrong',
  hold_conflict: 'wrong',
  line_not_found: 'wrong',
  shipment_conflict: 'wrong',
  cancel_too_late: 'wrong',
  insufficient_stock: 'wrong',
  reservation_conflict: 'wrong',
  reservation_not_found: 'wrong',
  reservation_expired: 'wrong',
  reservation_released: 'wrong',
  not_committed: 'wrong',
  quantity_exceeds_reservation: 'wrong',
  // A pick can be told before the receipt that made it possible.
  movement_exceeds_stock: 'early',
  movement_conflict: 'wrong',
  supply_conflict: 'wrong',
  lots_exceed_quantity: 'wrong',
  position_full: 'wrong',
  overloaded: 'busy',
} as const satisfies Record<OrderRefusal['reason'] | StockRefusal['reason'], RefusalMeaning>

export type Refusal = OrderRefusal | StockRefusal

export const meaningOf = (refusal: Refusal): RefusalMeaning => meanings[refusal.reason]

const earlyFirstMs = 5_000
/** Nearly an hour and a half in all, which outlasts any overtaking. */
const earlyRounds = 10

/**
 * When a delivery that came too early is looked at again; null when it has waited long enough. Each wait is about as
 * long as all before it, so what it waits for is noticed within twice the time that it took to come, and seconds.
 */
export function earlyRetryAtMs(round: number, nowMs: number): number | null {
  return round < earlyRounds ? nowMs + earlyFirstMs * 2 ** round : null
}
