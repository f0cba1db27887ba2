/** Who is to be served from which supply, and what an order has to hear of it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Backorder,
  inLine,
  matchBackorders as match,
  matchDigest,
} from '../../../src/domain/atp/match-backorders.ts'
import type { PositionFigures, ProtectionFigure, SupplyFigure } from '../../../src/domain/atp/position-figures.ts'
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
  ...{ orderId, units, priority: 100, sinceMs: 0, promisedByMs: null, notBeforeMs: null },
  locations: ['east', 'west'],
  ...change,
})
type Places = Parameters<typeof match>[1]
/** Of a SKU that keeps, unless the test says otherwise. */
const matchBackorders = (waiting: readonly Backorder[], at: Places, atMs: number, keepMs = 0) =>
  match(waiting, at, atMs, keepMs)
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
    const [only] = matchBackorders([order('a', 3)], places, nowMs)
    expect(only?.matched).toMatchObject([
      { supplyId: null, units: 2, dueAtMs: null, expectedAtMs: nowMs },
      { supplyId: 'PO-1', units: 1, confidencePercent: 80 },
    ])
    expect(only && matchDigest(only)).toBe(`east/PO-1:1@${nowMs + 10} missing:0`)
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

describe('backorders where units are protected', () => {
  const protection = (group: string, units: number, change: Partial<ProtectionFigure> = {}): ProtectionFigure => ({
    ...{ group, units, releaseAtMs: null, lendsTo: [] },
    ...change,
  })
  const vip = (units: number) => order('vip', units, { group: 'vip', sinceMs: 9 })

  it('are matched to what is protected for their group, and leave the rest to others', () => {
    const protections = [protection('vip', 4)]
    const places = [place('east', [supply('PO-1', nowMs + 10, 6)], { protections })]
    expect(shown([order('other', 5), vip(3)], places, nowMs)).toEqual([
      ['other', ['2 of PO-1@east'], 3, null],
      ['vip', ['3 of PO-1@east'], 0, nowMs + 10],
    ])
    expect(shown([vip(5), order('other', 5, { sinceMs: 10 })], places, nowMs)).toEqual([
      ['vip', ['5 of PO-1@east'], 0, nowMs + 10],
      ['other', ['1 of PO-1@east'], 4, null],
    ])
  })

  it('borrow what another group lends, and no more, after what is nobody’s', () => {
    const protections = [protection('vip', 4, { lendsTo: [{ group: 'shop', units: 2 }] })]
    const places = [place('east', [supply('PO-1', nowMs + 10, 5)], { protections })]
    expect(shown([order('a', 9, { group: 'shop' }), vip(4)], places, nowMs)).toEqual([
      ['a', ['3 of PO-1@east'], 6, null],
      ['vip', ['2 of PO-1@east'], 2, null],
    ])
    expect(shown([order('a', 1, { group: 'shop' }), vip(4)], places, nowMs)[1]?.[2]).toBe(0)
  })

  it('are matched to what comes once nobody is protected any more', () => {
    const protections = [protection('vip', 4, { releaseAtMs: nowMs + 15 })]
    const supplies = [supply('PO-1', nowMs + 10, 3), supply('PO-2', nowMs + 20, 3)]
    expect(shown([order('other', 3)], [place('east', supplies, { protections })], nowMs)).toEqual([
      ['other', ['3 of PO-2@east'], 0, nowMs + 20],
    ])
  })

  it('never take what is kept for others, and find every unit that they may take', () => {
    const groups = ['vip', 'shop', undefined] as const
    const waiting = fc.array(fc.record({ group: fc.constantFrom(...groups), units: fc.integer({ min: 1, max: 9 }) }))
    const protectedUnits = fc.record({ vip: fc.nat(9), shop: fc.nat(9) })
    const script = fc.record({ waiting, protectedUnits, sellable: fc.nat(20), coming: fc.nat(20) })
    const run = (input: typeof script extends fc.Arbitrary<infer Input> ? Input : never) => {
      const { vip: forVip, shop: forShop } = input.protectedUnits
      const protections = [protection('vip', forVip), protection('shop', forShop)]
      const supplies = input.coming === 0 ? [] : [supply('PO-1', nowMs + 10, input.coming)]
      const orders = input.waiting.map(({ group, units }, at) => {
        return order(`o${String(at).padStart(3, '0')}`, units, group === undefined ? {} : { group })
      })
      const places = [place('east', supplies, { sellable: input.sellable, protections })]
      const matches = matchBackorders(orders, places, nowMs)
      const taken = (group: string | undefined) =>
        matches.filter((match) => match.group === group).reduce((sum, match) => sum + match.units - match.missing, 0)
      const all = input.sellable + input.coming
      const [keptVip, keptShop] = [Math.min(forVip, all), Math.min(forShop, Math.max(0, all - forVip))]
      const nobodys = all - keptVip - keptShop
      const beyond = Math.max(0, taken('vip') - keptVip) + Math.max(0, taken('shop') - keptShop) + taken(undefined)
      expect(beyond).toBeLessThanOrEqual(nobodys)
      const wants = (group: string | undefined) => matches.some((match) => match.group === group && match.missing > 0)
      if (wants('vip')) expect(taken('vip')).toBeGreaterThanOrEqual(keptVip)
      if (wants('vip') || wants('shop') || wants(undefined)) {
        const idle = (wants('vip') ? 0 : keptVip) + (wants('shop') ? 0 : keptShop)
        expect(taken('vip') + taken('shop') + taken(undefined)).toBeGreaterThanOrEqual(all - idle)
      }
    }
    fc.assert(fc.property(script, run), { numRuns: 500 })
  })
})

