/**
 * Which listed bundles hold a SKU, as the last working out of each found. What changes for a component changes for its
 * bundles: they are told page by page, so that a screw in ten thousand kits holds up nobody.
 */
import type { Migrations } from './migrations.ts'

export const feedBundleTables = [
  `CREATE TABLE feed_bundle (
    part TEXT NOT NULL, bundle TEXT NOT NULL, PRIMARY KEY (part, bundle)) STRICT, WITHOUT ROWID`,
  'CREATE INDEX feed_bundle_parts ON feed_bundle (bundle)',
  `CREATE TABLE feed_spread (
    part TEXT PRIMARY KEY, changed_at_ms INTEGER NOT NULL, told_through TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  // What is listed already is worked out once more, which is how it becomes known which of it are bundles.
  "UPDATE actor_fact SET value = '' WHERE name = 'config_version'",
] as const

type SpreadRow = { part: string; changed_at_ms: number; told_through: string }
export type BundleChange = { readonly sku: string; readonly changedAtMs: number }

export class FeedBundleTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  #isSpreading: boolean | null = null

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  /** Inside the caller's transaction. Writing what is there already is free. */
  holds(bundle: string, parts: readonly string[]): void {
    const rows = this.#sql.exec<{ part: string }>('SELECT part FROM feed_bundle WHERE bundle = ?', bundle).toArray()
    const known = new Set(rows.map(({ part }) => part))
    const wanted = new Set(parts)
    for (const part of known) {
      if (!wanted.has(part)) this.#sql.exec('DELETE FROM feed_bundle WHERE part = ? AND bundle = ?', part, bundle)
    }
    for (const part of wanted) {
      if (!known.has(part)) this.#sql.exec('INSERT INTO feed_bundle (part, bundle) VALUES (?, ?)', part, bundle)
    }
  }

  isBundle(sku: string): boolean {
    return this.#sql.exec('SELECT 1 FROM feed_bundle WHERE bundle = ? LIMIT 1', sku).toArray().length > 0
  }

  /** Inside the caller's transaction. A part that changes again is told from the start again. */
  changed(part: string, changedAtMs: number): void {
    if (this.#sql.exec('SELECT 1 FROM feed_bundle WHERE part = ? LIMIT 1', part).toArray().length === 0) return
    const upsert = `INSERT INTO feed_spread (part, changed_at_ms, told_through) VALUES (?, ?, '')
      ON CONFLICT (part) DO UPDATE SET changed_at_ms = MIN(changed_at_ms, excluded.changed_at_ms), told_through = ''`
    this.#sql.exec(upsert, part, changedAtMs)
    this.#isSpreading = true
  }

  /** The bundles of parts that changed, at most `limit` at a time; inside the caller's transaction. */
  take(limit: number): readonly BundleChange[] {
    const taken: BundleChange[] = []
    while (taken.length < limit) {
      const row = this.#sql.exec<SpreadRow>('SELECT * FROM feed_spread ORDER BY part LIMIT 1').toArray()[0]
      if (row === undefined) break
      taken.push(...this.#takeOf(row, limit - taken.length))
    }
    this.#isSpreading = null
    return taken
  }

  nextDueMs(): number | null {
    return this.#spreading() ? 0 : null
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#isSpreading = null
  }

  #takeOf({ part, changed_at_ms: changedAtMs, told_through: after }: SpreadRow, limit: number): BundleChange[] {
    const query = 'SELECT bundle FROM feed_bundle WHERE part = ? AND bundle > ? ORDER BY bundle LIMIT ?'
    const bundles = this.#sql.exec<{ bundle: string }>(query, part, after, limit).toArray()
    const last = bundles.at(-1)
    if (last === undefined || bundles.length < limit) this.#sql.exec('DELETE FROM feed_spread WHERE part = ?', part)
    else this.#sql.exec('UPDATE feed_spread SET told_through = ? WHERE part = ?', last.bundle, part)
    return bundles.map(({ bundle }) => ({ sku: bundle, changedAtMs }))
  }

  #spreading(): boolean {
    if (!this.#migrations.applied) return false
    this.#isSpreading ??= this.#sql.exec('SELECT 1 FROM feed_spread LIMIT 1').toArray().length > 0
    return this.#isSpreading
  }
}
