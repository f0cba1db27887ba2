/** When goods that leave stock at a location are gone from it, by its calendar, cut-off and handling time. */
import type { Location } from '../config/location.ts'
import { dispatchAt } from '../sourcing/calendar/dispatch-at.ts'
import type { PromiseAsk } from './promise-date.ts'

/** Calendars are not asked twice for the same location and instant. A location that is not among them never delivers. */
export function deliveries(locations: readonly Location[]): PromiseAsk['deliver'] {
  const byId = new Map(locations.map((location) => [location.id, location]))
  const known = new Map<string, number>()
  return (location, releasedAtMs) => {
    const site = byId.get(location)
    if (site === undefined) return { atMs: Number.POSITIVE_INFINITY, confidencePercent: 0 }
    const key = `${location}/${releasedAtMs}`
    const atMs = known.get(key) ?? leavesAtMs(site, releasedAtMs)
    known.set(key, atMs)
    return { atMs, confidencePercent: 100 }
  }
}

/** Without anything that delays it, at once: time zones are dear. */
function leavesAtMs(site: Location, releasedAtMs: number): number {
  const { calendar, handlingMinutes } = site
  const worksAlways = calendar.workingDays.length === 7 && calendar.holidays.length === 0
  if (worksAlways && calendar.cutOff === null && handlingMinutes === 0 && calendar.openings.length === 0) {
    return releasedAtMs
  }
  return dispatchAt(site, releasedAtMs).atMs
}
