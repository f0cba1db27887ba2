/**
 * The channel says that something of a listing was changed there. Its word is late at times, repeated, of another clock
 * and mostly about what we did ourselves: it is a hint to look, soon, and never what the listing is taken to show.
 */
import { type FeedListing, type FeedStep, ourValues } from './feed-listing.ts'
import { check } from './want.ts'

/** One change makes several webhooks; and the order of a sale that made them may come within this. */
export const lookDelayMs = 1_000
/** Somebody who writes over what we correct, each time, is not answered more often than this for one listing. */
export const lookPauseMs = 60_000

/** What is in doubt is looked at anyway. Of what waits to be sent the wish may yet return to what it is taken to show. */
export function hint(listing: FeedListing, nowMs: number): FeedListing {
  const { state, lookAtMs, lookedAtMs = 0 } = listing
  if (state === 'doubtful' || lookAtMs != null) return listing
  return { ...listing, lookAtMs: Math.max(nowMs + lookDelayMs, lookedAtMs + lookPauseMs) }
}

/** True where the word is no mere echo of our own doing. */
export const isForeign = (listing: FeedListing, shown: number): boolean => !ourValues(listing).includes(shown)

/** Its time has come. What was under way when the word came has been confirmed by now. */
export const look = (listing: FeedListing, nowMs: number): FeedStep => check({ ...listing, lookedAtMs: nowMs }, nowMs)
