import { describe, expect, it } from 'vitest'
import { isSampled, type PlanFigures, type ShadowComparison } from '../../../src/domain/sourcing/compare-shadow.ts'
import { shadowReport } from '../../../src/domain/sourcing/shadow-report.ts'

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

it('samples about the share asked for, and an order always or never', () => {
  const ids = Array.from({ length: 2_000 }, (_, index) => `b2b:${index}`)
  const sampled = ids.filter((id) => isSampled(id, 20))
  expect(sampled.length).toBeGreaterThan(300)
  expect(sampled.length).toBeLessThan(500)
  expect(sampled.every((id) => isSampled(id, 21))).toBe(true)
  expect(ids.every((id) => isSampled(id, 100))).toBe(true)
})
