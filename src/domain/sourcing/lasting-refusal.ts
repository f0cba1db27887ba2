/**
 * Why no unit that comes can help an order: every strategy is for other orders, or refuses every location for what it
 * is. A profile that says so is mended by a person; waiting for stock would be waiting for nothing.
 */
import type { ConstraintName, SourcingDecision, StrategyAttempt } from './decision.ts'
import { locationRefusal } from './refuse-locations.ts'
import type { SourcingRequest } from './request.ts'

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
  const constraints = request.candidates.map((candidate) => locationRefusal(candidate, context)?.constraint ?? null)
  if (constraints.some((constraint) => constraint === null || !lasting.has(constraint))) return null
  return `strategy '${id}' refuses every location (${[...new Set(constraints)].sort().join(', ')})`
}
