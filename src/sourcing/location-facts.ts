/**
 * Locations as they stand, for plans: whether anything leaves them, on which day what is planned now would be taken up,
 * and what that day still takes. Shared in the isolate for a moment, since every plan asks the same of every location.
 */
import { actor, type LocationApi } from '../actor-apis.ts'
import type { Location } from '../domain/config/location.ts'
import { daysAheadMax } from '../domain/location/decide.ts'
import type { LocationView } from '../domain/location/location-command.ts'
import type { LocationFacts } from '../domain/order/plan-inputs.ts'
import { describeError } from '../domain/shared/describe-error.ts'
import { dispatchOn, workingDayOf } from '../domain/sourcing/calendar/dispatch-at.ts'
import { dayAfter, dayKeyAt } from '../domain/sourcing/calendar/local-day.ts'
import { openDay } from '../domain/sourcing/open-day.ts'
import type { Env } from '../env.ts'

/** A location that knows better refuses the claim, and the next plan asks for what is so now. */
const rememberedMs = 1_000
const viewsKept = 2_000
/** Days looked at for one that has room: beyond them a full location is full. */
const daysLookedAt = 7

/** A moment's silence is waited out; after this long, plans that need nothing of a location go on without it. */
const silentAfterMs = 30_000
/** Silences farther apart than this are two. */
const silencesApartMs = 10 * 60_000

const silences = new Map<string, { readonly sinceMs: number; readonly lastMs: number }>()
const remembered = new Map<string, { readonly view: LocationView | null; readonly askedAtMs: number }>()

export async function locationFacts(
  env: Env,
  location: Location,
  fromMs: number,
  isFresh: boolean,
  nowMs: number,
): Promise<LocationFacts> {
  const first = workingDayOf(location, fromMs)
  const days = Array.from({ length: daysLookedAt }, (_, ahead) => dayAfter(first, ahead))
  const view = await viewOrSilence(env, location.id, days, isFresh ? 0 : rememberedMs, nowMs)
  const isReached = view !== 'silent'
  const day = openDay(isReached ? (view?.days ?? []) : [], first)
  return {
    location: location.id,
    isUp: !isReached || view?.status !== 'down',
    ...(isReached ? {} : { isReached }),
    dispatchAtMs: dispatchOn(location, day.dayKey, fromMs).atMs,
    // Nobody counts days so far ahead: a claim on one would be refused for ever.
    capacity: isReached && isInReach(location, day.dayKey, nowMs) ? day : null,
  }
}

/** Throws while the silence is young: whoever plans tries again in a moment. */
async function viewOrSilence(
  env: Env,
  location: string,
  days: readonly string[],
  ageMaxMs: number,
  nowMs: number,
): Promise<LocationView | null | 'silent'> {
  try {
    const view = await locationView(env, location, days, ageMaxMs, nowMs)
    silences.delete(location)
    return view
  } catch (error) {
    const known = silences.get(location)
    const sinceMs = known !== undefined && nowMs - known.lastMs < silencesApartMs ? known.sinceMs : nowMs
    silences.set(location, { sinceMs, lastMs: nowMs })
    if (nowMs - sinceMs < silentAfterMs) throw error
    console.warn(JSON.stringify({ event: 'location_silent', location, sinceMs, ...describeError(error) }))
    return 'silent'
  }
}

function isInReach({ timeZone }: Location, day: string, nowMs: number): boolean {
  return day <= dayAfter(dayKeyAt(timeZone, nowMs), daysAheadMax - 1)
}

/**
 * As the location told it within the last `ageMaxMs`; 0 asks it. Answers are shared, never questions: the request that
 * asked may be given up.
 */
export async function locationView(
  env: Env,
  location: string,
  days: readonly string[],
  ageMaxMs: number,
  nowMs: number,
): Promise<LocationView | null> {
  const key = `${location}/${days[0]}+${days.length}`
  const known = remembered.get(key)
  if (known !== undefined && nowMs - known.askedAtMs < ageMaxMs) return known.view
  const view = await actor<LocationApi>(env.LOCATION, location).view(location, days)
  if (remembered.size >= viewsKept) remembered.delete(remembered.keys().next().value ?? '')
  remembered.set(key, { view, askedAtMs: nowMs })
  return view
}
