/**
 * Writes a compiled configuration to the KV store: snapshot and catalogue first, the pointer last, so that a reader
 * never sees a version that is not there yet.
 */
import { createHash } from 'node:crypto'
import type { CompiledConfig } from '../../src/domain/config/compile-config.ts'

type Store = { get(key: string): Promise<string | null>; put(key: string, value: string): Promise<unknown> }

const parallelPuts = 32
const catalogDigestKey = 'config/catalog-digest'

export async function publishConfig(kv: unknown, compiled: CompiledConfig): Promise<void> {
  // Miniflare's proxy is typed for another major of the runtime types; only get and put are used.
  const store = kv as Store
  await publishCatalog(store, compiled)
  await store.put(`config/${compiled.config.version}`, JSON.stringify(compiled.config))
  await store.put('config/active', compiled.config.version)
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
