/**
 * `npm run simulate:scale`: plays a flash sale through a model of the deployed system and writes what it found to
 * `docs/scale.md`. The same seed and inputs give the same report.
 */
import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError } from 'commander'
import { inputNames, type Settings, settingsWith } from './scale/inputs.ts'
import { runModel } from './scale/model.ts'
import { reportOf, type Trial } from './scale/report.ts'

type Options = {
  readonly seconds: number
  readonly trialSeconds: number
  readonly seed: number
  readonly set: Partial<Settings>
  readonly output: string
}
/** Each setting that may move the first bottleneck, alone; the last one moves all of them. */
const trials: readonly Partial<Settings>[] = [
  { shardsPerHotSku: 8 },
  { inboxShards: 16 },
  { reservationShards: 64 },
  { publicationLanes: 8 },
  { listedPercent: 25 },
  { projectionBatch: 100 },
  { projectEveryMs: 5_000 },
  { erpAccounts: 4 },
  {
    shardsPerHotSku: 8,
    publicationLanes: 8,
    listedPercent: 25,
    projectionBatch: 100,
    projectEveryMs: 5_000,
    erpAccounts: 4,
  },
]

async function simulate({ seconds, trialSeconds, seed, set, output }: Options): Promise<void> {
  const settings = settingsWith(set)
  const base: Trial = { what: 'as it is', run: runModel(settings, seconds, seed) }
  const shorter: Trial = { what: `as it is, ${trialSeconds} s`, run: runModel(settings, trialSeconds, seed) }
  const changed = trials.map((changes) => {
    process.stderr.write(`${nameOf(changes)}\n`)
    return { what: nameOf(changes), run: runModel({ ...settings, ...changes }, trialSeconds, seed) }
  })
  await writeFile(output, reportOf(settings, base, [shorter, ...changed], seed))
  process.stdout.write(`${output}: ${base.run.orders} orders, ${base.run.events} events\n`)
}

const nameOf = (changes: Partial<Settings>) =>
  Object.entries(changes)
    .map(([name, value]) => `\`${name}\` ${value}`)
    .join(', ')

function whole(value: string): number {
  const number = Number(value)
  if (Number.isInteger(number) && number >= 1 && number <= 600) return number
  throw new InvalidArgumentError('a whole number from 1 to 600')
}

function assignment(text: string, before: Partial<Settings>): Partial<Settings> {
  const [name = '', value = ''] = text.split('=')
  const number = Number(value)
  const known = inputNames.find((candidate) => candidate === name)
  if (known === undefined || value === '' || !(number >= 0)) throw new InvalidArgumentError('<input>=<number>')
  return { ...before, [known]: number }
}

await new Command('simulate:scale')
  .description('Model the deployed system under a flash sale')
  .option('--seconds <n>', 'seconds in which orders come', whole, 60)
  .option('--trial-seconds <n>', 'the same for each changed setting', whole, 20)
  .option('--seed <n>', 'of everything random', whole, 1)
  .option('--set <input=value>', 'changes an input; may be repeated', assignment, {})
  .option('--output <file>', 'the report', 'docs/scale.md')
  .action(simulate)
  .parseAsync()
