/**
 * Effects an actor owes the outside, written in the transaction that caused them and sent by its alarm. A row goes only
 * when its effect is confirmed: by the send itself, or later by whoever the message woke (then it is sent again until
 * that happens, since a queue alone may lose it).
 */
import { drainRowsMax, retryDelayMs } from '../src/domain/outbox/drain.ts'
import type { Migrations } from './migrations.ts'

export const outboxTable = `CREATE TABLE outbox (
  id TEXT PRIMARY KEY, effect TEXT NOT NULL, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 1, created_ms INTEGER NOT NULL, last_error TEXT) STRICT`
export const outboxIndex = 'CREATE INDEX outbox_due ON outbox (due_ms)'

const errorLengthMax = 500

export type OutboxRow<Effect> = {
  readonly id: string
  readonly effect: Effect
  readonly dueAtMs: number
  readonly attempts: number
  /** Grows when the row is written again, also after it had gone: what was sent may already be outdated. */
  readonly revision: number
  readonly createdAtMs: number
  readonly lastError: string | null
}
/** `againAtMs`: when it is sent again unless it is confirmed; null: never. */
type Noted = { readonly revision: number; readonly againAtMs: number | null }
type StoredRow = {
  id: string
  effect: string
  due_ms: number
  attempts: number
  revision: number
  created_ms: number
  last_error: string | null
}
const isNotNoted = `id || '#' || revision NOT IN (SELECT value FROM json_each(?))`
const columns = 'id, effect, due_ms, attempts, revision, created_ms, last_error'

export class Outbox<Effect extends { readonly kind: string }> {
  readonly #storage: DurableObjectStorage
  readonly #migrations: Migrations
  #nextDueMs: number | null | undefined
  /** Rows that `remind` wrote and nobody was handed since: saying so again changes nothing. */
  readonly #waiting = new Set<string>()
  /** What was sent since its row was written, by id, and is not recorded yet. */
  readonly #noted = new Map<string, Noted>()

  constructor(storage: DurableObjectStorage, migrations: Migrations) {
    this.#storage = storage
    this.#migrations = migrations
  }

