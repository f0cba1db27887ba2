/**
 * Why no unit that comes can help an order: every strategy is for other orders, refuses every location for what it is,
 * or has to ship at once what no day takes. A person mends that; waiting for stock would be waiting for nothing.
 */
import type { ConstraintName, SourcingDecision, StrategyAttempt } from './decision.ts'
import { locationRefusal } from './refuse-locations.ts'
import type { SourcingCandidate, SourcingRequest } from './request.ts'
import { divisionOf } from './search-field.ts'

/** What stands in the way as long as neither the profile nor the location is configured otherwise. */
const lasting: ReadonlySet<ConstraintName> = new Set([
  ...(['excluded_location', 'location_kind', 'entity', 'region', 'delivery_method', 'zone', 'currency'] as const),
])

/** In words for whoever looks after it; null: stock, another day or another state of a location may help. */
export function lastingRefusal(request: SourcingRequest, { attempts, plan }: SourcingDecision): string | null {
  if (plan !== null || request.lines.length === 0 || request.candidates.length === 0) return null
  const reasons = attempts.map((attempt) => reasonOf(attempt, request))
  if (reasons.includes(null)) return null
  return `Profile '${request.profile.id}' has no way to source it: ${reasons.join('; ')}.`
}

function reasonOf({ strategy: id, unmet }: StrategyAttempt, request: SourcingRequest): string | null {
  if (unmet !== null) return `strategy '${id}' is for orders of other ${unmet}`
  const strategy = request.profile.strategies.find((each) => each.id === id)
  if (strategy === undefined) return null
  const context = { ...request, constraints: strategy.constraints }
  const refusals = request.candidates.map((candidate) => locationRefusal(candidate, context)?.constraint ?? null)
  const open = request.candidates.filter((_, at) => !isLasting(refusals[at]))
  if (open.length === 0) return `strategy '${id}' refuses every location (${[...new Set(refusals)].sort().join(', ')})`
  const { partial, placesMax } = divisionOf(request.order, strategy.constraints)
  if (partial || !strategy.constraints.withinCapacity) return null
  const units = demandOf(request)
  const most = unitsInADay(open, placesMax)
  return units > most
    ? `strategy '${id}' has to ship ${units} units at once, and its locations take ${most} a day`
    : null
}

const isLasting = (constraint: ConstraintName | null | undefined): boolean =>
  constraint != null && lasting.has(constraint)

/** In base units, as capacity is. */
function demandOf({ lines }: SourcingRequest): number {
  return lines.reduce(
    (sum, { needs, quantity }) => sum + needs.reduce((all, { units }) => all + units, 0) * quantity,
    0,
  )
}

/** As many as the `placesMax` largest places ship in a day that nothing is planned for yet. */
function unitsInADay(candidates: readonly SourcingCandidate[], placesMax: number): number {
  return candidates
    .map(({ capacity }) => capacity?.unitsMax ?? Number.POSITIVE_INFINITY)
    .sort((left, right) => right - left)
    .slice(0, placesMax)
    .reduce((sum, units) => sum + units, 0)
}
