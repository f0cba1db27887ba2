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
export const catalogDigestKey = 'config/catalog-digest'

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
  const digest = catalogDigest(entries)
  if ((await store.get(catalogDigestKey)) === digest) return
  for (let at = 0; at < entries.length; at += parallelPuts) {
    await Promise.all(entries.slice(at, at + parallelPuts).map(([key, value]) => store.put(key, value)))
  }
  await store.put(catalogDigestKey, digest)
}

type CatalogEntry = readonly [key: string, value: string]

/** Feeds work their listings out anew when it is another than before. */
export function catalogDigest(entries: readonly CatalogEntry[]): string {
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex')
}

/** The catalogue as KV entries; `src/config/catalog.ts` reads them by these keys. */
export function catalogEntries({ skus, listings, content }: CompiledConfig): readonly CatalogEntry[] {
  const entryOf = (key: string, entry: unknown): CatalogEntry => [key, JSON.stringify(entry)]
  return [
    ...skus.map((entry) => entryOf(`sku/${entry.sku}`, entry)),
    ...listings.map((entry) => entryOf(`listing/${entry.account}/${entry.externalSku}`, entry)),
    ...listings.map((entry) => entryOf(`listing-of-sku/${entry.account}/${entry.sku}/${entry.externalSku}`, entry)),
    ...content.map((entry) => entryOf(`content/${entry.account}/${entry.externalProductId}`, entry)),
  ]
}
