/** Hard constraints on a location, and on a line at a location: the first one in the way is named. */
import type { Sku } from '../shared/ids.ts'
import type { ConstraintName, LocationRefusal } from './decision.ts'
import type { StrategyConstraints } from './profile.ts'
import type { SourcingCandidate, SourcingLine, SourcingOrder, SourcingRequest, StockFigure } from './request.ts'

const hourMs = 3_600_000

type Context = {
  readonly constraints: StrategyConstraints
  readonly order: SourcingOrder
  readonly lines: readonly SourcingLine[]
}
type InTheWay = (candidate: SourcingCandidate, context: Context) => boolean

/** In this order: what nobody can change first, what changes by the minute last. */
const checks: readonly (readonly [ConstraintName, InTheWay])[] = [
  ['excluded_location', ({ location }, { constraints }) => constraints.excludedLocations.includes(location)],
  ['location_kind', ({ kind }, { constraints: { locationKinds: kinds } }) => kinds.length > 0 && !kinds.includes(kind)],
  ['location_down', ({ isUp }) => !isUp],
  ['entity', ({ servesEntity }, { constraints }) => constraints.entityMatches && !servesEntity],
  ['region', ({ servesDestination }, { constraints }) => constraints.regionServed && !servesDestination],
  ['delivery_method', ({ servesMethod }) => !servesMethod],
  ['zone', ({ zone }, { constraints: { zoneMax } }) => zoneMax !== null && zone !== null && zone > zoneMax],
  ['currency', isPricedOtherwise],
  ['calendar', ({ dispatchAtMs }) => dispatchAtMs === null],
  ['dispatch_time', dispatchesLate],
  ['capacity', (candidate, { constraints }) => constraints.withinCapacity && isFull(candidate)],
  ['stock', (candidate, { lines }) => !lines.some((line) => hasAny(candidate, line, 'anyAge'))],
  // Last, so that only a location that might have served is named for its silence.
  ['location_silent', ({ isReached }) => isReached === false],
]

export function locationRefusal(candidate: SourcingCandidate, context: Context): LocationRefusal | null {
  const found = checks.find(([, isInTheWay]) => isInTheWay(candidate, context))
  return found === undefined ? null : { location: candidate.location, lineId: null, constraint: found[0] }
}

/** Of a line at a location that is not refused as a whole. */
export function lineRefusal(
  candidate: SourcingCandidate,
  line: SourcingLine,
  constraints: StrategyConstraints,
): LocationRefusal | null {
  const constraint = lineConstraint(candidate, line, constraints)
  return constraint === null ? null : { location: candidate.location, lineId: line.lineId, constraint }
}

function lineConstraint(
  candidate: SourcingCandidate,
  line: SourcingLine,
  { requirementsMet, shelfLife }: StrategyConstraints,
): ConstraintName | null {
  const lacks = (requirement: string) => !candidate.capabilities.includes(requirement)
  if (line.excluded.includes(candidate.location)) return 'turned_down'
  if (requirementsMet && line.requirements.some(lacks)) return 'requirements'
  if (!hasAny(candidate, line, 'anyAge')) return 'stock'
  return shelfLife && !hasAny(candidate, line, 'available') ? 'shelf_life' : null
}

/** One whole unit of the line. */
function hasAny(candidate: SourcingCandidate, { needs }: SourcingLine, age: 'available' | 'anyAge'): boolean {
  return needs.every(({ sku, units }) => {
    const figure = figureOf(candidate, sku)
    if (figure === undefined) return false
    return (age === 'anyAge' ? (figure.anyAge ?? figure.available) : figure.available) >= units
  })
}

/** A wide order asks each candidate for every SKU again and again: its figures are indexed once. */
export function figureOf({ figures }: SourcingCandidate, sku: Sku): StockFigure | undefined {
  const known = indexed.get(figures)
  const bySku = known ?? new Map(figures.toReversed().map((figure) => [figure.sku, figure]))
  if (known === undefined) indexed.set(figures, bySku)
  return bySku.get(sku)
}
const indexed = new WeakMap<SourcingCandidate['figures'], ReadonlyMap<Sku, StockFigure>>()

function isPricedOtherwise({ lanes }: SourcingCandidate, { constraints, order }: Context): boolean {
  return constraints.currencyMatches && lanes.length > 0 && lanes.every(({ currency }) => currency !== order.currency)
}

function dispatchesLate({ dispatchAtMs }: SourcingCandidate, { constraints, order }: Context): boolean {
  const { dispatchWithinHours: hours } = constraints
  return hours !== null && dispatchAtMs !== null && dispatchAtMs > order.fromMs + hours * hourMs
}

function isFull({ capacity }: SourcingCandidate): boolean {
  if (capacity === null) return false
  const { unitsMax, unitsUsed, ordersMax, ordersUsed } = capacity
  return (unitsMax !== null && unitsUsed >= unitsMax) || (ordersMax !== null && ordersUsed >= ordersMax)
}

/** As the decision takes it: the same input in another order is the same input. */
export function inOrder(request: SourcingRequest): SourcingRequest {
  return {
    ...request,
    lines: request.lines.toSorted((left, right) => (left.lineId < right.lineId ? -1 : 1)),
    candidates: request.candidates.toSorted(
      (left, right) => left.priority - right.priority || (left.location < right.location ? -1 : 1),
    ),
  }
}
