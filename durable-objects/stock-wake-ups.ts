/**
 * Whom a changed position has to tell: each is one row of the outbox, however often it is asked for before it leaves.
 * Inside the caller's transaction.
 */
import { type AvailabilityApi, actor } from '../src/actor-apis.ts'
import { drainDelayMs, projectDelayMs } from '../src/domain/outbox/drain.ts'
import type { PositionId } from '../src/domain/shared/ids.ts'
import { wakeGraceMs } from '../src/domain/stock/await-stock.ts'
import type { Position } from '../src/domain/stock/position.ts'
import { summaryOf } from '../src/domain/stock/position-view.ts'
import { changesWhatIsSold } from '../src/domain/stock/states.ts'
import type { LoggedStockEvent } from '../src/domain/stock/stock-event.ts'
import type { Env } from '../src/env.ts'
import type { EventLog } from './event-log.ts'
import type { Outbox } from './outbox.ts'
import { projectRow } from './projection-debt.ts'
import { publishRow, type StockEffect, summariseRow, wakeRow } from './stock-effects.ts'
import type { StockLedger } from './stock-ledger.ts'
import type { Timers } from './timers.ts'

const wakeTimer = 'wake'

export class StockWakeUps {
  readonly #outbox: Outbox<StockEffect>
  readonly #timers: Timers
  readonly #ledger: StockLedger
  readonly #log: EventLog<LoggedStockEvent>
  /** After a restart nothing is known to be lost. */
  #pushedVersion = 0
  /** A position that is busy asks for its projection no sooner than this. */
  #projectsFromMs = 0

  constructor(outbox: Outbox<StockEffect>, timers: Timers, ledger: StockLedger, log: EventLog<LoggedStockEvent>) {
    this.#outbox = outbox
    this.#timers = timers
    this.#ledger = ledger
    this.#log = log
  }

  /** Ends every write. There is a commit now, and what was sent of earlier changes waits for one. */
  changed(before: Position, nowMs: number): void {
    if (this.#ledger.position !== before) this.#owe(before, nowMs)
    this.#outbox.recordNoted()
  }

  #owe(before: Position, nowMs: number): void {
    this.projection(nowMs)
    this.#outbox.remind(summariseRow, { kind: 'summarise' }, nowMs + drainDelayMs, nowMs)
    if (!changesWhatIsSold(before, this.#ledger.position)) return
    this.#outbox.remind(publishRow, { kind: 'publish' }, nowMs + drainDelayMs, nowMs)
  }

  /** The first for a while leaves together with everything else that the change owes: one alarm, one commit. */
  projection(nowMs: number): void {
    const effect = { kind: 'project', throughSeq: this.#log.headSeq } as const
    const dueAtMs = Math.max(nowMs + drainDelayMs, this.#projectsFromMs)
    if (this.#outbox.remind(projectRow, effect, dueAtMs, nowMs)) this.#projectsFromMs = dueAtMs + projectDelayMs
  }

  /** While units lie here and orders wait, the line is looked at again when the grace of those woken is over. */
  orders(nowMs: number): void {
    for (const { orderId } of this.#ledger.wakeWaiters(nowMs)) {
      this.#outbox.add(wakeRow(orderId), { kind: 'wake', orderId }, nowMs + drainDelayMs, nowMs)
    }
    const goneOff = (this.#timers.dueAtMs(wakeTimer) ?? 0) <= nowMs
    if (!this.#ledger.hasOffers) this.#timers.clear(wakeTimer)
    else if (goneOff) this.#timers.set(wakeTimer, nowMs + wakeGraceMs)
  }

  /** Absolute figures, sent by the alarm: what was lost before is made up for by the next. */
  async pushSummary(env: Env, name: PositionId): Promise<void> {
    const summary = summaryOf(name, this.#ledger.position)
    await actor<AvailabilityApi>(env.AVAILABILITY, summary.sku).push(summary.sku, summary, this.#pushedVersion)
    this.#pushedVersion = summary.version
  }
}
