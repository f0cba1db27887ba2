/** Puts the test configuration, or a variation of it, into KV as `scripts/configure` does, and migrates D1. */
import { activePointerKey, forgetConfig, snapshotKey } from '../../src/config/active-config.ts'
import { forgetCatalog, listingKey, skuKey } from '../../src/config/catalog.ts'
import { toHex } from '../../src/connectors/transport/hmac.ts'
import { activationKey } from '../../src/domain/config/activation.ts'
import { type CompiledConfig, compileConfig } from '../../src/domain/config/compile-config.ts'
import type { ConfigFile } from '../../src/domain/config/config.ts'
import type { Env } from '../../src/env.ts'
import { forgetAvailability } from '../../src/http/atp/atp-cache.ts'
import { testConfig } from '../fixtures/config.ts'
import { migratedDb, testEnv } from '../fixtures/d1.ts'

export const bindings: Env = testEnv

async function hashes(texts: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const digest = async (text: string) => toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', encode(text))))
  return new Map(await Promise.all(texts.map(async (text) => [text, await digest(text)] as const)))
}
const encode = (text: string) => new TextEncoder().encode(text)

export async function seedConfig(change: (file: ConfigFile) => ConfigFile = (file) => file): Promise<CompiledConfig> {
  const file = change(structuredClone(testConfig))
  const keys = file.apiKeys.flatMap((entry) => ('key' in entry ? [entry.key] : []))
  const known = await hashes(keys)
  const compiled = compileConfig(file, (text) => known.get(text) ?? 'f'.repeat(64))
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
  await migratedDb()
  const { config, skus, listings } = compiled.value
  // The version of a snapshot is its content's hash; here each seeding is its own version.
  const version = `test-${crypto.randomUUID().slice(0, 8)}`
  await bindings.CONFIG.put(snapshotKey(version), JSON.stringify({ ...config, version }))
  await bindings.CONFIG.put(activationKey('config', { version, atMs: Date.now() }), version)
  await bindings.CONFIG.put(activePointerKey, version)
  for (const entry of skus) await bindings.CONFIG.put(skuKey(entry.sku), JSON.stringify(entry))
  for (const entry of listings) {
    await bindings.CONFIG.put(listingKey(entry.account, entry.externalSku), JSON.stringify(entry))
  }
  forgetConfig()
  forgetCatalog()
  forgetAvailability()
  return compiled.value
}
