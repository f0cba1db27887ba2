/**
 * The configuration in force, cached per isolate: the file's snapshot with the sourcing profiles that were activated
 * beside it. Both are immutable and versioned; only the two pointers move, and an isolate follows them within
 * `pointerTtlMs`.
 */
import { type Config, configSchema } from '../domain/config/config.ts'
import { type ActivatedSourcing, activatedSourcingSchema } from '../domain/config/sourcing.ts'
import type { Env } from '../env.ts'

/** KV itself takes up to a minute to spread a change; five seconds more cost nothing and save a read per request. */
const pointerTtlMs = 5_000
const snapshotsKept = 4

export const activePointerKey = 'config/active'
export const snapshotKey = (version: string) => `config/${version}`
export const sourcingPointerKey = 'sourcing/active'
export const sourcingKey = (version: string) => `sourcing/${version}`

let pointer: { readonly version: string; readonly readAtMs: number } | null = null
const snapshots = new Map<string, Config>()

/** Throws when no configuration was ever activated: the deployment is unfinished, and health says so. */
export async function activeConfig(env: Env, nowMs: number): Promise<Config> {
  if (pointer && nowMs - pointer.readAtMs < pointerTtlMs && nowMs >= pointer.readAtMs) {
    const cached = snapshots.get(pointer.version)
    if (cached) return cached
  }
  const [file, sourcing] = await Promise.all([env.CONFIG.get(activePointerKey), env.CONFIG.get(sourcingPointerKey)])
  if (file === null) throw new Error('no active configuration: run scripts/configure')
  const version = sourcing === null ? file : `${file}+${sourcing}`
  const config = await configAt(env, version)
  pointer = { version, readAtMs: nowMs }
  return config
}

/** A stored configuration by version: a decision is explained with the one that it was made under. */
export async function configAt(env: Env, version: string): Promise<Config> {
  const cached = snapshots.get(version)
  if (cached) return cached
  const [file = '', sourcing] = version.split('+')
  const [stored, activatedSourcing] = await Promise.all([
    env.CONFIG.get(snapshotKey(file)),
    sourcing === undefined ? null : sourcingAt(env, sourcing),
  ])
  if (stored === null) throw new Error(`configuration ${version} is not stored`)
  const config = { ...configSchema.parse(JSON.parse(stored)), version, activatedSourcing }
  if (snapshots.size >= snapshotsKept) snapshots.delete(snapshots.keys().next().value ?? '')
  snapshots.set(version, config)
  return config
}

/** What was last published, read past the cache; null when nothing ever was. */
export async function publishedSourcing(env: Env): Promise<ActivatedSourcing | null> {
  const version = await env.CONFIG.get(sourcingPointerKey)
  return version === null ? null : sourcingAt(env, version)
}

async function sourcingAt(env: Env, version: string): Promise<ActivatedSourcing> {
  const stored = await env.CONFIG.get(sourcingKey(version))
  if (stored === null) throw new Error(`sourcing profiles ${version} are not stored`)
  return activatedSourcingSchema.parse(JSON.parse(stored))
}

/** For tests and for `serve`, which replace the store under a running isolate. */
export function forgetConfig(): void {
  pointer = null
  snapshots.clear()
}
