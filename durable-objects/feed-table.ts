/**
 * The listings of a feed, one row each. The document holds the listing; the columns beside it exist to find the next
 * batch, what is due and what nobody looked at for long by index alone, however many listings there are.
 */

import type { FeedFilter } from '../src/domain/feed/feed-contract.ts'
import {
  type FeedKey,
  type FeedKind,
  type FeedLane,
  type FeedListing,
  type FeedState,
  feedLanes,
  isSuspected,
  keyText,
} from '../src/domain/feed/feed-listing.ts'
import type { WaitingListings } from '../src/domain/feed/fill-batch.ts'
import type { Migrations } from './migrations.ts'

export const feedTables = [
  `CREATE TABLE feed_listing (
    id TEXT PRIMARY KEY, sku TEXT NOT NULL, state TEXT NOT NULL, ready_lane INTEGER, task TEXT NOT NULL,
    ready_since_ms INTEGER NOT NULL, due_ms INTEGER, attempt_id TEXT, checked_ms INTEGER, drifted_ms INTEGER,
    document TEXT NOT NULL) STRICT`,
  'CREATE INDEX feed_ready ON feed_listing (ready_lane, task, ready_since_ms, id) WHERE ready_lane IS NOT NULL',
  'CREATE INDEX feed_due ON feed_listing (due_ms) WHERE due_ms IS NOT NULL',
  'CREATE INDEX feed_attempted ON feed_listing (attempt_id) WHERE attempt_id IS NOT NULL',
  'CREATE INDEX feed_checked ON feed_listing (checked_ms) WHERE checked_ms IS NOT NULL',
  'CREATE INDEX feed_drifted ON feed_listing (id) WHERE drifted_ms IS NOT NULL',
  'CREATE INDEX feed_by_sku ON feed_listing (sku)',
  'CREATE INDEX feed_by_state ON feed_listing (state, id)',
  'CREATE TABLE feed_count (name TEXT PRIMARY KEY, listings INTEGER NOT NULL) STRICT',
] as const

/** Suspects are counted from here on, and prices get their turn to be looked at once each was worked out anew. */
export const suspectedAndCheckedPrices = [
  `INSERT INTO feed_count (name, listings)
    SELECT 'suspected/' || substr(id, 1, instr(id, '/') - 1), COUNT(*) FROM feed_listing
    WHERE state <> 'settled' AND json_extract(document, '$.suspicions') > 0
      AND json_extract(document, '$.refusal') IS NULL GROUP BY 1`,
  "UPDATE actor_fact SET value = '' WHERE name = 'config_version'",
] as const

/** What the channel says was changed, where nothing is under way: by when it is to be looked at. */
export const feedLooks = [
  'ALTER TABLE feed_listing ADD COLUMN look_ms INTEGER',
  'CREATE INDEX feed_look ON feed_listing (look_ms) WHERE look_ms IS NOT NULL',
] as const

type DocumentRow = { document: string }
/** Kept until a row is written; null: nothing waits for a time. */
type Earliest = { readonly at: number | null }

const columns = `id, sku, state, ready_lane, task, ready_since_ms, due_ms, attempt_id, checked_ms, drifted_ms, look_ms,
  document`
const stateCount = (state: FeedState) => `state/${state}`
const laneCount = (lane: FeedLane) => `lane/${lane}`
const suspectedCount = (kind: FeedKind) => `suspected/${kind}`

