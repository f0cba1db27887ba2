/**
 * `npm run serve -- --port P --state DIR --config FILE`: Crossdock without sandbox partners. State survives restarts
 * and `kill -9`; prints `ready http://127.0.0.1:P` once it answers.
 */
import { Command, InvalidArgumentError } from 'commander'
import { endWithNpm } from './serve/leash.ts'
import { readConfig } from './serve/read-config.ts'
import { startCrossdock } from './serve/start-crossdock.ts'

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
  const crossdock = await startCrossdock({
    compiled: compiled.value,
    stateDir: options.state,
    port: options.port,
    host: options.host,
  })
  process.stdout.write(`ready ${crossdock.url}\n`)
  const stop = () => void crossdock.stop().then(() => process.exit(0))
  endWithNpm(stop)
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

await new Command('serve')
  .description('Run the production bundle on the local runtime')
  .option('--port <port>', 'port to listen on (0: any free one)', port, 8787)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--state <dir>', 'folder that keeps the state', '.crossdock/state')
  .requiredOption('--config <file>', 'configuration file, see docs/configuration.md')
  .action(serve)
  .parseAsync()
