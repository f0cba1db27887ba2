/**
 * Positions that may hold units of a cart that was not saved yet, noted before they are asked. A try that dies half-way
 * may be repeated when other places look better, or never: what it claimed is given back, long before it runs out.
 */
import { type Cart, type CartPlace, claimsOf } from '../src/domain/stock/cart.ts'
import type { Pending } from './alarm-clock.ts'
import type { Migrations } from './migrations.ts'

export const cartAttemptTables = [
  `CREATE TABLE cart_attempt (
    reservation_id TEXT NOT NULL, sku TEXT NOT NULL, location TEXT NOT NULL, due_at_ms INTEGER NOT NULL,
    PRIMARY KEY (reservation_id, sku, location)) STRICT, WITHOUT ROWID`,
  'CREATE INDEX cart_attempt_due ON cart_attempt (due_at_ms)',
] as const

/** Longer than filling a cart takes: whoever has not saved it by then is dead. */
const deadAfterMs = 30_000

export class CartAttempts implements Pending {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  #nextDueMs: number | null | undefined

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  has(reservationId: string): boolean {
    return this.#of(reservationId).length > 0
  }

  /** Where the cart has nothing, as far as it says: null when it was never saved. */
  strays(reservationId: string, cart: Cart | null): readonly CartPlace[] {
    const own = new Set(cart === null ? [] : claimsOf(cart).map(({ sku, location }) => `${sku}@${location}`))
    return this.#of(reservationId).filter(({ sku, location }) => !own.has(`${sku}@${location}`))
  }

  /** Inside the caller's transaction, like all that writes. */
  note(reservationId: string, places: readonly CartPlace[], nowMs: number): void {
    const insert = `INSERT INTO cart_attempt (reservation_id, sku, location, due_at_ms) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET due_at_ms = excluded.due_at_ms`
    for (const { sku, location } of places) this.#sql.exec(insert, reservationId, sku, location, nowMs + deadAfterMs)
    this.#nextDueMs = undefined
  }

  /** The cart is saved, or nothing of it is left at a position. */
  over(reservationId: string): void {
    if (!this.#isAny()) return
    this.#sql.exec('DELETE FROM cart_attempt WHERE reservation_id = ?', reservationId)
    this.#nextDueMs = undefined
  }

  dead(nowMs: number, limit: number): readonly string[] {
    if (!this.#isAny()) return []
    const query = 'SELECT DISTINCT reservation_id AS id FROM cart_attempt WHERE due_at_ms <= ? LIMIT ?'
    const rows = this.#sql.exec<{ id: string }>(query, nowMs, limit).toArray()
    return rows.map(({ id }) => id)
  }

  nextDueMs(): number | null {
    if (this.#nextDueMs !== undefined) return this.#nextDueMs
    if (!this.#migrations.applied) return null
    const query = 'SELECT MIN(due_at_ms) AS due FROM cart_attempt'
    this.#nextDueMs = this.#sql.exec<{ due: number | null }>(query).one().due
    return this.#nextDueMs
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#nextDueMs = undefined
  }

  #of(reservationId: string): readonly CartPlace[] {
    if (!this.#isAny()) return []
    const query = 'SELECT sku, location FROM cart_attempt WHERE reservation_id = ?'
    return this.#sql.exec<CartPlace>(query, reservationId).toArray()
  }

  /** Hardly ever: the usual cart costs no look at the rows. */
  #isAny(): boolean {
    return this.nextDueMs() !== null
  }
}
