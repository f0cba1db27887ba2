/** What a connector's client does for a channel's feed: sets what listings show, and says what they show. */
import type { ProductContent } from '../domain/catalog/product-content.ts'
import type { FeedKind } from '../domain/feed/feed-listing.ts'
import type { CallOutcome } from '../domain/outbox/intent.ts'
import type { Result } from '../domain/shared/result.ts'
import type { ClientContext } from './ports.ts'

/** Sets what one channel listing shows. The state machine around it is the feed's (`src/domain/feed/`). */
export type Publication = {
  readonly item: string
  readonly place: string
  /** A quantity; a price in minor units; of a content the version of the document. */
  readonly value: number
  /** The document that `value` is the version of. */
  readonly content?: ProductContent
  /** What the channel is believed to show now; null opts out of compare-and-set. */
  readonly expected: number | null
  readonly idempotencyKey: string
}
/** A call is all or nothing; one that was refused may say of single publications why. */
export type PublishOutcome = {
  readonly outcome: CallOutcome
  readonly refused: readonly { readonly index: number; readonly why: 'stale' | 'refused'; readonly message: string }[]
  /** By publication, of a call that was taken: what the channel says that it shows now. */
  readonly shown?: readonly number[]
}
/** By publication; null for a listing that the channel does not know. */
export type ShownValues = Result<readonly (number | null)[], Extract<CallOutcome, { outcome: 'absent' }>>

/** How one kind of thing is shown on a channel, and seen there. */
export type Publisher = {
  /** The most that one call may carry. */
  readonly itemsMax: number
  /** A call sets only what still shows what was expected, so one that comes late undoes nothing. */
  readonly compares: boolean
  readonly publish: (publications: readonly Publication[], context: ClientContext) => Promise<PublishOutcome>
  /** Null: the channel cannot be asked what it shows. */
  readonly read: ((listings: readonly Sought[], context: ClientContext) => Promise<ShownValues>) | null
}
export type Shown = Pick<Publication, 'item' | 'place'>
/** `known`: everything that the channel may well show; the version of a document is told by what it is of. */
export type Sought = Shown & { readonly known: readonly number[] }
export type Publishers = { readonly [K in FeedKind]?: Publisher }
