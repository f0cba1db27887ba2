/** One command to a location, decided in constant time but for the search for a free day, which is bounded. */
import { canonicalJson } from '../shared/canonical-json.ts'
import { err, ok, type Result, unreachable } from '../shared/result.ts'
import { type DayKey, dayAfter, dayKeyAt } from '../sourcing/calendar/local-day.ts'
import { fits, freeOf, type LocationSite, limitOn, nextFreeDay } from './day-limit.ts'
import type { LocationCommand, LocationRefusal } from './location-command.ts'
import type { CapacityOverride, LocationEvent } from './location-event.ts'
import { type Claim, figuresOn, type LocationState } from './location-state.ts'

/** How far ahead a day can be claimed or overridden: bounds what a location keeps. */
export const daysAheadMax = 366
/** Claims of past days answer their repetitions for this long. */
export const daysKept = 7

export type LocationFacts = {
  readonly state: LocationState
  readonly site: LocationSite
  readonly nowMs: number
  /** The one that the command names; null when it names none or there is none. */
  readonly claim: Claim | null
}
/** No event: nothing was to be changed. */
export type LocationDecision = Result<readonly LocationEvent[], LocationRefusal>
type Command<Type extends LocationCommand['type']> = Extract<LocationCommand, { readonly type: Type }>

export function decide(command: LocationCommand, facts: LocationFacts): LocationDecision {
  switch (command.type) {
    case 'reserve_capacity':
      return decideReserve(command, facts)
    case 'release_capacity':
      return decideRelease(command, facts)
    case 'override_capacity':
      return decideOverride(command, facts)
    case 'set_availability':
      return decideAvailability(command, facts)
    default:
      return unreachable(command)
  }
}

function decideReserve(command: Command<'reserve_capacity'>, facts: LocationFacts): LocationDecision {
  const { claimId, orderId, day, orders, units, overbook } = command
  const { claim, state, site } = facts
  assertCounts([orders, units])
  if (claim) return answerRepeated(command, claim)
  if (state.status === 'down') {
    return err({ reason: 'location_down', why: state.reason ?? '', sinceMs: state.sinceMs ?? 0 })
  }
  const reach = reachOf(facts)
  if (day < reach.firstDay || day > reach.lastDay) return err({ reason: 'day_out_of_range', day, ...reach })
  const figures = figuresOn(state, day)
  const limit = limitOn(site, day, figures)
  const overbooked = !fits(limit, figures.used, { orders, units })
  if (!overbooked || overbook) {
    return ok([{ type: 'capacity_reserved', claimId, orderId, day, orders, units, overbooked }])
  }
  const free = freeOf(limit, figures.used)
  const next = nextFreeDay(site, state, day, reach.lastDay, { orders, units })
  return err({ reason: 'capacity_full', day, ordersFree: free.orders, unitsFree: free.units, nextFreeDay: next })
}

function answerRepeated(command: Command<'reserve_capacity'>, claim: Claim): LocationDecision {
  const { claimId, day, orders, units } = claim
  if (claim.status === 'released') return err({ reason: 'claim_released', claimId })
  const isSame = command.day === day && command.orders === orders && command.units === units
  return isSame ? ok([]) : err({ reason: 'claim_conflict', claimId, day })
}

function decideRelease({ claimId }: Command<'release_capacity'>, { claim }: LocationFacts): LocationDecision {
  if (claim === null) return err({ reason: 'claim_not_found', claimId })
  if (claim.status === 'released') return ok([])
  const { day, orders, units } = claim
  return ok([{ type: 'capacity_released', claimId, day, orders, units }])
}

function decideOverride(command: Command<'override_capacity'>, facts: LocationFacts): LocationDecision {
  const { day } = command
  const reach = reachOf(facts)
  if (day < reach.firstDay || day > reach.lastDay) return err({ reason: 'day_out_of_range', day, ...reach })
  const override = overrideOf(command)
  const before = figuresOn(facts.state, day).override
  if (canonicalJson(before) === canonicalJson(override)) return ok([])
  return ok([{ type: 'capacity_overridden', day, override }])
}

function overrideOf({ orders, units }: Command<'override_capacity'>): CapacityOverride | null {
  if (orders === undefined && units === undefined) return null
  assertCounts([orders ?? 0, units ?? 0])
  return { ...(orders === undefined ? {} : { orders }), ...(units === undefined ? {} : { units }) }
}

function decideAvailability(command: Command<'set_availability'>, { state }: LocationFacts): LocationDecision {
  const { status, reason } = command
  if (state.status === status && (state.reason === reason || status === 'up')) return ok([])
  return ok([{ type: 'availability_changed', status, reason }])
}

/** Before anything else of a batch: null when nothing is old enough yet. */
export function decideForget({ state, site, nowMs }: Omit<LocationFacts, 'claim'>): LocationEvent | null {
  const before = dayAfter(dayKeyAt(site.timeZone, nowMs), -daysKept)
  return [...state.days.keys()].some((day) => day < before) ? { type: 'days_forgotten', before } : null
}

/** From today on: what is over cannot be claimed any more. */
function reachOf({ site, nowMs }: LocationFacts): { readonly firstDay: DayKey; readonly lastDay: DayKey } {
  const firstDay = dayKeyAt(site.timeZone, nowMs)
  return { firstDay, lastDay: dayAfter(firstDay, daysAheadMax) }
}

/** Boundaries parse counts; this catches the caller that did not, before the figures do. */
function assertCounts(counts: readonly number[]): void {
  for (const count of counts) {
    if (!Number.isSafeInteger(count) || count < 0) throw new Error(`a location was asked for ${count}`)
  }
}
