/**
 * One listing of a channel account as its feed knows it: what it should show, what was sent, what the channel
 * confirmed, and what it was seen to show. The newest wish alone counts: what was never sent of older ones is dropped.
 *
 * settled ──want──▶ ready ──send──▶ sending ──committed──▶ settled (ready again when another figure is wanted by now)
 *    ▲                ▲  ▲             │ ├─absent───▶ ready (later), or refused when the channel named this listing
 *    │                │  └─────────────┘ └─unknown or stale──▶ doubtful
 *    └──shows it── reading ◀──read── doubtful: nothing is sent before the channel was looked at
 */

/** A stock figure is a quantity, a price minor units of the channel's currency, a content the version of its document. */
export const feedKinds = ['stock', 'price', 'content'] as const
export type FeedKind = (typeof feedKinds)[number]

/** In order of urgency. `check` looks at listings that nothing is wrong with, a few at a time. */
export const feedLanes = ['stop_sell', 'fast', 'rest', 'price', 'content', 'check'] as const
export type FeedLane = (typeof feedLanes)[number]

export const feedStates = ['settled', 'ready', 'sending', 'doubtful', 'reading', 'refused'] as const
export type FeedState = (typeof feedStates)[number]

/** The channel's own ids: an inventory item at one of its locations. `place` is empty for what has none. */
export type FeedKey = { readonly kind: FeedKind; readonly item: string; readonly place: string }

/** `shownAs`: what the channel made of the value where it keeps it in a form of its own, as it does with markup. */
type Acknowledged = {
  readonly value: number
  readonly version: number
  readonly atMs: number
  readonly shownAs?: number
}

/** `isDoubtful`: it may as well be that our own figure never arrived, so in the end it is nobody's case. */
type Shortfall = { readonly expected: number; readonly found: number; readonly isDoubtful?: true }

export type FeedListing = FeedKey & {
  /** What it is worked out with: of content the subject of its product (`feed-subject.ts`). */
  readonly sku: string
  readonly desired: number
  /** Counts the changes of `desired`, from 1. */
  readonly desiredVersion: number
  /** How many more would be wanted if nothing were kept back for late news. Absent: a price, or not known yet. */
  readonly keptBack?: number
  /** The change of the SKU that `desired` was worked out for: an older answer never replaces it. */
  readonly revision: number
  readonly sent: {
    readonly value: number
    readonly version: number
    /** When the stock fell that this tells of; null when it told of no fall. */
    readonly fellAtMs: number | null
  } | null
  readonly acknowledged: Acknowledged | null
  readonly observed: { readonly value: number; readonly atMs: number } | null
  readonly state: FeedState
  readonly lane: FeedLane
  /** Its turn in its lane. */
  readonly readySinceMs: number
  /** Not before; null: at once. */
  readonly dueAtMs: number | null
  readonly attemptId: string | null
  /** Failures in a row. */
  readonly attempts: number
  /** Calls in a row that were refused, with it in them, without a word on which listing was to blame. */
  readonly suspicions: number
  /** When the stock fell that the channel has not been told of yet. */
  readonly fellAtMs: number | null
  /** The channel shows less than it should. Mostly a sale of its own whose order is still on its way to us. */
  readonly shortfall: Shortfall | null
  readonly drift: { readonly openedAtMs: number; readonly expected: number; readonly found: number } | null
  readonly lastError: string | null
  /** The channel named this listing and refused it, and has not taken it since. Absent: stored before it was kept. */
  readonly refusal?: { readonly openedAtMs: number; readonly message: string } | null
  /** The channel says that somebody changed it: to be looked at then. Absent: nobody said so. */
  readonly lookAtMs?: number | null
  /** The last look that came of such a word. */
  readonly lookedAtMs?: number
}

