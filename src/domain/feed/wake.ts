/** The time that a listing was put off until has come: it takes its turn again. */
import type { FeedListing } from './feed-listing.ts'

export function wake(listing: FeedListing, nowMs: number): FeedListing {
  if (listing.dueAtMs === null || listing.dueAtMs > nowMs) return listing
  const state = listing.state === 'refused' ? 'ready' : listing.state
  return { ...listing, state, dueAtMs: null, readySinceMs: nowMs }
}
