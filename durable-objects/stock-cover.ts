/**
 * Tells the holders of claims that lost their cover, or have it again. A row of the outbox per order wakes whoever asks
 * the position how it stands and tells the order; the row stays until he confirms that he has. Inside the caller's
 * transaction.
 */
import type { OrderId } from '../src/domain/shared/ids.ts'
import { type ClaimCover, shortageIn } from '../src/domain/stock/claim-cover.ts'
import { coverRoundMax, decideCover } from '../src/domain/stock/cover.ts'
import { lackingOf } from '../src/domain/stock/lacking.ts'
import type { LoggedStockEvent } from '../src/domain/stock/stock-event.ts'
import type { ClaimCoverTable } from './claim-cover-table.ts'
import type { EventLog } from './event-log.ts'
import type { Outbox } from './outbox.ts'
import { coverRow, type StockEffect } from './stock-effects.ts'
import type { StockLedger } from './stock-ledger.ts'
import type { Timers } from './timers.ts'

/** Orders are not sent elsewhere by a figure that is corrected in the same breath. */
const coverGraceMs = 2_000
/** When there was more to tell than one round tells. */
const nextRoundMs = 250
const coverTimer = 'cover'
/** Entries looked through for what took units away: a shortage is told within seconds of it. */
const recentEntries = 100

export class StockCover {
  readonly #outbox: Outbox<StockEffect>
  readonly #timers: Timers
  readonly #ledger: StockLedger
  readonly #tables: ClaimCoverTable
  readonly #log: EventLog<LoggedStockEvent>
  /** Whether any claim was told; null: not looked at since the rows were last believed. */
  #isTold: boolean | null = null

  constructor(
    outbox: Outbox<StockEffect>,
    timers: Timers,
    ledger: StockLedger,
    tables: ClaimCoverTable,
    log: EventLog<LoggedStockEvent>,
  ) {
    this.#outbox = outbox
    this.#timers = timers
    this.#ledger = ledger
    this.#tables = tables
    this.#log = log
  }

  /** `changed`: the position is not what it was when this was last asked. */
  review(changed: boolean, nowMs: number): void {
    const isDue = (this.#timers.dueAtMs(coverTimer) ?? Number.POSITIVE_INFINITY) <= nowMs
    if (!changed && !isDue) return
    if (isDue) this.#timers.clear(coverTimer)
    const { position } = this.#ledger
    const lacking = lackingOf(position, nowMs)
    this.#isTold ??= this.#tables.uncoveredKinds(position.dueThroughMs).length > 0
    if (lacking.length === 0 && !this.#isTold) return
    const events = decideCover(lacking, {
      told: this.#tables.uncoveredKinds(position.dueThroughMs),
      losing: (kind) => this.#tables.losingCover(kind, position.dueThroughMs, coverRoundMax),
      regaining: (kind) => this.#tables.regainingCover(kind, position.dueThroughMs, coverRoundMax),
    })
    for (const event of events) {
      this.#ledger.recordCover(event, nowMs)
      if (event.orderId !== null) this.#owe(event.orderId, nowMs)
    }
    if (events.length >= coverRoundMax) this.#timers.setAtLatest(coverTimer, nowMs + nextRoundMs)
    this.#isTold = null
  }

  /** Outside any transaction. */
  of(orderId: OrderId): ClaimCover {
    const newest = this.#log.latest(recentEntries, null).map(({ event }) => JSON.parse(event) as LoggedStockEvent)
    return {
      version: this.#ledger.position.version,
      revision: this.#owed(orderId),
      claims: this.#tables.uncoveredOf(orderId),
      because: shortageIn(newest),
    }
  }

  /** Of what was owed since, a word that was asked for before says nothing, also when its row had gone meanwhile. */
  told(orderId: OrderId, revision: number): void {
    if (this.#owed(orderId) === revision) this.#outbox.settle(coverRow(orderId))
  }

  forget(): void {
    this.#isTold = null
  }

  #owe(orderId: OrderId, nowMs: number): void {
    const { version } = this.#ledger.position
    this.#outbox.add(coverRow(orderId), { kind: 'cover', orderId, version }, nowMs + coverGraceMs, nowMs)
  }

  #owed(orderId: OrderId): number | null {
    const row = this.#outbox.find(coverRow(orderId))
    if (row?.effect.kind !== 'cover') return null
    return row.effect.version ?? row.revision
  }
}
