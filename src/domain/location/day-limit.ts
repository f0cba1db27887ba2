/** What a location takes on a day, and when it next has room. The limit is never stored: configuration counts at once. */
import type { Location } from '../config/location.ts'
import { type DayKey, dayAfter } from '../sourcing/calendar/local-day.ts'
import { isWorkingDay } from '../sourcing/calendar/working-day.ts'
import type { CapacityDay, DayLimit, Load } from './location-command.ts'
import { type DayFigures, figuresOn, type LocationState } from './location-state.ts'

export type LocationSite = Pick<Location, 'timeZone' | 'calendar' | 'capacity'>

/** What an operator said of the day goes before the calendar, and the calendar before the configured limit. */
export function limitOn(site: LocationSite, day: DayKey, { override }: DayFigures): DayLimit {
  const { ordersPerDay, unitsPerDay } = site.capacity
  const works = isWorkingDay(site.calendar, day)
  const configured = works ? { orders: ordersPerDay, units: unitsPerDay } : { orders: 0, units: 0 }
  return { ...configured, ...override }
}

export function fits(limit: DayLimit, used: Load, asked: Load): boolean {
  const { orders, units } = freeOf(limit, used)
  return (orders === null || asked.orders <= orders) && (units === null || asked.units <= units)
}

/** Negative where a day is over-booked; null: without a limit. */
export function freeOf(limit: DayLimit, used: Load): DayLimit {
  return {
    orders: limit.orders === null ? null : limit.orders - used.orders,
    units: limit.units === null ? null : limit.units - used.units,
  }
}

/** The first day after this one that takes the load; null when there is none up to the last day. */
export function nextFreeDay(
  site: LocationSite,
  state: LocationState,
  after: DayKey,
  lastDay: DayKey,
  asked: Load,
): DayKey | null {
  for (let day = dayAfter(after); day <= lastDay; day = dayAfter(day)) {
    const figures = figuresOn(state, day)
    if (fits(limitOn(site, day, figures), figures.used, asked)) return day
  }
  return null
}

export function capacityDay(site: LocationSite, state: LocationState, day: DayKey): CapacityDay {
  const figures = figuresOn(state, day)
  return {
    day,
    isWorkingDay: isWorkingDay(site.calendar, day),
    limit: limitOn(site, day, figures),
    used: figures.used,
    overridden: figures.override !== null,
  }
}
