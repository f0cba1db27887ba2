/**
 * Writes a compiled configuration to the KV store: snapshot and catalogue first, the pointer last, so that a reader
 * never sees a version that is not there yet.
 */
import { createHash } from 'node:crypto'
import { activationKey, activationOf, activationsPrefix } from '../../src/domain/config/activation.ts'
import type { CompiledConfig } from '../../src/domain/config/compile-config.ts'

type Store = {
  get(key: string): Promise<string | null>
  put(key: string, value: string): Promise<unknown>
  list(options: { prefix: string; limit: number }): Promise<{ readonly keys: readonly { readonly name: string }[] }>
}

const parallelPuts = 32
const catalogDigestKey = 'config/catalog-digest'

export async function publishConfig(kv: unknown, compiled: CompiledConfig): Promise<void> {
  // Miniflare's proxy is typed for another major of the runtime types; only these three are used.
  const store = kv as Store
  await publishCatalog(store, compiled)
  await store.put(`config/${compiled.config.version}`, JSON.stringify(compiled.config))
  await recordActivation(store, compiled.config.version)
  await store.put('config/active', compiled.config.version)
}

/** A restart with the file that is in force activates nothing. */
async function recordActivation(store: Store, version: string): Promise<void> {
  const { keys } = await store.list({ prefix: activationsPrefix('config'), limit: 1 })
  if (keys[0] !== undefined && activationOf('config', keys[0].name).version === version) return
  await store.put(activationKey('config', { version, atMs: Date.now() }), version)
}

/** Skipped when the catalogue is the one published last: a restart with 100,000 SKUs should not write them again. */
async function publishCatalog(store: Store, compiled: CompiledConfig): Promise<void> {
  const entries = catalogEntries(compiled)
  const digest = createHash('sha256').update(JSON.stringify(entries)).digest('hex')
  if ((await store.get(catalogDigestKey)) === digest) return
  for (let at = 0; at < entries.length; at += parallelPuts) {
    await Promise.all(entries.slice(at, at + parallelPuts).map(([key, value]) => store.put(key, value)))
  }
  await store.put(catalogDigestKey, digest)
}

/** The catalogue as KV entries; `src/config/catalog.ts` reads them by these keys. */
export function catalogEntries(compiled: CompiledConfig): readonly (readonly [key: string, value: string])[] {
  return [
    ...compiled.skus.map((entry) => [`sku/${entry.sku}`, JSON.stringify(entry)] as const),
    ...compiled.listings.map(
      (entry) => [`listing/${entry.account}/${entry.externalSku}`, JSON.stringify(entry)] as const,
    ),
    ...compiled.listings.map(
      (entry) => [`listing-of-sku/${entry.account}/${entry.sku}/${entry.externalSku}`, JSON.stringify(entry)] as const,
    ),
  ]
}
