/** What a channel's own SKU takes from stock: the listing, with the components of a bundle. */
import { findBundleParts, findListing, findSku } from '../config/catalog.ts'
import type { LineFinding } from '../domain/order/saga-command.ts'
import type { Env } from '../env.ts'

export async function findStockedListing(
  env: Env,
  account: string,
  externalSku: string | null,
): Promise<LineFinding['listing']> {
  if (externalSku === null) return null
  const listing = await findListing(env, account, externalSku, Date.now())
  if (listing === null) return null
  const { sku, packQuantity } = listing
  const entry = await findSku(env, sku, Date.now())
  if (entry === null || entry.components.length === 0) return { sku, packQuantity, stocked: entry?.stocked ?? true }
  const resolved = await findBundleParts(env, entry, Date.now())
  // A kit whose components nobody knows cannot be picked: it waits for the catalogue like any unknown SKU.
  if (!resolved.ok) return null
  return { sku, packQuantity, stocked: resolved.value.length > 0, parts: resolved.value }
}
