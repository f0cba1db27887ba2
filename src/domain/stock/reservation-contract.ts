/** What a reservation shard is asked and answers, and what it agrees with the quota of an API key. */
import type { Cause } from '../shared/cause.ts'
import type { CartLine, CartRequest } from './cart.ts'
import type { HoldLimits, HoldTally } from './hold-quota.ts'

export type ReserveInput = CartRequest & {
  readonly expiresAtMs: number
  /** Whose limits it counts against: the API key's id. Absent: nobody's. */
  readonly holder?: string
  readonly cause: Cause
}
export type ReservationDocument = {
  readonly reservationId: string
  readonly status: 'held' | 'ordered' | 'committed' | 'released' | 'expired'
  readonly expiresAtMs: number
  readonly lines: readonly CartLine[]
}
export type ReservationRefusal =
  | {
      readonly reason: 'insufficient_stock'
      readonly lines: readonly { readonly sku: string; readonly requested: number; readonly available: number }[]
    }
  | { readonly reason: 'reservation_conflict'; readonly reservationId: string }
  | { readonly reason: 'reservation_not_found'; readonly reservationId: string }
  | { readonly reason: 'reservation_expired'; readonly reservationId: string }
  | { readonly reason: 'reservation_released'; readonly reservationId: string }
  | { readonly reason: 'reservation_committed'; readonly reservationId: string }
  /** An order took it: from then on the order says what becomes of the units. */
  | { readonly reason: 'reservation_ordered'; readonly reservationId: string }
  | { readonly reason: 'unknown_sku'; readonly sku: string }
  /** The channel does not sell it: `excluded` is the SKU that a rule names, itself or a component. */
  | { readonly reason: 'sku_excluded'; readonly sku: string; readonly excluded: string; readonly channel: string }
  | { readonly reason: 'unknown_location'; readonly location: string }
  | { readonly reason: 'unknown_unit'; readonly sku: string; readonly unit: string }
  | { readonly reason: 'invalid_components'; readonly sku: string; readonly detail: string }
  | {
      readonly reason: 'hold_limit_reached'
      readonly heldUnits: number
      readonly heldReservations: number
      readonly requestedUnits: number
      readonly unitsMax: number
      readonly reservationsMax: number
      /** When the first of the holder's reservations expires, if nothing is given back before. */
      readonly retryAfterSeconds: number
    }
  | { readonly reason: 'overloaded' }
export type ReservationVerdict =
  | { readonly ok: true; readonly created: boolean; readonly reservation: ReservationDocument }
  | { readonly ok: false; readonly error: ReservationRefusal }

export type RecalledHolds = HoldTally & { readonly nextExpiryMs: number | null }

export type HoldLeaseRequest = {
  readonly holder: string
  readonly shard: string
  /** In the shard's open carts, and in those that it is just filling. */
  readonly used: HoldTally
  readonly wanted: HoldTally
  readonly limits: HoldLimits
}
export type HoldLease =
  /** What the shard may have in use, in all. */
  | { readonly granted: HoldTally }
  | { readonly granted: null; readonly held: HoldTally; readonly nextExpiryMs: number | null }
