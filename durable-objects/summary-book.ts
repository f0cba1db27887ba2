/**
 * The positions of one SKU as they told themselves: in memory, over rows that are only read when the actor wakes. What
 * is learned enters memory at once and the rows with the next commit. Rows that memory may have been ahead of when the
 * actor fell asleep are doubted until their positions were heard again.
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
  /** There may have been newer news than this, lost since. */
  readonly isDoubted: boolean
}
type SummaryRow = { location: string; confirmed_at_ms: number; summary: string }

/** More locations than one company has: whoever asks for others does not fill the memory of an actor. */
const heldMax = 2_000

export class SummaryBook {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  readonly #isBehind: () => boolean
  readonly #unsaved = new Set<string>()
  /** Locations that have a row. */
  readonly #stored = new Set<string>()
  #held: Map<string, HeldPosition> | null = null

  /** `isBehind`: whether the rows, as they are read, may lack what was known before. */
  constructor(sql: SqlStorage, migrations: Migrations, isBehind: () => boolean) {
    this.#sql = sql
    this.#migrations = migrations
    this.#isBehind = isBehind
  }

  find(location: string): HeldPosition | null {
    return this.#load().get(location) ?? null
  }

  /** Those at which something ever happened, the longest unconfirmed first. */
  known(): readonly HeldPosition[] {
    const known = [...this.#load().values()].filter(({ version }) => version > 0)
    return known.sort((left, right) => left.confirmedAtMs - right.confirmedAtMs)
  }

  /** Positions of which something newer may have been known, the longest unconfirmed first. */
  doubted(): readonly HeldPosition[] {
    return this.known().filter(({ isDoubted }) => isDoubted)
  }

  /** Whoever reads the rows alone will ask this position. */
  hasRow(location: string): boolean {
    this.#load()
    return this.#stored.has(location)
  }

  take(location: string, summary: PositionSummary | null, confirmedAtMs: number): void {
    const held = this.#load()
    if (held.size >= heldMax && !held.has(location)) return
    held.set(location, { location, version: summary?.version ?? 0, summary, confirmedAtMs, isDoubted: false })
    this.#unsaved.add(location)
  }

  /**
   * The same version, true at this instant as well; an earlier one than is known already changes nothing. Holds run out
   * between two versions, so what is told now is the better of the two.
   */
  confirm(location: string, summary: PositionSummary | null, confirmedAtMs: number): void {
    const position = this.find(location)
    if (position === null || position.confirmedAtMs > confirmedAtMs) return
    this.#load().set(location, { ...position, summary, confirmedAtMs, isDoubted: false })
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
    this.#stored.clear()
  }

  #saveOne(location: string): void {
    const { version = 0, confirmedAtMs = 0, summary = null } = this.find(location) ?? {}
    if (summary === null) {
      this.#sql.exec('DELETE FROM position_summary WHERE location = ?', location)
      this.#stored.delete(location)
      return
    }
    const upsert = `INSERT OR REPLACE INTO position_summary (location, version, confirmed_at_ms, summary)
      VALUES (?, ?, ?, ?)`
    this.#sql.exec(upsert, location, version, confirmedAtMs, JSON.stringify(summary))
    this.#stored.add(location)
  }

  #load(): Map<string, HeldPosition> {
    if (this.#held) return this.#held
    const query = 'SELECT location, confirmed_at_ms, summary FROM position_summary'
    const rows = this.#migrations.applied ? this.#sql.exec<SummaryRow>(query).toArray() : []
    for (const { location } of rows) this.#stored.add(location)
    const isDoubted = this.#isBehind()
    this.#held = new Map(rows.map((row) => [row.location, heldOf(row, isDoubted)]))
    return this.#held
  }
}

function heldOf(row: SummaryRow, isDoubted: boolean): HeldPosition {
  // Written by this actor itself from what a position told it: parsed, not validated again.
  const summary = JSON.parse(row.summary) as PositionSummary
  return { location: row.location, version: summary.version, summary, confirmedAtMs: row.confirmed_at_ms, isDoubted }
}
