/** What a feed is told and asked, in messages that cross from one actor or consumer to another. */
import type { CallOutcome, FailureClass } from '../outbox/intent.ts'
import type { ConcludeFacts, ItemVerdict } from './attempt.ts'
import type { DrainLane } from './choose-lane.ts'
import type { FeedKey, FeedKind, FeedLane, FeedListing, FeedState } from './feed-listing.ts'
import type { LagSketch } from './lag-sketch.ts'
import type { Sighting, SightingRules } from './observe.ts'
import type { SellRate } from './sell-rate.ts'
import type { Urgency } from './want.ts'

/** The stock of a SKU changed somewhere that the channel may sell from, or the content of one of its products. */
export type SkuChange = {
  /** Or the subject of a product (`feed-subject.ts`), as everywhere here. */
  readonly sku: string
  readonly changedAtMs: number
  /** Units that orders took since the last change was told, by the channel they came from. */
  readonly sold: Readonly<Record<string, number>>
}

/** Everything that the listings of a SKU should show, worked out after the change of `revision` was known. */
export type SkuWant = {
  readonly sku: string
  readonly revision: number
  readonly urgency: Pick<Urgency, 'lowStock'>
  readonly listings: readonly (FeedKey & { readonly value: number; readonly keptBack?: number })[]
  /** A buffer is kept back that will shrink by itself: look again then. Null: nothing to look for. */
  readonly reviewAfterMs: number | null
  /** Of a bundle: every SKU that it is made of, a change of which changes it. */
  readonly parts?: readonly string[]
}

export type SkuOutlook = {
  readonly sku: string
  readonly changedAtMs: number
  readonly rate: SellRate
  /** It sells nothing itself: what it is made of does. */
  readonly isBundle: boolean
}
export type FeedOutlook = { readonly lag: LagSketch; readonly skus: readonly SkuOutlook[] }

/** What the channel's connector can do, by kind; a kind that is absent waits until it can. */
export type FeedAbility = {
  readonly kind: FeedKind
  readonly itemsMax: number
  /** It can be asked what it shows. */
  readonly reads: boolean
}
export type BeginFeed = {
  readonly drain: DrainLane
  readonly attemptId: string
  readonly abilities: readonly FeedAbility[]
}

export type FeedSendItem = FeedKey & {
  readonly value: number
  /** What the channel shows as far as we know; null when nobody does. */
  readonly expected: number | null
  readonly idempotencyKey: string
}
export type FeedBatch = { readonly attemptId: string; readonly kind: FeedKind } & (
  | { readonly task: 'send'; readonly items: readonly FeedSendItem[] }
  | { readonly task: 'read'; readonly items: readonly FeedReadItem[] }
)
/** `known`: everything that the channel may well show of it. */
export type FeedReadItem = FeedKey & { readonly known: readonly number[] }

export type FeedVerdict = FeedKey & { readonly why: ItemVerdict; readonly message: string }
export type FeedResult =
  | {
      readonly task: 'send'
      readonly outcome: CallOutcome
      /** What a refusing channel said of single listings; the rest of the batch was not done either. */
      readonly verdicts: readonly FeedVerdict[]
      /** Of what it took: what it says that it shows now, where its answer says so. */
      readonly shown?: readonly (FeedKey & { readonly value: number })[]
      /** Items of the batch that were not in the call. */
      readonly leftOut?: readonly FeedKey[]
    }
  | { readonly task: 'read'; readonly found: readonly (FeedKey & { readonly value: number })[] }
  | { readonly task: 'unread'; readonly class: FailureClass; readonly message: string; readonly retryAfterMs: number }

export type FeedFacts = Omit<ConcludeFacts, 'nowMs'>
export type FeedSighting = FeedKey & Sighting
export type { SightingRules }

export type FeedStatus = {
  readonly listings: number
  readonly states: Readonly<Record<FeedState, number>>
  /** Listings that wait for a call, by lane. */
  readonly waiting: Readonly<Record<FeedLane, number>>
  readonly drifted: number
  /** SKUs whose figures are being worked out. */
  readonly skusChanged: number
  readonly inFlight: readonly { readonly attemptId: string; readonly drain: DrainLane; readonly leaseUntilMs: number }[]
  /** Since when the listing that has waited longest in each lane has waited; lanes without any are absent. */
  readonly waitingSinceMs: Readonly<Partial<Record<FeedLane, number>>>
  /** From a fall of the stock to the channel's confirmation of it. Null until something was measured. */
  readonly lag: { readonly p50Ms: number | null; readonly p95Ms: number | null; readonly measured: number }
}

export type FeedFilter = FeedState | 'drifted'
export type FeedPage = { readonly listings: readonly FeedListing[]; readonly nextCursor: string | null }