/** What the log keeps; everything else about a listing is its row. */
export type FeedEvent = DriftFound | DriftSettled | ListingRefused | RefusalSettled | BatchRefused | BatchSettled
type DriftFacts = FeedKey & { readonly sku: string; readonly expected: number; readonly found: number }
export type DriftFound = DriftFacts & { readonly type: 'drift_found'; readonly desired: number }
export type DriftSettled = DriftFacts & { readonly type: 'drift_settled'; readonly openedAtMs: number }
type RefusalFacts = FeedKey & { readonly sku: string; readonly message: string }
export type ListingRefused = RefusalFacts & { readonly type: 'listing_refused' }
export type RefusalSettled = RefusalFacts & { readonly type: 'refusal_settled'; readonly openedAtMs: number }
/** `named`: some of the `listings` that were in the call. */
type BatchFacts = {
  readonly kind: FeedKind
  readonly named: readonly (FeedKey & { readonly sku: string })[]
  readonly listings: number
  readonly message: string
}
export type BatchRefused = BatchFacts & { readonly type: 'batch_refused' }
export type BatchSettled = BatchFacts & { readonly type: 'batch_settled'; readonly openedAtMs: number }

/** `lagMs`: how long the channel went on showing stock that was gone, where the step ended that. */
export type FeedStep = {
  readonly listing: FeedListing
  readonly events: readonly FeedEvent[]
  readonly lagMs: number | null
}

export const keyOf = ({ kind, item, place }: FeedKey): FeedKey => ({ kind, item, place })
export const keyText = ({ kind, item, place }: FeedKey): string => `${kind}/${item}@${place}`

/** Nobody knows yet whether it was to blame for a call that was refused: it goes with nothing but others like it. */
export const isSuspected = ({ suspicions, refusal }: FeedListing): boolean => suspicions > 0 && refusal == null

/** What the channel shows as far as anybody knows; null when it never said. */
export function shownBy({ acknowledged, observed }: FeedListing): number | null {
  if (acknowledged === null || observed === null) return acknowledged?.value ?? observed?.value ?? null
  return observed.atMs >= acknowledged.atMs ? observed.value : acknowledged.value
}

/** The channel shows `value` by now; the form that it gave it before is the form that it has it in still. */
export function confirmed({ acknowledged }: FeedListing, value: number, version: number, atMs: number): Acknowledged {
  const shownAs = acknowledged?.value === value ? acknowledged.shownAs : undefined
  return { value, version, atMs, ...(shownAs === undefined ? {} : { shownAs }) }
}

/** Everything that the channel may well show of it. */
export function knownValues({ desired, sent, acknowledged, observed }: FeedListing): readonly number[] {
  const values = [desired, sent?.value, acknowledged?.value, acknowledged?.shownAs, observed?.value]
  return [...new Set(values.filter((value) => value !== undefined))]
}

/** What it shows, or is about to, if nobody but us had a hand in it. */
export function ourValues({ desired, sent, acknowledged }: FeedListing): readonly number[] {
  const values = [desired, sent?.value, acknowledged?.value, acknowledged?.shownAs]
  return values.filter((value) => value !== undefined)
}

export const step = (
  listing: FeedListing,
  events: readonly FeedEvent[] = [],
  lagMs: number | null = null,
): FeedStep => ({
  listing,
  events,
  lagMs,
})

/** The listing shows what it should: a difference that was open is over. */
export function settled(listing: FeedListing, nowMs: number, lagMs: number | null = null): FeedStep {
  const rest = { state: 'settled', dueAtMs: null, attemptId: null, attempts: 0, suspicions: 0 } as const
  const told = { sent: toldOf(listing), fellAtMs: null, shortfall: null, lastError: null } as const
  const clean = { ...listing, ...rest, ...told, drift: null, refusal: null, readySinceMs: nowMs }
  return step(clean, [...driftOver(listing), ...refusalOver(listing)], lagMs)
}

/** A listing that is taken off the channel leaves no case that nobody could close. */
export const forgotten = (listing: FeedListing): readonly FeedEvent[] => [
  ...driftOver(listing),
  ...refusalOver(listing),
]

function driftOver({ drift, sku, ...listing }: FeedListing): readonly DriftSettled[] {
  if (drift === null) return []
  const { openedAtMs, expected, found } = drift
  return [{ type: 'drift_settled', ...keyOf(listing), sku, expected, found, openedAtMs }]
}

/** The channel has taken a figure of the listing that it refused. */
export function refusalOver({ refusal, sku, ...listing }: FeedListing): readonly RefusalSettled[] {
  return refusal == null ? [] : [{ type: 'refusal_settled', ...keyOf(listing), sku, ...refusal }]
}

/** A fall is counted once, when the channel has been told of it. */
export const toldOf = ({ sent }: FeedListing): FeedListing['sent'] =>
  sent === null ? null : { ...sent, fellAtMs: null }
