/** What a location is asked, and what it answers. Capacity is counted once for each fulfilment order. */
import type { Cause } from '../shared/cause.ts'
import type { CommandId, OrderId } from '../shared/ids.ts'
import type { DayKey } from '../sourcing/calendar/local-day.ts'

export type LocationStatus = 'up' | 'down'

/** What one claim uses of a day. */
export type Load = { readonly orders: number; readonly units: number }
/** Null: without a limit. */
export type DayLimit = { readonly orders: number | null; readonly units: number | null }

export type LocationCommandBody =
  /** Claims a part of a day's capacity. A claim id stands for one claim for ever. */
  | {
      readonly type: 'reserve_capacity'
      readonly claimId: string
      /** Whose order it is: told when the location goes down. */
      readonly orderId: OrderId | null
      readonly day: DayKey
      readonly orders: number
      readonly units: number
      /** Count it though the day is full, because the profile does not insist on capacity. */
      readonly overbook: boolean
    }
  | { readonly type: 'release_capacity'; readonly claimId: string }
  /** What one day takes, whatever is configured: a member that is absent stays as configured, null lifts its limit. */
  | {
      readonly type: 'override_capacity'
      readonly day: DayKey
      readonly orders?: number | null
      readonly units?: number | null
    }
  | { readonly type: 'set_availability'; readonly status: LocationStatus; readonly reason: string }

export type LocationCommand = LocationCommandBody & { readonly commandId: CommandId; readonly cause: Cause }

export type LocationRefusal =
  /** `nextFreeDay`: where the same claim fits; null when no day within reach takes it. */
  | {
      readonly reason: 'capacity_full'
      readonly day: DayKey
      readonly ordersFree: number | null
      readonly unitsFree: number | null
      readonly nextFreeDay: DayKey | null
    }
  | { readonly reason: 'location_down'; readonly why: string; readonly sinceMs: number }
  | {
      readonly reason: 'day_out_of_range'
      readonly day: DayKey
      readonly firstDay: DayKey
      readonly lastDay: DayKey
    }
  | { readonly reason: 'claim_conflict'; readonly claimId: string; readonly day: DayKey }
  | { readonly reason: 'claim_released'; readonly claimId: string }
  | { readonly reason: 'claim_not_found'; readonly claimId: string }
  | { readonly reason: 'unknown_location'; readonly location: string }
  | { readonly reason: 'overloaded' }

export type LocationVerdict =
  | { readonly ok: true; readonly effect: 'applied' | 'unchanged' }
  | { readonly ok: false; readonly error: LocationRefusal }

/** One local day as it stands: `used` beyond `limit` is over-booked. */
export type CapacityDay = {
  readonly day: DayKey
  /** By the calendar; a day without work has a limit of nothing unless an operator has said otherwise. */
  readonly isWorkingDay: boolean
  readonly limit: DayLimit
  readonly used: Load
  readonly overridden: boolean
}

export type LocationView = {
  readonly location: string
  readonly status: LocationStatus
  /** Why it is down or came back up; null when nobody ever said anything. */
  readonly reason: string | null
  readonly sinceMs: number | null
  readonly days: readonly CapacityDay[]
}
