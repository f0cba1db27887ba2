/**
 * Calls that a channel refused without a word on which listing was to blame: one case for each kind, which names what
 * was in the first such call and is over once every listing that was in one was taken, blamed by itself, or gone.
 */
import { blameOf } from '../src/domain/feed/conclude-call.ts'
import type { FeedResult } from '../src/domain/feed/feed-contract.ts'
import { type BatchSettled, type FeedKind, type FeedListing, keyOf } from '../src/domain/feed/feed-listing.ts'
import type { FeedParts } from './feed-ledger.ts'

type Refused = Omit<BatchSettled, 'type'>
/** Enough to find the cause by; a batch may hold 250. */
const namedMax = 10

export class FeedSuspects {
  readonly #parts: Pick<FeedParts, 'table' | 'facts'>

  constructor(parts: Pick<FeedParts, 'table' | 'facts'>) {
    this.#parts = parts
  }

  /** Inside the caller's transaction, once the listings bear the suspicion. Null: nothing to open a case for. */
  refused(listings: readonly FeedListing[], result: FeedResult, nowMs: number): Refused | null {
    const message = blameOf(result)
    const kind = listings[0]?.kind
    if (message === null || kind === undefined || this.#open(kind) !== null) return null
    if (this.#parts.table.suspected(kind) === 0) return null
    const named = listings.slice(0, namedMax).map((listing) => ({ ...keyOf(listing), sku: listing.sku }))
    const refused = { kind, named, listings: listings.length, message, openedAtMs: nowMs }
    this.#parts.facts.set(`refused/${kind}`, JSON.stringify(refused))
    return refused
  }

  /** The case that has just ended with the last suspect of the kind. */
  cleared(kind: FeedKind): Refused | null {
    if (this.#parts.table.suspected(kind) > 0) return null
    const open = this.#open(kind)
    if (open !== null) this.#parts.facts.set(`refused/${kind}`, '')
    return open
  }

  /** Written by this class from the same type: parsed, not validated again. */
  #open(kind: FeedKind): Refused | null {
    const stored = this.#parts.facts.get(`refused/${kind}`)
    return stored === null || stored === '' ? null : (JSON.parse(stored) as Refused)
  }
}
