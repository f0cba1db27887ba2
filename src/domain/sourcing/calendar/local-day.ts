/**
 * Days of a place: which day it is there at an instant, and where a day begins. Days are ISO dates and have the length
 * that the zone gives them, 23 or 25 hours where clocks change, none where a zone skipped one.
 */
import { Temporal } from 'temporal-polyfill'

/** A local ISO date such as `2026-11-25`. As text it sorts by time. */
export type DayKey = string

export function dayKeyAt(timeZone: string, atMs: number): DayKey {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate().toString()
}

export function dayAfter(day: DayKey, days = 1): DayKey {
  return Temporal.PlainDate.from(day).add({ days }).toString()
}

/** The first instant of the day: midnight, or when the clocks jump over it, the first time there is. */
export function startOfDayMs(timeZone: string, day: DayKey): number {
  return Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds
}

/**
 * A local `HH:MM` of the day. A time that the clocks skip is as long after midnight as on any other day; of one that
 * comes twice the first counts, so that nobody is promised the hour that repeats.
 */
export function localTimeMs(timeZone: string, day: DayKey, time: string): number {
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds
}

/** 1 is Monday, 7 is Sunday. */
export const weekdayOf = (day: DayKey): number => Temporal.PlainDate.from(day).dayOfWeek
