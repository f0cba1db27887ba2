import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { locationId, sku } from '../../../src/domain/shared/ids.ts'
import { decideSourcing } from '../../../src/domain/sourcing/decide-sourcing.ts'
import type { SourcingDecision, StrategyAttempt } from '../../../src/domain/sourcing/decision.ts'
import type { SourcingRequest } from '../../../src/domain/sourcing/request.ts'
import { textOf } from '../../fixtures/reference-sourcing.ts'
import { anyRequest, lineOf, placeOf, profileOf, requestOf } from '../../fixtures/sourcing.ts'

const nothing = profileOf({})
const [ropeLine, buoyLine] = [
  lineOf('A', 1, { needs: [{ sku: sku('ROPE'), units: 1 }] }),
  lineOf('B', 1, { needs: [{ sku: sku('BUOY'), units: 1 }] }),
]

/** The chosen plan and those that score the same, as text, with what put them behind it. */
function tiesOf({ attempts }: SourcingDecision) {
  const plans = attempts.at(-1)?.plans.filter(({ refused }) => refused === null) ?? []
  return plans.map(({ allocations, lostTieBy }) => [textOf(allocations), lostTieBy ?? null])
}

describe('plans of the same score', () => {
  it('go by the number of parcels, then by priority, then by the order of ids', () => {
    const both = { ROPE: 1, BUOY: 1 }
    const places = [
      placeOf('b', both, { priority: 1 }),
      placeOf('c', both, { priority: 1 }),
      placeOf('d', both, { priority: 2 }),
    ]
    const decision = decideSourcing(requestOf([ropeLine, buoyLine], places, nothing))
    expect(tiesOf(decision)).toEqual([
      ['A@b:1 B@b:1', null],
      ['A@c:1 B@c:1', 'stable_order'],
      ['A@d:1 B@d:1', 'priority'],
      ['A@b:1 B@c:1', 'fewest_parcels'],
      ['A@c:1 B@b:1', 'fewest_parcels'],
      ['A@b:1 B@d:1', 'fewest_parcels'],
    ])
    expect(decision.attempts[0]).toMatchObject({ feasible: 9, tied: 8 })
  })

  it('go by how few pieces they are of, and at last by which line goes where', () => {
    const places = [placeOf('a', { ROPE: 2, BUOY: 2 }), placeOf('b', { ROPE: 2, BUOY: 2 })]
    const lines = [lineOf('A', 2), lineOf('B', 2, { needs: [{ sku: sku('BUOY'), units: 1 }] })]
    const tight = places.map((place) => ({
      ...place,
      capacity: { dayKey: '2026-01-05', unitsMax: 2, unitsUsed: 0, ordersMax: null, ordersUsed: 0 },
    }))
    expect(tiesOf(decideSourcing(requestOf(lines, tight, nothing)))).toEqual([
      ['A@a:2 B@b:2', null],
      ['A@b:2 B@a:2', 'stable_order'],
    ])
    const uneven = [placeOf('a', { ROPE: 2, BUOY: 1 }), placeOf('b', { ROPE: 1, BUOY: 2 })]
    const [chosen, ...others] = tiesOf(decideSourcing(requestOf(lines, uneven, nothing)))
    expect(chosen).toEqual(['A@a:2 B@b:2', null])
    expect(others.length).toBeGreaterThan(0)
    expect(new Set(others.map(([, by]) => by))).toEqual(new Set(['fewest_pieces']))
  })

  it('leave what is held where it is', () => {
    const places = [placeOf('a', { ROPE: 1 }), placeOf('b', { ROPE: 1 })]
    const current = {
      allocations: [{ lineId: ropeLine.lineId, location: locationId('b'), quantity: 1 }],
      ...{ marginPercent: 0, promises: [], closing: [] },
    }
    const request: SourcingRequest = { ...requestOf([ropeLine], places, nothing), current }
    expect(tiesOf(decideSourcing(request))).toEqual([
      ['A@b:1', null],
      ['A@a:1', 'held'],
    ])
    const fixed = current.allocations
    expect(tiesOf(decideSourcing({ ...requestOf([ropeLine], places, nothing), fixed }))).toEqual([
      ['A@b:1', null],
      ['A@a:1', 'held'],
    ])
  })

  it('are told of no plan that scores otherwise, and of none that is refused', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        for (const attempt of decideSourcing(request).attempts) {
          const feasible = attempt.plans.filter(({ refused }) => refused === null)
          const [chosen] = feasible
          const same = (plan: StrategyAttempt['plans'][number]) => plan.refused === null && plan.score === chosen?.score
          for (const plan of attempt.plans) {
            expect(plan.lostTieBy !== undefined).toBe(plan !== chosen && same(plan))
          }
          const told = Math.max(0, feasible.filter(same).length - 1)
          expect(attempt.tied).toBeGreaterThanOrEqual(told)
          if (attempt.feasible <= 6) expect(attempt.tied).toBe(told)
        }
      }),
      { numRuns: 400 },
    )
  })
})
