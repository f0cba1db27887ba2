/**
 * Locations as a promise asks of them: whether anything leaves them, which of their days have room, and which services
 * go from them to the buyer. Looked up for promises only: an answer without one needs none of it.
 */

import type { DeliverySite } from '../domain/atp/deliver-at.ts'
import type { Config } from '../domain/config/config.ts'
import type { Location } from '../domain/config/location.ts'
import type { CapacityDay, LocationView } from '../domain/location/location-command.ts'
import { locationId } from '../domain/shared/ids.ts'
import { dayAfter, dayKeyAt } from '../domain/sourcing/calendar/local-day.ts'
import type { RatingRequest } from '../domain/sourcing/ports/rate-shipments.ts'
import type { Env } from '../env.ts'
import { locationView } from './location-facts.ts'
import { ratedByTable } from './rated-by-table.ts'

/** Days whose room is asked: what is wanted for later finds them empty as a rule. */
const daysAhead = 28
/** However old an answer may be: capacity is claimed by every order. */
const viewAgeMaxMs = 5_000

export type SitesAsk = Omit<RatingRequest, 'origins'> & {
  readonly locations: readonly Location[]
  /** 0: as it is now, or no answer. */
  readonly maxStalenessMs: number
  readonly nowMs: number
}

export async function deliverySites(env: Env, config: Config, ask: SitesAsk): Promise<readonly DeliverySite[]> {
  const { locations, maxStalenessMs, nowMs, ...rating } = ask
  const origins = locations.map(({ id }) => locationId(id))
  const [rated, views] = await Promise.all([
    ratedByTable(config)({ ...rating, origins }),
    Promise.all(locations.map((location) => viewOf(env, location, maxStalenessMs, nowMs))),
  ])
  return locations.map((location, at) => {
    const view = views[at] ?? null
    const lanes = rated.find((each) => each.location === location.id)?.lanes ?? []
    return { location, isUp: view?.status !== 'down', days: limitedDays(view?.days ?? []), lanes }
  })
}

/** Without a word from anybody: calendars alone, at once. */
export const calendarSites = (locations: readonly Location[]): readonly DeliverySite[] =>
  locations.map((location) => ({ location, isUp: true, days: [], lanes: [] }))

/** Who wants the truth of now gets it or nothing; for everybody else a location that does not answer has room. */
async function viewOf(
  env: Env,
  location: Location,
  maxStalenessMs: number,
  nowMs: number,
): Promise<LocationView | null> {
  const first = dayKeyAt(location.timeZone, nowMs)
  const days = Array.from({ length: daysAhead }, (_, ahead) => dayAfter(first, ahead))
  const ageMaxMs = Math.min(maxStalenessMs, viewAgeMaxMs)
  try {
    return await locationView(env, location.id, days, ageMaxMs, nowMs)
  } catch (error) {
    if (ageMaxMs === 0) throw error
    return null
  }
}

/** None where no day has a limit: calendars are dear. */
function limitedDays(days: readonly CapacityDay[]): readonly CapacityDay[] {
  const isLimited = days.some(({ limit, overridden }) => limit.orders !== null || limit.units !== null || overridden)
  return isLimited ? days : []
}
