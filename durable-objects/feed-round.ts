/** What a feed's alarm does: takes up everything that is due, and says whom to ask for the rest. */
import type { PublicationMessage } from '../src/queue-messages.ts'
import type { FeedDrains } from './feed-drains.ts'
import type { FeedHints } from './feed-hints.ts'
import type { FeedLedger, FeedParts } from './feed-ledger.ts'
import type { Timers } from './timers.ts'

/** Rows that one alarm takes up of a kind; the next one goes on, and other calls get their turn between. */
const rowsPerAlarm = 1_000
/** After a change of configuration every listing is worked out anew, a page at a time. */
export const walkTimer = 'walk'
const walkPauseMs = 1_000

export class FeedRound {
  readonly #parts: FeedParts
  readonly #ledger: FeedLedger
  readonly #drains: FeedDrains
  readonly #timers: Timers
  readonly #hints: FeedHints

  constructor(parts: FeedParts, ledger: FeedLedger, drains: FeedDrains, timers: Timers, hints: FeedHints) {
    this.#parts = parts
    this.#hints = hints
    this.#ledger = ledger
    this.#drains = drains
    this.#timers = timers
  }

  /** Inside the caller's transaction. A message that gets lost is sent again by a later round. */
  run(nowMs: number): readonly PublicationMessage[] {
    const { account } = this.#ledger
    const { attempts, skus } = this.#parts
    for (const attempt of attempts.expired(nowMs)) this.#ledger.expire(attempt, nowMs)
    this.#ledger.wake(nowMs, rowsPerAlarm)
    this.#ledger.look(this.#hints.take(nowMs), nowMs)
    this.#walk(nowMs)
    this.#ledger.spread(nowMs, rowsPerAlarm)
    skus.prune(nowMs)
    const changed = skus.ask(nowMs, rowsPerAlarm)
    return [
      ...changed.map(({ sku, revision }) => ({ type: 'publish_stock', account, sku, revision }) as const),
      ...this.#drains.ask(nowMs).map((lane) => ({ type: 'drain_feed', account, lane }) as const),
    ]
  }

  #walk(nowMs: number): void {
    if ((this.#timers.dueAtMs(walkTimer) ?? Number.POSITIVE_INFINITY) > nowMs) return
    if (this.#ledger.walk(nowMs, rowsPerAlarm)) this.#timers.set(walkTimer, nowMs + walkPauseMs)
    else this.#timers.clear(walkTimer)
  }
}
