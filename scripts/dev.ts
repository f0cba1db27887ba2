/** `npm run dev [-- --config FILE]`: wrangler dev with hot reload, on a migrated local D1 and an activated configuration. */
import { spawn } from 'node:child_process'
import { Command } from 'commander'
import { configure } from './configure.ts'
import { runWrangler } from './deploy/run-wrangler.ts'

async function dev(options: { readonly config: string; readonly port: string }): Promise<void> {
  const migrated = await runWrangler(['d1', 'migrations', 'apply', 'DB', '--local'])
  if (migrated.code !== 0) throw new Error(migrated.output)
  process.exitCode = await configure(options.config, false)
  if (process.exitCode !== 0) return
  const child = spawn('wrangler', ['dev', '--port', options.port], { stdio: 'inherit' })
  child.once('close', (code) => process.exit(code ?? 1))
}

await new Command('dev')
  .option('--config <file>', 'configuration file', 'scripts/sandbox/config.json')
  .option('--port <port>', 'port to listen on', '8787')
  .action(dev)
  .parseAsync()
