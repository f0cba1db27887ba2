/**
 * `npm run bench`: throughput, latency and processor time of the production bundle on the local runtime, next to the
 * least worker that does the same and to PostgreSQL behind Node. Progress on standard error; a table, and one JSON
 * object as the last line.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { type How, measure, type Window } from './bench/measure.ts'
import { postgresMissing } from './bench/postgres/start-postgres.ts'
import { type Figure, figureOf, type Round, rate, tableOf } from './bench/report.ts'
import type { InProcess, Scenario } from './bench/scenario.ts'
import { scenarios, searches } from './bench/scenarios.ts'
import { buildMinimal } from './bench/start-minimal.ts'
import { peerNames, removeState, stateRootDefault, type TargetName } from './bench/target.ts'

type Options = {
  readonly seconds: number
  readonly connections: readonly number[]
  readonly rounds: number
  readonly only: readonly string[]
  readonly state: string
  readonly json: boolean
}
type Failure = {
  readonly scenario: string
  readonly target: TargetName
  readonly round: number
  readonly error: string
}
type Found = { readonly figures: readonly Figure[]; readonly failures: readonly Failure[] }

const measured = [...scenarios, ...searches]
const names = measured.map(({ name }) => name)
const say = (line: string) => void process.stderr.write(`${line}\n`)

/** What fails is reported at the end and makes the run fail; everything else is measured all the same. */
async function bench(options: Options): Promise<void> {
  await removeState(options.state)
  await buildMinimal()
  const missing = postgresMissing()
  if (missing !== null) say(`SKIPPED: every comparison with PostgreSQL, because ${missing}`)
  const targets: readonly TargetName[] = ['product', ...peerNames.filter((peer) => peer !== 'postgres' || !missing)]
  const isAsked = ({ name }: Scenario | InProcess) => options.only.length === 0 || options.only.includes(name)
  const found: Found[] = []
  try {
    for (const scenario of scenarios.filter(isAsked)) found.push(await figuresFor(scenario, targets, options))
    for (const search of searches.filter(isAsked)) found.push(figuresInProcess(search, options))
  } finally {
    await removeState(options.state)
  }
  const figures = found.flatMap((each) => each.figures)
  const failures = found.flatMap((each) => each.failures)
  if (figures.every((figure) => figure.cpuMicros === null)) say('processor time is read from /proc and left out here')
  if (!options.json) process.stdout.write(`\n${tableOf(figures, measured)}\n\n`)
  failures.forEach(sayFailed)
  const { seconds, rounds, state } = options
  process.stdout.write(`${JSON.stringify({ seconds, rounds, state, figures, failures })}\n`)
  if (failures.length > 0) process.exitCode = 1
}

/** The targets take turns, each goes first as often as the others: a machine's mood hits all alike. */
async function figuresFor(scenario: Scenario, targets: readonly TargetName[], options: Options): Promise<Found> {
  const startMs = performance.now()
  const levels = scenario.connections === null ? options.connections : [scenario.connections]
  const how: How = { levels, seconds: options.seconds, stateRoot: options.state }
  const found: ReadonlyMap<TargetName, readonly Window[]>[] = []
  const failures: Failure[] = []
  for (let round = 0; round < options.rounds; round += 1) {
    const first = round % targets.length
    const byTarget = new Map<TargetName, readonly Window[]>()
    for (const target of [...targets.slice(first), ...targets.slice(0, first)]) {
      const { windows, failure } = await measure(scenario, target, how)
      byTarget.set(target, windows)
      windows.forEach(report)
      if (failure === null) continue
      failures.push({ scenario: scenario.name, target, round: round + 1, error: failure })
      failures.slice(-1).forEach(sayFailed)
    }
    found.push(byTarget)
  }
  say(`${scenario.name}: ${((performance.now() - startMs) / 1_000).toFixed(0)} s`)
  const figures = levels.flatMap((_, level) => {
    const rounds = found.flatMap((windows) => roundOf(windows, level))
    return rounds.length === 0 ? [] : [figureOf(scenario, rounds)]
  })
  return { figures, failures }
}

/** There is nobody to take turns with. */
function figuresInProcess(search: InProcess, { rounds, seconds }: Options): Found {
  const scenario = search.name
  try {
    const windows = Array.from({ length: rounds }, () => search.run(seconds))
    windows.forEach(report)
    const alone = windows.map((product): Round => ({ product, minimal: null, postgres: null }))
    return { figures: [figureOf(search, alone)], failures: [] }
  } catch (error) {
    return { figures: [], failures: [{ scenario, target: 'product', round: 1, error: String(error) }] }
  }
}

/** None when the product was not measured: there is nothing to compare. */
function roundOf(windows: ReadonlyMap<TargetName, readonly Window[]>, level: number): readonly Round[] {
  const product = windows.get('product')?.[level]
  if (product === undefined) return []
  const [minimal, postgres] = peerNames.map((peer) => windows.get(peer)?.[level] ?? null)
  return [{ product, minimal: minimal ?? null, postgres: postgres ?? null }]
}

function sayFailed({ scenario, target, round, error }: Failure): void {
  say(`FAILED: ${scenario}, ${target}, round ${round}: ${error}`)
}

function report({ scenario, target, connections, perSecond, p50Ms, cpuMicros, failed }: Window): void {
  const figures = `${rate(perSecond)}/s, p50 ${p50Ms.toFixed(1)} ms, ${cpuMicros?.toFixed(0) ?? '-'} µs CPU`
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
  .option('--state <dir>', 'where all targets keep their state, PostgreSQL included', stateRootDefault)
  .option('--json', 'no table', false)
  .action(bench)
  .parseAsync()
