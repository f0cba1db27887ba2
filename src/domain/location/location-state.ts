/** What a location knows of its days: what was claimed, what an operator said, and whether it is up. */
import { unreachable } from '../shared/result.ts'
import type { DayKey } from '../sourcing/calendar/local-day.ts'
import type { Load, LocationStatus } from './location-command.ts'
import type { CapacityOverride, LocationEvent } from './location-event.ts'

export type DayFigures = { readonly used: Load; readonly override: CapacityOverride | null }

export type LocationState = {
  readonly status: LocationStatus
  readonly reason: string | null
  readonly sinceMs: number | null
  /** Only days that something was said of. */
  readonly days: ReadonlyMap<DayKey, DayFigures>
}

export type Claim = {
  readonly claimId: string
  readonly orderId: string | null
  readonly day: DayKey
  readonly orders: number
  readonly units: number
  readonly status: 'reserved' | 'released'
}

const emptyDay: DayFigures = { used: { orders: 0, units: 0 }, override: null }

export const initialLocation: LocationState = {
  status: 'up',
  reason: null,
  sinceMs: null,
  days: new Map(),
}

export const figuresOn = (state: LocationState, day: DayKey): DayFigures => state.days.get(day) ?? emptyDay

export function evolve(state: LocationState, event: LocationEvent, atMs: number): LocationState {
  switch (event.type) {
    case 'capacity_reserved':
      return withUsed(state, event.day, event, 1)
    case 'capacity_released':
      return withUsed(state, event.day, event, -1)
    case 'capacity_overridden':
      return withDay(state, event.day, { ...figuresOn(state, event.day), override: event.override })
    case 'availability_changed':
      return { ...state, status: event.status, reason: event.reason, sinceMs: atMs }
    case 'days_forgotten':
      return { ...state, days: new Map([...state.days].filter(([day]) => day >= event.before)) }
    default:
      return unreachable(event)
  }
}

function withUsed(state: LocationState, day: DayKey, load: Load, sign: 1 | -1): LocationState {
  const figures = figuresOn(state, day)
  const orders = figures.used.orders + sign * load.orders
  const units = figures.used.units + sign * load.units
  for (const count of [orders, units]) {
    if (!Number.isSafeInteger(count) || count < 0) throw new Error(`location invariant broken: ${day} uses ${count}`)
  }
  return withDay(state, day, { ...figures, used: { orders, units } })
}

function withDay(state: LocationState, day: DayKey, figures: DayFigures): LocationState {
  return { ...state, days: new Map(state.days).set(day, figures) }
}
