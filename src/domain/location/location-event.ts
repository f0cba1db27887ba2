/** What a location's log records. */
import type { DayKey } from '../sourcing/calendar/local-day.ts'
import type { LocationStatus } from './location-command.ts'

/** A member that is absent stays as configured; null: without a limit. */
export type CapacityOverride = { readonly orders?: number | null; readonly units?: number | null }

export type LocationEvent =
  | {
      readonly type: 'capacity_reserved'
      readonly claimId: string
      readonly orderId: string | null
      readonly day: DayKey
      readonly orders: number
      readonly units: number
      /** The day was full when it was taken. */
      readonly overbooked: boolean
    }
  | {
      readonly type: 'capacity_released'
      readonly claimId: string
      readonly day: DayKey
      readonly orders: number
      readonly units: number
    }
  /** Null: as configured again. */
  | { readonly type: 'capacity_overridden'; readonly day: DayKey; readonly override: CapacityOverride | null }
  | { readonly type: 'availability_changed'; readonly status: LocationStatus; readonly reason: string }
  /** Claims and figures of days long past. */
  | { readonly type: 'days_forgotten'; readonly before: DayKey }
