/** Calls of a feed that are under way: at most one for each lane at the partner, on a lease. Few rows, read often. */
import { attemptLeaseMs } from '../src/domain/feed/attempt.ts'
import type { DrainLane } from '../src/domain/feed/choose-lane.ts'
import type { Migrations } from './migrations.ts'

export const feedAttemptTable = `CREATE TABLE feed_attempt (
  attempt_id TEXT PRIMARY KEY, drain TEXT NOT NULL, lease_until_ms INTEGER NOT NULL) STRICT`

export type FeedAttempt = {
  readonly attemptId: string
  readonly drain: DrainLane
  readonly leaseUntilMs: number
}
type AttemptRow = { attempt_id: string; drain: string; lease_until_ms: number }

export class FeedAttempts {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  #known: readonly FeedAttempt[] | null = null

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  get all(): readonly FeedAttempt[] {
    if (this.#known) return this.#known
    if (!this.#migrations.applied) return []
    const rows = this.#sql.exec<AttemptRow>('SELECT attempt_id, drain, lease_until_ms FROM feed_attempt').toArray()
    this.#known = rows.map((row) => ({
      attemptId: row.attempt_id,
      drain: row.drain as DrainLane,
      leaseUntilMs: row.lease_until_ms,
    }))
    return this.#known
  }

  isCalling(drain: DrainLane): boolean {
    return this.all.some((attempt) => attempt.drain === drain)
  }

  /** Inside the caller's transaction. */
  begin(attemptId: string, drain: DrainLane, nowMs: number): void {
    const insert = 'INSERT INTO feed_attempt (attempt_id, drain, lease_until_ms) VALUES (?, ?, ?)'
    this.#sql.exec(insert, attemptId, drain, nowMs + attemptLeaseMs)
    this.#known = null
  }

  end(attemptId: string): void {
    this.#sql.exec('DELETE FROM feed_attempt WHERE attempt_id = ?', attemptId)
    this.#known = null
  }

  expired(nowMs: number): readonly FeedAttempt[] {
    return this.all.filter(({ leaseUntilMs }) => leaseUntilMs <= nowMs)
  }

  nextDueMs(): number | null {
    return this.all.length === 0 ? null : Math.min(...this.all.map(({ leaseUntilMs }) => leaseUntilMs))
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#known = null
  }
}
