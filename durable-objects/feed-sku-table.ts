/**
 * The SKUs of a feed whose stock changed or sold lately: what has to be worked out anew, and how fast each sells. A row
 * whose change was answered and whose sales are forgotten goes.
 */
import type { SkuChange, SkuOutlook, SkuWant } from '../src/domain/feed/feed-contract.ts'
import { addSales, isOver, noSales, rateAt, type SellRate } from '../src/domain/feed/sell-rate.ts'
import { type BundleChange, FeedBundleTable } from './feed-bundle-table.ts'
import type { Migrations } from './migrations.ts'

export const feedSkuTables = [
  `CREATE TABLE feed_sku (
    sku TEXT PRIMARY KEY, revision INTEGER NOT NULL, answered INTEGER NOT NULL, changed_at_ms INTEGER NOT NULL,
    due_ms INTEGER, rate TEXT NOT NULL, touched_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  'CREATE INDEX feed_sku_due ON feed_sku (due_ms) WHERE due_ms IS NOT NULL',
  'CREATE INDEX feed_sku_idle ON feed_sku (touched_ms) WHERE due_ms IS NULL',
] as const

/** A change whose answer does not come is asked for again: the message may be lost, the queue may be slow. */
const askAgainMs = 60_000
/** Sales are forgotten after some three hours; idle rows are looked through a few at a time. */
const idleMs = 4 * 60 * 60_000
const rowsPerPruning = 200

type SkuRow = {
  sku: string
  revision: number
  answered: number
  changed_at_ms: number
  due_ms: number | null
  rate: string
}
export type ChangedSku = { readonly sku: string; readonly revision: number }

const columns = 'sku, revision, answered, changed_at_ms, due_ms, rate'

export class FeedSkuTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations
  readonly #bundles: FeedBundleTable
  #nextDueMs: number | null | undefined

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
    this.#bundles = new FeedBundleTable(sql, migrations)
  }

  /** Inside the caller's transaction. Whatever is worked out from now on is of this revision. */
  change(account: string, change: SkuChange, revision: number, nowMs: number): void {
    const { sku, changedAtMs } = change
    const known = this.#find(sku)
    const isOpen = known !== null && known.answered < known.revision
    const upsert = `INSERT INTO feed_sku (${columns}, touched_ms) VALUES (?, ?, 0, ?, ?, ?, ?)
      ON CONFLICT (sku) DO UPDATE SET revision = excluded.revision, changed_at_ms = excluded.changed_at_ms,
        due_ms = excluded.due_ms, rate = excluded.rate, touched_ms = excluded.touched_ms`
    // The first change that nobody was told of is the one that the channel's lag counts from.
    const sinceMs = isOpen ? Math.min(known.changed_at_ms, changedAtMs) : changedAtMs
    const rate = addSales(known === null ? noSales : rateOf(known), unitsSold(account, change), nowMs)
    this.#sql.exec(upsert, sku, revision, sinceMs, nowMs, JSON.stringify(rate), nowMs)
    this.#nextDueMs = undefined
  }

  /** Inside the caller's transaction: the bundles that hold it have changed too, and are taken up by and by. */
  spread({ sku, changedAtMs }: SkuChange): void {
    this.#bundles.changed(sku, changedAtMs)
  }

  /** Bundles that hold what changed, at most `limit` at a time: each is to be marked as changed itself. */
  takeBundles(limit: number): readonly BundleChange[] {
    return this.#bundles.take(limit)
  }

  /** Those to be worked out now; each is asked for again later unless it is answered. */
  ask(nowMs: number, limit: number): readonly ChangedSku[] {
    const due = this.#rows('WHERE due_ms <= ? ORDER BY due_ms LIMIT ?', nowMs, limit)
    const update = 'UPDATE feed_sku SET due_ms = ? WHERE sku = ?'
    for (const { sku } of due) this.#sql.exec(update, nowMs + askAgainMs, sku)
    if (due.length > 0) this.#nextDueMs = undefined
    return due.map(({ sku, revision }) => ({ sku, revision }))
  }

  /** Inside the caller's transaction. A change that came meanwhile stays open. */
  answer({ sku, revision, reviewAfterMs, parts = [] }: SkuWant, nowMs: number): void {
    const known = this.#find(sku)
    if (known !== null && revision < known.revision) return
    this.#bundles.holds(sku, parts)
    if (known === null) return
    const dueMs = reviewAfterMs === null ? null : nowMs + reviewAfterMs
    const update = 'UPDATE feed_sku SET answered = ?, due_ms = ?, touched_ms = ? WHERE sku = ?'
    this.#sql.exec(update, revision, dueMs, nowMs, sku)
    this.#nextDueMs = undefined
  }

  outlook(sku: string, nowMs: number): SkuOutlook {
    const known = this.#find(sku)
    const isBundle = this.#migrations.applied && this.#bundles.isBundle(sku)
    if (known === null) return { sku, changedAtMs: nowMs, rate: { ...noSales, atMs: nowMs }, isBundle }
    return { sku, changedAtMs: known.changed_at_ms, rate: rateAt(rateOf(known), nowMs), isBundle }
  }

  /** How many wait to be worked out; what was answered and is looked at once more is none of them. */
  open(nowMs: number): number {
    if (!this.#migrations.applied) return 0
    const query = 'SELECT COUNT(*) AS skus FROM feed_sku WHERE due_ms <= ? AND answered < revision'
    return this.#sql.exec<{ skus: number }>(query, nowMs + askAgainMs).one().skus
  }

  prune(nowMs: number): void {
    const idle = this.#rows('WHERE due_ms IS NULL AND touched_ms < ? LIMIT ?', nowMs - idleMs, rowsPerPruning)
    for (const row of idle) {
      if (isOver(rateAt(rateOf(row), nowMs))) this.#sql.exec('DELETE FROM feed_sku WHERE sku = ?', row.sku)
      else this.#sql.exec('UPDATE feed_sku SET touched_ms = ? WHERE sku = ?', nowMs, row.sku)
    }
  }

  nextDueMs(): number | null {
    const bundlesMs = this.#bundles.nextDueMs()
    if (bundlesMs !== null) return bundlesMs
    if (this.#nextDueMs !== undefined) return this.#nextDueMs
    this.#nextDueMs = this.#rows('WHERE due_ms IS NOT NULL ORDER BY due_ms LIMIT 1')[0]?.due_ms ?? null
    return this.#nextDueMs
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#bundles.forget()
    this.#nextDueMs = undefined
  }

  #find(sku: string): SkuRow | null {
    return this.#rows('WHERE sku = ?', sku)[0] ?? null
  }

  #rows(clause: string, ...bindings: (string | number)[]): SkuRow[] {
    if (!this.#migrations.applied) return []
    return this.#sql.exec<SkuRow>(`SELECT ${columns} FROM feed_sku ${clause}`, ...bindings).toArray()
  }
}

function unitsSold(account: string, { sold }: SkuChange): { readonly own: number; readonly elsewhere: number } {
  const own = sold[account] ?? 0
  const all = Object.values(sold).reduce((sum, units) => sum + units, 0)
  return { own, elsewhere: all - own }
}

/** Written by this class from the same type: parsed, not validated again. */
const rateOf = (row: SkuRow): SellRate => JSON.parse(row.rate) as SellRate