export class FeedTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  #nextDueMs: Earliest | null = null
  #nextLookMs: Earliest | null = null
  #counts: Map<string, number> | null = null
  readonly #changedCounts = new Set<string>()

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  find(key: FeedKey): FeedListing | null {
    return this.#listings('WHERE id = ?', keyText(key))[0] ?? null
  }

  /** Inside the caller's transaction; `before` null for a new listing. */
  save(before: FeedListing | null, listing: FeedListing): void {
    if (before === listing) return
    const upsert = `INSERT INTO feed_listing (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET sku = excluded.sku, state = excluded.state, ready_lane = excluded.ready_lane,
        task = excluded.task, ready_since_ms = excluded.ready_since_ms, due_ms = excluded.due_ms,
        attempt_id = excluded.attempt_id, checked_ms = excluded.checked_ms, drifted_ms = excluded.drifted_ms,
        look_ms = excluded.look_ms, document = excluded.document`
    this.#sql.exec(upsert, ...rowOf(listing))
    this.#count(before, -1)
    this.#count(listing, 1)
    this.#forgetTimes()
  }

  remove(listing: FeedListing): void {
    this.#sql.exec('DELETE FROM feed_listing WHERE id = ?', keyText(listing))
    this.#count(listing, -1)
    this.#forgetTimes()
  }

  ofSku(sku: string): readonly FeedListing[] {
    return this.#listings('WHERE sku = ?', sku)
  }

  ofAttempt(attemptId: string): readonly FeedListing[] {
    return this.#listings('WHERE attempt_id = ? ORDER BY id', attemptId)
  }

  /** The next in line, by index: costs what it answers, however many wait. */
  readonly waiting: WaitingListings = {
    ready: (lane, task, limit) => {
      const clause = 'WHERE ready_lane = ? AND task = ? ORDER BY ready_since_ms, id LIMIT ?'
      return this.#listings(clause, feedLanes.indexOf(lane), task, limit)
    },
    readySinceMs: (lane, task) => {
      const query = `SELECT ready_since_ms AS since FROM feed_listing
        WHERE ready_lane = ? AND task = ? ORDER BY ready_since_ms LIMIT 1`
      return this.#rows<{ since: number }>(query, feedLanes.indexOf(lane), task)[0]?.since ?? null
    },
  }

  due(nowMs: number, limit: number): readonly FeedListing[] {
    return this.#listings('WHERE due_ms <= ? ORDER BY due_ms LIMIT ?', nowMs, limit)
  }

  /** Settled listings that nobody looked at for longest. */
  leastChecked(limit: number): readonly FeedListing[] {
    return this.#listings('WHERE checked_ms IS NOT NULL ORDER BY checked_ms LIMIT ?', limit)
  }

  /** Settled listings of which the channel says that they were changed. */
  toLook(nowMs: number, limit: number): readonly FeedListing[] {
    return this.#listings('WHERE look_ms <= ? ORDER BY look_ms LIMIT ?', nowMs, limit)
  }

  /** In order of their ids, from the one after `after`. */
  page(filter: FeedFilter | null, after: string, limit: number): readonly FeedListing[] {
    if (filter === null) return this.#listings('WHERE id > ? ORDER BY id LIMIT ?', after, limit)
    if (filter === 'drifted') {
      return this.#listings('WHERE drifted_ms IS NOT NULL AND id > ? ORDER BY id LIMIT ?', after, limit)
    }
    return this.#listings('WHERE state = ? AND id > ? ORDER BY id LIMIT ?', filter, after, limit)
  }

  nextDueMs(): number | null {
    this.#nextDueMs ??= { at: this.#earliest('due_ms') }
    return this.#nextDueMs.at
  }

  nextLookMs(): number | null {
    this.#nextLookMs ??= { at: this.#earliest('look_ms') }
    return this.#nextLookMs.at
  }

  countIn(state: FeedState): number {
    return this.#loadCounts().get(stateCount(state)) ?? 0
  }

  /** Listings that wait for a call, whether their turn may come now or later. */
  waitingIn(lane: FeedLane): number {
    return this.#loadCounts().get(laneCount(lane)) ?? 0
  }

  /** Listings of calls that were refused as a whole, of which nobody knows yet whether they were to blame. */
  suspected(kind: FeedKind): number {
    return this.#loadCounts().get(suspectedCount(kind)) ?? 0
  }

  get drifted(): number {
    return this.#loadCounts().get('drifted') ?? 0
  }

  /** Once a transaction: counting a million rows for each scrape would cost more than the feed. */
  saveCounts(): void {
    const upsert = `INSERT INTO feed_count (name, listings) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET listings = excluded.listings`
    for (const name of this.#changedCounts) this.#sql.exec(upsert, name, this.#loadCounts().get(name) ?? 0)
    this.#changedCounts.clear()
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#forgetTimes()
    this.#counts = null
    this.#changedCounts.clear()
  }

  #forgetTimes(): void {
    this.#nextDueMs = null
    this.#nextLookMs = null
  }

  #earliest(column: 'due_ms' | 'look_ms'): number | null {
    const query = `SELECT ${column} AS at FROM feed_listing WHERE ${column} IS NOT NULL ORDER BY ${column} LIMIT 1`
    return this.#rows<{ at: number }>(query)[0]?.at ?? null
  }

  #count(listing: FeedListing | null, by: number): void {
    if (listing === null) return
    const counts = this.#loadCounts()
    for (const name of countsOf(listing)) {
      counts.set(name, (counts.get(name) ?? 0) + by)
      this.#changedCounts.add(name)
    }
  }

  #loadCounts(): Map<string, number> {
    if (this.#counts) return this.#counts
    const rows = this.#rows<{ name: string; listings: number }>('SELECT name, listings FROM feed_count')
    this.#counts = new Map(rows.map(({ name, listings }) => [name, listings]))
    return this.#counts
  }

  /** Written by this class from the same type: parsed, not validated again. */
  #listings(clause: string, ...bindings: (string | number)[]): FeedListing[] {
    const rows = this.#rows<DocumentRow>(`SELECT document FROM feed_listing ${clause}`, ...bindings)
    return rows.map(({ document }) => JSON.parse(document) as FeedListing)
  }

  #rows<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: (string | number)[]): Row[] {
    return this.#migrations.applied ? this.#sql.exec<Row>(query, ...bindings).toArray() : []
  }
}

const waits = ({ state }: FeedListing): boolean => state === 'ready' || state === 'doubtful'

function countsOf(listing: FeedListing): readonly string[] {
  const names = [stateCount(listing.state)]
  if (waits(listing)) names.push(laneCount(listing.lane))
  if (listing.drift !== null) names.push('drifted')
  if (isSuspected(listing)) names.push(suspectedCount(listing.kind))
  return names
}

function rowOf(listing: FeedListing): readonly (string | number | null)[] {
  const { sku, state, lane, readySinceMs, dueAtMs, attemptId, acknowledged, observed, drift } = listing
  const readyLane = waits(listing) && dueAtMs === null ? feedLanes.indexOf(lane) : null
  const task = state === 'doubtful' ? 'read' : 'send'
  const seenAtMs = Math.max(acknowledged?.atMs ?? 0, observed?.atMs ?? 0)
  const checkedMs = state === 'settled' ? seenAtMs : null
  const lookMs = state === 'settled' ? (listing.lookAtMs ?? null) : null
  const found = [readySinceMs, dueAtMs, attemptId, checkedMs, drift?.openedAtMs ?? null, lookMs]
  return [keyText(listing), sku, state, readyLane, task, ...found, JSON.stringify(listing)]
}
