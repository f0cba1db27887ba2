/** What a decision says of itself holds: every refusal by the constraint it names, and every score by its terms. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideSourcing } from '../../../src/domain/sourcing/decide-sourcing.ts'
import type { CandidatePlan, ConstraintName } from '../../../src/domain/sourcing/decision.ts'
import { keptDecision, rerun } from '../../../src/domain/sourcing/kept-decision.ts'
import { type Strategy, strategySchema } from '../../../src/domain/sourcing/profile.ts'
import type { SourcingCandidate, SourcingLine, SourcingRequest } from '../../../src/domain/sourcing/request.ts'
import { anyRequest, dayMs } from '../../fixtures/sourcing.ts'

const constraints = fc.record({
  excludedLocations: fc.constantFrom([], [], ['p1']),
  locationKinds: fc.constantFrom([], [], ['store'], ['warehouse']),
  zoneMax: fc.constantFrom(null, null, 1),
  currencyMatches: fc.boolean(),
  dispatchWithinHours: fc.constantFrom(null, 24),
  maxSplits: fc.constantFrom(null, 0, 1),
  wholeOrder: fc.boolean(),
  onTimePercentMin: fc.constantFrom(0, 60, 95),
  shipmentValueMin: fc.constantFrom(null, { currency: 'EUR', amountMinor: 2_000 }),
})
const place = fc.record({
  isUp: fc.constantFrom(true, true, true, false),
  isReached: fc.constantFrom(undefined, undefined, undefined, false as const),
  kind: fc.constantFrom('warehouse' as const, 'store' as const),
  zone: fc.constantFrom(null, 1, 2),
  servesDestination: fc.constantFrom(true, true, true, false),
  servesEntity: fc.constantFrom(true, true, true, false),
  servesMethod: fc.constantFrom(true, true, true, false),
})
const anyHard: fc.Arbitrary<SourcingRequest> = fc
  .record({
    request: anyRequest,
    hard: fc.array(constraints, { minLength: 1, maxLength: 3 }),
    places: fc.array(place, { minLength: 4, maxLength: 4 }),
  })
  .map(({ request, hard, places }) => ({
    ...request,
    candidates: request.candidates.map((candidate, at) => {
      const { isReached, ...place } = places[at] ?? {}
      return { ...candidate, ...place, ...(isReached === false ? { isReached } : {}) }
    }),
    profile: {
      ...request.profile,
      strategies: hard.map((own, at) =>
        strategySchema.parse({ ...request.profile.strategies[0], id: `s${at}`, constraints: own }),
      ),
    },
  }))

const figure = ({ figures }: SourcingCandidate, sku: string) => figures.find((each) => each.sku === sku)?.available ?? 0
const hasNone = (candidate: SourcingCandidate, { needs }: SourcingLine) =>
  needs.some(({ sku, units }) => figure(candidate, sku) < units)

function isRefused(
  constraint: ConstraintName,
  at: SourcingCandidate,
  { order, lines }: SourcingRequest,
  { constraints: hard }: Strategy,
): boolean {
  const { capacity } = at
  const full = (max: number | null, used: number) => max !== null && used >= max
  const answers: Partial<Record<ConstraintName, boolean>> = {
    excluded_location: hard.excludedLocations.includes(at.location),
    location_kind: hard.locationKinds.length > 0 && !hard.locationKinds.includes(at.kind),
    location_down: !at.isUp,
    location_silent: at.isReached === false,
    entity: !at.servesEntity,
    region: !at.servesDestination,
    delivery_method: !at.servesMethod,
    zone: (at.zone ?? 0) > (hard.zoneMax ?? 99),
    currency: at.lanes.length > 0 && at.lanes.every(({ currency }) => currency !== order.currency),
    dispatch_time: (at.dispatchAtMs ?? 0) - order.fromMs > dayMs,
    capacity:
      full(capacity?.unitsMax ?? null, capacity?.unitsUsed ?? 0) ||
      full(capacity?.ordersMax ?? null, capacity?.ordersUsed ?? 0),
    stock: lines.every((line) => hasNone(at, line)),
  }
  return answers[constraint] === true
}

function isPlanRefused(plan: CandidatePlan, most: number, request: SourcingRequest, { constraints: hard }: Strategy) {
  const parcels = plan.shipments.length
  const worth = hard.shipmentValueMin?.amountMinor ?? 0
  const answers: Partial<Record<ConstraintName, boolean>> = {
    whole_order: plan.unplanned.length > 0 && (hard.wholeOrder || !request.order.allowPartial),
    max_splits: parcels - 1 > (request.order.allowPartial ? (hard.maxSplits ?? 99) : 0),
    shipment_value: parcels > 1 && plan.shipments.some(({ valueMinor }) => valueMinor < worth),
    on_time: plan.shipments.reduce((product, { onTime }) => product * onTime, 1) * 100 < hard.onTimePercentMin,
    coverage: unitsOf(plan, request) < most,
  }
  return plan.refused !== null && answers[plan.refused] === true
}

const unitsOf = ({ allocations }: CandidatePlan, { lines }: SourcingRequest) =>
  allocations.reduce((sum, { lineId, quantity }) => {
    const needs = lines.find((line) => line.lineId === lineId)?.needs ?? []
    return sum + quantity * needs.reduce((all, { units }) => all + units, 0)
  }, 0)

describe('what a decision says', () => {
  it('is true of every refusal, and adds up for every plan', () => {
    fc.assert(
      fc.property(anyHard, (request) => {
        const decision = decideSourcing(request)
        for (const attempt of decision.attempts) {
          const strategy = request.profile.strategies.find(({ id }) => id === attempt.strategy)
          if (strategy === undefined) throw new Error('an attempt with a strategy of another profile')
          for (const { location, lineId, constraint } of attempt.refusals) {
            const at = request.candidates.find((candidate) => candidate.location === location)
            const line = request.lines.find((each) => each.lineId === lineId)
            if (at === undefined) throw new Error('a refusal of nowhere')
            const isTrue =
              line === undefined
                ? isRefused(constraint, at, request, strategy)
                : constraint === 'turned_down'
                  ? line.excluded.includes(location)
                  : constraint === 'stock' && hasNone(at, line)
            expect({ constraint, isTrue }).toEqual({ constraint, isTrue: true })
          }
          const most = Math.max(
            0,
            ...attempt.plans.filter(({ refused }) => refused === null).map((plan) => unitsOf(plan, request)),
          )
          for (const plan of attempt.plans) {
            if (plan.refused !== null)
              expect([plan.refused, isPlanRefused(plan, most, request, strategy)]).toEqual([plan.refused, true])
            const sum = Object.values(plan.terms).reduce((total, { weighted }) => total + weighted, 0)
            expect(plan.score).toBeCloseTo(sum, 5)
            for (const [term, { normalised, weighted }] of Object.entries(plan.terms)) {
              expect(normalised).toBeGreaterThanOrEqual(0)
              expect(normalised).toBeLessThanOrEqual(1)
              expect(Math.abs(weighted)).toBeCloseTo(
                strategy.weights[term as keyof Strategy['weights']] * normalised,
                5,
              )
            }
          }
        }
        expect(rerun(keptDecision(request, decision))).toBe('same')
      }),
      { numRuns: 800 },
    )
  })
})
