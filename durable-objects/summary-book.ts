/**
 * The positions of one SKU as they told themselves: in memory, over rows that are only read when the actor wakes. What
 * is learned by reading positions enters memory at once and the rows with the next commit, because the position's own
 * push of the same version is owed anyway.
 */
import type { PositionSummary } from '../src/domain/atp/position-figures.ts'
import type { Migrations } from './migrations.ts'

export const summaryTable = `CREATE TABLE position_summary (
  location TEXT PRIMARY KEY, version INTEGER NOT NULL, confirmed_at_ms INTEGER NOT NULL, summary TEXT NOT NULL)
  STRICT, WITHOUT ROWID`

export type HeldPosition = {
  readonly location: string
  /** Zero: nothing ever happened there, and `summary` is null. */
  readonly version: number
  readonly summary: PositionSummary | null
  readonly confirmedAtMs: number
}
type SummaryRow = { location: string; confirmed_at_ms: number; summary: string }

/** More locations than one company has: whoever asks for others does not fill the memory of an actor. */
const heldMax = 2_000

export class SummaryBook {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  readonly #unsaved = new Set<string>()
  #held: Map<string, HeldPosition> | null = null

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  find(location: string): HeldPosition | null {
    return this.#load().get(location) ?? null
  }

  /** Those at which something ever happened, the longest unconfirmed first. */
  known(): readonly HeldPosition[] {
    const known = [...this.#load().values()].filter(({ version }) => version > 0)
    return known.sort((left, right) => left.confirmedAtMs - right.confirmedAtMs)
  }

  take(location: string, summary: PositionSummary | null, confirmedAtMs: number): void {
    const held = this.#load()
    if (held.size >= heldMax && !held.has(location)) return
    held.set(location, { location, version: summary?.version ?? 0, summary, confirmedAtMs })
    this.#unsaved.add(location)
  }

  /**
   * The same version, true at this instant as well; an earlier one than is known already changes nothing. Holds run out
   * between two versions, so what is told now is the better of the two.
   */
  confirm(location: string, summary: PositionSummary | null, confirmedAtMs: number): void {
    const position = this.find(location)
    if (position === null || position.confirmedAtMs > confirmedAtMs) return
    this.#load().set(location, { ...position, summary, confirmedAtMs })
    if (position.version > 0) this.#unsaved.add(location)
  }

  /** Inside the caller's transaction: the rows of everything that memory is ahead of. */
  save(): void {
    for (const location of this.#unsaved) this.#saveOne(location)
    this.#unsaved.clear()
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#held = null
    this.#unsaved.clear()
  }

  #saveOne(location: string): void {
    const { version, confirmedAtMs, summary } = this.find(location) ?? { version: 0, confirmedAtMs: 0, summary: null }
    if (summary === null) {
      this.#sql.exec('DELETE FROM position_summary WHERE location = ?', location)
      return
    }
    const upsert = `INSERT OR REPLACE INTO position_summary (location, version, confirmed_at_ms, summary)
      VALUES (?, ?, ?, ?)`
    this.#sql.exec(upsert, location, version, confirmedAtMs, JSON.stringify(summary))
  }

  #load(): Map<string, HeldPosition> {
    if (this.#held) return this.#held
    const query = 'SELECT location, confirmed_at_ms, summary FROM position_summary'
    const rows = this.#migrations.applied ? this.#sql.exec<SummaryRow>(query).toArray() : []
    this.#held = new Map(rows.map((row) => [row.location, heldOf(row)]))
    return this.#held
  }
}

function heldOf(row: SummaryRow): HeldPosition {
  // Written by this actor itself from what a position told it: parsed, not validated again.
  const summary = JSON.parse(row.summary) as PositionSummary
  return { location: row.location, version: summary.version, summary, confirmedAtMs: row.confirmed_at_ms }
}
