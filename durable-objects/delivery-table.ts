/**
 * The rows of an inbox: deliveries with their bodies, and the keys by which a redelivery is recognised. Every write is
 * made inside the caller's transaction; reading an inbox that never received anything answers from nothing.
 */
import type { Delivery, InboundDomain } from '../src/domain/inbox/delivery.ts'
import type { Migrations } from './migrations.ts'

export const deliveryTables = [
  `CREATE TABLE delivery (
    place INTEGER PRIMARY KEY, delivery_id TEXT NOT NULL UNIQUE, status TEXT NOT NULL, account TEXT NOT NULL,
    domain TEXT NOT NULL, topic TEXT NOT NULL, headers TEXT NOT NULL, body TEXT NOT NULL, body_bytes INTEGER NOT NULL,
    dedupe_keys TEXT NOT NULL, correlation_id TEXT NOT NULL, received_at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL, round INTEGER NOT NULL, repeats INTEGER NOT NULL, reason TEXT, message TEXT,
    subjects TEXT NOT NULL, settled_at_ms INTEGER, due_ms INTEGER, in_flight INTEGER NOT NULL) STRICT`,
  'CREATE INDEX delivery_due ON delivery (in_flight, due_ms) WHERE due_ms IS NOT NULL',
  'CREATE INDEX delivery_settled ON delivery (settled_at_ms) WHERE settled_at_ms IS NOT NULL',
  'CREATE INDEX delivery_status ON delivery (status, repeats)',
  'CREATE TABLE dedupe_key (key TEXT PRIMARY KEY, delivery_id TEXT NOT NULL) STRICT, WITHOUT ROWID',
] as const

export type StoredDelivery = { readonly delivery: Delivery; readonly bodyBytes: number }
/** What a message needs: the body stays here. */
export type DueDelivery = {
  readonly deliveryId: string
  readonly domain: InboundDomain
  readonly attempts: number
  readonly dueAtMs: number
}

type Row = {
  delivery_id: string
  status: string
  account: string
  domain: string
  topic: string
  headers: string
  body: string
  body_bytes: number
  dedupe_keys: string
  correlation_id: string
  received_at_ms: number
  attempts: number
  round: number
  repeats: number
  reason: string | null
  message: string | null
  subjects: string
  settled_at_ms: number | null
}
type DueRow = { delivery_id: string; domain: string; attempts: number; due_ms: number }
type Totals = { inFlight: number; nextWaitingMs: number | null; nextInFlightMs: number | null }

const rowColumns = `delivery_id, status, account, domain, topic, headers, body, body_bytes, dedupe_keys,
  correlation_id, received_at_ms, attempts, round, repeats, reason, message, subjects, settled_at_ms`

