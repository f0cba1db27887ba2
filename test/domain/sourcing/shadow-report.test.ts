import { describe, expect, it } from 'vitest'
import {
  compareShadow,
  isSampled,
  type PlanFigures,
  type ShadowComparison,
} from '../../../src/domain/sourcing/compare-shadow.ts'
import { shadowReport } from '../../../src/domain/sourcing/shadow-report.ts'
import { dayMs, lane, lineOf, nowMs, placeOf, profileOf, requestOf } from '../../fixtures/sourcing.ts'

const figures = (costMinor: number | null, splits = 0): PlanFigures => ({
  strategy: 's',
  costMinor,
  splits,
  onTime: 0.9,
  marginMinor: null,
  unplannedUnits: 1,
})
const row = (active: PlanFigures, shadow: PlanFigures, currency = 'USD'): ShadowComparison => ({
  samePlan: active.costMinor === shadow.costMinor,
  currency,
  active,
  shadow,
})

describe('the report of a shadow', () => {
  it('totals both sides and spreads the difference over the orders', () => {
    const rows = [10, 20, 30, 40].map((saved) => row(figures(100, 1), figures(100 - saved)))
    const { orders, differing, money, splits } = shadowReport(rows)
    expect({ orders, differing }).toEqual({ orders: 4, differing: 4 })
    expect(splits).toMatchObject({ activeTotal: 4, shadowTotal: 0, difference: { mean: -1, low: -1, high: -1 } })
    expect(money[0]?.cost).toMatchObject({
      orders: 4,
      activeTotal: 400,
      shadowTotal: 300,
      difference: { mean: -25, p10: -40, p50: -20, p90: -10 },
    })
    const { low, high } = money[0]?.cost.difference ?? {}
    // Four values with a standard deviation of 12.9: the mean is known to within 12.7.
    expect(low).toBeCloseTo(-37.65, 2)
    expect(high).toBeCloseTo(-12.35, 2)
  })

  it('counts only what is known on both sides', () => {
    const { money, orders } = shadowReport([row(figures(100), figures(null)), row(figures(50), figures(40))])
    expect(orders).toBe(2)
    expect(money[0]?.cost).toMatchObject({ orders: 1, activeTotal: 50, shadowTotal: 40, difference: { low: null } })
    expect(money[0]?.margin).toEqual({ orders: 0, activeTotal: 0, shadowTotal: 0, difference: null })
  })

  it('never adds up different currencies', () => {
    const rows = [row(figures(100), figures(90)), row(figures(700), figures(600), 'JPY')]
    expect(shadowReport(rows).money.map(({ currency, cost }) => [currency, cost.activeTotal])).toEqual([
      ['JPY', 700],
      ['USD', 100],
    ])
  })

  it('is empty when nothing was compared', () => {
    expect(shadowReport([])).toMatchObject({ orders: 0, differing: 0, money: [], splits: { difference: null } })
  })
})

it('comes to what five orders come to by hand', () => {
  const near = (units: number) =>
    placeOf('near', { ROPE: units }, { priority: 1, lanes: [lane({ p50Days: 1, p90Days: 2, brackets: at(800) })] })
  const far = (units: number, known = true) =>
    placeOf('far', { ROPE: units }, { lanes: known ? [lane({ p50Days: 3, p90Days: 5, brackets: at(200) })] : [] })
  const at = (costMinor: number) => [{ gramsMax: 30_000, costMinor }]
  const active = profileOf({ weights: { priority: 1 } })
  const shadow = profileOf({ weights: { ship: 1 } })
  const compared = (units: number, ...places: Parameters<typeof requestOf>[1][number][]) =>
    compareShadow(requestOf([lineOf('1', units)], places, active, { promisedByMs: nowMs + 3 * dayMs }), shadow)
  const { money, ...report } = shadowReport([
    // Near for 8.00 surely in time, or far for 2.00 and half of the time.
    compared(2, near(9), far(9)),
    compared(1, near(9), far(0)),
    // Both have to ship, for 10.00.
    compared(4, near(3), far(3)),
    // What nobody knows the price of is not the cheaper one.
    compared(2, near(9), far(9, false)),
    compared(3, near(2), far(0)),
  ])
  expect(report).toMatchObject({
    ...{ orders: 5, differing: 1, activeUnplannedUnits: 1, shadowUnplannedUnits: 1 },
    splits: { activeTotal: 1, shadowTotal: 1, difference: { mean: 0 } },
    onTime: { activeTotal: 4.5, shadowTotal: 4, difference: { mean: -0.1 } },
  })
  expect(money[0]?.cost).toMatchObject({ orders: 5, activeTotal: 4_200, shadowTotal: 3_600 })
  expect(money[0]?.cost.difference).toMatchObject({ mean: -120, p10: -600, p50: 0, p90: 0 })
  // A standard error of 120 about the mean.
  expect(money[0]?.cost.difference?.low).toBeCloseTo(-355.2, 6)
  expect(money[0]?.cost.difference?.high).toBeCloseTo(115.2, 6)
  // 4.00 of margin a unit.
  expect(money[0]?.margin).toMatchObject({ activeTotal: 4_400, shadowTotal: 4_400, difference: { mean: 0 } })
})

it('samples about the share asked for, and an order always or never', () => {
  const ids = Array.from({ length: 2_000 }, (_, index) => `b2b:${index}`)
  const sampled = ids.filter((id) => isSampled(id, 20))
  expect(sampled.length).toBeGreaterThan(300)
  expect(sampled.length).toBeLessThan(500)
  expect(sampled.every((id) => isSampled(id, 21))).toBe(true)
  expect(ids.every((id) => isSampled(id, 100))).toBe(true)
})
