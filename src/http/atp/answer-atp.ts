/**
 * Answers what can be promised of many SKUs: reads each of them and each component once, in one hop, and reckons the
 * rest here with the formulas that the positions themselves decide by.
 */
import { type AvailabilityApi, actor, type SkuAvailability } from '../../actor-apis.ts'
import { type Deliveries, type DeliverySite, deliveries } from '../../domain/atp/deliver-at.ts'
import type { Asker, Part } from '../../domain/atp/part-availability.ts'
import { type SiteAsk, type SiteRefusal, siteRefusal } from '../../domain/atp/serving-sites.ts'
import { type SkuAnswer, skuAvailability } from '../../domain/atp/sku-availability.ts'
import type { CatalogSku } from '../../domain/catalog/listing.ts'
import { locationsServing } from '../../domain/config/channel-network.ts'
import type { Account, Config } from '../../domain/config/config.ts'
import type { Location } from '../../domain/config/location.ts'
import type { Env } from '../../env.ts'
import type { AtpQuery } from '../wire/atp-query.ts'
import { deliveryTerms } from './asked-delivery.ts'
import type { AskedSku } from './asked-sku.ts'
import { recentAvailability } from './atp-cache.ts'

export type AtpQuestion = {
  readonly config: Config
  readonly account: Account | null
  readonly query: AtpQuery
  readonly nowMs: number
  /** What the channel's feed keeps back, by SKU; absent: nothing. */
  readonly buffers?: ReadonlyMap<string, number>
}
/** How the positions of one SKU are come by: as they are held, or as they were. */
export type ReadStock = (sku: string, locations: readonly string[]) => Promise<SkuAvailability>

type PartRead = {
  readonly availability: SkuAvailability
  readonly refused: readonly { readonly location: string; readonly reason: SiteRefusal }[]
}
export type AnsweredSku = {
  readonly asked: AskedSku
  /** Null for what has no stock to answer by. */
  readonly answer: SkuAnswer | null
  readonly dateOf: Deliveries['dateOf']
  readonly reads: ReadonlyMap<string, PartRead>
}

/** How locations are come by: as they are, or none where nothing can be promised any more. */
export type ReadSites = (asked: readonly AskedSku[], places: ReadonlySet<string>) => Promise<readonly DeliverySite[]>

export async function answerAtp(
  question: AtpQuestion,
  asked: readonly AskedSku[],
  read: ReadStock,
  readSites: ReadSites,
): Promise<readonly AnsweredSku[]> {
  const entries = new Map(asked.flatMap(({ parts }) => parts.map(({ entry }) => [entry.sku, entry] as const)))
  const pairs = await Promise.all(
    [...entries].map(async ([sku, entry]) => [sku, await readPart(question, entry, read)] as const),
  )
  const reads = new Map<string, PartRead>(pairs)
  const asker = askerOf(question)
  const sites = await readSites(asked, placesIn(reads))
  return asked.map((one) => {
    const carried = deliveries(sites, deliveryTerms(question, one))
    const { dateOf } = carried
    return { asked: one, reads, dateOf, answer: answerSku(question, one, asker, carried, reads) }
  })
}

/** As the isolate or the actor holds it; with no staleness, as the positions are. */
export function heldStock(env: Env, { config, query, nowMs }: AtpQuestion): ReadStock {
  const { maxStalenessMs } = query
  return (sku, locations) =>
    maxStalenessMs === 0
      ? actor<AvailabilityApi>(env.AVAILABILITY, sku).read(sku, locations, 0)
      : recentAvailability(env, config, sku, { maxStalenessMs, nowMs })
}

/** Where there is anything to be promised from. */
const placesIn = (reads: ReadonlyMap<string, PartRead>): ReadonlySet<string> =>
  new Set([...reads.values()].flatMap(({ availability }) => availability.summaries.map(({ location }) => location)))

async function readPart(question: AtpQuestion, entry: CatalogSku, read: ReadStock): Promise<PartRead> {
  const { sites, refused } = sitesFor(question, entry)
  const ids = sites.map(({ id }) => id)
  const { version, summaries, unrouted } = await read(entry.sku, ids)
  const counted = new Set(ids)
  const ours = summaries.filter(({ location }) => counted.has(location))
  return { availability: { version, summaries: ours, unrouted }, refused }
}

function sitesFor({ config, account, query }: AtpQuestion, { requirements }: CatalogSku) {
  const ask: SiteAsk = { account, shipTo: query.shipTo ?? null, methods: query.deliveryMethod ?? [], requirements }
  const sites: Location[] = []
  const refused: PartRead['refused'][number][] = []
  for (const location of locationsServing(config, account?.id ?? null)) {
    const reason = siteRefusal(location, ask)
    if (reason === null) sites.push(location)
    else refused.push({ location: location.id, reason })
  }
  return { sites, refused }
}

function askerOf({ config, account, query, nowMs }: AtpQuestion): Asker {
  return {
    nowMs,
    channel: account?.id ?? null,
    group: account?.group ?? null,
    methods: query.deliveryMethod ?? [],
    keepDays: query.goodForDays,
    promising: config.promising,
  }
}

function answerSku(
  { query, buffers }: AtpQuestion,
  { entry, parts }: AskedSku,
  asker: Asker,
  { deliver }: Deliveries,
  reads: ReadonlyMap<string, PartRead>,
): SkuAnswer | null {
  if (entry === null || parts.length === 0) return null
  const wanted = query.quantity !== undefined || query.by !== undefined
  return skuAvailability({
    sku: entry.sku,
    class: entry.class,
    parts: parts.map(({ entry: part, units }) => partOf(part, units, buffers, reads)),
    asker,
    wanted: wanted ? { quantity: query.quantity ?? 1, byMs: query.by ?? null, deliver } : null,
  })
}

/** Of a component is kept back what is sold of it, in bundles and without them. */
function partOf(
  entry: CatalogSku,
  units: number,
  buffers: AtpQuestion['buffers'],
  reads: ReadonlyMap<string, PartRead>,
): Part {
  const { summaries, unrouted } = reads.get(entry.sku)?.availability ?? { summaries: [], unrouted: 0 }
  const { sku, class: ofClass, shelfLifeDays } = entry
  const buffer = buffers?.get(sku) ?? 0
  return { sku, class: ofClass, shelfLifeDays, units, summaries, unrouted, buffer }
}
