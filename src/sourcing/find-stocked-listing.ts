/** What a channel's own SKU takes from stock: the listing, with the components of a bundle. */
import { activeConfig } from '../config/active-config.ts'
import { findBundleParts, findListing, findSku, readAhead } from '../config/catalog.ts'
import { excludedAmong } from '../domain/atp/promise-rules.ts'
import type { CatalogSku } from '../domain/catalog/listing.ts'
import { unitRatio } from '../domain/catalog/units-of-measure.ts'
import type { LineFinding } from '../domain/order/saga-command.ts'
import type { LineQuestion } from '../domain/order/saga-step.ts'
import type { Env } from '../env.ts'

/** Of each line, in their order. */
export async function findStockedListings(
  env: Env,
  account: string,
  lines: readonly LineQuestion[],
): Promise<readonly LineFinding['listing'][]> {
  const names = [...new Set(lines.flatMap(({ externalSku }) => externalSku ?? []))]
  await readAhead(env, account, { externalSkus: names, skus: names }, Date.now())
  const found = await Promise.all(names.map((name) => findListing(env, account, name, Date.now())))
  await readAhead(env, account, { skus: found.flatMap((listing) => listing?.sku ?? []) }, Date.now())
  return Promise.all(lines.map((line) => findStockedListing(env, account, line)))
}

async function findStockedListing(
  env: Env,
  account: string,
  { externalSku, unit }: LineQuestion,
): Promise<LineFinding['listing']> {
  if (externalSku === null) return null
  const listing = await findListing(env, account, externalSku, Date.now())
  if (listing === null) return null
  const { sku } = listing
  const entry = await findSku(env, sku, Date.now())
  const packQuantity = packOf(listing.packQuantity, entry, unit)
  if (packQuantity === null) return null
  if (entry === null || entry.components.length === 0) {
    const own = await exclusionMember(env, account, entry === null ? [] : [entry])
    return { sku, packQuantity, stocked: entry?.stocked ?? true, ...own }
  }
  const resolved = await findBundleParts(env, entry, Date.now())
  // A kit whose components nobody knows cannot be picked: it waits for the catalogue like any unknown SKU.
  if (!resolved.ok) return null
  const parts = await Promise.all(resolved.value.map((part) => findSku(env, part.sku, Date.now())))
  const excluded = await exclusionMember(env, account, [entry, ...parts.filter((part) => part !== null)])
  return { sku, packQuantity, stocked: resolved.value.length > 0, parts: resolved.value, ...excluded }
}

/** An order is taken in all the same: what the channel should not have sold is said of it. */
async function exclusionMember(env: Env, account: string, named: readonly CatalogSku[]) {
  const { promising } = await activeConfig(env, Date.now())
  const excluded = excludedAmong(promising, account, named)
  return excluded === null ? {} : { excluded }
}

/**
 * Base units in one of what the channel counts. A unit of measure is one of the SKU's own: what a listing packs
 * otherwise has none, and a unit that the catalogue does not know is as good as an unknown SKU.
 */
function packOf(packQuantity: number, entry: CatalogSku | null, unit: string | undefined): number | null {
  if (unit === undefined) return packQuantity
  return entry === null || packQuantity !== 1 ? null : unitRatio(entry, unit)
}
