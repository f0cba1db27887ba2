/**
 * `npm run bench`: throughput, latency and processor time of the production bundle on the local runtime, next to the
 * least worker that does the same. Progress on standard error; a table, and one JSON object as the last line.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import { measure, type Window } from './bench/measure.ts'
import { type Figure, figureOf, tableOf } from './bench/report.ts'
import type { Scenario } from './bench/scenario.ts'
import { availability } from './bench/scenarios/availability.ts'
import { orders } from './bench/scenarios/orders.ts'
import { hotReservations, spreadReservations } from './bench/scenarios/reservations.ts'
import { webhookToReserved } from './bench/scenarios/webhook-to-reserved.ts'
import { orderWebhooks, webhooks } from './bench/scenarios/webhooks.ts'
import { buildMinimal, removeState, type TargetName } from './bench/target.ts'

type Options = {
  readonly seconds: number
  readonly connections: readonly number[]
  readonly rounds: number
  readonly only: readonly string[]
  readonly json: boolean
}
type Cell = { readonly scenario: Scenario; readonly connections: number }

const scenarios = [
  ...[webhooks, orderWebhooks, webhookToReserved],
  ...[hotReservations, spreadReservations, orders, availability],
]
const names = scenarios.map(({ name }) => name)
const say = (line: string) => void process.stderr.write(`${line}\n`)

async function bench(options: Options): Promise<void> {
  await removeState()
  await buildMinimal()
  const cells = cellsOf(options)
  const figures: Figure[] = []
  try {
    for (const cell of cells) figures.push(await figureFor(cell, options))
  } finally {
    await removeState()
  }
  if (figures.every((figure) => figure.cpuMicros === null)) say('processor time is read from /proc and left out here')
  if (!options.json) process.stdout.write(`\n${tableOf(figures, scenarios)}\n\n`)
  const { seconds, rounds } = options
  process.stdout.write(`${JSON.stringify({ seconds, rounds, figures })}\n`)
}

function cellsOf({ only, connections }: Options): readonly Cell[] {
  const wanted = scenarios.filter(({ name }) => only.length === 0 || only.includes(name))
  return wanted.flatMap((scenario) => {
    const levels = scenario.connections === null ? connections : [scenario.connections]
    return levels.map((level) => ({ scenario, connections: level }))
  })
}

/** Product and minimal worker take turns, and each goes first as often: a machine's mood hits both alike. */
async function figureFor(cell: Cell, { seconds, rounds }: Options): Promise<Figure> {
  const windows: { readonly product: Window; readonly minimal: Window | null }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const order: readonly TargetName[] = round % 2 === 0 ? ['product', 'minimal'] : ['minimal', 'product']
    const found = new Map<TargetName, Window | null>()
    for (const target of order) found.set(target, await reported(cell, target, seconds))
    const product = found.get('product')
    if (!product) throw new Error(`${cell.scenario.name} has no load for the product`)
    windows.push({ product, minimal: found.get('minimal') ?? null })
  }
  return figureOf(windows)
}

async function reported({ scenario, connections }: Cell, target: TargetName, seconds: number): Promise<Window | null> {
  const window = await measure(scenario, target, connections, seconds)
  if (window !== null) {
    const { perSecond, p50Ms, cpuMicros, failed } = window
    const figures = `${perSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(1)} ms, ${cpuMicros?.toFixed(0) ?? '-'} µs CPU`
    say(`${scenario.name} ${target} at ${connections}: ${figures}${failed > 0 ? `, ${failed} failed` : ''}`)
  }
  return window
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
  .option('--rounds <n>', 'times that product and minimal worker take turns', whole(1, 20), 2)
  .addOption(new Option('--only <scenario...>', 'some scenarios').choices(names).default([]))
  .option('--json', 'no table', false)
  .action(bench)
  .parseAsync()
