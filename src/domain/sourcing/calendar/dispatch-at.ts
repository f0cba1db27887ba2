/**
 * When an order leaves a place: it is taken up on the working day whose cut-off it makes, and handled in working time,
 * so that a weekend or holiday in between does not count.
 */
import type { Location } from '../../config/location.ts'
import { type DayKey, dayAfter, dayKeyAt, startOfDayMs } from './local-day.ts'
import { closesAtMs, type WorkingSite, workingDayFrom } from './working-day.ts'

export type DispatchSite = WorkingSite & Pick<Location, 'handlingMinutes'>
export type Dispatch = {
  /** The working day on which the order is taken up, whose capacity it uses. */
  readonly workDay: DayKey
  /** When it is handled and may leave. */
  readonly atMs: number
  /** The local day of `atMs`: a carrier's transit days count from it. */
  readonly day: DayKey
}

/** The working day of an order that is released at this instant: today before its cut-off, else the next one. */
export function workingDayOf(site: WorkingSite, releasedAtMs: number): DayKey {
  const today = dayKeyAt(site.timeZone, releasedAtMs)
  const day = workingDayFrom(site, today)
  if (day !== today || releasedAtMs < closesAtMs(site, today)) return day
  return workingDayFrom(site, dayAfter(today))
}

export function dispatchAt(site: DispatchSite, releasedAtMs: number): Dispatch {
  return dispatchOn(site, workingDayOf(site, releasedAtMs), releasedAtMs)
}

/** As `dispatchAt`, for an order that is taken up on a given working day because earlier ones are full. */
export function dispatchOn(site: DispatchSite, workDay: DayKey, releasedAtMs: number): Dispatch {
  const begunAtMs = Math.max(releasedAtMs, startOfDayMs(site.timeZone, workDay))
  const atMs = addWorkingTime(site, workDay, begunAtMs, site.handlingMinutes * 60_000)
  return { workDay, atMs, day: dayKeyAt(site.timeZone, atMs) }
}

function addWorkingTime(site: WorkingSite, firstDay: DayKey, fromMs: number, workMs: number): number {
  let day = firstDay
  let atMs = fromMs
  for (let leftMs = workMs; ; ) {
    const roomMs = startOfDayMs(site.timeZone, dayAfter(day)) - atMs
    if (leftMs < roomMs) return atMs + leftMs
    leftMs -= roomMs
    day = workingDayFrom(site, dayAfter(day))
    atMs = startOfDayMs(site.timeZone, day)
  }
}
