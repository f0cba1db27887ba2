/**
 * What a feed's commands do to its rows. Every method runs inside its caller's transaction; the decisions are the
 * domain's, one listing at a time, and what they find out ends in the log and in the measure of the channel's lag.
 */

import { beginRead, beginSend, leaseOver, leftOut } from '../src/domain/feed/attempt.ts'
import { freshFeedClock } from '../src/domain/feed/choose-lane.ts'
import { concludeCall } from '../src/domain/feed/conclude-call.ts'
import type {
  BeginFeed,
  FeedBatch,
  FeedFacts,
  FeedResult,
  FeedSighting,
  SkuChange,
  SkuWant,
} from '../src/domain/feed/feed-contract.ts'
import {
  type FeedEvent,
  type FeedKind,
  type FeedListing,
  type FeedStep,
  forgotten,
  isSuspected,
  keyOf,
  keyText,
  knownValues,
  shownBy,
} from '../src/domain/feed/feed-listing.ts'
import { everyProduct } from '../src/domain/feed/feed-subject.ts'
import { fillBatch } from '../src/domain/feed/fill-batch.ts'
import { look } from '../src/domain/feed/hint.ts'
import { addLag, emptySketch, type LagSketch } from '../src/domain/feed/lag-sketch.ts'
import { notice, type SightingRules } from '../src/domain/feed/observe.ts'
import { isFast } from '../src/domain/feed/sell-rate.ts'
import { wake } from '../src/domain/feed/wake.ts'
import { check, resend, want } from '../src/domain/feed/want.ts'
import { correlationId } from '../src/domain/shared/ids.ts'
import type { ActorFacts } from './actor-facts.ts'
import type { EventLog } from './event-log.ts'
import type { FeedAttempt, FeedAttempts } from './feed-attempts.ts'
import type { FeedSkuTable } from './feed-sku-table.ts'
import { FeedSuspects } from './feed-suspects.ts'
import type { FeedTable } from './feed-table.ts'

export type FeedFact = 'account' | 'revision' | 'lag' | 'config_version' | 'walked_after' | `refused/${FeedKind}`

export type FeedParts = {
  readonly table: FeedTable
  readonly skus: FeedSkuTable
  readonly attempts: FeedAttempts
  readonly log: EventLog<FeedEvent>
  readonly facts: ActorFacts<FeedFact>
}

export class FeedLedger {
  readonly #parts: FeedParts
  readonly #suspects: FeedSuspects
  /** Losing it costs the lanes their places in one round. */
  #clock = freshFeedClock

  constructor(parts: FeedParts) {
    this.#parts = parts
    this.#suspects = new FeedSuspects(parts)
  }

  get account(): string {
    return this.#parts.facts.get('account') ?? ''
  }

  get lag(): LagSketch {
    const stored = this.#parts.facts.get('lag')
    return stored === null ? emptySketch : (JSON.parse(stored) as LagSketch)
  }

  change(changes: readonly SkuChange[], nowMs: number): void {
    for (const change of changes) {
      this.#mark(change, nowMs)
      this.#parts.skus.spread(change)
    }
  }

