/** The rows of a shard: its state, the claims it granted, and of those taken over that they are known. */
import type { EscrowShard } from '../src/domain/stock/escrow-shard.ts'
import type { EscrowClaim } from '../src/domain/stock/settlement.ts'
import type { Migrations } from './migrations.ts'

export const escrowTables = [
  'CREATE TABLE shard (id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, state TEXT NOT NULL) STRICT',
  `CREATE TABLE claim (
    place INTEGER PRIMARY KEY, reservation_id TEXT NOT NULL UNIQUE, batch INTEGER, claim TEXT,
    settled_at_ms INTEGER) STRICT`,
  'CREATE INDEX claim_settled ON claim (settled_at_ms)',
] as const

/** As long as the memory of commands: whoever repeats himself does so earlier. */
const knownForMs = 7 * 24 * 3_600_000
const forgottenPerRound = 512

export type OpenClaim = { readonly place: number; readonly batch: number | null; readonly claim: EscrowClaim }
type StateRow = { name: string; state: string }
type ClaimRow = { place: number; batch: number | null; claim: string }

export class EscrowTables {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  shard(): { readonly name: string; readonly shard: EscrowShard } | null {
    const row = this.#all<StateRow>('SELECT name, state FROM shard')[0]
    return row ? { name: row.name, shard: JSON.parse(row.state) as EscrowShard } : null
  }

  saveShard(name: string, shard: EscrowShard): void {
    const upsert = `INSERT INTO shard (id, name, state) VALUES (1, ?, ?)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state`
    this.#sql.exec(upsert, name, JSON.stringify(shard))
  }

  /** Not taken over yet, oldest first. */
  openClaims(): readonly OpenClaim[] {
    const query = 'SELECT place, batch, claim FROM claim WHERE settled_at_ms IS NULL ORDER BY place'
    return this.#all<ClaimRow>(query).map((row) => ({ ...row, claim: JSON.parse(row.claim) as EscrowClaim }))
  }

  /** Of these reservations, the ones that the position has. */
  settled(reservationIds: readonly string[]): ReadonlySet<string> {
    const query = `SELECT reservation_id FROM claim
      WHERE settled_at_ms IS NOT NULL AND reservation_id IN (SELECT value FROM json_each(?))`
    const rows = this.#all<{ reservation_id: string }>(query, JSON.stringify(reservationIds))
    return new Set(rows.map(({ reservation_id }) => reservation_id))
  }

  /** Answers the claim's place. */
  addClaim(claim: EscrowClaim): number {
    const insert = 'INSERT INTO claim (reservation_id, claim) VALUES (?, ?) RETURNING place'
    const row = this.#sql.exec<{ place: number }>(insert, claim.command.reservationId, JSON.stringify(claim))
    return row.one().place
  }

  cut(batch: number, throughPlace: number): void {
    const update = 'UPDATE claim SET batch = ? WHERE settled_at_ms IS NULL AND batch IS NULL AND place <= ?'
    this.#sql.exec(update, batch, throughPlace)
  }

  settleBatch(batch: number, nowMs: number): void {
    const update = 'UPDATE claim SET settled_at_ms = ?, claim = NULL WHERE settled_at_ms IS NULL AND batch = ?'
    this.#sql.exec(update, nowMs, batch)
    const old = 'SELECT place FROM claim WHERE settled_at_ms < ? ORDER BY settled_at_ms LIMIT ?'
    this.#sql.exec(`DELETE FROM claim WHERE place IN (${old})`, nowMs - knownForMs, forgottenPerRound)
  }

  /** The position decided about it itself. */
  noteSettled(reservationId: string, nowMs: number): void {
    const insert =
      'INSERT INTO claim (reservation_id, settled_at_ms) VALUES (?, ?) ON CONFLICT (reservation_id) DO NOTHING'
    this.#sql.exec(insert, reservationId, nowMs)
  }

  #all<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: (string | number)[]): Row[] {
    return this.#migrations.applied ? this.#sql.exec<Row>(query, ...bindings).toArray() : []
  }
}
