/**
 * `npm run configure -- --config FILE [--remote]`: activates a configuration. Checks the whole file first, then writes
 * catalogue, snapshot and secrets, and moves the pointer last, with a note of when it did. Without --remote it writes
 * wrangler's local state.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { activationKey } from '../src/domain/config/activation.ts'
import type { CompiledConfig } from '../src/domain/config/compile-config.ts'
import { runWrangler } from './deploy/run-wrangler.ts'
import { catalogDigest, catalogDigestKey, catalogEntries } from './serve/publish-config.ts'
import { readConfig } from './serve/read-config.ts'

/** What one `kv bulk put` takes. */
const entriesPerBatch = 10_000

type Entry = readonly [key: string, value: string]

export async function configure(file: string, remote: boolean): Promise<number> {
  const compiled = await readConfig(file)
  if (!compiled.ok) {
    for (const problem of compiled.error) process.stderr.write(`${problem.path || '(file)'}: ${problem.message}\n`)
    return 2
  }
  const where = remote ? '--remote' : '--local'
  const { config } = compiled.value
  const catalogue = catalogEntries(compiled.value)
  const entries: Entry[] = [...catalogue, [`config/${config.version}`, JSON.stringify(config)]]
  for (let at = 0; at < entries.length; at += entriesPerBatch) {
    await putAll(entries.slice(at, at + entriesPerBatch), where)
    process.stdout.write(
      `catalogue and snapshot: ${Math.min(at + entriesPerBatch, entries.length)} of ${entries.length}\n`,
    )
  }
  await storeSecrets(compiled.value, remote)
  const activated = activationKey('config', { version: config.version, atMs: Date.now() })
  await putAll(
    [
      [catalogDigestKey, catalogDigest(catalogue)],
      [activated, config.version],
      ['config/active', config.version],
    ],
    where,
  )
  process.stdout.write(`active configuration: ${config.version}\n`)
  return 0
}

async function putAll(entries: readonly Entry[], where: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-kv-'))
  try {
    const file = join(folder, 'entries.json')
    await writeFile(file, JSON.stringify(entries.map(([key, value]) => ({ key, value }))), { mode: 0o600 })
    await wrangler(['kv', 'bulk', 'put', file, '--binding', 'CONFIG', where])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Remotely a secret of the worker; locally `.dev.vars`, which git ignores. */
async function storeSecrets(compiled: CompiledConfig, remote: boolean): Promise<void> {
  const secrets = JSON.stringify(compiled.secrets)
  if (remote) {
    await wrangler(['secret', 'put', 'CROSSDOCK_SECRETS'], secrets)
    return
  }
  const lines = ['ENVIRONMENT="local"', `CROSSDOCK_SECRETS='${secrets}'`]
  if (compiled.devToken !== null) lines.push(`DEV_TOKEN="${compiled.devToken}"`)
  await writeFile('.dev.vars', `${lines.join('\n')}\n`, { mode: 0o600 })
}

async function wrangler(args: readonly string[], input?: string): Promise<void> {
  const result = await runWrangler(args, input)
  if (result.code !== 0) throw new Error(`wrangler ${args.slice(0, 3).join(' ')} failed:\n${result.output}`)
}

if (import.meta.main) {
  await new Command('configure')
    .description('Check and activate a configuration')
    .requiredOption('--config <file>', 'configuration file, see docs/configuration.md')
    .option('--remote', 'the deployed worker instead of the local state', false)
    .action(async (options: { readonly config: string; readonly remote: boolean }) => {
      process.exitCode = await configure(options.config, options.remote)
    })
    .parseAsync()
}
