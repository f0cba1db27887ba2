/** EasyPost's tracker statuses in our words; the raw one is kept beside it. */
import type { TrackingStatus } from '../../domain/order/order-state.ts'

const statuses: Readonly<Record<string, TrackingStatus>> = {
  unknown: 'unknown',
  pre_transit: 'label_created',
  in_transit: 'in_transit',
  out_for_delivery: 'out_for_delivery',
  available_for_pickup: 'available_for_pickup',
  delivered: 'delivered',
  return_to_sender: 'returned',
  failure: 'exception',
  error: 'exception',
  cancelled: 'cancelled',
}

/** Finer than the status, where EasyPost knows more. */
const details: Readonly<Record<string, TrackingStatus>> = {
  'in_transit/picked_up': 'picked_up',
  'in_transit/carrier_picked_up': 'picked_up',
  'in_transit/delivery_attempted': 'delivery_attempt_failed',
  'failure/delivery_attempted': 'delivery_attempt_failed',
}

/** A status that EasyPost adds later is `unknown` to us, never an error: its raw name says what it was. */
export function trackingStatusOf(status: string, detail: string | null): TrackingStatus {
  const fine = detail === null ? undefined : details[`${status}/${detail}`]
  return fine ?? (Object.hasOwn(statuses, status) ? statuses[status] : undefined) ?? 'unknown'
}