  /** What changes for a component changes for the bundles that hold it. */
  spread(nowMs: number, limit: number): void {
    for (const bundle of this.#parts.skus.takeBundles(limit)) this.#mark({ ...bundle, sold: {} }, nowMs)
  }

  /** Listings of the SKU that are no longer wanted are forgotten, once nothing is under way for them. */
  want(wish: SkuWant, nowMs: number): void {
    const { table, skus } = this.#parts
    const { changedAtMs, rate } = skus.outlook(wish.sku, nowMs)
    const urgency = { ...wish.urgency, fast: isFast(rate) }
    for (const { value, keptBack, ...key } of wish.listings) {
      const known = table.find(key)
      const wanted = { ...key, sku: wish.sku, value, keptBack, revision: wish.revision, changedAtMs }
      this.#take(known, want(known, wanted, urgency, nowMs), nowMs)
    }
    const kept = new Set(wish.listings.map(keyText))
    for (const listing of table.ofSku(wish.sku)) {
      const isOver = !kept.has(keyText(listing)) && listing.revision < wish.revision
      if (isOver && listing.attemptId === null) this.#drop(listing, nowMs)
    }
    skus.answer(wish, nowMs)
  }

  /** Null: nothing to call for, or another call of this lane is under way. */
  begin({ drain, attemptId, abilities }: BeginFeed, nowMs: number): FeedBatch | null {
    const { table, attempts } = this.#parts
    if (attempts.isCalling(drain)) return null
    const filled = fillBatch(table.waiting, this.#clock, drain, abilities)
    if (filled === null) return null
    this.#clock = filled.clock
    attempts.begin(attemptId, drain, nowMs)
    const { kind, task, listings } = filled
    if (task === 'read') {
      for (const listing of listings) this.#take(listing, beginRead(listing, attemptId), nowMs)
      const items = listings.map((listing) => ({ ...keyOf(listing), known: knownValues(listing) }))
      return { attemptId, kind, task, items }
    }
    const items = listings.map((listing) => this.#sendItem(listing, attemptId, nowMs))
    return { attemptId, kind, task, items }
  }

  /** A result of an attempt whose lease has run out finds no listings of it any more. */
  record(attemptId: string, result: FeedResult, facts: FeedFacts, nowMs: number): void {
    const { table, attempts } = this.#parts
    const attempted = table.ofAttempt(attemptId)
    const out = new Set(result.task === 'send' ? result.leftOut?.map(keyText) : [])
    for (const listing of attempted) if (out.has(keyText(listing))) this.#take(listing, leftOut(listing, nowMs), nowMs)
    const listings = attempted.filter((listing) => !out.has(keyText(listing)))
    const conclude = concludeCall(listings, result, { ...facts, nowMs })
    for (const listing of listings) this.#take(listing, conclude(listing), nowMs)
    const refused = this.#suspects.refused(listings, result, nowMs)
    if (refused !== null) {
      const { openedAtMs: _, ...batch } = refused
      this.#log(batchOf(batch.kind), [{ type: 'batch_refused', ...batch }], nowMs)
    }
    attempts.end(attemptId)
  }

  expire({ attemptId }: FeedAttempt, nowMs: number): void {
    for (const listing of this.#parts.table.ofAttempt(attemptId)) this.#take(listing, leaseOver(listing, nowMs), nowMs)
    this.#parts.attempts.end(attemptId)
  }

  notice(sightings: readonly FeedSighting[], rules: SightingRules, nowMs: number): void {
    for (const seen of sightings) {
      const known = this.#parts.table.find(seen)
      if (known) this.#take(known, notice(known, seen, rules, nowMs), nowMs)
    }
  }

  /** Those whose time has come take their turn. */
  wake(nowMs: number, limit: number): void {
    for (const listing of this.#parts.table.due(nowMs, limit)) this.#parts.table.save(listing, wake(listing, nowMs))
  }

  look(listings: readonly FeedListing[], nowMs: number): void {
    for (const listing of listings) this.#take(listing, look(listing, nowMs), nowMs)
  }

  check(nowMs: number, limit: number): void {
    for (const listing of this.#parts.table.leastChecked(limit)) this.#take(listing, check(listing, nowMs), nowMs)
  }

  /** Worked out anew, and sent whatever the channel is believed to show. */
  resend(listings: readonly FeedListing[], nowMs: number): void {
    for (const listing of listings) this.#take(listing, resend(listing, nowMs), nowMs)
    this.#workOut(listings, nowMs)
  }

  /**
   * True when every listing has to be worked out for a configuration that is new to this feed. Its catalogue may hold
   * content for products that this feed has never heard of.
   */
  walkFor(configVersion: string, nowMs: number): boolean {
    const { facts } = this.#parts
    if (facts.get('config_version') === configVersion) return false
    facts.set('config_version', configVersion)
    facts.set('walked_after', '')
    this.#mark({ sku: everyProduct, changedAtMs: nowMs, sold: {} }, nowMs)
    return true
  }

  /** The next page of listings to work out anew; true while there are more. */
  walk(nowMs: number, limit: number): boolean {
    const { facts, table } = this.#parts
    const listings = table.page(null, facts.get('walked_after') ?? '', limit)
    const last = listings.at(-1)
    if (last !== undefined) facts.set('walked_after', keyText(last))
    this.#workOut(listings, nowMs)
    return listings.length === limit
  }

  #workOut(listings: readonly FeedListing[], nowMs: number): void {
    for (const sku of new Set(listings.map((listing) => listing.sku)))
      this.#mark({ sku, changedAtMs: nowMs, sold: {} }, nowMs)
  }

  #mark(change: SkuChange, nowMs: number): void {
    this.#parts.skus.change(this.account, change, this.#nextRevision(), nowMs)
  }

  #nextRevision(): number {
    const revision = Number(this.#parts.facts.get('revision') ?? 0) + 1
    this.#parts.facts.set('revision', String(revision))
    return revision
  }

  #sendItem(listing: FeedListing, attemptId: string, nowMs: number) {
    const expected = shownBy(listing)
    const { desired: value, desiredVersion } = listing
    this.#take(listing, beginSend(listing, attemptId, nowMs), nowMs)
    const idempotencyKey = `${this.account}/${keyText(listing)}/${desiredVersion}/${attemptId}`
    return { ...keyOf(listing), value, expected, idempotencyKey }
  }

  #take(before: FeedListing | null, { listing, events, lagMs }: FeedStep, nowMs: number): void {
    this.#parts.table.save(before, listing)
    if (lagMs !== null) this.#parts.facts.set('lag', JSON.stringify(addLag(this.lag, lagMs, nowMs)))
    this.#log(keyText(listing), events, nowMs)
    if (before !== null && isSuspected(before) && !isSuspected(listing)) this.#cleared(listing.kind, nowMs)
  }

  #drop(listing: FeedListing, nowMs: number): void {
    this.#parts.table.remove(listing)
    this.#log(keyText(listing), forgotten(listing), nowMs)
    if (isSuspected(listing)) this.#cleared(listing.kind, nowMs)
  }

  #cleared(kind: FeedKind, nowMs: number): void {
    const refused = this.#suspects.cleared(kind)
    if (refused !== null) this.#log(batchOf(kind), [{ type: 'batch_settled', ...refused }], nowMs)
  }

  #log(id: string, events: readonly FeedEvent[], nowMs: number): void {
    if (events.length > 0) this.#parts.log.append(events, causeOf(this.account, id), nowMs)
  }
}

const batchOf = (kind: FeedKind): string => `batch/${kind}`

function causeOf(account: string, id: string) {
  return { correlationId: correlationId(`feed/${account}`), kind: 'partner', id } as const
}
