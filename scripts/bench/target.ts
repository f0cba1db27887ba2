/** What is measured: the production bundle or the minimal worker, each on its own runtime with fresh state on disk. */
import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { runWrangler } from '../deploy/run-wrangler.ts'
import { startCrossdock } from '../serve/start-crossdock.ts'
import { benchConfig, shop } from './bench-config.ts'

export type TargetName = 'product' | 'minimal'
export type Target = { readonly url: string; readonly stop: () => Promise<void> }

/** Real disk, inside the project: a temporary folder may lie in memory, where a commit costs nothing. */
const stateRoot = '.crossdock/bench'
/** Wrangler takes it relative to its configuration file unless it is absolute. */
const minimalBundle = resolve('dist/bench')
const minimalName = 'minimal'

export async function startTarget(name: TargetName, skus: readonly string[]): Promise<Target> {
  const stateDir = join(stateRoot, randomUUID())
  const started = name === 'product' ? await startProduct(stateDir, skus) : await startMinimal(stateDir)
  const stop = async () => {
    await started.stop()
    await rm(stateDir, { recursive: true, force: true })
  }
  return { url: started.url, stop }
}

/** Also what an earlier run left behind when it was killed. */
export function removeState(): Promise<void> {
  return rm(stateRoot, { recursive: true, force: true })
}

function startProduct(stateDir: string, skus: readonly string[]): Promise<Target> {
  return startCrossdock({ compiled: benchConfig(skus), stateDir, port: 0 })
}

export async function buildMinimal(): Promise<void> {
  const config = 'scripts/bench/minimal/wrangler.toml'
  const { code, output } = await runWrangler(['deploy', '--dry-run', '--outdir', minimalBundle, '--config', config])
  if (code !== 0) throw new Error(`the minimal worker was not built:\n${output}`)
}

async function startMinimal(stateDir: string): Promise<Target> {
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
          name: minimalName,
          modules: true,
          scriptPath: join(minimalBundle, 'worker.js'),
          compatibilityDate: '2026-10-01',
          bindings: { WEBHOOK_SECRET: shop.secret },
          durableObjects: {
            STOCK: { className: 'MinimalStock', useSQLite: true },
            INBOX: { className: 'MinimalInbox', useSQLite: true },
          },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
      ],
    }),
  )
  await miniflare.ready
  const url = (await miniflare.unsafeGetDirectURL(minimalName)).toString().replace(/\/$/, '')
  return { url, stop: () => miniflare.dispose() }
}
