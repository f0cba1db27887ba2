/** What a listing should show from now on. Only the newest wish is kept, and it costs nothing that it replaces others. */
import { laneFor, urgentOf } from './choose-lane.ts'
import { confirmed, type FeedKey, type FeedListing, type FeedStep, settled, shownBy, step } from './feed-listing.ts'

export type Wanted = FeedKey & {
  readonly sku: string
  readonly value: number
  readonly revision: number
  readonly keptBack?: number | undefined
  /** When the stock changed that the wish is about. */
  readonly changedAtMs: number
}
/** What decides how urgent a change is. */
export type Urgency = { readonly lowStock: number; readonly fast: boolean }

/** `known` null: the first wish for this listing; the channel may show anything. */
export function want(known: FeedListing | null, wanted: Wanted, urgency: Urgency, nowMs: number): FeedStep {
  if (known === null) return step(firstWish(wanted, urgency, nowMs))
  if (wanted.revision < known.revision) return step(known)
  const same = { ...known, sku: wanted.sku, revision: wanted.revision, ...keptBackOf(wanted) }
  if (wanted.value === known.desired) return step(same)
  const lane = laneFor({ ...urgency, kind: known.kind, shown: shownBy(known), desired: wanted.value })
  const fell = known.kind === 'stock' && wanted.value < known.desired
  const shortfall = isStillShort(known, wanted.value) ? known.shortfall : null
  // What waited to be raised and has to come down now waits no longer.
  const dueAtMs = known.shortfall !== null && shortfall === null ? null : known.dueAtMs
  return resume(
    {
      ...same,
      desired: wanted.value,
      desiredVersion: known.desiredVersion + 1,
      // Stock that came back before the channel was told of the fall leaves nothing to tell.
      fellAtMs: fell ? (known.fellAtMs ?? wanted.changedAtMs) : null,
      lane: isWaiting(known) ? urgentOf(lane, known.lane) : lane,
      ...{ shortfall, dueAtMs },
    },
    nowMs,
  )
}

/** Sends once more whatever the channel is believed to show: a person asked for it. */
export function resend(listing: FeedListing, nowMs: number): FeedStep {
  const { state } = listing
  if (state === 'sending' || state === 'reading') return step(listing)
  if (state === 'doubtful') return step({ ...listing, dueAtMs: null })
  return step({ ...listing, state: 'ready', dueAtMs: null, readySinceMs: nowMs, lane: laneOfRest(listing) })
}

/** Looks at what the channel shows of a listing that nothing is wrong with. */
export function check(listing: FeedListing, nowMs: number): FeedStep {
  if (listing.state !== 'settled') return step(listing)
  // A look is a call of the listing's own kind, so that of a price waits among the prices.
  const lane = listing.kind === 'stock' ? 'check' : listing.kind
  return step({ ...listing, state: 'doubtful', lane, dueAtMs: null, readySinceMs: nowMs })
}

function firstWish(wanted: Wanted, urgency: Urgency, nowMs: number): FeedListing {
  const { kind, item, place, sku, value, revision } = wanted
  return {
    ...{ kind, item, place, sku, revision, desired: value, desiredVersion: 1, ...keptBackOf(wanted) },
    ...{ sent: null, acknowledged: null, observed: null, attemptId: null, attempts: 0, suspicions: 0 },
    state: 'ready',
    lane: laneFor({ ...urgency, kind, shown: null, desired: value }),
    readySinceMs: nowMs,
    dueAtMs: null,
    fellAtMs: null,
    shortfall: null,
    drift: null,
    lastError: null,
    refusal: null,
  }
}

/** Where a listing stands whose wish has changed. What is under way or in doubt is first brought to its end. */
function resume(listing: FeedListing, nowMs: number): FeedStep {
  const { state } = listing
  if (state === 'sending' || state === 'reading') return step(listing)
  // In doubt, a stop-sell does not wait for its turn to be looked at.
  if (state === 'doubtful') return step(listing.lane === 'stop_sell' ? { ...listing, dueAtMs: null } : listing)
  const shown = shownBy(listing)
  if (shown === listing.desired) {
    const acknowledged = confirmed(listing, shown, listing.desiredVersion, nowMs)
    return settled({ ...listing, acknowledged }, nowMs)
  }
  const readySinceMs = state === 'ready' ? listing.readySinceMs : nowMs
  return step({ ...listing, state: 'ready', readySinceMs, dueAtMs: state === 'ready' ? waitOf(listing) : null })
}

/** A shortfall is waited out before anything is raised. A stop-sell waits for nothing, not even for a retry. */
function waitOf({ shortfall, lane, dueAtMs }: FeedListing): number | null {
  return shortfall === null && lane === 'stop_sell' ? null : dueAtMs
}

const isWaiting = ({ state, lane }: FeedListing): boolean =>
  (state === 'ready' || state === 'doubtful') && lane !== 'check'

/** The wish came down to what the channel shows, or below: the sale that it had made has reached us. */
const isStillShort = ({ shortfall }: FeedListing, desired: number): boolean =>
  shortfall !== null && desired > shortfall.found

const keptBackOf = ({ keptBack }: Wanted) => (keptBack === undefined ? {} : { keptBack })

const laneOfRest = ({ kind }: FeedListing) => (kind === 'stock' ? ('rest' as const) : kind)
