/** `npm run simulate -- --seeds N --seed S [--trace]`: runs seeds and prints what went wrong, if anything. */
import { Command } from 'commander'
import { simulate } from './simulate.ts'

type Options = { readonly seeds: string; readonly seed: string; readonly trace: boolean }

async function run(options: Options): Promise<void> {
  const [count, first] = [Number(options.seeds), Number(options.seed)]
  let [failed, events, orders] = [0, 0, 0]
  const startedMs = performance.now()
  for (let seed = first; seed < first + count; seed += 1) {
    const result = await simulate(seed, null, options.trace ? (line) => process.stdout.write(`${line}\n`) : undefined)
    events += result.events
    orders += result.orders
    if (result.violations.length === 0) continue
    failed += 1
    process.stdout.write(`seed ${seed}: ${result.violations.slice(0, 5).join('\n  ')}\n`)
  }
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1)
  process.stdout.write(
    `${count} seeds, ${orders} orders, ${events} events in ${seconds} s: ${failed} with violations\n`,
  )
  process.exitCode = failed === 0 ? 0 : 1
}

await new Command('simulate')
  .option('--seeds <n>', 'how many seeds', '200')
  .option('--seed <s>', 'the first seed', '1')
  .option('--trace', 'print every event', false)
  .action(run)
  .parseAsync()
