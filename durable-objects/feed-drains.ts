/** When to ask for a call: one wake-up a lane at the partner, again only when it seems to have got lost. */
import { type DrainLane, drainLaneOf, drainLanes } from '../src/domain/feed/choose-lane.ts'
import { feedLanes } from '../src/domain/feed/feed-listing.ts'
import { hasWork } from '../src/domain/feed/fill-batch.ts'
import { drainDelayMs } from '../src/domain/outbox/drain.ts'
import type { FeedAttempts } from './feed-attempts.ts'
import type { FeedTable } from './feed-table.ts'
import type { Timers } from './timers.ts'

/** A consumer that is at it asks for the next batch by itself; after this it is taken for dead. */
const goOnMs = 5_000
/** A call that waits for the partner's budget is woken by the limiter; this is for messages that got lost. */
const againMs: Readonly<Record<DrainLane, number>> = { urgent: 10_000, normal: 60_000, bulk: 60_000 }
const timerOf = (lane: DrainLane) => `drain/${lane}`

export class FeedDrains {
  readonly #table: FeedTable
  readonly #attempts: FeedAttempts
  readonly #timers: Timers

  constructor(table: FeedTable, attempts: FeedAttempts, timers: Timers) {
    this.#table = table
    this.#attempts = attempts
    this.#timers = timers
  }

  /** Something in a lane of its own could go now. */
  isWaiting(drain: DrainLane): boolean {
    return feedLanes.some((lane) => drainLaneOf[lane] === drain && hasWork(this.#table.waiting, lane))
  }

  /** At the end of every transaction. A lane that was asked for already is not asked for again: what comes rides along. */
  wake(nowMs: number): void {
    for (const lane of drainLanes) {
      const isAsked = this.#timers.dueAtMs(timerOf(lane)) !== null || this.#attempts.isCalling(lane)
      if (!isAsked && this.isWaiting(lane)) {
        this.#timers.set(timerOf(lane), lane === 'urgent' ? nowMs : nowMs + drainDelayMs)
      }
    }
  }

  began(drain: DrainLane): void {
    this.#timers.clear(timerOf(drain))
  }

  /** Its consumer goes on by itself: nobody else is asked unless it dies. */
  recorded(drain: DrainLane, nowMs: number): void {
    if (this.isWaiting(drain)) this.#timers.set(timerOf(drain), nowMs + goOnMs)
  }

  /** The lanes to ask for now. */
  ask(nowMs: number): readonly DrainLane[] {
    const due = drainLanes.filter((lane) => (this.#timers.dueAtMs(timerOf(lane)) ?? Number.POSITIVE_INFINITY) <= nowMs)
    for (const lane of due) {
      if (this.isWaiting(lane)) this.#timers.set(timerOf(lane), nowMs + againMs[lane])
      else this.#timers.clear(timerOf(lane))
    }
    return due.filter((lane) => this.isWaiting(lane))
  }
}