describe('backorders of what expires', () => {
  const keepMs = 100
  const lot = (lotId: string, units: number, goodForMs: number) => ({ lotId, units, goodUntilMs: nowMs + goodForMs })
  const expiring = (supplyId: string, dueInMs: number, units: number, goodForMs: number): SupplyFigure => ({
    ...supply(supplyId, nowMs + dueInMs, units),
    goodUntilMs: nowMs + goodForMs,
  })

  it('pass over what would not keep, and wait for what does', () => {
    const places = [place('east', [expiring('OLD', 10, 5, 109), expiring('FRESH', 20, 5, 120)])]
    expect(shown([order('a', 3)], places, nowMs, keepMs)).toEqual([['a', ['3 of FRESH@east'], 0, nowMs + 20]])
    expect(shown([order('a', 3)], places, nowMs, 99)).toEqual([['a', ['3 of OLD@east'], 0, nowMs + 10]])
  })

  it('are not offered a lot that is too old, and leave the longer life where the shorter will do', () => {
    const lots = [lot('stale', 4, 99), lot('long', 4, 900), lot('enough', 4, 100)]
    const places = [place('east', [], { sellable: 12, lots })]
    const waiting = [
      order('a', 5),
      order('b', 2, { sinceMs: 1, promisedByMs: nowMs + 700 }),
      order('c', 2, { sinceMs: 2 }),
    ]
    expect(shown(waiting, places, nowMs, keepMs)).toEqual([
      ['a', ['5 of null@east'], 0, nowMs],
      ['b', ['2 of null@east'], 0, nowMs],
      ['c', ['1 of null@east'], 1, null],
    ])
    expect(shown([order('first', 4), ...waiting.slice(1)], places, nowMs, keepMs)[1]).toEqual([
      'b',
      ['2 of null@east'],
      0,
      nowMs,
    ])
  })

  it('have to keep from when they are promised for, or from when they may leave', () => {
    const places = [place('east', [expiring('PO-1', 10, 5, 200)])]
    const missing = (change: Partial<Backorder>) => shown([order('a', 3, change)], places, nowMs, keepMs)[0]?.[2]
    expect(missing({ promisedByMs: nowMs + 100 })).toBe(0)
    expect(missing({ promisedByMs: nowMs + 101 })).toBe(3)
    expect(missing({ notBeforeMs: nowMs + 101 })).toBe(3)
    expect(missing({ notBeforeMs: nowMs + 5 })).toBe(0)
    expect(missing({ promisedByMs: nowMs - 900 })).toBe(0)
  })

  it('never take what has expired when it comes', () => {
    const places = [place('east', [expiring('GONE', 10, 5, 10)], { sellable: 3, lots: [lot('gone', 3, 0)] })]
    expect(shown([order('a', 1, { promisedByMs: nowMs - 900 })], places, nowMs, keepMs)).toEqual([['a', [], 1, null]])
    expect(shown([order('a', 1)], places, nowMs)).toEqual([['a', [], 1, null]])
  })

  it('come after claims that need the units to keep: those have them first, and no more than they need', () => {
    const lots = [lot('short', 3, 150), lot('long', 3, 900)]
    const needing = { sellable: 6, lots, committed: 2, needs: [{ goodUntilMs: nowMs + 800, units: 2 }] }
    expect(shown([order('a', 6)], [place('east', [], needing)], nowMs, keepMs)).toEqual([
      ['a', ['4 of null@east'], 2, null],
    ])
    const ofAnyAge = place('east', [], { ...needing, needs: [] })
    expect(shown([order('a', 6, { promisedByMs: nowMs + 300 })], [ofAnyAge], nowMs, keepMs)[0]?.[2]).toBe(3)
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
  .map((all) => all.map((each, at) => ({ ...each, promisedByMs: null, notBeforeMs: null, orderId: `o${at}` })))

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

  it('nobody is matched to what does not keep, nor misses what would', () => {
    const life = fc.option(fc.integer({ min: 0, max: 60 }), { nil: null })
    const coming = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9 }), life), {
      maxLength: 5,
    })
    const terms = fc.record({ promised: life, notBefore: life })
    fc.assert(
      fc.property(
        coming,
        line,
        fc.array(terms, { minLength: 6, maxLength: 6 }),
        fc.nat(40),
        (made, asked, all, keep) => {
          const then = (afterMs: number | null) => (afterMs === null ? null : nowMs + afterMs)
          const announced = made.map(([due, units, good], at) => ({
            ...supply(`PO-${at}`, nowMs + due, units),
            goodUntilMs: then(good),
          }))
          const waiting = asked.map((each, at) => ({
            ...{ ...each, locations: ['l0'] },
            promisedByMs: then(all[at]?.promised ?? null),
            notBeforeMs: then(all[at]?.notBefore ?? null),
          }))
          const left = new Map(announced.map(({ supplyId, units }) => [supplyId, units]))
          for (const { matched, missing, promisedByMs, notBeforeMs } of match(
            waiting,
            [place('l0', announced)],
            nowMs,
            keep,
          )) {
            const fits = announced.filter(({ dueAtMs, goodUntilMs }) => {
              const fromMs = promisedByMs ?? Math.max(dueAtMs, notBeforeMs ?? 0)
              const untilMs = keep === 0 ? dueAtMs : fromMs + keep
              return goodUntilMs === null || (goodUntilMs >= untilMs && goodUntilMs > dueAtMs)
            })
            for (const { supplyId, units } of matched) {
              expect(fits.map((each) => each.supplyId)).toContain(supplyId)
              left.set(supplyId ?? '', (left.get(supplyId ?? '') ?? 0) - units)
            }
            for (const units of left.values()) expect(units).toBeGreaterThanOrEqual(0)
            if (missing > 0) for (const { supplyId } of fits) expect(left.get(supplyId)).toBe(0)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
