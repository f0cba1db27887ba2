import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sku } from '../../../src/domain/shared/ids.ts'
import { partsLookedAtMax, statesMax, statesMin } from '../../../src/domain/sourcing/bounds.ts'
import { decideSourcing } from '../../../src/domain/sourcing/decide-sourcing.ts'
import { referenceSourcing, textOf } from '../../fixtures/reference-sourcing.ts'
import { anyRequest, lineOf, placeOf, profileOf, requestOf } from '../../fixtures/sourcing.ts'

describe('the search for a plan', () => {
  it('finds what trying everything finds, on small orders', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const decision = decideSourcing(request)
        const [attempt] = decision.attempts
        expect(attempt?.boundReached).toBe(false)
        expect({
          plan: decision.plan === null ? null : textOf(decision.plan.allocations),
          score: decision.plan?.score ?? null,
          feasible: attempt?.feasible,
        }).toEqual(referenceSourcing(request))
      }),
      { numRuns: 1_500 },
    )
  })

  it('decides the same whatever the order in which lines, places, figures and lanes are named', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const turned = {
          ...request,
          lines: request.lines.toReversed().map((line) => ({ ...line, needs: line.needs.toReversed() })),
          candidates: request.candidates.toReversed().map((place) => ({
            ...place,
            figures: place.figures.toReversed(),
            lanes: place.lanes.toReversed(),
          })),
        }
        expect(JSON.stringify(decideSourcing(turned))).toBe(JSON.stringify(decideSourcing(request)))
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['plenty everywhere', 50, 40, () => 1_000],
    ['a little everywhere', 50, 40, () => 3],
    ['each SKU at a few places', 50, 40, (line: number, place: number) => ((line * 7 + place) % 13 === 0 ? 6 : 0)],
    [
      'all of it at two places only',
      50,
      40,
      (line: number, place: number) => (place === 11 + 17 * (line % 2) ? 10 : 0),
    ],
    ['five hundred lines', 500, 40, (line: number, place: number) => ((line + place) % 5 === 0 ? 8 : 0)],
  ])('stays within its bound on a wide order over a wide network: %s', (_, lineCount, placeCount, unitsAt) => {
    const wanted = Array.from({ length: lineCount }, (_, at) =>
      lineOf(`L${at}`, 10, { needs: [{ sku: sku(`S${at}`), units: 1 }] }),
    )
    const places = Array.from({ length: placeCount }, (_, place) =>
      placeOf(
        `p${place}`,
        Object.fromEntries(
          wanted.map((_, at): [string, number] => [`S${at}`, unitsAt(at, place)]).filter(([, units]) => units > 0),
        ),
        { priority: place },
      ),
    )
    const decision = decideSourcing(requestOf(wanted, places, profileOf({ weights: { split: 1, priority: 0.1 } })))
    expect(decision.attempts[0]?.explored).toBeLessThanOrEqual(statesMax)
    const most = wanted.map((line, at) =>
      Math.min(
        line.quantity,
        places.reduce((sum, _, place) => sum + unitsAt(at, place), 0),
      ),
    )
    const planned = decision.plan?.allocations.reduce((sum, { quantity }) => sum + quantity, 0)
    expect(planned).toBe(most.reduce((sum, units) => sum + units, 0))
  })

  it('looks at fewer plans the larger each of them is, and places what there is all the same', () => {
    const parts = (line: number) =>
      Array.from({ length: 100 }, (_, part) => ({ sku: sku(`S${(line + part) % 150}`), units: 1 + (part % 3) }))
    const wanted = Array.from({ length: 20 }, (_, at) => lineOf(`L${at}`, 2, { needs: parts(at) }))
    const stock = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`S${at}`, 40]))
    const places = Array.from({ length: 20 }, (_, place) => placeOf(`p${place}`, stock, { priority: place }))
    const { plan, attempts } = decideSourcing(requestOf(wanted, places, profileOf({ weights: { split: 1 } })))
    expect(plan?.unplanned).toEqual([])
    const parted = wanted.reduce((sum, { needs }) => sum + needs.length, 0)
    expect((attempts[0]?.explored ?? 0) * parted).toBeLessThanOrEqual(partsLookedAtMax + parted)
  })

  it('costs no more than two strategies, however many find nothing', () => {
    const wanted = Array.from({ length: 12 }, (_, at) =>
      lineOf(`L${at}`, 10, { needs: [{ sku: sku(`S${at}`), units: 1 }] }),
    )
    const stock = Object.fromEntries(wanted.map((_, at): [string, number] => [`S${at}`, 3]))
    const places = Array.from({ length: 12 }, (_, place) => placeOf(`p${place}`, stock))
    const hopeless = { constraints: { onTimePercentMin: 100 }, weights: { split: 1 } }
    const last = { weights: { split: 1 } }
    const strategies = [...Array.from({ length: 9 }, () => hopeless), last]
    const request = requestOf(wanted, places, profileOf(...strategies), { promisedByMs: 1 })
    const { strategy, plan, attempts } = decideSourcing(request)
    expect({ strategy, unplanned: plan?.unplanned }).toEqual({ strategy: 's10', unplanned: [] })
    expect(attempts.reduce((sum, { explored }) => sum + explored, 0)).toBeLessThanOrEqual(
      2 * statesMax + 10 * statesMin,
    )
  })
})
