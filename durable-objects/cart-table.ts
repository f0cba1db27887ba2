/** The rows of a reservation shard: what each caller asked for and what it was answered. */
import { type Cart, heldBy } from '../src/domain/stock/cart.ts'
import { type HoldTally, noHolds } from '../src/domain/stock/hold-quota.ts'
import { HoldTallies } from './hold-tallies.ts'
import type { Migrations } from './migrations.ts'

export const cartTables = [
  `CREATE TABLE cart (
    reservation_id TEXT PRIMARY KEY, document TEXT NOT NULL, resume_at_ms INTEGER, forget_at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX cart_resume ON cart (resume_at_ms) WHERE resume_at_ms IS NOT NULL',
  'CREATE INDEX cart_forget ON cart (forget_at_ms)',
] as const

/** What counts against an API key's limits; all null once the cart is no open hold. */
export const cartHolds = [
  'ALTER TABLE cart ADD COLUMN holder TEXT',
  'ALTER TABLE cart ADD COLUMN held_units INTEGER',
  'ALTER TABLE cart ADD COLUMN held_until_ms INTEGER',
  'CREATE INDEX cart_held ON cart (held_until_ms) WHERE held_until_ms IS NOT NULL',
] as const

const dayMs = 24 * 3_600_000
/** A caller that repeats itself after this gets a new reservation for the old id. */
const openRetentionMs = 30 * dayMs
/** Committed claims are looked up for as long as goods may come back. */
const committedRetentionMs = 400 * dayMs
/** A commit that nobody finished is taken up again after this: longer than any call to a position takes. */
const resumeDelayMs = 10_000
/** Forgetting rides on writes that happen anyway: every so many, more rows than those are looked at. */
const savesPerPruning = 64
const rowsPerPruning = 128

export class CartTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  #sincePruning = 0
  #nextDueMs: number | null | undefined
  readonly #tallies: HoldTallies

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
    this.#tallies = new HoldTallies(sql)
  }

  /** What the holder's open carts of this shard come to. */
  tallyOf(holder: string, nowMs: number): HoldTally {
    return this.#migrations.applied ? this.#tallies.of(holder, nowMs) : noHolds
  }

  /** When the first of the holder's carts expires; null without any. */
  nextExpiryMs(holder: string, nowMs: number): number | null {
    if (!this.#migrations.applied) return null
    const query = `SELECT held_until_ms FROM cart WHERE held_until_ms > ? AND holder = ? ORDER BY held_until_ms LIMIT 1`
    return this.#sql.exec<{ held_until_ms: number }>(query, nowMs, holder).toArray()[0]?.held_until_ms ?? null
  }

  find(reservationId: string): Cart | null {
    if (!this.#migrations.applied) return null
    const query = 'SELECT document FROM cart WHERE reservation_id = ?'
    const [row] = this.#sql.exec<{ document: string }>(query, reservationId).toArray()
    return row ? (JSON.parse(row.document) as Cart) : null
  }

  /** Inside the caller's transaction. `isNew`: there is no row of it yet, so none is looked for. */
  save(cart: Cart, nowMs: number, isNew = false): void {
    const upsert = `INSERT INTO cart (reservation_id, document, resume_at_ms, forget_at_ms, holder, held_units,
        held_until_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (reservation_id) DO UPDATE SET document = excluded.document, resume_at_ms = excluded.resume_at_ms,
        forget_at_ms = excluded.forget_at_ms, held_units = excluded.held_units, held_until_ms = excluded.held_until_ms`
    const underWay = ['committing', 'releasing', 'extending'].includes(cart.status)
    const resumeAtMs = underWay ? nowMs + resumeDelayMs : null
    const sure = cart.status === 'committing' || cart.status === 'releasing' || cart.status === 'committed'
    const forgetAtMs = Math.max(nowMs, cart.expiresAtMs) + (sure ? committedRetentionMs : openRetentionMs)
    const held = cart.holder === undefined ? null : heldBy(cart)
    if (cart.holder !== undefined) this.#tallies.change(cart.holder, isNew ? null : cart.reservationId, held)
    const counted = [cart.holder ?? null, held?.units ?? null, held?.untilMs ?? null]
    this.#sql.exec(upsert, cart.reservationId, JSON.stringify(cart), resumeAtMs, forgetAtMs, ...counted)
    // A new cart, held or refused, has nothing to resume: the usual write costs no second look at the rows.
    if (cart.status !== 'held' && cart.status !== 'refused') this.#nextDueMs = undefined
    this.#sincePruning += 1
    if (this.#sincePruning >= savesPerPruning) this.#prune(nowMs)
  }

  /** Commits, releases and extensions begun and not finished. */
  unfinished(nowMs: number, limit: number): readonly string[] {
    if (!this.#migrations.applied) return []
    const query = 'SELECT reservation_id FROM cart WHERE resume_at_ms <= ? ORDER BY resume_at_ms LIMIT ?'
    return [...this.#sql.exec<{ reservation_id: string }>(query, nowMs, limit)].map((row) => row.reservation_id)
  }

  /** Null: nothing is under way. */
  nextDueMs(): number | null {
    if (this.#nextDueMs !== undefined) return this.#nextDueMs
    if (!this.#migrations.applied) return null
    const query = 'SELECT MIN(resume_at_ms) AS due FROM cart WHERE resume_at_ms IS NOT NULL'
    this.#nextDueMs = this.#sql.exec<{ due: number | null }>(query).one().due
    return this.#nextDueMs
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#nextDueMs = undefined
    this.#tallies.forget()
  }

  #prune(nowMs: number): void {
    this.#sincePruning = 0
    const due = 'SELECT reservation_id FROM cart WHERE forget_at_ms <= ? ORDER BY forget_at_ms LIMIT ?'
    this.#sql.exec(`DELETE FROM cart WHERE reservation_id IN (${due})`, nowMs, rowsPerPruning)
  }
}
