/**
 * Learns a channel's own names for our SKUs from its catalogue: a listing whose SKU is exactly one of ours is mapped,
 * with the channel's item id that stock is published against. Anything else waits for a person: the order that needs
 * it opens the `sku_mapping` case.
 */
import { actor, type FeedApi } from '../src/actor-apis.ts'
import { findListing, saveListing } from '../src/config/catalog.ts'
import type { Listing, ProductListing } from '../src/domain/catalog/listing.ts'
import { publishesStock } from '../src/domain/config/channel-network.ts'
import type { Account } from '../src/domain/config/config.ts'
import type { Env } from '../src/env.ts'
import type { ListingsChanged } from './route-event.ts'

/** Answers the SKUs concerned. Saving what is saved already is skipped, so a redelivery costs only reads. */
export async function mapListings(env: Env, account: Account, event: ListingsChanged): Promise<readonly string[]> {
  if (event.deleted) return []
  const touched = new Set<string>()
  for (const listing of event.listings) {
    const sku = await mapListing(env, account, listing)
    if (sku !== null) touched.add(sku)
  }
  return [...touched]
}

async function mapListing(env: Env, account: Account, reported: ProductListing): Promise<string | null> {
  if (reported.externalSku === null) return null
  const known = await findListing(env, account.id, reported.externalSku, Date.now())
  if (known === null) return null
  const named = namedBy(reported, known)
  if (named !== null) {
    await saveListing(env, named)
    await tellFeed(env, account, known.sku)
  }
  return known.sku
}

/** The listing under the channel's ids; null when nothing about them is new. */
function namedBy(reported: ProductListing, known: Listing): Listing | null {
  const { externalProductId, externalVariantId } = reported
  const externalItemId = reported.externalItemId ?? known.externalItemId
  const isKnown = externalItemId === known.externalItemId && externalVariantId === known.externalVariantId
  return isKnown && externalProductId === known.externalProductId
    ? null
    : { ...known, externalItemId, externalProductId, externalVariantId }
}

/** What could not be published for want of an item id can be now. */
async function tellFeed(env: Env, account: Account, sku: string): Promise<void> {
  if (!publishesStock(account)) return
  await actor<FeedApi>(env.FEED, account.id).changed(account.id, [{ sku, changedAtMs: Date.now(), sold: {} }])
}