  /**
   * The same id again replaces the effect and keeps the earlier due time: a wake-up coalesces, and steady traffic never
   * pushes it back. Inside the caller's transaction.
   */
  add(id: string, effect: Effect, dueAtMs: number, nowMs: number): void {
    // A row that is over and not gone yet is taken for the new one: one statement instead of two.
    if (this.#noted.get(id)?.againAtMs === null) {
      this.replace(id, effect, dueAtMs, nowMs)
      return
    }
    this.#recordOne(id)
    const upsert = `INSERT INTO outbox (id, effect, due_ms, created_ms, revision) VALUES (?, ?, ?, ?4, ?4)
      ON CONFLICT (id) DO UPDATE SET effect = excluded.effect, due_ms = MIN(due_ms, excluded.due_ms),
        attempts = 0, revision = revision + 1`
    this.#storage.sql.exec(upsert, id, JSON.stringify(effect), dueAtMs, nowMs)
    if (this.#nextDueMs !== undefined) this.#nextDueMs = Math.min(this.#nextDueMs ?? dueAtMs, dueAtMs)
  }

  /**
   * As `add`, for an effect that says no more than that there is something to look at, due a fixed while after the
   * write: while its row waits to be sent it costs nothing. False: it does.
   */
  remind(id: string, effect: Effect, dueAtMs: number, nowMs: number): boolean {
    if (this.#waiting.has(id)) return false
    this.add(id, effect, dueAtMs, nowMs)
    this.#waiting.add(id)
    return true
  }

  /** As `add`, but the time is replaced as well. What is being sent of the older row meanwhile no longer counts. */
  replace(id: string, effect: Effect, dueAtMs: number, nowMs: number): void {
    const upsert = `INSERT INTO outbox (id, effect, due_ms, created_ms, revision) VALUES (?, ?, ?, ?4, ?4)
      ON CONFLICT (id) DO UPDATE SET effect = excluded.effect, due_ms = excluded.due_ms,
        created_ms = excluded.created_ms, attempts = 0, revision = revision + 1, last_error = NULL`
    this.#storage.sql.exec(upsert, id, JSON.stringify(effect), dueAtMs, nowMs)
    this.#noted.delete(id)
    this.#nextDueMs = undefined
  }

  find(id: string): OutboxRow<Effect> | null {
    return this.#rows('WHERE id = ?', id)[0] ?? null
  }

  /** Rows whose ids begin so. */
  startingWith(prefix: string): readonly OutboxRow<Effect>[] {
    return this.#rows('WHERE id >= ? AND id < ? ORDER BY id', prefix, `${prefix}\u{10ffff}`)
  }

  due(nowMs: number, limit = drainRowsMax): readonly OutboxRow<Effect>[] {
    for (const [id, { againAtMs }] of this.#noted) if (againAtMs !== null && againAtMs <= nowMs) this.#noted.delete(id)
    const clause = `WHERE due_ms <= ? AND ${isNotNoted} ORDER BY due_ms, id LIMIT ?`
    const rows = this.#rows(clause, nowMs, this.#notedRows(), limit)
    for (const { id } of rows) this.#waiting.delete(id)
    return rows
  }

  /** Null: nothing is owed. */
  nextDueMs(): number | null {
    if (this.#nextDueMs !== undefined) return this.#nextDueMs
    if (!this.#migrations.applied) return null
    const query = `SELECT MIN(due_ms) AS due FROM outbox WHERE ${isNotNoted}`
    const { due } = this.#storage.sql.exec<{ due: number | null }>(query, this.#notedRows()).one()
    const dues = [due, ...[...this.#noted.values()].map(({ againAtMs }) => againAtMs)].filter((each) => each !== null)
    this.#nextDueMs = dues.length === 0 ? null : Math.min(...dues)
    return this.#nextDueMs
  }

  /**
   * Sent, and for now known in memory only: a commit that comes soon records it, and should the object die before that,
   * the row is sent once more. A row that was written again since then is no longer the one that was sent, and one that
   * was confirmed meanwhile is over.
   */
  note({ id, revision }: OutboxRow<Effect>, againAtMs: number | null): void {
    if (this.#waiting.has(id)) return
    const noted = this.#noted.get(id)
    if (noted?.revision === revision && noted.againAtMs === null) return
    this.#noted.set(id, { revision, againAtMs })
    this.#nextDueMs = undefined
  }

  /** As `settle`, noted only. */
  noteConfirmed(id: string): void {
    const row = this.find(id)
    if (row === null) return
    this.#waiting.delete(id)
    this.note(row, null)
  }

  get hasNoted(): boolean {
    return this.#noted.size > 0
  }

  /** Whatever is noted. Inside the caller's transaction. */
  recordNoted(): void {
    for (const id of this.#noted.keys()) this.#recordOne(id)
  }

  #recordOne(id: string): void {
    const noted = this.#noted.get(id)
    if (noted === undefined) return
    this.#noted.delete(id)
    if (noted.againAtMs === null) this.settle(id, noted.revision)
    else this.postpone(id, noted.revision, noted.againAtMs)
  }

  #notedRows(): string {
    return JSON.stringify([...this.#noted].map(([id, { revision }]) => `${id}#${revision}`))
  }

  /** The effect is confirmed. With a revision, a row that was written again since then stays. */
  settle(id: string, revision: number | null = null): void {
    if (!this.#migrations.applied) return
    this.#storage.sql.exec('DELETE FROM outbox WHERE id = ?1 AND (?2 IS NULL OR revision = ?2)', id, revision)
    this.#waiting.delete(id)
    this.#noted.delete(id)
    this.#nextDueMs = undefined
  }

  /** Sent, not yet confirmed: look again at `dueAtMs`. A row that was written again since then keeps its own time. */
  postpone(id: string, revision: number, dueAtMs: number): void {
    this.#storage.sql.exec('UPDATE outbox SET due_ms = ? WHERE id = ? AND revision = ?', dueAtMs, id, revision)
    this.#noted.delete(id)
    this.#nextDueMs = undefined
  }

  fail(row: OutboxRow<Effect>, nowMs: number, error: unknown): void {
    const update = 'UPDATE outbox SET due_ms = ?, attempts = attempts + 1, last_error = ? WHERE id = ?'
    const message = String(error).slice(0, errorLengthMax)
    this.#storage.sql.exec(update, nowMs + retryDelayMs(row.attempts, row.id), message, row.id)
    this.#noted.delete(row.id)
    this.#nextDueMs = undefined
  }

  /** After a rolled-back transaction, or one that changed rows behind this object's back. */
  forget(): void {
    this.#waiting.clear()
    this.#noted.clear()
    this.#nextDueMs = undefined
  }

  #rows(clause: string, ...bindings: (string | number)[]): OutboxRow<Effect>[] {
    if (!this.#migrations.applied) return []
    return this.#storage.sql
      .exec<StoredRow>(`SELECT ${columns} FROM outbox ${clause}`, ...bindings)
      .toArray()
      .map((row) => rowOf<Effect>(row))
  }
}

function rowOf<Effect>(row: StoredRow): OutboxRow<Effect> {
  return {
    id: row.id,
    effect: JSON.parse(row.effect) as Effect,
    dueAtMs: row.due_ms,
    attempts: row.attempts,
    revision: row.revision,
    createdAtMs: row.created_ms,
    lastError: row.last_error,
  }
}
