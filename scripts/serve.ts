/**
 * `npm run serve -- --port P --state DIR --config FILE`: Crossdock without sandbox partners. State survives restarts
 * and `kill -9`; prints `ready http://127.0.0.1:P` once it answers.
 */
import { Command, InvalidArgumentError } from 'commander'
import type { CompiledConfig } from '../src/domain/config/compile-config.ts'
import { endOnSignal, endWithNpm } from './serve/leash.ts'
import { readConfig } from './serve/read-config.ts'
import { type Crossdock, startCrossdock } from './serve/start-crossdock.ts'

type Options = { readonly port: number; readonly host: string; readonly state: string; readonly config: string }

function port(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new InvalidArgumentError('a port from 0 to 65535')
  return number
}

async function serve(options: Options): Promise<void> {
  const compiled = await readConfig(options.config)
  if (!compiled.ok) {
    process.stderr.write(`${options.config} is not a valid configuration (docs/configuration.md):\n`)
    for (const problem of compiled.error)
      process.stderr.write(`  ${problem.path === '' ? '(file)' : problem.path}: ${problem.message}\n`)
    process.exitCode = 2
    return
  }
  const crossdock = await start(compiled.value, options)
  const stop = () => void crossdock.stop().then(() => process.exit(0))
  endWithNpm(stop)
  endOnSignal(stop)
  process.stdout.write(`ready ${crossdock.url}\n`)
}

/** What an operator can mend is said in a line; exit code 1 and nothing left running. */
async function start(compiled: CompiledConfig, { state, port, host }: Options): Promise<Crossdock> {
  try {
    return await startCrossdock({ compiled, stateDir: state, port, host })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ERR_ADDRESS_IN_USE' ? `${host}:${port} is in use by another process` : message
    process.stderr.write(`cannot start: ${why}\n`)
    process.exit(1)
  }
}

await new Command('serve')
  .description('Run the production bundle on the local runtime')
  .option('--port <port>', 'port to listen on (0: any free one)', port, 8787)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--state <dir>', 'folder that keeps the state', '.crossdock/state')
  .requiredOption('--config <file>', 'configuration file, see docs/configuration.md')
  .action(serve)
  .parseAsync()
