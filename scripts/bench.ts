/**
 * `npm run bench`: throughput, latency and processor time of the production bundle on the local runtime, next to the
 * least worker that does the same and to PostgreSQL behind Node. Progress on standard error; a table, and one JSON
 * object as the last line.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { measure, type Window } from './bench/measure.ts'
import { postgresMissing } from './bench/postgres/start-postgres.ts'
import { type Figure, figureOf, type Round, tableOf } from './bench/report.ts'
import type { Scenario } from './bench/scenario.ts'
import { scenarios } from './bench/scenarios.ts'
import { buildMinimal } from './bench/start-minimal.ts'
import { peerNames, removeState, type TargetName } from './bench/target.ts'

type Options = {
  readonly seconds: number
  readonly connections: readonly number[]
  readonly rounds: number
  readonly only: readonly string[]
  readonly json: boolean
}

const names = scenarios.map(({ name }) => name)
const say = (line: string) => void process.stderr.write(`${line}\n`)

async function bench(options: Options): Promise<void> {
  await removeState()
  await buildMinimal()
  const missing = postgresMissing()
  if (missing !== null) say(`SKIPPED: every comparison with PostgreSQL, because ${missing}`)
  const targets: readonly TargetName[] = ['product', ...peerNames.filter((peer) => peer !== 'postgres' || !missing)]
  const figures: Figure[] = []
  try {
    for (const scenario of scenariosOf(options)) figures.push(...(await figuresFor(scenario, targets, options)))
  } finally {
    await removeState()
  }
  if (figures.every((figure) => figure.cpuMicros === null)) say('processor time is read from /proc and left out here')
  if (!options.json) process.stdout.write(`\n${tableOf(figures, scenarios)}\n\n`)
  const { seconds, rounds } = options
  process.stdout.write(`${JSON.stringify({ seconds, rounds, figures })}\n`)
}

function scenariosOf({ only }: Options): readonly Scenario[] {
  return scenarios.filter(({ name }) => only.length === 0 || only.includes(name))
}

/** The targets take turns, each goes first as often as the others: a machine's mood hits all alike. */
async function figuresFor(
  scenario: Scenario,
  targets: readonly TargetName[],
  { seconds, rounds, connections }: Options,
): Promise<readonly Figure[]> {
  const levels = scenario.connections === null ? connections : [scenario.connections]
  const found: ReadonlyMap<TargetName, readonly Window[]>[] = []
  for (let round = 0; round < rounds; round += 1) {
    const first = round % targets.length
    const windows = new Map<TargetName, readonly Window[]>()
    for (const target of [...targets.slice(first), ...targets.slice(0, first)]) {
      windows.set(target, await measure(scenario, target, levels, seconds))
      windows.get(target)?.forEach(report)
    }
    found.push(windows)
  }
  return levels.map((_, level) =>
    figureOf(
      scenario,
      found.map((windows) => roundOf(windows, level)),
    ),
  )
}

function roundOf(windows: ReadonlyMap<TargetName, readonly Window[]>, level: number): Round {
  const product = windows.get('product')?.[level]
  if (!product) throw new Error('the product was not measured')
  const [minimal, postgres] = peerNames.map((peer) => windows.get(peer)?.[level] ?? null)
  return { product, minimal: minimal ?? null, postgres: postgres ?? null }
}

function report({ scenario, target, connections, perSecond, p50Ms, cpuMicros, failed }: Window): void {
  const figures = `${perSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(1)} ms, ${cpuMicros?.toFixed(0) ?? '-'} µs CPU`
  say(`${scenario} ${target} at ${connections}: ${figures}${failed > 0 ? `, ${failed} failed` : ''}`)
}

function whole(low: number, high: number) {
  return (value: string): number => {
    const number = Number(value)
    if (Number.isInteger(number) && number >= low && number <= high) return number
    throw new InvalidArgumentError(`a whole number from ${low} to ${high}`)
  }
}

await new Command('bench')
  .description('Measure the production bundle (build it first)')
  .option('--seconds <n>', 'length of each window', whole(1, 60), 5)
  .option('--connections <n,n>', 'keep-alive connections', (list) => list.split(',').map(whole(1, 256)), [8, 32])
  .option('--rounds <n>', 'times that the product and its peers take turns', whole(1, 20), 2)
  .addOption(new Option('--only <scenario...>', 'some scenarios').choices(names).default([]))
  .option('--json', 'no table', false)
  .action(bench)
  .parseAsync()