export class DeliveryTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  #totals: Totals | null = null

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  /** The delivery that already carried one of the keys; null for a new one. */
  idByKeys(keys: readonly string[]): string | null {
    if (!this.#migrations.applied) return null
    const query = 'SELECT delivery_id FROM dedupe_key WHERE key IN (SELECT value FROM json_each(?)) LIMIT 1'
    const row = this.#sql.exec<{ delivery_id: string }>(query, JSON.stringify(keys)).toArray()[0]
    return row?.delivery_id ?? null
  }

  insert({ delivery, bodyBytes }: StoredDelivery, dueAtMs: number): void {
    this.#sql.exec(
      `INSERT INTO delivery (${rowColumns}, due_ms, in_flight)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
      ...[delivery.deliveryId, delivery.status, delivery.account, delivery.domain, delivery.topic],
      ...[JSON.stringify(delivery.headers), delivery.body, bodyBytes, JSON.stringify(delivery.dedupeKeys)],
      ...[delivery.correlationId, delivery.receivedAtMs, delivery.attempts, delivery.round, delivery.repeats],
      ...[delivery.reason, delivery.message, JSON.stringify(delivery.subjects), delivery.settledAtMs, dueAtMs],
    )
    this.rememberKeys(delivery.deliveryId, delivery.dedupeKeys)
    this.#totals = null
  }

  /** Also for a redelivery that brings a key its first delivery lacked. */
  rememberKeys(deliveryId: string, keys: readonly string[]): void {
    const insert = 'INSERT OR IGNORE INTO dedupe_key (key, delivery_id) SELECT value, ? FROM json_each(?)'
    this.#sql.exec(insert, deliveryId, JSON.stringify(keys))
  }

  countRepeat(deliveryId: string): void {
    this.#sql.exec('UPDATE delivery SET repeats = repeats + 1 WHERE delivery_id = ?', deliveryId)
  }

  find(deliveryId: string): StoredDelivery | null {
    if (!this.#migrations.applied) return null
    const query = `SELECT ${rowColumns} FROM delivery WHERE delivery_id = ?`
    const row = this.#sql.exec<Row>(query, deliveryId).toArray()[0]
    return row ? { delivery: deliveryOf(row), bodyBytes: row.body_bytes } : null
  }

  /** What became of it; `dueAtMs` null when nothing is to be sent any more. */
  update(delivery: Delivery, dueAtMs: number | null): void {
    this.#sql.exec(
      `UPDATE delivery SET status = ?, reason = ?, message = ?, subjects = ?, settled_at_ms = ?, attempts = ?,
        round = ?, due_ms = ?, in_flight = 0 WHERE delivery_id = ?`,
      ...[delivery.status, delivery.reason, delivery.message, JSON.stringify(delivery.subjects)],
      ...[delivery.settledAtMs, delivery.attempts, delivery.round, dueAtMs, delivery.deliveryId],
    )
    this.#totals = null
  }

  /** Sent and not settled. */
  get inFlight(): number {
    return this.#loadTotals().inFlight
  }

  nextWaitingMs(): number | null {
    return this.#loadTotals().nextWaitingMs
  }

  nextInFlightMs(): number | null {
    return this.#loadTotals().nextInFlightMs
  }

  /** Longest due first: those sent and never settled, or those that wait for room or for their time. */
  due(kind: 'waiting' | 'in_flight', nowMs: number, limit: number): readonly DueDelivery[] {
    if (!this.#migrations.applied || limit <= 0) return []
    const query = `SELECT delivery_id, domain, attempts, due_ms FROM delivery
      WHERE in_flight = ? AND due_ms <= ? ORDER BY due_ms, place LIMIT ?`
    const rows = this.#sql.exec<DueRow>(query, kind === 'in_flight' ? 1 : 0, nowMs, limit).toArray()
    return rows.map((row) => ({
      deliveryId: row.delivery_id,
      domain: row.domain as InboundDomain,
      attempts: row.attempts,
      dueAtMs: row.due_ms,
    }))
  }

  /** The message left; a delivery that was settled or put off meanwhile keeps what it has. */
  sent(due: DueDelivery, nextAtMs: number): void {
    const update = `UPDATE delivery SET attempts = attempts + 1, in_flight = 1, due_ms = ?
      WHERE delivery_id = ? AND due_ms = ?`
    this.#sql.exec(update, nextAtMs, due.deliveryId, due.dueAtMs)
    this.#totals = null
  }

  /** The queue did not take it. */
  notSent(due: DueDelivery, nextAtMs: number): void {
    this.#sql.exec(
      'UPDATE delivery SET due_ms = ? WHERE delivery_id = ? AND due_ms = ?',
      nextAtMs,
      due.deliveryId,
      due.dueAtMs,
    )
    this.#totals = null
  }

  counts(): Readonly<Record<string, number>> {
    if (!this.#migrations.applied) return {}
    const query = 'SELECT status, COUNT(*) AS count, SUM(repeats) AS repeats FROM delivery GROUP BY status'
    const rows = this.#sql.exec<{ status: string; count: number; repeats: number }>(query).toArray()
    const repeats = rows.reduce((sum, row) => sum + row.repeats, 0)
    return { ...Object.fromEntries(rows.map((row) => [row.status, row.count])), repeats }
  }

  size(): number {
    if (!this.#migrations.applied) return 0
    return this.#sql.exec<{ count: number }>('SELECT COUNT(*) AS count FROM delivery').one().count
  }

  /**
   * Deletes up to `limit` of the longest settled with their keys, those settled before `beforeMs`. Answers how many.
   */
  forgetSettled(beforeMs: number, limit: number): number {
    const query = `SELECT delivery_id, dedupe_keys FROM delivery WHERE settled_at_ms < ? ORDER BY settled_at_ms LIMIT ?`
    const rows = this.#sql.exec<{ delivery_id: string; dedupe_keys: string }>(query, beforeMs, limit).toArray()
    for (const row of rows) {
      const keys = 'DELETE FROM dedupe_key WHERE delivery_id = ? AND key IN (SELECT value FROM json_each(?))'
      this.#sql.exec(keys, row.delivery_id, row.dedupe_keys)
      this.#sql.exec('DELETE FROM delivery WHERE delivery_id = ?', row.delivery_id)
    }
    return rows.length
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#totals = null
  }

  #loadTotals(): Totals {
    if (this.#totals) return this.#totals
    if (!this.#migrations.applied) return { inFlight: 0, nextWaitingMs: null, nextInFlightMs: null }
    const query = `SELECT
      (SELECT COUNT(*) FROM delivery WHERE in_flight = 1 AND due_ms IS NOT NULL) AS inFlight,
      (SELECT MIN(due_ms) FROM delivery WHERE in_flight = 0 AND due_ms IS NOT NULL) AS nextWaitingMs,
      (SELECT MIN(due_ms) FROM delivery WHERE in_flight = 1 AND due_ms IS NOT NULL) AS nextInFlightMs`
    this.#totals = this.#sql.exec<Totals>(query).one()
    return this.#totals
  }
}

function deliveryOf(row: Row): Delivery {
  return {
    deliveryId: row.delivery_id as Delivery['deliveryId'],
    account: row.account as Delivery['account'],
    domain: row.domain as InboundDomain,
    topic: row.topic,
    dedupeKeys: JSON.parse(row.dedupe_keys) as string[],
    headers: JSON.parse(row.headers) as Record<string, string>,
    body: row.body,
    receivedAtMs: row.received_at_ms,
    correlationId: row.correlation_id as Delivery['correlationId'],
    status: row.status as Delivery['status'],
    attempts: row.attempts,
    round: row.round,
    repeats: row.repeats,
    reason: row.reason,
    message: row.message,
    subjects: JSON.parse(row.subjects) as string[],
    settledAtMs: row.settled_at_ms,
  }
}
