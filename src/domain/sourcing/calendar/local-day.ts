/**
 * Days of a place: which day it is there at an instant, and where a day begins. Days are ISO dates and have the length
 * that the zone gives them, 23 or 25 hours where clocks change, none where a zone skipped one.
 */
import { Temporal } from 'temporal-polyfill'

/** A local ISO date such as `2026-11-25`. As text it sorts by time. */
export type DayKey = string

export function dayKeyAt(timeZone: string, atMs: number): DayKey {
  const likely = answers.get(`day in ${timeZone}`)
  if (typeof likely === 'string' && isWithin(timeZone, likely, atMs)) return likely
  const day = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate().toString()
  answers.set(`day in ${timeZone}`, day)
  return day
}

const isWithin = (timeZone: string, day: DayKey, atMs: number) =>
  startOfDayMs(timeZone, day) <= atMs && atMs < startOfDayMs(timeZone, dayAfter(day))

export function dayAfter(day: DayKey, days = 1): DayKey {
  return remembered(`${day}+${days}`, () => Temporal.PlainDate.from(day).add({ days }).toString())
}

/** The first instant of the day: midnight, or when the clocks jump over it, the first time there is. */
export function startOfDayMs(timeZone: string, day: DayKey): number {
  return remembered(
    `${timeZone}|${day}`,
    () => Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds,
  )
}

/**
 * A local `HH:MM` of the day. A time that the clocks skip is as long after midnight as on any other day; of one that
 * comes twice the first counts, so that nobody is promised the hour that repeats.
 */
export function localTimeMs(timeZone: string, day: DayKey, time: string): number {
  const instantOf = () => Temporal.PlainDate.from(day).toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds
  return remembered(`${timeZone}|${day}T${time}`, instantOf)
}

/** 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: DayKey): number {
  return remembered(`weekday ${day}`, () => Temporal.PlainDate.from(day).dayOfWeek)
}

/**
 * Each of these costs some 50 µs to work out, and sourcing asks them of forty locations for every order, always for the
 * same few days. What is remembered never changes, but for the day that was
 * asked for last in each zone; when it is too much it is worked out again.
 */
const answers = new Map<string, number | string>()
const answersMax = 20_000

function remembered<Answer extends number | string>(question: string, work: () => Answer): Answer {
  // The question names its function, so that what is found is what that function answered.
  const known = answers.get(question) as Answer | undefined
  if (known !== undefined) return known
  if (answers.size >= answersMax) answers.clear()
  const answer = work()
  answers.set(question, answer)
  return answer
}
