/**
 * Units of this SKU that captured orders want and no position has heard of yet. The sum is kept in memory; an order's
 * row stays for a while after it has come to zero, so that an older note which arrives late does not bring it back.
 */
import type { Migrations } from './migrations.ts'

export const unroutedTable = `CREATE TABLE unrouted (
  order_id TEXT PRIMARY KEY, version INTEGER NOT NULL, quantity INTEGER NOT NULL, noted_at_ms INTEGER NOT NULL)
  STRICT, WITHOUT ROWID`
export const unroutedIndex = 'CREATE INDEX unrouted_done ON unrouted (noted_at_ms) WHERE quantity = 0'

/** Far longer than a note is ever under way. */
export const doneKeptMs = 86_400_000
/** Rows forgotten in one go: bounds the commit after a day with a sale. */
const forgottenMax = 5_000

export type UnroutedNote = { readonly orderId: string; readonly version: number; readonly quantity: number }

export class UnroutedTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  #units: number | null = null

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  get units(): number {
    this.#units ??= this.#sum()
    return this.#units
  }

  /** Inside the caller's transaction. True when the sum changed; an older version than the one noted changes nothing. */
  note({ orderId, version, quantity }: UnroutedNote, nowMs: number): boolean {
    const query = 'SELECT version, quantity FROM unrouted WHERE order_id = ?'
    const noted = this.#sql.exec<{ version: number; quantity: number }>(query, orderId).toArray()[0]
    if (noted !== undefined && noted.version >= version) return false
    const before = noted?.quantity ?? 0
    const units = this.units
    const upsert = 'INSERT OR REPLACE INTO unrouted (order_id, version, quantity, noted_at_ms) VALUES (?, ?, ?, ?)'
    this.#sql.exec(upsert, orderId, version, quantity, nowMs)
    this.#units = units - before + quantity
    return before !== quantity
  }

  /** Inside the caller's transaction. */
  tidy(nowMs: number): void {
    const forget = `DELETE FROM unrouted WHERE order_id IN (
      SELECT order_id FROM unrouted WHERE quantity = 0 AND noted_at_ms < ? ORDER BY noted_at_ms LIMIT ${forgottenMax})`
    this.#sql.exec(forget, nowMs - doneKeptMs)
  }

  hasRows(): boolean {
    return this.#migrations.applied && this.#sql.exec('SELECT 1 FROM unrouted LIMIT 1').toArray().length > 0
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#units = null
  }

  #sum(): number {
    if (!this.#migrations.applied) return 0
    return this.#sql.exec<{ units: number | null }>('SELECT SUM(quantity) AS units FROM unrouted').one().units ?? 0
  }
}
