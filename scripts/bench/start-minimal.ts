/** The minimal worker, built and run like the production bundle: on its own runtime, on its direct socket. */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { runWrangler } from '../deploy/run-wrangler.ts'
import { shop } from './bench-config.ts'
import type { Planning } from './network.ts'

/** Wrangler takes it relative to its configuration file unless it is absolute. */
const bundle = resolve('dist/bench')
const workerName = 'minimal'
const actor = (className: string) => ({ className, useSQLite: true, unsafePreventEviction: true })

export async function buildMinimal(): Promise<void> {
  const config = 'scripts/bench/minimal/wrangler.toml'
  const { code, output } = await runWrangler(['deploy', '--dry-run', '--outdir', bundle, '--config', config])
  if (code !== 0) throw new Error(`the minimal worker was not built:\n${output}`)
}

export async function startMinimal(
  stateDir: string,
  planning: Planning,
): Promise<{ url: string; stop: () => Promise<void> }> {
  await mkdir(stateDir, { recursive: true })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      log: new Log(LogLevel.ERROR),
      resourcePersistencePath: resolve(stateDir),
      telemetry: { enabled: false },
      workers: [
        {
          name: workerName,
          modules: true,
          scriptPath: join(bundle, 'worker.js'),
          compatibilityDate: '2026-10-01',
          bindings: { WEBHOOK_SECRET: shop.secret, PLANNING: JSON.parse(JSON.stringify(planning)) },
          durableObjects: {
            STOCK: actor('MinimalStock'),
            SKU: actor('MinimalSku'),
            REGISTRY: actor('MinimalRegistry'),
            ORDER: actor('MinimalOrder'),
            INBOX: actor('MinimalInbox'),
          },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
      ],
    }),
  )
  await miniflare.ready
  const url = (await miniflare.unsafeGetDirectURL(workerName)).toString().replace(/\/$/, '')
  return { url, stop: () => miniflare.dispose() }
}
