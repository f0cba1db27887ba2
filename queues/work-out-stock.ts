/**
 * What the listings of changed SKUs should show, prices included, worked out from the positions as they are now: the
 * feed numbers each change before anybody looks, so the answer to an older change never replaces that to a newer one.
 */
import { type AvailabilityApi, actor, type FeedApi } from '../src/actor-apis.ts'
import { findBundleParts, findSku, listingsOfSku, skusWithin } from '../src/config/catalog.ts'
import { type AtsQuestion, atsOf } from '../src/domain/atp/ats-of.ts'
import { capFor, isExcluded, safetyStockFor, thresholdFor } from '../src/domain/atp/promise-rules.ts'
import type { CatalogSku, Listing } from '../src/domain/catalog/listing.ts'
import { pricedIn } from '../src/domain/config/channel-network.ts'
import type { Account, Config } from '../src/domain/config/config.ts'
import { type BufferTerms, bufferOf, lagOf } from '../src/domain/feed/buffer.ts'
import {
  bundlesByPlace,
  type ChannelPlace,
  cappedByPlace,
  desiredPrices,
  desiredStock,
} from '../src/domain/feed/desired-stock.ts'
import type { FeedOutlook, SkuWant } from '../src/domain/feed/feed-contract.ts'
import { noSales } from '../src/domain/feed/sell-rate.ts'
import type { Env } from '../src/env.ts'
import { channelPlaces } from './channel-places.ts'
import { runBounded } from './run-bounded.ts'

export type ChangedSku = { readonly sku: string; readonly revision: number }
type Channel = { readonly account: Account; readonly config: Config; readonly env: Env; readonly nowMs: number }

type Part = { readonly entry: CatalogSku; readonly quantity: number }
/** What changed, as the catalogue has it: itself once, or the base components of a bundle. */
type AskedListings = {
  readonly change: ChangedSku
  readonly listings: readonly Listing[]
  readonly entry: CatalogSku | null
  readonly parts: readonly Part[]
  /** Of a bundle: every SKU that it is made of, bundles within it included. */
  readonly within: readonly string[]
}

/** While a measured buffer is kept back, its SKU is looked at again so that it shrinks when the sales do. */
const reviewAfterMs = 5 * 60_000

export async function workOutStock(changed: readonly ChangedSku[], channel: Channel): Promise<void> {
  const feed = actor<FeedApi>(channel.env.FEED, channel.account.id)
  const places = channelPlaces(channel.account, channel.config)
  const asked = await runBounded(changed, (each) => lookUp(each, places, channel))
  const sold = new Set(asked.flatMap(({ parts }) => parts.map(({ entry }) => entry.sku)))
  const outlook = await feed.outlook([...sold])
  const wishes = await runBounded(asked, (each) => wishFor(each, places, outlook, channel))
  await feed.want(channel.account.id, wishes)
}

async function lookUp(change: ChangedSku, places: readonly ChannelPlace[], channel: Channel): Promise<AskedListings> {
  const { account, env, nowMs } = channel
  const shows = places.length > 0 || pricedIn(account) !== null
  const listings = shows ? await listingsOfSku(env, account.id, change.sku) : []
  const entry = listings.length === 0 ? null : await findSku(env, change.sku, nowMs)
  if (entry === null) return { change, listings: [], entry, parts: [], within: [] }
  const { components } = entry
  if (components.length === 0) return { change, listings, entry, parts: [{ entry, quantity: 1 }], within: [] }
  return { change, listings, entry, parts: await partsOf(entry, channel), within: await skusWithin(env, entry, nowMs) }
}

/** Empty for a bundle that cannot be resolved: nothing of it can be sold. */
async function partsOf(entry: CatalogSku, { env, nowMs }: Channel): Promise<readonly Part[]> {
  const resolved = await findBundleParts(env, entry, nowMs)
  if (!resolved.ok) return []
  const found = resolved.value.map(async ({ sku, units }) => ({
    entry: await findSku(env, sku, nowMs),
    quantity: units,
  }))
  const parts = await Promise.all(found)
  return parts.flatMap(({ entry: part, quantity }) => (part === null ? [] : [{ entry: part, quantity }]))
}

