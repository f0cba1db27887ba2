/** Windows of all rounds brought together: medians, and the ratio of product to each peer within each round. */
import type { Window } from './measure.ts'
import { type InProcess, minimalGoal, type Scenario } from './scenario.ts'
import { type PeerName, peerNames } from './target.ts'

export type Measured = {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly cpuMicros: number | null
  readonly cpuSettledMicros: number | null
  readonly failed: number
}
export type Compared = Measured & {
  /** Product ÷ peer, requests a second, median over the rounds. */
  readonly ratio: number
  readonly ratios: readonly number[]
  /** Peer ÷ product, processor time an answer: what `ratio` would be if nothing waited for the disk. */
  readonly cpuRatio: number | null
  readonly goal: number | null
  readonly met: boolean | null
  readonly extra: Readonly<Record<string, number>>
}
export type Figure = Measured & {
  readonly scenario: string
  readonly connections: number
  readonly minimal: Compared | null
  readonly postgres: Compared | null
  readonly extra: Readonly<Record<string, number>>
}
/** What one round measured at one number of connections. */
export type Round = { readonly product: Window } & Readonly<Record<PeerName, Window | null>>

export function figureOf(scenario: Scenario | InProcess, rounds: readonly Round[]): Figure {
  const products = rounds.map(({ product }) => product)
  return {
    scenario: scenario.name,
    connections: products[0]?.connections ?? 0,
    ...measured(products),
    minimal: compared(rounds, 'minimal', minimalGoal),
    postgres: compared(rounds, 'postgres', scenario.goals.postgres ?? null),
    extra: extraOf(products),
  }
}

function measured(windows: readonly Window[]): Measured {
  return {
    perSecond: median(windows.map(({ perSecond }) => perSecond)) ?? 0,
    p50Ms: median(windows.map(({ p50Ms }) => p50Ms)) ?? 0,
    p90Ms: median(windows.map(({ p90Ms }) => p90Ms)) ?? 0,
    cpuMicros: median(windows.map(({ cpuMicros }) => cpuMicros)),
    cpuSettledMicros: median(windows.map(({ cpuSettledMicros }) => cpuSettledMicros)),
    failed: windows.reduce((sum, { failed }) => sum + failed, 0),
  }
}

function compared(rounds: readonly Round[], peer: PeerName, goal: number | null): Compared | null {
  const pairs = rounds.flatMap(({ product, [peer]: other }) => (other === null ? [] : [{ product, other }]))
  if (pairs.length === 0) return null
  const ratios = pairs.map(({ product, other }) => product.perSecond / other.perSecond)
  const ratio = median(ratios) ?? 0
  const cpuRatio = median(pairs.map(({ product, other }) => cpuRatioOf(product.cpuMicros, other.cpuMicros)))
  const met = goal === null ? null : ratio >= goal
  const others = pairs.map(({ other }) => other)
  return { ...measured(others), ratio, ratios, cpuRatio, goal, met, extra: extraOf(others) }
}

function cpuRatioOf(own: number | null, other: number | null): number | null {
  return own === null || other === null ? null : other / own
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
  ...['', 'conns', '/s', 'p50 ms', 'p90 ms', 'CPU µs', 'settled µs'],
  ...['minimal /s', 'CPU µs', 'ratio', 'CPU ratio', 'goal'],
  ...['postgres /s', 'CPU µs', 'ratio', 'CPU ratio', 'goal', 'failed'],
] as const

export function tableOf(figures: readonly Figure[], scenarios: readonly (Scenario | InProcess)[]): string {
  const titles = new Map(scenarios.map(({ name, title }) => [name, title]))
  const rows = figures.flatMap((figure) => rowsOf(figure, titles.get(figure.scenario) ?? figure.scenario))
  const table = [columns, ...rows]
  const widths = columns.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
  const aligned = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
  return table.map((row) => aligned(row).join('  ').trimEnd()).join('\n')
}

function rowsOf(figure: Figure, title: string): readonly (readonly string[])[] {
  const main = [
    ...[title, String(figure.connections), rate(figure.perSecond), figure.p50Ms.toFixed(1)],
    ...[figure.p90Ms.toFixed(1), whole(figure.cpuMicros), whole(figure.cpuSettledMicros)],
    ...peerNames.flatMap((peer) => peerCells(figure[peer])),
    String(figure.failed),
  ]
  const extra = Object.entries(figure.extra).map(([name, value]) => [
    ...[`  ${name}`, '', value.toFixed(0), '', '', '', ''],
    ...peerNames.flatMap((peer) => [whole(figure[peer]?.extra[name] ?? null), '', '', '', '']),
  ])
  return [main, ...extra]
}

function peerCells(peer: Compared | null): readonly string[] {
  if (peer === null) return ['', '', '', '', '']
  const { perSecond, cpuMicros, ratio, cpuRatio } = peer
  return [rate(perSecond), whole(cpuMicros), ratio.toFixed(2), cpuRatio?.toFixed(2) ?? '', goalCell(peer)]
}

function goalCell({ goal, met }: Compared): string {
  if (goal === null) return ''
  return `${met ? 'met' : 'missed'} ${goal}`
}

const whole = (value: number | null) => value?.toFixed(0) ?? ''
/** Few a second need a decimal. */
export const rate = (perSecond: number): string => perSecond.toFixed(perSecond < 10 ? 1 : 0)
