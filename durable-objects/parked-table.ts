/**
 * The stored side of a limiter's waiting room: a row from the moment a request is parked until it is granted or
 * dropped.
 */
import type { RowChange } from '../src/domain/limiter/account-limiter.ts'
import type { Lane } from '../src/domain/limiter/lanes.ts'
import type { Parked } from '../src/domain/limiter/parked-requests.ts'
import type { Migrations } from './migrations.ts'

export const parkedTable = `CREATE TABLE parked (
  key TEXT PRIMARY KEY, lane TEXT NOT NULL, ordered_by_ms INTEGER NOT NULL, not_before_ms INTEGER NOT NULL)
  STRICT, WITHOUT ROWID`

type Row = { key: string; lane: string; ordered_by_ms: number; not_before_ms: number }

export class ParkedTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  /** How often each was woken is not kept: after a restart everybody has all chances again. */
  all(): Parked[] {
    if (!this.#migrations.applied) return []
    const rows = this.#sql.exec<Row>('SELECT key, lane, ordered_by_ms, not_before_ms FROM parked').toArray()
    return rows.map((row) => ({
      key: row.key,
      lane: row.lane as Lane,
      orderedByMs: row.ordered_by_ms,
      notBeforeMs: row.not_before_ms,
      wakes: 0,
    }))
  }

  /** Inside the caller's transaction. */
  apply(change: RowChange): void {
    if (change.type === 'store') this.#store(change.request)
    if (change.type === 'forget') this.#sql.exec('DELETE FROM parked WHERE key = ?', change.key)
  }

  #store(request: Parked): void {
    const insert = `INSERT INTO parked (key, lane, ordered_by_ms, not_before_ms) VALUES (?, ?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET not_before_ms = excluded.not_before_ms`
    this.#sql.exec(insert, request.key, request.lane, request.orderedByMs, request.notBeforeMs)
  }
}
