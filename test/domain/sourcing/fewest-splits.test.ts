import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { locationId, sku } from '../../../src/domain/shared/ids.ts'
import { decideSourcing } from '../../../src/domain/sourcing/decide-sourcing.ts'
import { fewestSplits } from '../../../src/domain/sourcing/profile.ts'
import type { SourcingCandidate, SourcingLine } from '../../../src/domain/sourcing/request.ts'
import { lineOf, placeOf, requestOf } from '../../fixtures/sourcing.ts'

/** Places of falling rank, with what they have of ROPE. */
const places = (figures: Readonly<Record<string, number>>) =>
  Object.entries(figures).map(([id, units], at) => placeOf(id, { ROPE: units }, { priority: at }))
const packs = (units: number) => ({ needs: [{ sku: sku('ROPE'), units }] })

function planned(lines: readonly SourcingLine[], candidates: readonly SourcingCandidate[], allowPartial = true) {
  const { plan } = decideSourcing(requestOf(lines, candidates, fewestSplits, { allowPartial }))
  return plan?.allocations.map((each) => `${each.lineId}:${each.quantity}@${each.location}`) ?? []
}

describe('the plan where no profile is configured', () => {
  it('takes the location of highest priority that has everything', () => {
    expect(planned([lineOf('A', 2)], places({ x: 1, y: 5, z: 9 }))).toEqual(['A:2@y'])
  })

  it('breaks ties by id, not by the order in which locations are named', () => {
    const equal = ['z', 'a', 'm'].map((id) => placeOf(id, { ROPE: 1 }, { priority: 5 }))
    expect(planned([lineOf('A', 1)], equal)).toEqual(['A:1@a'])
  })

  it('prefers one location of low priority to two of high', () => {
    expect(planned([lineOf('A', 4)], places({ x: 2, y: 2, z: 4 }))).toEqual(['A:4@z'])
  })

  it('splits over as few locations as it can, keeping lines whole where possible', () => {
    expect(planned([lineOf('A', 3), lineOf('B', 2)], places({ x: 2, y: 3, z: 1 }))).toEqual(['A:3@y', 'B:2@x'])
  })

  it('counts lines of one SKU against the same stock', () => {
    const request = requestOf([lineOf('A', 3), lineOf('B', 3)], places({ x: 4 }), fewestSplits)
    expect(decideSourcing(request).plan?.unplanned).toEqual([{ lineId: 'B', quantity: 2 }])
  })

  it('plans whole packs only', () => {
    const request = requestOf([lineOf('A', 2, packs(6))], places({ x: 11, y: 5 }), fewestSplits)
    expect(decideSourcing(request).plan).toMatchObject({ allocations: [{ quantity: 1 }], unplanned: [{ quantity: 1 }] })
  })

  it('never tears a bundle apart: all of its components come from one location', () => {
    const kit = lineOf('A', 2, { needs: ['ROPE', 'HOOK'].map((each) => ({ sku: sku(each), units: 1 })) })
    const here = [placeOf('x', { ROPE: 9, HOOK: 1 }), placeOf('y', { ROPE: 1, HOOK: 9 }), placeOf('z', { ROPE: 9 })]
    expect(planned([kit], here)).toEqual(['A:1@x', 'A:1@y'])
  })

  it('plans nothing, rather than a part, for an order that may not go in part', () => {
    expect(planned([lineOf('A', 4)], places({ x: 2, y: 2 }), false)).toEqual([])
    expect(planned([lineOf('A', 4)], places({ x: 2, y: 4 }), false)).toEqual(['A:4@y'])
  })

  it('passes over a place for the line that was turned down there', () => {
    const turnedDown = lineOf('A', 1, { excluded: [locationId('x')] })
    expect(planned([turnedDown, lineOf('B', 1)], places({ x: 9, y: 9 }))).toEqual(['A:1@y', 'B:1@y'])
    expect(planned([turnedDown], places({ x: 9 }))).toEqual([])
  })

  const stock = fc.record({ S: fc.nat(8), T: fc.nat(8) })
  const demand = fc.array(
    fc.record({ of: fc.constantFrom('S', 'T'), units: fc.integer({ min: 1, max: 6 }), pack: fc.constantFrom(1, 1, 2) }),
    { minLength: 1, maxLength: 4 },
  )

  it('plans no more than there is or was asked, and misses no single unit', () => {
    fc.assert(
      fc.property(
        demand,
        fc.array(stock, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (asked, told, allowPartial) => {
          const lines = asked.map(({ of, units, pack }, at) =>
            lineOf(`L${at}`, units, { needs: [{ sku: sku(of), units: pack }] }),
          )
          const candidates = told.map((figures, at) => placeOf(`p${at}`, figures, { priority: at }))
          const { plan } = decideSourcing(requestOf(lines, candidates, fewestSplits, { allowPartial }))
          const taken = new Map<string, number>()
          for (const { lineId, location, quantity } of plan?.allocations ?? []) {
            const [need] = lines.find((each) => each.lineId === lineId)?.needs ?? []
            const key = `${need?.sku}@${location}`
            taken.set(key, (taken.get(key) ?? 0) + quantity * (need?.units ?? 0))
          }
          const thereOf = (key: string) => {
            const [what, at] = key.split('@')
            return candidates.find(({ location }) => location === at)?.figures.find((each) => each.sku === what)
              ?.available
          }
          for (const [key, units] of taken) expect(units).toBeLessThanOrEqual(thereOf(key) ?? 0)
          if (plan === null) return
          for (const { lineId, quantity } of lines) {
            const parts = [...plan.allocations, ...plan.unplanned].filter((each) => each.lineId === lineId)
            expect(parts.reduce((sum, each) => sum + each.quantity, 0)).toBe(quantity)
          }
          if (!allowPartial) expect(plan.unplanned).toEqual([])
          if (!allowPartial || asked.some(({ pack }) => pack > 1)) return
          for (const of of ['S', 'T'] as const) {
            const wanted = asked.reduce((sum, each) => sum + (each.of === of ? each.units : 0), 0)
            const there = told.reduce((sum, figures) => sum + figures[of], 0)
            const got = [...taken].reduce((sum, [key, units]) => sum + (key.startsWith(of) ? units : 0), 0)
            expect(got).toBe(Math.min(wanted, there))
          }
        },
      ),
    )
  })
})
