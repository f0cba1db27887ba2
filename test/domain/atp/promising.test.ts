/** Network answers beside the position formulas that they are made of, on generated figures. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atfOf, atpOf } from '../../../src/domain/atp/atp-of.ts'
import { judgeAnswer, judgePush } from '../../../src/domain/atp/judge-news.ts'
import { askAt, curveOf, unitsAt } from '../../../src/domain/atp/network-curve.ts'
import type { Asker, Part } from '../../../src/domain/atp/part-availability.ts'
import type { PositionFigures } from '../../../src/domain/atp/position-figures.ts'
import { predictBreach } from '../../../src/domain/atp/predict-breach.ts'
import { skuAvailability } from '../../../src/domain/atp/sku-availability.ts'
import { promisingDefault } from '../../../src/domain/config/promising.ts'
import { sku } from '../../../src/domain/shared/ids.ts'
import { summaryOf } from '../../fixtures/position-summaries.ts'

const nowMs = 1_000_000
const horizonMs = 5_000
const at = fc.integer({ min: nowMs - horizonMs / 5, max: nowMs + horizonMs })
const units = fc.integer({ min: 0, max: 30 })
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

const lots = fc.array(fc.record({ lotId: fc.uuid(), goodUntilMs: maybe(at), units }), { maxLength: 3 })
const supplies = fc.array(
  fc.record({
    supplyId: fc.uuid(),
    type: fc.constant('purchase_order' as const),
    dueAtMs: at,
    units,
    confidencePercent: fc.integer({ min: 0, max: 100 }),
    goodUntilMs: maybe(at),
    overdueDelayMs: fc.constant(700),
  }),
  { maxLength: 3 },
)
const demands = fc.array(fc.record({ dueAtMs: at, goodUntilMs: maybe(at), units }), { maxLength: 3 })
const protections = fc.array(
  fc.record({
    group: fc.constantFrom('contract', 'retail'),
    units,
    releaseAtMs: maybe(at),
    lendsTo: fc.constant([]),
  }),
  { maxLength: 2 },
)
const figures: fc.Arbitrary<PositionFigures> = fc
  .record({ sellable: units, committed: units, held: units, safetyStock: units, lots, supplies, demands, protections })
  .map((parts) => {
    const inLots = parts.lots.reduce((sum, lot) => sum + lot.units, 0)
    return { ...parts, sellable: parts.sellable + inLots, needs: [] }
  })
const group = fc.constantFrom(null, 'contract', 'retail')
const keepMs = fc.constantFrom(null, 1, 400)

describe('the curve of a position', () => {
  it('is what may be promised for every instant, not only for those at which it changes', () => {
    const asked = fc.record({ figures, group, keepMs, byMs: at, keepBack: units })
    fc.assert(
      fc.property(asked, ({ figures: held, byMs, ...ask }) => {
        const whole = { nowMs, ...ask }
        const wanted = Math.max(nowMs, byMs)
        expect(unitsAt(curveOf(held, whole), wanted)).toBe(atpOf(held, askAt(whole, wanted), wanted))
      }),
      { numRuns: 2_000 },
    )
  })
})

const asker = (forGroup: string | null, keepDays = 0): Asker => ({
  nowMs,
  channel: null,
  group: forGroup,
  methods: [],
  keepDays,
  promising: promisingDefault,
})
const partOf = (positions: readonly PositionFigures[], change: Partial<Part> = {}): Part => ({
  sku: sku('ROPE-10'),
  class: null,
  shelfLifeDays: 0,
  units: 1,
  summaries: positions.map((held, index) => summaryOf({ location: `site-${index}`, figures: held })),
  unrouted: 0,
  buffer: 0,
  ...change,
})
const deliver = (_location: string, releasedAtMs: number) => {
  const atMs = releasedAtMs + 10
  return { atMs, likelyAtMs: atMs, departsAtMs: releasedAtMs, service: null, confidencePercent: 100 }
}
const network = fc.array(figures, { minLength: 1, maxLength: 4 })

describe('the answer for a SKU', () => {
  it('is the sum of its positions, less what captured orders want', () => {
    fc.assert(
      fc.property(network, group, units, (positions, forGroup, unrouted) => {
        const part = partOf(positions, { unrouted })
        const wanted = { quantity: 1, byMs: null, deliver }
        const answer = skuAvailability({ sku: part.sku, class: null, parts: [part], asker: asker(forGroup), wanted })
        const ask = { nowMs, group: forGroup, goodUntilMs: null, keepBack: 0 }
        const sum = positions.reduce((total, held) => total + atfOf(held, ask), 0)
        expect(answer.available).toBe(sum)
        expect(answer.ats).toBe(Math.max(0, sum - unrouted))
        expect(answer.curve[0]?.units).toBe(answer.ats)
      }),
      { numRuns: 1_000 },
    )
  })

  it('promises what is there for the date, from locations that have it', () => {
    fc.assert(
      fc.property(network, fc.integer({ min: 1, max: 60 }), at, (positions, quantity, byMs) => {
        const part = partOf(positions)
        const wanted = { quantity, byMs, deliver }
        const { curve, promise } = skuAvailability({
          ...{ sku: part.sku, class: null, parts: [part], asker: asker(null), wanted },
        })
        expect(promise === null).toBe(curve.every((step) => step.units < quantity))
        if (promise === null) return
        expect(promise.plan.reduce((sum, each) => sum + each.quantity, 0)).toBe(quantity)
        for (const { location, quantity: taken, fromMs, dateMs } of promise.plan) {
          const held = positions[Number(location.replace('site-', ''))] ?? null
          const ask = { nowMs, group: null, goodUntilMs: null, keepBack: 0 }
          expect(held === null ? 0 : atpOf(held, ask, fromMs)).toBeGreaterThanOrEqual(taken)
          expect(dateMs).toBeLessThanOrEqual(promise.dateMs)
        }
        const canBeInTime = curve.some((step) => step.units >= quantity && step.fromMs + 10 <= byMs)
        if (canBeInTime) expect(promise.dateMs).toBeLessThanOrEqual(byMs)
      }),
      { numRuns: 1_000 },
    )
  })

  it('for a bundle is what every location can pack whole of it, and never more than a component has', () => {
    fc.assert(
      fc.property(network, network, fc.integer({ min: 1, max: 5 }), units, (bolts, nuts, each, unrouted) => {
        const parts = [partOf(bolts, { sku: sku('BOLT') }), partOf(nuts, { sku: sku('NUT'), units: each, unrouted })]
        const wanted = { quantity: 2, byMs: null, deliver }
        const kit = skuAvailability({ sku: sku('KIT'), class: null, parts, asker: asker(null), wanted })
        const ask = { nowMs, group: null, goodUntilMs: null, keepBack: 0 }
        const at = (held: PositionFigures | undefined) => (held === undefined ? 0 : Math.max(0, atfOf(held, ask)))
        const whole = bolts.reduce((sum, held, site) => sum + Math.min(at(held), Math.floor(at(nuts[site]) / each)), 0)
        const nutsLeft = nuts.reduce((sum, held) => sum + atfOf(held, ask), 0) - unrouted
        expect(kit.available).toBe(whole)
        expect(kit.ats).toBe(Math.max(0, Math.min(whole, Math.floor(nutsLeft / each))))
        expect(kit.curve[0]?.units).toBe(kit.ats)
        for (const { location } of kit.promise?.plan ?? []) {
          const [bolt = 0, nut = 0] = ['BOLT', 'NUT'].map((name) =>
            (kit.promise?.plan ?? []).reduce(
              (sum, planned) => sum + (planned.sku === name && planned.location === location ? planned.quantity : 0),
              0,
            ),
          )
          expect(nut).toBe(bolt * each)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('news of a position', () => {
  const version = fc.integer({ min: 0, max: 5 })

  it('never replaces a newer version by an older one that was pushed', () => {
    fc.assert(
      fc.property(version, version, version, (held, pushed, previous) => {
        const { effect } = judgePush(held, pushed, previous)
        expect(effect).toBe(pushed > held ? 'taken' : pushed === held ? 'confirmed' : 'ignored')
      }),
    )
  })

  it('is believed when it is the position’s own answer, unless it was overtaken on its way', () => {
    expect(judgeAnswer(4, 4, 2)).toEqual({ effect: 'taken', anomaly: 'rewound' })
    expect(judgeAnswer(5, 3, 4)).toEqual({ effect: 'ignored', anomaly: null })
    expect(judgeAnswer(3, 3, 4)).toEqual({ effect: 'taken', anomaly: null })
  })
})

describe('a breach is predicted', () => {
  it.each([
    ['not while everything is expected in time', [{ waitsFor: 'supply', atMs: 90 }], 'open', undefined],
    ['when one part of it is late', [{ waitsFor: 'dispatch', atMs: 101 }], 'at_risk', 'late_dispatch'],
    ['by the part that nobody knows a date of', [{ waitsFor: 'supply', atMs: null }], 'at_risk', 'no_supply'],
  ] as const)('%s', (_when, expected, standing, reason) => {
    const others = [{ waitsFor: 'dispatch', atMs: 60 }] as const
    const outlook = predictBreach(100, [...others, ...expected], 50)
    expect(outlook).toMatchObject(reason === undefined ? { standing } : { standing, reason })
  })

  it('no longer when the date has passed: then it is broken', () => {
    expect(predictBreach(100, [], 101)).toMatchObject({ standing: 'broken', reason: 'date_passed' })
  })
})
