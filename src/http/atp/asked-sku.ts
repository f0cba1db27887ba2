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
  /** False: a service or a gift card, or a bundle of nothing else. It never runs out. */
  readonly stocked: boolean
}

export async function findAskedSku(env: Env, sku: string, nowMs: number): Promise<AskedSku> {
  const entry = await findSku(env, sku, nowMs)
  if (entry === null) return { sku, entry, parts: [], stocked: false }
  const { stocked } = entry
  if (entry.components.length === 0) return { sku, entry, parts: stocked ? [{ entry, units: 1 }] : [], stocked }
  const resolved = await findBundleParts(env, entry, nowMs)
  if (!resolved.ok) return { sku, entry, parts: [], stocked: true }
  const found = await Promise.all(
    resolved.value.map(async ({ sku: component, units }) => ({ entry: await findSku(env, component, nowMs), units })),
  )
  const known = found.flatMap(({ entry: component, units }) =>
    component === null ? [] : [{ entry: component, units }],
  )
  return { sku, entry, parts: known.length === found.length ? known : [], stocked: found.length > 0 }
}
