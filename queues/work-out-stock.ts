/**
 * What the listings of changed SKUs should show, worked out from the positions as they are now: the feed numbers each
 * change before anybody looks, so the answer to an older change never replaces that to a newer one.
 */
import { type AvailabilityApi, actor, type FeedApi } from '../src/actor-apis.ts'
import { findSku, listingsOfSku } from '../src/config/catalog.ts'
import { type AtsTerms, atsOf } from '../src/domain/atp/ats-of.ts'
import { capFor, isExcluded, safetyStockFor, thresholdFor } from '../src/domain/atp/promise-rules.ts'
import type { CatalogSku } from '../src/domain/catalog/listing.ts'
import type { Account, Config } from '../src/domain/config/config.ts'
import { type BufferTerms, bufferOf, lagOf } from '../src/domain/feed/buffer.ts'
import { bundlesByPlace, type ChannelPlace, desiredStock, unitsByPlace } from '../src/domain/feed/desired-stock.ts'
import type { FeedOutlook, SkuWant } from '../src/domain/feed/feed-contract.ts'
import { noSales } from '../src/domain/feed/sell-rate.ts'
import type { Env } from '../src/env.ts'
import { channelPlaces } from './channel-places.ts'
import { runBounded } from './run-bounded.ts'

export type ChangedSku = { readonly sku: string; readonly revision: number }
type Channel = { readonly account: Account; readonly config: Config; readonly env: Env; readonly nowMs: number }

/** While a measured buffer is kept back, its SKU is looked at again so that it shrinks when the sales do. */
const reviewAfterMs = 5 * 60_000

export async function workOutStock(changed: readonly ChangedSku[], channel: Channel): Promise<void> {
  const feed = actor<FeedApi>(channel.env.FEED, channel.account.id)
  const places = channelPlaces(channel.account, channel.config)
  const outlook = await feed.outlook(changed.map(({ sku }) => sku))
  const wishes = await runBounded(changed, (each) => wishFor(each, places, outlook, channel))
  await feed.want(channel.account.id, wishes)
}

async function wishFor(
  { sku, revision }: ChangedSku,
  places: readonly ChannelPlace[],
  outlook: FeedOutlook,
  channel: Channel,
): Promise<SkuWant> {
  const { account, env, nowMs } = channel
  const urgency = { lowStock: account.feed.lowStock }
  const listings = places.length === 0 ? [] : await listingsOfSku(env, account.id, sku)
  const known = listings.length === 0 ? null : await findSku(env, sku, nowMs)
  if (known === null) return { sku, revision, urgency, listings: [], reviewAfterMs: null }
  const buffer = bufferFor(sku, outlook, account)
  const units = await unitsFor(known, buffer, places, channel)
  const isMeasured = buffer.buffer > buffer.static
  return {
    ...{ sku, revision, urgency },
    listings: desiredStock(listings, places, units),
    reviewAfterMs: isMeasured ? reviewAfterMs : null,
  }
}

/** A bundle has no stock of its own: it is its components that are kept back, by what the bundle sells. */
async function unitsFor(
  entry: CatalogSku,
  { buffer }: BufferTerms,
  places: readonly ChannelPlace[],
  channel: Channel,
): Promise<readonly number[]> {
  const { components } = entry
  if (components.length === 0) return unitsByPlace(await termsOf(entry, buffer, places, channel), places)
  const parts = components.map(async ({ sku, quantity }) => {
    const component = await findSku(channel.env, sku, channel.nowMs)
    if (component === null) return { units: [], quantity }
    return { units: unitsByPlace(await termsOf(component, buffer * quantity, places, channel), places), quantity }
  })
  return bundlesByPlace(await Promise.all(parts), places)
}

/** Read from the positions themselves: the news of this very change may not have reached anybody else yet. */
async function termsOf(
  entry: CatalogSku,
  buffer: number,
  places: readonly ChannelPlace[],
  { account, config, env, nowMs }: Channel,
): Promise<AtsTerms> {
  const locations = [...new Set(places.flatMap((place) => place.locations))]
  const { summaries, unrouted } = await actor<AvailabilityApi>(env.AVAILABILITY, entry.sku).read(
    entry.sku,
    locations,
    0,
  )
  const asked = { sku: entry.sku, class: entry.class, channel: account.id }
  const { promising } = config
  return atsOf({
    summaries,
    ask: { nowMs, group: account.group ?? null, goodUntilMs: goodUntilMs(entry, nowMs) },
    rules: {
      excluded: isExcluded(promising, asked),
      threshold: thresholdFor(promising, asked),
      unrouted,
      cap: capFor(promising, asked),
      buffer,
      keepBackAt: (location) => safetyStockFor(promising, { ...asked, location, methods: [] }),
    },
  })
}

const goodUntilMs = ({ shelfLifeDays }: CatalogSku, nowMs: number): number | null =>
  shelfLifeDays === 0 ? null : nowMs + shelfLifeDays * 86_400_000

function bufferFor(sku: string, { lag, skus }: FeedOutlook, { feed }: Account): BufferTerms {
  const rate = skus.find((each) => each.sku === sku)?.rate ?? noSales
  return bufferOf(feed.buffer, rate, lagOf(feed.buffer, lag))
}
