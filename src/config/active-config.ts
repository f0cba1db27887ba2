/**
 * The active configuration snapshot, cached per isolate. Snapshots are immutable and versioned; only the pointer moves,
 * and an isolate follows it within `pointerTtlMs`.
 */
import { type Config, configSchema } from '../domain/config/config.ts'
import type { Env } from '../env.ts'

/** KV itself takes up to a minute to spread a change; five seconds more cost nothing and save a read per request. */
const pointerTtlMs = 5_000
const snapshotsKept = 4

export const activePointerKey = 'config/active'
export const snapshotKey = (version: string) => `config/${version}`

let pointer: { readonly version: string; readonly readAtMs: number } | null = null
const snapshots = new Map<string, Config>()

/** Throws when no configuration was ever activated: the deployment is unfinished, and health says so. */
export async function activeConfig(env: Env, nowMs: number): Promise<Config> {
  if (pointer && nowMs - pointer.readAtMs < pointerTtlMs && nowMs >= pointer.readAtMs) {
    const cached = snapshots.get(pointer.version)
    if (cached) return cached
  }
  const version = await env.CONFIG.get(activePointerKey)
  if (version === null) throw new Error('no active configuration: run scripts/configure')
  const config = await configAt(env, version)
  pointer = { version, readAtMs: nowMs }
  return config
}

/** A stored snapshot by version: a decision is explained with the configuration that it was made under. */
export async function configAt(env: Env, version: string): Promise<Config> {
  const cached = snapshots.get(version)
  if (cached) return cached
  const stored = await env.CONFIG.get(snapshotKey(version))
  if (stored === null) throw new Error(`configuration ${version} is not stored`)
  const config = configSchema.parse(JSON.parse(stored))
  if (snapshots.size >= snapshotsKept) snapshots.delete(snapshots.keys().next().value ?? '')
  snapshots.set(version, config)
  return config
}

/** For tests and for `serve`, which replace the store under a running isolate. */
export function forgetConfig(): void {
  pointer = null
  snapshots.clear()
}
