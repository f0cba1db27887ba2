/** What a shadow came to over many orders: totals of both, and how the difference is spread from order to order. */
import type { PlanFigures, ShadowComparison } from './compare-shadow.ts'

type Figure = 'costMinor' | 'splits' | 'onTime' | 'marginMinor'

export type FigureReport = {
  /** Orders of which it is known on both sides; the totals are of these alone. */
  readonly orders: number
  readonly activeTotal: number
  readonly shadowTotal: number
  /** Shadow less active, an order. `low` and `high` hold the true mean in 95 cases of 100; null below two orders. */
  readonly difference: {
    readonly mean: number
    readonly low: number | null
    readonly high: number | null
    readonly p10: number
    readonly p50: number
    readonly p90: number
  } | null
}
export type ShadowReport = {
  readonly orders: number
  readonly differing: number
  readonly activeUnplannedUnits: number
  readonly shadowUnplannedUnits: number
  readonly splits: FigureReport
  readonly onTime: FigureReport
  /** Amounts of different currencies are never added up. */
  readonly money: readonly { readonly currency: string; readonly cost: FigureReport; readonly margin: FigureReport }[]
}

export function shadowReport(rows: readonly ShadowComparison[]): ShadowReport {
  const units = (side: 'active' | 'shadow') => rows.reduce((sum, row) => sum + row[side].unplannedUnits, 0)
  const byCurrency = [...Map.groupBy(rows, ({ currency }) => currency)].sort(([left], [right]) =>
    left < right ? -1 : 1,
  )
  return {
    orders: rows.length,
    differing: rows.filter(({ samePlan }) => !samePlan).length,
    activeUnplannedUnits: units('active'),
    shadowUnplannedUnits: units('shadow'),
    splits: figureReport(rows, 'splits'),
    onTime: figureReport(rows, 'onTime'),
    money: byCurrency.map(([currency, own]) => ({
      currency,
      cost: figureReport(own, 'costMinor'),
      margin: figureReport(own, 'marginMinor'),
    })),
  }
}

function figureReport(rows: readonly ShadowComparison[], figure: Figure): FigureReport {
  const pairs = rows.flatMap(({ active, shadow }) => pairOf(active, shadow, figure))
  return {
    orders: pairs.length,
    activeTotal: sumOf(pairs.map(({ active }) => active)),
    shadowTotal: sumOf(pairs.map(({ shadow }) => shadow)),
    difference: spreadOf(pairs.map(({ active, shadow }) => shadow - active)),
  }
}

function pairOf(active: PlanFigures, shadow: PlanFigures, figure: Figure) {
  const [left, right] = [active[figure], shadow[figure]]
  return left === null || right === null ? [] : [{ active: left, shadow: right }]
}

/** Standard errors either side of the mean that hold it in 95 cases of 100. */
const errorsEitherSide = 1.96

function spreadOf(differences: readonly number[]): FigureReport['difference'] {
  const count = differences.length
  if (count === 0) return null
  const mean = sumOf(differences) / count
  const variance = sumOf(differences.map((each) => (each - mean) ** 2)) / Math.max(1, count - 1)
  const margin = count < 2 ? null : errorsEitherSide * Math.sqrt(variance / count)
  const sorted = differences.toSorted((left, right) => left - right)
  const at = (share: number) => sorted[Math.min(count - 1, Math.floor(share * count))] ?? mean
  const [low, high] = margin === null ? [null, null] : [mean - margin, mean + margin]
  return { mean, low, high, p10: at(0.1), p50: at(0.5), p90: at(0.9) }
}

const sumOf = (figures: readonly number[]): number => figures.reduce((sum, each) => sum + each, 0)
