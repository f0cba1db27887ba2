/**
 * A future-dated order is booked at once and its units are held. They become final, and its warehouses hear of them, on
 * the day from which it may leave: nobody ships what he has not heard of.
 */
import type { OrderState } from './order-state.ts'
import { heldReservations } from './record-stock.ts'

export function waitsForShipDate({ order }: OrderState, nowMs: number): boolean {
  return order.shipNotBeforeMs !== undefined && nowMs < order.shipNotBeforeMs
}

/** When the order goes on by itself; null: it waits for something else, or for nothing. */
export function shipDateMs(state: OrderState): number | null {
  if (!isBooked(state) || heldReservations(state).length === 0) return null
  return state.order.shipNotBeforeMs ?? null
}

export function isBooked({ stage }: OrderState): boolean {
  return stage === 'posted' || stage === 'released'
}