async function wishFor(
  { change: { sku, revision }, listings, entry, parts, within }: AskedListings,
  places: readonly ChannelPlace[],
  outlook: FeedOutlook,
  channel: Channel,
): Promise<SkuWant> {
  const urgency = { lowStock: channel.account.feed.lowStock }
  if (entry === null) return { sku, revision, urgency, listings: [], reviewAfterMs: null, parts: within }
  const buffered = parts.map((part) => ({ ...part, buffer: bufferFor(part.entry.sku, outlook, channel.account) }))
  const isMeasured = buffered.some(({ buffer }) => buffer.buffer > buffer.static)
  return {
    ...{ sku, revision, urgency, parts: within },
    listings: [
      ...bufferedStock(listings, places, await unitsFor(entry, buffered, places, channel)),
      ...desiredPrices(listings, pricedIn(channel.account)),
    ],
    reviewAfterMs: isMeasured ? reviewAfterMs : null,
  }
}

/** What is to be shown by place, and what would be if nothing were kept back for late news. */
type Units = { readonly shown: readonly number[]; readonly unbuffered: readonly number[] }

function bufferedStock(listings: readonly Listing[], places: readonly ChannelPlace[], units: Units) {
  const unbuffered = desiredStock(listings, places, units.unbuffered)
  return desiredStock(listings, places, units.shown).map((shown, at) => {
    return { ...shown, keptBack: Math.max(0, (unbuffered[at]?.value ?? 0) - shown.value) }
  })
}

/** A bundle has no stock of its own: what its components sell, in it and without it, is kept back of them. */
async function unitsFor(
  entry: CatalogSku,
  parts: readonly (Part & { readonly buffer: BufferTerms })[],
  places: readonly ChannelPlace[],
  channel: Channel,
): Promise<Units> {
  const read = await Promise.all(
    parts.map(async (part) => ({ ...part, ask: await askOf(part.entry, places, channel) })),
  )
  const { promising } = channel.config
  const asked = { sku: entry.sku, class: entry.class, channel: channel.account.id }
  const cap = isExcluded(promising, asked) ? 0 : capFor(promising, asked)
  const unitsWith = (kept: (buffer: BufferTerms) => number) => {
    const parts = read.map(({ ask, quantity, buffer }) => {
      const rules = { ...ask.rules, buffer: kept(buffer) }
      return { terms: atsOf({ ...ask, rules }), quantity }
    })
    return cappedByPlace(bundlesByPlace(parts, places), cap)
  }
  return { shown: unitsWith(({ buffer }) => buffer), unbuffered: unitsWith(() => 0) }
}

/** Read from the positions themselves: the news of this very change may not have reached anybody else yet. */
async function askOf(
  entry: CatalogSku,
  places: readonly ChannelPlace[],
  { account, config, env, nowMs }: Channel,
): Promise<AtsQuestion> {
  const locations = [...new Set(places.flatMap((place) => place.locations))]
  const { summaries, unrouted } = await actor<AvailabilityApi>(env.AVAILABILITY, entry.sku).read(
    entry.sku,
    locations,
    0,
  )
  const asked = { sku: entry.sku, class: entry.class, channel: account.id }
  const { promising } = config
  return {
    summaries,
    ask: { nowMs, group: account.group ?? null, goodUntilMs: goodUntilMs(entry, nowMs) },
    rules: {
      excluded: isExcluded(promising, asked),
      threshold: thresholdFor(promising, asked),
      unrouted,
      cap: capFor(promising, asked),
      buffer: 0,
      keepBackAt: (location) => safetyStockFor(promising, { ...asked, location, methods: [] }),
    },
  }
}

const goodUntilMs = ({ shelfLifeDays }: CatalogSku, nowMs: number): number | null =>
  shelfLifeDays === 0 ? null : nowMs + shelfLifeDays * 86_400_000

function bufferFor(sku: string, { lag, skus }: FeedOutlook, { feed }: Account): BufferTerms {
  const rate = skus.find((each) => each.sku === sku)?.rate ?? noSales
  return bufferOf(feed.buffer, rate, lagOf(feed.buffer, lag))
}
