/** Windows of all rounds brought together: medians, and the ratio of product to minimal worker within each round. */
import type { Window } from './measure.ts'
import type { Scenario } from './scenario.ts'

export type Figure = {
  readonly scenario: string
  readonly connections: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly cpuMicros: number | null
  readonly cpuSettledMicros: number | null
  readonly failed: number
  /** Product ÷ minimal worker, requests a second, median over the rounds; null without a counterpart. */
  readonly ratio: number | null
  readonly ratios: readonly number[]
  readonly minimalPerSecond: number | null
  readonly minimalCpuMicros: number | null
  /** Minimal worker ÷ product, processor time an answer: what `ratio` would be if nothing waited for the disk. */
  readonly cpuRatio: number | null
  readonly extra: Readonly<Record<string, number>>
}
/** One entry per round. */
export type Rounds = readonly { readonly product: Window; readonly minimal: Window | null }[]

export function figureOf(rounds: Rounds): Figure {
  const products = rounds.map(({ product }) => product)
  const minimals = rounds.flatMap(({ minimal }) => (minimal === null ? [] : [minimal]))
  const ratios = rounds.flatMap(({ product, minimal }) =>
    minimal === null ? [] : [product.perSecond / minimal.perSecond],
  )
  const [first] = products
  return {
    scenario: first?.scenario ?? '',
    connections: first?.connections ?? 0,
    perSecond: median(products.map((window) => window.perSecond)) ?? 0,
    p50Ms: median(products.map((window) => window.p50Ms)) ?? 0,
    p90Ms: median(products.map((window) => window.p90Ms)) ?? 0,
    cpuMicros: median(products.map((window) => window.cpuMicros)),
    cpuSettledMicros: median(products.map((window) => window.cpuSettledMicros)),
    failed: products.reduce((sum, window) => sum + window.failed, 0),
    ratio: median(ratios),
    ratios,
    minimalPerSecond: median(minimals.map((window) => window.perSecond)),
    minimalCpuMicros: median(minimals.map((window) => window.cpuMicros)),
    cpuRatio: median(rounds.map(cpuRatioOf)),
    extra: extraOf(products),
  }
}

function cpuRatioOf({ product, minimal }: Rounds[number]): number | null {
  const [own, least] = [product.cpuMicros, minimal?.cpuMicros ?? null]
  return own === null || least === null ? null : least / own
}

function extraOf(windows: readonly Window[]): Readonly<Record<string, number>> {
  const names = new Set(windows.flatMap((window) => Object.keys(window.extra)))
  return Object.fromEntries(
    [...names].map((name) => [name, median(windows.map((window) => window.extra[name] ?? null)) ?? 0]),
  )
}

/** Null when nothing was measured. */
function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  if (sorted.length % 2 === 1) return sorted[middle] ?? null
  const [low, high] = [sorted[middle - 1], sorted[middle]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}

const columns = [
  '',
  'conns',
  '/s',
  'p50 ms',
  'p90 ms',
  'CPU µs',
  'settled µs',
  'minimal /s',
  'ratio',
  'CPU ratio',
  'failed',
] as const

export function tableOf(figures: readonly Figure[], scenarios: readonly Scenario[]): string {
  const titles = new Map(scenarios.map(({ name, title }) => [name, title]))
  const rows = figures.flatMap((figure) => rowsOf(figure, titles.get(figure.scenario) ?? figure.scenario))
  const table = [columns, ...rows]
  const widths = columns.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
  const aligned = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
  return table.map((row) => aligned(row).join('  ')).join('\n')
}

function rowsOf(figure: Figure, title: string): readonly (readonly string[])[] {
  const main = [
    title,
    String(figure.connections),
    figure.perSecond.toFixed(0),
    figure.p50Ms.toFixed(1),
    figure.p90Ms.toFixed(1),
    whole(figure.cpuMicros),
    whole(figure.cpuSettledMicros),
    whole(figure.minimalPerSecond),
    figure.ratio?.toFixed(2) ?? '',
    figure.cpuRatio?.toFixed(2) ?? '',
    String(figure.failed),
  ]
  const extra = Object.entries(figure.extra).map(([name, value]) => [`  ${name}`, '', value.toFixed(0)])
  return [main, ...extra]
}

const whole = (value: number | null) => value?.toFixed(0) ?? ''
