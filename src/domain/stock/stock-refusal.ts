/** Why a position does not do what it was told. Nothing has changed then. */
import type { ReservationId } from '../shared/ids.ts'
import type { ReservationStatus } from './stock-command.ts'

export type StockRefusal =
  | { readonly reason: 'insufficient_stock'; readonly requested: number; readonly available: number }
  | { readonly reason: 'reservation_conflict'; readonly reservationId: ReservationId; readonly held: number }
  | { readonly reason: 'reservation_not_found'; readonly reservationId: ReservationId }
  | { readonly reason: 'reservation_expired'; readonly reservationId: ReservationId; readonly expiredAtMs: number }
  | { readonly reason: 'reservation_released'; readonly reservationId: ReservationId }
  | { readonly reason: 'not_committed'; readonly reservationId: ReservationId; readonly status: ReservationStatus }
  | {
      readonly reason: 'quantity_exceeds_reservation'
      readonly reservationId: ReservationId
      readonly requested: number
      readonly open: number
    }
  | {
      readonly reason: 'movement_exceeds_stock'
      readonly movementId: string
      readonly requested: number
      readonly available: number
    }
  | { readonly reason: 'movement_conflict'; readonly movementId: string }
  | { readonly reason: 'supply_conflict'; readonly supplyId: string }
  | { readonly reason: 'lots_exceed_quantity'; readonly requested: number; readonly named: number }
  /** A position keeps only so many open lots, supplies, later dates or protections. */
  | { readonly reason: 'position_full'; readonly of: 'lots' | 'supplies' | 'demands' | 'needs' | 'protections' }
  | { readonly reason: 'overloaded' }
