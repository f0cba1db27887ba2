/** What a SKU's network can promise now and later, and what each channel may show of it, with every term. */
import { type AvailabilityApi, actor, type FeedApi, type SkuAvailability } from '../../../actor-apis.ts'
import type { AtsTerms } from '../../../domain/atp/ats-of.ts'
import type { SkuBackorders } from '../../../domain/atp/match-backorders.ts'
import type { Step } from '../../../domain/atp/network-curve.ts'
import { type Asker, type Part, partAvailability } from '../../../domain/atp/part-availability.ts'
import { type SiteRefusal, siteRefusal } from '../../../domain/atp/serving-sites.ts'
import type { CatalogSku } from '../../../domain/catalog/listing.ts'
import { locationsServing, publishesStock } from '../../../domain/config/channel-network.ts'
import type { Account, Config } from '../../../domain/config/config.ts'
import { type BufferTerms, bufferOf, lagOf } from '../../../domain/feed/buffer.ts'
import { noSales } from '../../../domain/feed/sell-rate.ts'
import type { Env } from '../../../env.ts'

export type ChannelAts = {
  readonly account: Account
  readonly terms: AtsTerms
  /** Null where nobody publishes our figures, so that nothing is kept back for being told late. */
  readonly buffer: BufferTerms | null
  /** Locations of its network that do not count for this SKU. */
  readonly notCounted: readonly { readonly location: string; readonly reason: SiteRefusal }[]
}
export type NetworkAvailability = {
  readonly summaries: SkuAvailability['summaries']
  /** Units that anybody may be promised, by date. */
  readonly curve: readonly Step[]
  readonly channels: readonly ChannelAts[]
  readonly backorders: SkuBackorders
}

/** Read from the positions themselves: a person who looks here wants to know, not to be quick. */
export async function networkAvailability(
  env: Env,
  config: Config,
  entry: CatalogSku,
  nowMs: number,
): Promise<NetworkAvailability> {
  const ids = config.locations.map(({ id }) => id)
  const known = actor<AvailabilityApi>(env.AVAILABILITY, entry.sku)
  const availability = await known.read(entry.sku, ids, 0)
  const backorders = await known.backorders(entry.sku, null)
  const channels = config.accounts.filter((account) => account.role === 'channel')
  const shown = channels.map(async (account) => {
    const buffer = await bufferFor(env, entry.sku, account)
    return channelAts({ config, entry, availability, nowMs }, account, buffer)
  })
  const fulfilling = new Set<string>(locationsServing(config, null).map(({ id }) => id))
  const anybody = partAvailability(partOf(entry, withinOf(availability, fulfilling), 0), askerOf(config, null, nowMs))
  return { summaries: availability.summaries, curve: anybody.curve, channels: await Promise.all(shown), backorders }
}

type Gathered = {
  readonly config: Config
  readonly entry: CatalogSku
  readonly availability: SkuAvailability
  readonly nowMs: number
}

function channelAts({ config, entry, availability, nowMs }: Gathered, account: Account, buffer: BufferTerms | null) {
  const ask = { account, shipTo: null, methods: [], requirements: entry.requirements }
  const judged = locationsServing(config, account.id).map(({ id, ...location }) => ({
    location: id,
    reason: siteRefusal({ id, ...location }, ask),
  }))
  const counted = new Set(judged.filter(({ reason }) => reason === null).map(({ location }) => location))
  const part = partOf(entry, withinOf(availability, counted), buffer?.buffer ?? 0)
  const notCounted = judged.flatMap(({ location, reason }) => (reason === null ? [] : [{ location, reason }]))
  return { account, terms: partAvailability(part, askerOf(config, account, nowMs)).ats, buffer, notCounted }
}

function withinOf(availability: SkuAvailability, locations: ReadonlySet<string>): SkuAvailability {
  return { ...availability, summaries: availability.summaries.filter(({ location }) => locations.has(location)) }
}

function partOf(entry: CatalogSku, { summaries, unrouted }: SkuAvailability, buffer: number): Part {
  const { sku, class: ofClass, shelfLifeDays } = entry
  return { sku, class: ofClass, shelfLifeDays, units: 1, summaries, unrouted, buffer }
}

function askerOf({ promising }: Config, account: Account | null, nowMs: number): Asker {
  return { nowMs, channel: account?.id ?? null, group: account?.group ?? null, methods: [], keepDays: 0, promising }
}

async function bufferFor(env: Env, sku: string, account: Account): Promise<BufferTerms | null> {
  if (!publishesStock(account)) return null
  const { lag, skus } = await actor<FeedApi>(env.FEED, account.id).outlook([sku])
  const { buffer } = account.feed
  return bufferOf(buffer, skus.find((each) => each.sku === sku)?.rate ?? noSales, lagOf(buffer, lag))
}
