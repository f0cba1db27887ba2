/**
 * Orders that wait for units of this SKU, with their turn and the match they were last told. An order's row stays for a
 * while after it waits no more, so that an older note which arrives late does not bring it back.
 */
import type { Backorder } from '../src/domain/atp/match-backorders.ts'
import type { Migrations } from './migrations.ts'
import { doneKeptMs } from './unrouted-table.ts'

export const backorderTable = `CREATE TABLE backorder (
  order_id TEXT PRIMARY KEY, version INTEGER NOT NULL, units INTEGER NOT NULL, priority INTEGER NOT NULL,
  since_ms INTEGER NOT NULL, locations TEXT NOT NULL, told TEXT, noted_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID`
export const backorderIndexes = [
  'CREATE INDEX backorder_line ON backorder (priority, since_ms, order_id) WHERE units > 0',
  'CREATE INDEX backorder_done ON backorder (noted_at_ms) WHERE units = 0',
]

export const backorderKeepColumns = [
  'ALTER TABLE backorder ADD COLUMN promised_by_ms INTEGER',
  'ALTER TABLE backorder ADD COLUMN not_before_ms INTEGER',
]

/** Null: no group's protected units are for it. */
export const backorderGroup = 'ALTER TABLE backorder ADD COLUMN channel_group TEXT'

/** Rows forgotten in one go. */
const forgottenMax = 5_000

export type BackorderNote = Backorder & { readonly version: number }
/** `told` null: nothing yet. */
export type WaitingRow = Backorder & { readonly told: string | null }
type Row = {
  order_id: string
  units: number
  priority: number
  since_ms: number
  promised_by_ms: number | null
  not_before_ms: number | null
  locations: string
  channel_group: string | null
  told: string | null
}

export class BackorderTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  #orders: number | null = null

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  /** Orders that wait. */
  get orders(): number {
    this.#orders ??= this.#count('COUNT(*)')
    return this.#orders
  }

  get units(): number {
    return this.#count('SUM(units)')
  }

  /** Inside the caller's transaction. False when it is older than what is known. */
  note(note: BackorderNote, nowMs: number): boolean {
    const { orderId, version, units, priority, sinceMs, promisedByMs, notBeforeMs, locations, group = null } = note
    const query = 'SELECT version FROM backorder WHERE order_id = ?'
    const known = this.#sql.exec<{ version: number }>(query, orderId).toArray()[0]
    if (known !== undefined && known.version >= version) return false
    const upsert = `INSERT INTO backorder (order_id, version, units, priority, since_ms, promised_by_ms, not_before_ms,
        locations, channel_group, noted_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_id) DO UPDATE SET version = excluded.version,
        units = excluded.units, priority = excluded.priority, since_ms = excluded.since_ms,
        promised_by_ms = excluded.promised_by_ms, not_before_ms = excluded.not_before_ms,
        locations = excluded.locations, channel_group = excluded.channel_group,
        noted_at_ms = excluded.noted_at_ms, told = NULL`
    const turn = [orderId, version, units, priority, sinceMs, promisedByMs, notBeforeMs]
    this.#sql.exec(upsert, ...turn, JSON.stringify(locations), group, nowMs)
    this.#orders = null
    return true
  }

  /** In turn. */
  line(limit: number): readonly WaitingRow[] {
    if (this.orders === 0) return []
    const query = `SELECT order_id, units, priority, since_ms, promised_by_ms, not_before_ms, locations,
        channel_group, told
      FROM backorder WHERE units > 0 ORDER BY priority, since_ms, order_id LIMIT ?`
    return this.#sql.exec<Row>(query, limit).toArray().map(waitingOf)
  }

  /** Inside the caller's transaction. */
  told(orderId: string, digest: string): void {
    this.#sql.exec('UPDATE backorder SET told = ? WHERE order_id = ?', digest, orderId)
  }

  /** Inside the caller's transaction. */
  tidy(nowMs: number): void {
    const forget = `DELETE FROM backorder WHERE order_id IN (
      SELECT order_id FROM backorder WHERE units = 0 AND noted_at_ms < ? ORDER BY noted_at_ms LIMIT ${forgottenMax})`
    this.#sql.exec(forget, nowMs - doneKeptMs)
  }

  hasRows(): boolean {
    return this.#migrations.applied && this.#sql.exec('SELECT 1 FROM backorder LIMIT 1').toArray().length > 0
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#orders = null
  }

  #count(what: 'COUNT(*)' | 'SUM(units)'): number {
    if (!this.#migrations.applied) return 0
    return this.#sql.exec<{ n: number | null }>(`SELECT ${what} AS n FROM backorder WHERE units > 0`).one().n ?? 0
  }
}

function waitingOf({ order_id, units, priority, told, ...row }: Row): WaitingRow {
  const terms = { sinceMs: row.since_ms, promisedByMs: row.promised_by_ms, notBeforeMs: row.not_before_ms }
  // Written by this actor itself: parsed, not validated again.
  const locations = JSON.parse(row.locations) as readonly string[]
  const asOf = row.channel_group === null ? {} : { group: row.channel_group }
  return { orderId: order_id, units, priority, ...terms, locations, ...asOf, told }
}
