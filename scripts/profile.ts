/**
 * `npm run profile -- <scenario>`: where the product's processor time goes under one of the benchmark's loads, by part
 * of the project and by function. `--out` keeps the profile itself, which a browser's developer tools open.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { Argument, Command, InvalidArgumentError } from 'commander'
import { benchConfig, skuNames } from './bench/bench-config.ts'
import { type CpuProfile, startProfiler } from './bench/cpu-profile.ts'
import { drive } from './bench/drive.ts'
import { type Share, sharesOf } from './bench/profile-shares.ts'
import { untilQuiet } from './bench/runtime-cpu.ts'
import { sum } from './bench/scenario.ts'
import { scenarios } from './bench/scenarios.ts'
import { freshState, removeState, stateRootDefault } from './bench/target.ts'
import { startCrossdock, workerName } from './serve/start-crossdock.ts'

type Options = { readonly connections: number; readonly seconds: number; readonly out?: string }

const bundleMap = 'dist/worker/index.js.map'
/** Long enough for the positions to be warm and for their effects to be under way. */
const warmUpSeconds = 6
const settleTimeoutMs = 60_000
const functionsShown = 30
const say = (line: string) => void process.stderr.write(`${line}\n`)

async function profile(name: string, options: Options): Promise<void> {
  const { requests, taken } = await record(name, options)
  if (options.out !== undefined) await writeFile(options.out, JSON.stringify(taken))
  const { parts, functions } = sharesOf(taken, JSON.parse(await readFile(bundleMap, 'utf8')))
  const total = sum(parts.map(({ micros }) => micros))
  const line = ({ name: what, micros }: Share) =>
    `${(micros / requests).toFixed(0).padStart(8)} µs ${((micros / total) * 100).toFixed(1).padStart(5)} %  ${what}`
  const title = `${name} at ${options.connections}: ${(requests / options.seconds).toFixed(0)}/s, per request`
  const text = [title, ...parts.map(line), '', 'functions', ...functions.slice(0, functionsShown).map(line)]
  process.stdout.write(`${text.join('\n')}\n`)
}

async function record(name: string, { connections, seconds }: Options) {
  const scenario = scenarios.find((each) => each.name === name)
  const prepare = scenario?.load.product
  if (!prepare) throw new Error(`${name} has nothing to ask the product`)
  const skus = skuNames(scenario.skus)
  await removeState(stateRootDefault)
  const compiled = benchConfig(skus, scenario.network)
  const started = await startCrossdock({
    compiled,
    stateDir: freshState(stateRootDefault),
    port: 0,
    keepsActorsAwake: true,
    inspects: true,
  })
  try {
    say('stocking up')
    const { next, perSecond } = await prepare(started.url, skus)
    await untilQuiet(settleTimeoutMs)
    const load = { url: started.url, connections, next, perSecond }
    say(`warming up for ${warmUpSeconds} s, then ${seconds} s of samples`)
    await drive({ ...load, seconds: warmUpSeconds })
    const profiler = await startProfiler(await started.miniflare.getInspectorURL(), workerName)
    const { statuses } = await drive({ ...load, seconds })
    const taken: CpuProfile = await profiler.stop()
    return { requests: sum(Object.values(statuses)), taken }
  } finally {
    await started.stop()
    await removeState(stateRootDefault)
  }
}

function positive(value: string): number {
  const number = Number(value)
  if (Number.isInteger(number) && number > 0 && number <= 256) return number
  throw new InvalidArgumentError('a whole number from 1 to 256')
}

await new Command('profile')
  .description('Profile the production bundle under a load of the benchmark')
  .addArgument(new Argument('<scenario>', 'what to send').choices(scenarios.map(({ name }) => name)))
  .option('--connections <n>', 'keep-alive connections', positive, 32)
  .option('--seconds <n>', 'length of the profile', positive, 5)
  .option('--out <file>', 'keep the profile (.cpuprofile)')
  .action(profile)
  .parseAsync()
