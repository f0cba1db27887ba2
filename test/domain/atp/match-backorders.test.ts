/** Who is to be served from which supply, and what an order has to hear of it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Backorder, inLine, matchBackorders, matchDigest } from '../../../src/domain/atp/match-backorders.ts'
import type { PositionFigures, SupplyFigure } from '../../../src/domain/atp/position-figures.ts'
import { locationId } from '../../../src/domain/shared/ids.ts'

const nowMs = 1_000_000
const empty: PositionFigures = {
  ...{ sellable: 0, committed: 0, held: 0, safetyStock: 0 },
  ...{ lots: [], needs: [], supplies: [], demands: [], protections: [] },
}
const supply = (supplyId: string, dueAtMs: number, units: number): SupplyFigure => ({
  ...{
    supplyId,
    type: 'purchase_order',
    dueAtMs,
    units,
    confidencePercent: 80,
    goodUntilMs: null,
    overdueDelayMs: 500,
  },
})
const place = (name: string, supplies: readonly SupplyFigure[], change: Partial<PositionFigures> = {}) => ({
  location: locationId(name),
  figures: { ...empty, supplies, ...change },
})
const order = (orderId: string, units: number, change: Partial<Backorder> = {}): Backorder => ({
  ...{ orderId, units, priority: 100, sinceMs: 0, locations: ['east', 'west'] },
  ...change,
})
const shown = (...asked: Parameters<typeof matchBackorders>) =>
  matchBackorders(...asked).map(({ orderId, matched, missing, expectedAtMs }) => [
    orderId,
    matched.map(({ location, supplyId, units }) => `${units} of ${supplyId}@${location}`),
    missing,
    expectedAtMs,
  ])

describe('backorders', () => {
  it('are matched by priority, then by age, each to what comes first', () => {
    const waiting = [
      order('young', 4, { sinceMs: 9 }),
      order('old', 4, { sinceMs: 5 }),
      order('vip', 3, { priority: 1 }),
    ]
    const places = [place('west', [supply('PO-2', nowMs + 20, 5)]), place('east', [supply('PO-1', nowMs + 10, 5)])]
    expect(shown(waiting, places, nowMs)).toEqual([
      ['vip', ['3 of PO-1@east'], 0, nowMs + 10],
      ['old', ['2 of PO-1@east', '2 of PO-2@west'], 0, nowMs + 20],
      ['young', ['3 of PO-2@west'], 1, null],
    ])
  })

  it('take nothing that comes to a place where they do not wait', () => {
    const places = [place('west', [supply('PO-2', nowMs + 20, 5)])]
    expect(shown([order('a', 2, { locations: ['east'] }), order('b', 2)], places, nowMs)).toEqual([
      ['a', [], 2, null],
      ['b', ['2 of PO-2@west'], 0, nowMs + 20],
    ])
  })

  it('come after what is promised, kept back or protected at the place', () => {
    const supplies = [supply('PO-1', nowMs + 10, 5), supply('PO-2', nowMs + 20, 9)]
    const owing = place('east', supplies, { sellable: 1, committed: 4, safetyStock: 1 })
    expect(shown([order('a', 3)], [owing], nowMs)).toEqual([['a', ['1 of PO-1@east', '2 of PO-2@east'], 0, nowMs + 20]])
  })

  it('are offered what is on hand before anything that comes, and nobody is told of that here', () => {
    const places = [place('east', [supply('PO-1', nowMs + 10, 5)], { sellable: 2 })]
    const [match] = matchBackorders([order('a', 3)], places, nowMs)
    expect(match?.matched).toMatchObject([
      { supplyId: null, units: 2, dueAtMs: null, expectedAtMs: nowMs },
      { supplyId: 'PO-1', units: 1, confidencePercent: 80 },
    ])
    expect(match && matchDigest(match)).toBe(`east/PO-1:1@${nowMs + 10} missing:0`)
  })

  it('expect overdue supply as much later than now as it is trusted to be', () => {
    const places = [place('east', [supply('LATE', nowMs - 10, 5), supply('SOON', nowMs + 100, 5)])]
    expect(shown([order('a', 7)], places, nowMs)).toEqual([['a', ['5 of SOON@east', '2 of LATE@east'], 0, nowMs + 500]])
  })

  it('are matched anew when supply is re-dated, shrinks, is cancelled or arrives', () => {
    const digest = (supplies: readonly SupplyFigure[], sellable = 0) =>
      matchBackorders([order('a', 3)], [place('east', supplies, { sellable })], nowMs).map(matchDigest)
    const before = digest([supply('PO-1', nowMs + 10, 3)])
    const changed = [
      digest([supply('PO-1', nowMs + 20, 3)]),
      digest([supply('PO-1', nowMs + 10, 2)]),
      digest([]),
      digest([], 3),
    ]
    expect(new Set([before, ...changed].map(String)).size).toBe(5)
    expect(digest([supply('PO-1', nowMs + 10, 8)])).toEqual(before)
  })
})

const supplies = fc.array(
  fc.tuple(fc.integer({ min: -20, max: 50 }), fc.integer({ min: 1, max: 9 })).map(([due, units]) => ({ due, units })),
  { maxLength: 4 },
)
const places = fc
  .array(fc.record({ supplies, sellable: fc.integer({ min: 0, max: 5 }), committed: fc.integer({ min: 0, max: 6 }) }), {
    maxLength: 3,
  })
  .map((all) =>
    all.map(({ supplies: coming, ...figures }, at) =>
      place(
        `l${at}`,
        coming.map(({ due, units }, number) => supply(`PO-${at}-${number}`, nowMs + due, units)),
        figures,
      ),
    ),
  )
const line = fc
  .array(
    fc.record({
      units: fc.integer({ min: 1, max: 8 }),
      priority: fc.integer({ min: 0, max: 2 }),
      sinceMs: fc.integer({ min: 0, max: 3 }),
      locations: fc.subarray(['l0', 'l1', 'l2']),
    }),
    { maxLength: 6 },
  )
  .map((all) => all.map((each, at) => ({ ...each, orderId: `o${at}` })))

describe('whatever comes and whoever waits', () => {
  it('no unit is matched twice, none is lost, and the order of asking is no matter', () => {
    fc.assert(
      fc.property(line, places, (waiting, sites) => {
        const matches = matchBackorders(waiting, sites, nowMs)
        for (const { units, matched, missing, locations } of matches) {
          expect(matched.reduce((sum, each) => sum + each.units, missing)).toBe(units)
          for (const each of matched) expect(locations).toContain(each.location)
        }
        for (const { location, figures } of sites) {
          const taken = matches.flatMap(({ matched }) => matched.filter((each) => each.location === location))
          const all = figures.sellable + figures.supplies.reduce((sum, { units }) => sum + units, 0)
          const total = taken.reduce((sum, { units }) => sum + units, 0)
          expect(total).toBeLessThanOrEqual(Math.max(0, all - figures.committed))
        }
        expect(matchBackorders(waiting.toReversed(), sites.toReversed(), nowMs)).toEqual(matches)
      }),
      { numRuns: 1_000 },
    )
  })

  it('whoever joins behind changes nothing for those before', () => {
    fc.assert(
      fc.property(line, places, (waiting, sites) => {
        const all = matchBackorders(waiting, sites, nowMs)
        const first = waiting.toSorted(inLine).slice(0, -1)
        expect(matchBackorders(first, sites, nowMs)).toEqual(all.slice(0, first.length))
      }),
      { numRuns: 500 },
    )
  })
})
