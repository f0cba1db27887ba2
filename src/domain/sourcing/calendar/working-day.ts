/** Whether a place works on a day, until when orders of that day are taken, and when it works next. */
import { type Calendar, type Location, weekdays } from '../../config/location.ts'
import { type DayKey, dayAfter, localTimeMs, startOfDayMs, weekdayOf } from './local-day.ts'

/** What is asked of a location; no more of it is needed. */
export type WorkingSite = Pick<Location, 'timeZone' | 'calendar'>

/** A week holds a working day, and at most a thousand holidays may fall on those: whoever looks on longer has a bug. */
const daysSearchedMax = 7 * 1_002

export function isWorkingDay(calendar: Calendar, day: DayKey): boolean {
  if (calendar.openings.some(({ date }) => date === day)) return true
  const weekday = weekdays[weekdayOf(day) - 1]
  return weekday !== undefined && calendar.workingDays.includes(weekday) && !calendar.holidays.includes(day)
}

/** Orders from this instant on are for a later day. Without a cut-off that is the end of the day. */
export function closesAtMs({ timeZone, calendar }: WorkingSite, day: DayKey): number {
  const opening = calendar.openings.find(({ date }) => date === day)
  const cutOff = opening === undefined ? calendar.cutOff : opening.cutOff
  return cutOff === null ? startOfDayMs(timeZone, dayAfter(day)) : localTimeMs(timeZone, day, cutOff)
}

/** The first working day from this one on, itself included. */
export function workingDayFrom({ timeZone, calendar }: WorkingSite, from: DayKey): DayKey {
  let day = from
  for (let searched = 0; searched < daysSearchedMax; searched += 1) {
    if (isWorkingDay(calendar, day) && exists(timeZone, day)) return day
    day = dayAfter(day)
  }
  throw new Error(`no working day within ${daysSearchedMax} days from ${from}`)
}

/** Zones that moved across the date line left out a whole day. */
const exists = (timeZone: string, day: DayKey): boolean =>
  startOfDayMs(timeZone, day) < startOfDayMs(timeZone, dayAfter(day))
