/** A channel's feed and its listings as the API shows them: what an operations lead asks of them, with every term. */
import { z } from '@hono/zod-openapi'
import type { LimiterApi } from '../../actor-apis.ts'
import { publishesStock } from '../../domain/config/channel-network.ts'
import type { Account } from '../../domain/config/config.ts'
import { bufferOf, lagOf } from '../../domain/feed/buffer.ts'
import type { FeedOutlook, FeedStatus } from '../../domain/feed/feed-contract.ts'
import { type FeedListing, feedKinds, feedLanes, feedStates } from '../../domain/feed/feed-listing.ts'
import { noSales } from '../../domain/feed/sell-rate.ts'
import { instantOutSchema, rfc3339, rfc3339OrNull } from './instant.ts'

const laneSchema = z.enum(feedLanes)
const millis = z.int().nullable()

export const feedSchema = z
  .object({
    account: z.string(),
    publishes: z.boolean().openapi({ description: 'False: somebody else tells this channel what to show' }),
    listings: z.int(),
    states: z.record(z.enum(feedStates), z.int()),
    drifted: z.int().openapi({ description: 'Listings that show what nobody sent, until they are put right' }),
    skusChanged: z.int().openapi({ description: 'SKUs whose figures are being worked out' }),
    lanes: z
      .array(z.object({ lane: laneSchema, waiting: z.int(), waitingSince: instantOutSchema.nullable() }))
      .openapi({ description: 'Most urgent first' }),
    inFlight: z.array(z.object({ lane: z.string(), leaseUntil: instantOutSchema })),
    lag: z.object({ p50Ms: millis, p95Ms: millis, measured: z.int(), assumedMs: z.int() }).openapi({
      description: 'From a fall of the stock to the confirmation; `assumedMs` is what buffers reckon with',
    }),
    partner: z.object({
      ratePerSecond: z.number(),
      concurrency: z.int(),
      leased: z.int(),
      parked: z.int(),
      pausedUntil: instantOutSchema.nullable(),
    }),
  })
  .openapi('ChannelFeed')

const figureSchema = z.object({ value: z.int(), at: instantOutSchema }).nullable()
export const feedListingSchema = z
  .object({
    kind: z.enum(feedKinds),
    externalItemId: z.string(),
    externalLocationId: z.string(),
    sku: z.string().nullable().openapi({
      description: 'Null for content: `externalItemId` is its product then, which may be made of several SKUs',
    }),
    state: z.enum(feedStates),
    lane: laneSchema,
    desired: z.int().openapi({
      description:
        'A quantity; a price in minor units; of content the version of its document, and so are the other figures: ' +
        'equal where they say the same',
    }),
    sent: z.int().nullable(),
    acknowledged: figureSchema,
    observed: figureSchema,
    waitingSince: instantOutSchema.nullable(),
    notBefore: instantOutSchema.nullable(),
    attempts: z.int().openapi({ description: 'Failures in a row' }),
    lastError: z.string().nullable(),
    keptBack: z.int().nullable().openapi({
      description:
        'How many more would be shown here without the buffers; null: not worked out yet, or no stock figure',
    }),
    drift: z.object({ expected: z.int(), found: z.int(), openedAt: instantOutSchema }).nullable(),
    buffer: z
      .object({
        buffer: z.int(),
        static: z.int(),
        unitsPerHour: z.number(),
        lagMs: z.int(),
        expected: z.number(),
        z: z.number(),
      })
      .nullable()
      .openapi({
        description:
          'Base units kept back of its SKU: max(static, ⌈expected + z·√expected⌉). Null for prices and content, and for a bundle: ' +
          'each of its components has a buffer of its own (`GET /v1/atp?explain=true`), `keptBack` says what they come to',
      }),
  })
  .openapi('FeedListing')

type Budget = Awaited<ReturnType<LimiterApi['status']>>

export function feedDocument(
  account: Account,
  status: FeedStatus,
  { lag }: FeedOutlook,
  budget: Budget,
  nowMs: number,
): z.infer<typeof feedSchema> {
  const { listings, states, drifted, skusChanged, waiting, waitingSinceMs } = status
  const { ratePerSecond, concurrency, leased, parked, pausedUntilMs } = budget
  return {
    ...{ account: account.id, publishes: publishesStock(account), listings, drifted, skusChanged },
    states: { ...states },
    lanes: feedLanes.map((lane) => ({
      lane,
      waiting: waiting[lane],
      waitingSince: rfc3339OrNull(waitingSinceMs[lane] ?? null),
    })),
    inFlight: status.inFlight.map(({ drain, leaseUntilMs }) => ({ lane: drain, leaseUntil: rfc3339(leaseUntilMs) })),
    lag: { ...status.lag, assumedMs: lagOf(account.feed.buffer, lag) },
    partner: {
      ...{ ratePerSecond, concurrency, leased, parked },
      pausedUntil: pausedUntilMs > nowMs ? rfc3339(pausedUntilMs) : null,
    },
  }
}

export function feedListingDocument(
  listing: FeedListing,
  { lag, skus }: FeedOutlook,
  { feed }: Account,
): z.infer<typeof feedListingSchema> {
  const { kind, item, place, sku, state, lane, desired, sent, acknowledged, observed, attempts, lastError } = listing
  const waits = state === 'ready' || state === 'doubtful'
  const outlook = skus.find((each) => each.sku === sku)
  const isBuffered = kind === 'stock' && outlook?.isBundle !== true
  return {
    ...{ kind, externalItemId: item, externalLocationId: place, state, lane, desired, attempts, lastError },
    sku: kind === 'content' ? null : sku,
    sent: sent?.value ?? null,
    acknowledged: figureOf(acknowledged),
    observed: figureOf(observed),
    waitingSince: waits ? rfc3339(listing.readySinceMs) : null,
    notBefore: rfc3339OrNull(listing.dueAtMs),
    keptBack: listing.keptBack ?? null,
    drift: driftOf(listing.drift),
    buffer: isBuffered ? bufferOf(feed.buffer, outlook?.rate ?? noSales, lagOf(feed.buffer, lag)) : null,
  }
}

function figureOf(figure: { readonly value: number; readonly atMs: number } | null) {
  return figure === null ? null : { value: figure.value, at: rfc3339(figure.atMs) }
}

function driftOf(drift: FeedListing['drift']) {
  return drift === null ? null : { expected: drift.expected, found: drift.found, openedAt: rfc3339(drift.openedAtMs) }
}
