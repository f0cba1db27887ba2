/**
 * Runs the production bundle on workerd through Miniflare, reached on its direct socket (no proxy in between), with
 * state in one folder. `serve`, `start`, the end-to-end tests and the benchmark all use this one function.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import type { CompiledConfig } from '../../src/domain/config/compile-config.ts'
import { applyMigrations } from './apply-migrations.ts'
import { leashRuntime } from './leash.ts'
import { publishConfig } from './publish-config.ts'
import { workerOptions } from './worker-options.ts'

export type CrossdockOptions = {
  readonly compiled: CompiledConfig
  /** Folder for Durable Objects, D1, KV and R2; null keeps everything in memory. */
  readonly stateDir: string | null
  /** 0 takes a free port. */
  readonly port: number
  readonly host?: string
  /** Default: the production bundle. */
  readonly bundlePath?: string
  /** False leaves the minute tick to the caller of `tick`; default: every minute. */
  readonly ticks?: boolean
  /** Local actors fall asleep after ten idle seconds, deployed ones after minutes; true: never. Default: false. */
  readonly keepsActorsAwake?: boolean
  /** Opens the runtime's inspector for a profiler; default: closed. */
  readonly inspects?: boolean
  /** Called with every line that the worker logs; default: errors to standard error. */
  readonly onLog?: (line: { readonly level: string; readonly message: string }) => void
}

export type Crossdock = {
  readonly url: string
  readonly miniflare: Miniflare
  /** Runs the minute tick now. */
  readonly tick: () => Promise<void>
  readonly stop: () => Promise<void>
}

export const workerName = 'crossdock'
const productionBundle = 'dist/worker/index.js'
const tickIntervalMs = 60_000

export async function startCrossdock(options: CrossdockOptions): Promise<Crossdock> {
  const bundlePath = options.bundlePath ?? productionBundle
  if (!existsSync(bundlePath)) throw new Error(`${bundlePath} is missing: run \`npm run build\` first`)
  if (options.stateDir !== null) await writableFolder(resolve(options.stateDir))
  const host = options.host ?? '127.0.0.1'
  const onLog = options.onLog ?? logErrors
  const workers = workerOptions(bundlePath, options.keepsActorsAwake ?? false)
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      log: new Log(LogLevel.ERROR),
      ...(options.stateDir === null ? {} : { resourcePersistencePath: resolve(options.stateDir) }),
      telemetry: { enabled: false },
      ...(options.inspects === true ? { inspectorPort: 0 } : {}),
      handleStructuredLogs: onLog,
      workers: [
        {
          ...workers.main,
          name: workerName,
          bindings: bindingsOf(options.compiled),
          unsafeDirectSockets: [{ host, port: options.port }],
        },
        workers.assets,
      ],
    }),
  )
  await miniflare.ready
  const unleash = await leashRuntime()
  await applyMigrations(await miniflare.getD1Database('DB'))
  await publishConfig(await miniflare.getKVNamespace('CONFIG'), options.compiled)
  const url = (await miniflare.unsafeGetDirectURL(workerName)).toString().replace(/\/$/, '')
  const tick = async () => {
    const worker = await miniflare.getWorker(workerName)
    await worker.scheduled({ cron: '* * * * *' })
  }
  const stopTicking = options.ticks === false ? () => {} : everyMinute(tick, onLog)
  return {
    url,
    miniflare,
    tick,
    stop: async () => {
      stopTicking()
      await miniflare.dispose()
      unleash()
    },
  }
}

/** Folder by folder: Node's own recursive `mkdir` never returns where a file system knows no new folders (`/proc`). */
async function writableFolder(path: string): Promise<void> {
  if (!existsSync(path)) {
    await writableFolder(dirname(path))
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  await access(`${path}/.`, constants.W_OK)
}

export function everyMinute(tick: () => Promise<void>, onLog: NonNullable<CrossdockOptions['onLog']>): () => void {
  const failed = (error: unknown) => onLog({ level: 'error', message: String(error) })
  const timer = setInterval(() => void tick().catch(failed), tickIntervalMs)
  return () => clearInterval(timer)
}

/** The local runtime is never `production`: that is what `wrangler deploy` sets. */
function bindingsOf(compiled: CompiledConfig): Record<string, string> {
  return {
    ENVIRONMENT: 'local',
    CROSSDOCK_SECRETS: JSON.stringify(compiled.secrets),
    ...(compiled.devToken === null ? {} : { DEV_TOKEN: compiled.devToken }),
  }
}

function logErrors(line: { readonly level: string; readonly message: string }): void {
  if (line.level === 'error') process.stderr.write(`${line.message}\n`)
}

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')
