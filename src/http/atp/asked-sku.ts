/** A SKU that is asked for, as the catalogue has it: itself, or the components of a bundle. */
import { findBundleParts, findSku } from '../../config/catalog.ts'
import type { CatalogSku } from '../../domain/catalog/listing.ts'
import type { Env } from '../../env.ts'

export type AskedPart = { readonly entry: CatalogSku; readonly units: number }
export type AskedSku = {
  readonly sku: string
  /** Null: not in the catalogue, so that no position of it is touched. */
  readonly entry: CatalogSku | null
  /** Empty for what is not stocked, and for a bundle that cannot be resolved: nothing of it can be promised. */
  readonly parts: readonly AskedPart[]
}

export async function findAskedSku(env: Env, sku: string, nowMs: number): Promise<AskedSku> {
  const entry = await findSku(env, sku, nowMs)
  if (entry === null || (!entry.stocked && entry.components.length === 0)) return { sku, entry, parts: [] }
  if (entry.components.length === 0) return { sku, entry, parts: [{ entry, units: 1 }] }
  const resolved = await findBundleParts(env, entry, nowMs)
  const parts = resolved.ok ? resolved.value : []
  const found = await Promise.all(
    parts.map(async ({ sku: component, units }) => ({ entry: await findSku(env, component, nowMs), units })),
  )
  const known = found.flatMap(({ entry: component, units }) =>
    component === null ? [] : [{ entry: component, units }],
  )
  return { sku, entry, parts: known.length === parts.length ? known : [] }
}
