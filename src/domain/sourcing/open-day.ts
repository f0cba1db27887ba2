/** The first day on which a location still takes an order: what is full today leaves tomorrow. */
import type { CapacityDay } from '../location/location-command.ts'
import type { DayKey } from './calendar/local-day.ts'
import type { CapacityFigure } from './request.ts'

/** Where every day is full, the first: it is what refuses. Nothing is known of a day that is not told: it is open. */
export function openDay(days: readonly CapacityDay[], first: DayKey): CapacityFigure {
  const told = days.filter(({ day }) => day >= first)
  const open = told.find(isOpen) ?? told[0]
  if (open === undefined) return { dayKey: first, unitsMax: null, unitsUsed: 0, ordersMax: null, ordersUsed: 0 }
  const { day, limit, used } = open
  return { dayKey: day, unitsMax: limit.units, unitsUsed: used.units, ordersMax: limit.orders, ordersUsed: used.orders }
}

function isOpen({ limit, used, isWorkingDay, overridden }: CapacityDay): boolean {
  if (!isWorkingDay && !overridden) return false
  return (limit.orders === null || used.orders < limit.orders) && (limit.units === null || used.units < limit.units)
}
