/**
 * What the channel shows, by its own word: it answers a read, or reports a change by webhook. Too much is corrected at
 * once. Too little is mostly a sale of its own whose order is still on the way: raising the figure now would sell those
 * units twice, so it is waited out first and only then taken for drift.
 */
import { laneFor } from './choose-lane.ts'
import { confirmed, type FeedListing, type FeedStep, keyOf, settled, shownBy, step } from './feed-listing.ts'
import { hint, isForeign } from './hint.ts'

export type Sighting = { readonly value: number; readonly atMs: number }
export type SightingRules = {
  /** How long a channel's own sale may take to reach us as an order. */
  readonly raiseDelayMs: number
  readonly lowStock: number
}

/** Webhooks give their time in whole seconds, by the channel's clock. */
const clockGraceMs = 5_000

/**
 * From a webhook: a hint, by another clock than ours. While a call is under way, or where it may be older than what was
 * confirmed, it is only cause to look once more. Too much is looked at before anybody is alarmed: it may be an echo of
 * what we sent before last.
 */
export function notice(listing: FeedListing, seen: Sighting, rules: SightingRules, nowMs: number): FeedStep {
  const newestMs = Math.max(listing.acknowledged?.atMs ?? 0, listing.observed?.atMs ?? 0)
  const { state, desired } = listing
  if (seen.atMs < newestMs - clockGraceMs) return step(listing)
  if (seen.atMs < newestMs || (state !== 'settled' && state !== 'ready'))
    return step(isForeign(listing, seen.value) ? hint(listing, nowMs) : listing)
  if (seen.value <= desired) return judge({ ...listing, observed: seen }, listing, rules, nowMs)
  const lane = laneOf(listing, seen.value, rules)
  return step({ ...listing, state: 'doubtful', lane, readySinceMs: nowMs, dueAtMs: null, shortfall: null })
}

/** From a read that we asked for: the end of every doubt. */
export function sighted(listing: FeedListing, seen: Sighting, rules: SightingRules, nowMs: number): FeedStep {
  const { acknowledged } = listing
  const value = acknowledged !== null && seen.value === acknowledged.shownAs ? acknowledged.value : seen.value
  const known = { ...listing, observed: { ...seen, value }, attemptId: null, attempts: 0 }
  return judge(known, listing, rules, nowMs)
}

function judge(listing: FeedListing, before: FeedListing, rules: SightingRules, nowMs: number): FeedStep {
  const { observed, desired } = listing
  if (observed === null) return step(listing)
  const { value } = observed
  if (value === desired) {
    const acknowledged = confirmed(listing, value, listing.desiredVersion, observed.atMs)
    return settled({ ...listing, acknowledged }, nowMs, lagOf(listing, nowMs))
  }
  // Told once more of what is being waited out: its order has no less time to come.
  if (value === before.shortfall?.found) return step(listing)
  const lane = laneOf(listing, value, rules)
  const ready = { ...listing, state: 'ready', lane, readySinceMs: nowMs, dueAtMs: null } as const
  if (isExplained(before, value)) {
    const { sent } = before
    // A raise that got lost looks like one that arrived and was sold: whichever it was, its order has its time to come.
    const isRaise = listing.kind === 'stock' && value < desired
    if (!isRaise || sent === null || !isInDoubt(before) || value === sent.value) return step(ready)
    const shortfall = { expected: sent.value, found: value, isDoubtful: true } as const
    return step({ ...ready, shortfall, dueAtMs: nowMs + rules.raiseDelayMs })
  }
  const expected = shownBy(before) ?? desired
  if (value > desired || listing.kind !== 'stock') return drifted(ready, expected, nowMs)
  return step({ ...ready, shortfall: { expected, found: value }, dueAtMs: nowMs + rules.raiseDelayMs })
}

function laneOf({ kind, desired }: FeedListing, shown: number, { lowStock }: SightingRules) {
  return laneFor({ kind, shown, desired, lowStock, fast: shown > desired })
}

/** What we sent last has arrived, or has not arrived yet; or nobody ever knew what the channel showed. */
function isExplained(listing: FeedListing, value: number): boolean {
  const { kind, acknowledged, sent } = listing
  if (acknowledged === null || value === acknowledged.value) return true
  // A document that was sent and never confirmed may be there in a form that only its answer would have told.
  return isInDoubt(listing) && (kind === 'content' || value === sent?.value)
}

/** Something newer was sent than was ever confirmed. */
const isInDoubt = ({ acknowledged, sent }: FeedListing): boolean =>
  sent !== null && sent.version > (acknowledged?.version ?? 0)

/** Confirmed by what is shown, where the answer to our call was lost. */
function lagOf({ sent, desired }: FeedListing, nowMs: number): number | null {
  return sent?.fellAtMs != null && sent.value === desired ? nowMs - sent.fellAtMs : null
}

/** A case for a person, and sent again all the same. One that is open already stays as it was opened. */
export function drifted(listing: FeedListing, expected: number, nowMs: number): FeedStep {
  const found = listing.observed?.value ?? expected
  if (listing.drift !== null) return step({ ...listing, shortfall: null })
  const { sku, desired } = listing
  const event = { type: 'drift_found', ...keyOf(listing), sku, expected, found, desired } as const
  return step({ ...listing, shortfall: null, drift: { openedAtMs: nowMs, expected, found } }, [event])
}
