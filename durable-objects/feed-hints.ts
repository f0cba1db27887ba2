/**
 * What a channel said was changed there. A flood of it is one write and not thousands, what is hinted at already costs
 * nothing, and only so many listings a second are looked at for it, however many were named.
 */
import { type FeedKey, type FeedListing, keyText } from '../src/domain/feed/feed-listing.ts'
import { hint } from '../src/domain/feed/hint.ts'
import type { FeedTable } from './feed-table.ts'

/** Some 600 a minute at most: one call for ten products or prices in a second, or for all of it of stock. */
const looksPerTurn = 10
const turnMs = 1_000

export class FeedHints {
  readonly #table: FeedTable
  /** Told and not written yet. A process that dies with them has the sampled looks left. */
  #told = new Map<string, FeedKey>()
  /** Losing it costs one turn that comes early. */
  #notBeforeMs = 0

  constructor(table: FeedTable) {
    this.#table = table
  }

  /** True: there is something to write. */
  tell(keys: readonly FeedKey[], nowMs: number): boolean {
    for (const key of keys) {
      const known = this.#table.find(key)
      if (known !== null && hint(known, nowMs) !== known) this.#told.set(keyText(key), key)
    }
    return this.#told.size > 0
  }

  /** Inside the caller's transaction. */
  note(nowMs: number): void {
    for (const key of this.#told.values()) {
      const known = this.#table.find(key)
      if (known !== null) this.#table.save(known, hint(known, nowMs))
    }
    this.#told.clear()
  }

  /** Those to be looked at now; the next ones have to wait for the next turn. */
  take(nowMs: number): readonly FeedListing[] {
    if (nowMs < this.#notBeforeMs) return []
    const due = this.#table.toLook(nowMs, looksPerTurn)
    if (due.length > 0) this.#notBeforeMs = nowMs + turnMs
    return due
  }

  nextDueMs(): number | null {
    const lookMs = this.#table.nextLookMs()
    return lookMs === null ? null : Math.max(lookMs, this.#notBeforeMs)
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#told.clear()
  }
}
