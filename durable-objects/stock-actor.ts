/**
 * StockActor, `<sku>@<location>`: the one place where units of a position are promised. Calls parked in one turn share
 * one commit, deciding costs the same however many reservations are open, and reads are answered from memory.
 */

import { DurableObject } from 'cloudflare:workers'
import type { AuditVerdict, ProjectionPage, StockApi } from '../src/actor-apis.ts'
import type { PositionSummary } from '../src/domain/atp/position-figures.ts'
import { describeError } from '../src/domain/shared/describe-error.ts'
import type { PositionId } from '../src/domain/shared/ids.ts'
import { err, ok, type Result } from '../src/domain/shared/result.ts'
import { decide } from '../src/domain/stock/decide.ts'
import { ledgerEntry } from '../src/domain/stock/ledger-entry.ts'
import { positionView, summaryOf } from '../src/domain/stock/position-view.ts'
import { reservationView } from '../src/domain/stock/reservation.ts'
import { availableAt } from '../src/domain/stock/states.ts'
import type {
  LedgerEntry,
  PositionView,
  ReservationView,
  StockCommand,
  StockVerdict,
} from '../src/domain/stock/stock-command.ts'
import type { LoggedStockEvent } from '../src/domain/stock/stock-event.ts'
import type { Env } from '../src/env.ts'
import { AlarmClock, alarmFailureDelayMs } from './alarm-clock.ts'
import { CommandMemory, commandMemoryTable } from './command-memory.ts'
import { EventLog, eventLogTable } from './event-log.ts'
import { GroupCommit } from './group-commit.ts'
import { Migrations } from './migrations.ts'
import { drainOutbox, Outbox, outboxIndex, outboxTable } from './outbox.ts'
import { projectRow, type StockEffect, sendStockEffects } from './stock-effects.ts'
import { type PreparedStep, StockLedger } from './stock-ledger.ts'

import { reportLots, StockReportTable } from './stock-report-table.ts'
import { StockSales } from './stock-sales.ts'
import { claimTerms, StockTables, stockTables, waiterOffer, waiterTurn } from './stock-tables.ts'
import { StockWakeUps } from './stock-wake-ups.ts'
import { SupplyTable, supplyTable } from './supply-table.ts'
import { Timers, timersTable } from './timers.ts'

const steps = [
  {
    id: 1,
    statements: [...stockTables, eventLogTable, commandMemoryTable, outboxTable, outboxIndex, timersTable],
  },
  { id: 2, statements: [waiterOffer] },
  { id: 3, statements: [...claimTerms, reportLots, supplyTable] },
  { id: 4, statements: waiterTurn },
]
const overloaded: StockVerdict = { ok: false, error: { reason: 'overloaded' } }

type Asked = { readonly position: PositionId; readonly command: StockCommand }
type Applied = Result<StockVerdict, unknown>
/** What a command will be answered, and what has to be recorded for it. */
type Planned = { readonly step: PreparedStep | null; readonly verdict: StockVerdict }

export class StockActor extends DurableObject<Env> implements StockApi {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  readonly #log = new EventLog<LoggedStockEvent>(this.ctx.storage, this.#migrations)
  readonly #commands = new CommandMemory<StockVerdict>(this.ctx.storage, this.#migrations)
  readonly #outbox = new Outbox<StockEffect>(this.ctx.storage, this.#migrations)
  readonly #timers = new Timers(this.ctx.storage, this.#migrations)
  readonly #tables = {
    stock: new StockTables(this.ctx.storage.sql, this.#migrations),
    reports: new StockReportTable(this.ctx.storage.sql, this.#migrations),
    supplies: new SupplyTable(this.ctx.storage.sql, this.#migrations),
  }
  readonly #ledger = new StockLedger(this.#tables, this.#log, this.#timers)
  readonly #clock = new AlarmClock(this.ctx.storage, [this.#outbox, this.#timers])
  readonly #sales = new StockSales()
  readonly #wakeUps = new StockWakeUps(this.#outbox, this.#timers, this.#ledger, this.#log)
  /** Readable from within the object only; its counters say how many commands share a commit. */
  readonly execution = new GroupCommit<Asked, StockVerdict>((asked) => this.#executeAll(asked))

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    if (this.#migrations.applied) void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  async execute(position: string, command: StockCommand): Promise<StockVerdict> {
    return this.execution.join({ position: position as PositionId, command }) ?? overloaded
  }

  async applyMany(position: string, commands: readonly StockCommand[]): Promise<readonly StockVerdict[]> {
    const asked = commands.map((command) => ({ position: position as PositionId, command }))
    const verdicts = this.execution.joinAll(asked)
    return verdicts === null ? commands.map(() => overloaded) : Promise.all(verdicts)
  }

  async view(position: string): Promise<PositionView> {
    const nowMs = this.#tidied()
    return positionView(this.#ledger.name ?? (position as PositionId), this.#ledger.position, nowMs)
  }

  async summary(position: string): Promise<PositionSummary> {
    this.#tidied()
    return summaryOf(this.#ledger.name ?? (position as PositionId), this.#ledger.position)
  }

  async reservation(reservationId: string): Promise<ReservationView | null> {
    const [reservation] = this.#tables.stock.reservations([reservationId])
    return reservation ? reservationView(reservation, Date.now()) : null
  }

  async ledger(limit: number, beforeSeq: number | null): Promise<readonly LedgerEntry[]> {
    return this.#log.latest(limit, beforeSeq).map(ledgerEntry)
  }

  /** The document is the state at the log's head and nothing else, so that a rebuilt row equals the one it replaces. */
  async projectionPage(afterSeq: number, limit: number): Promise<ProjectionPage<PositionView>> {
    const { name, position } = this.#ledger
    const document = name === null ? null : positionView(name, position, position.updatedAtMs)
    return { document, ...this.#log.page(afterSeq, limit) }
  }

  async projected(throughSeq: number): Promise<void> {
    if (throughSeq >= this.#log.headSeq) this.#outbox.settle(projectRow)
  }

  async reproject(): Promise<void> {
    if (this.#log.headSeq > 0) this.#write((nowMs) => this.#wakeUps.projection(nowMs))
  }

  async verifyAudit(): Promise<AuditVerdict> {
    return this.#log.verify()
  }

  /** Never throws: a throwing alarm is dropped after a few tries, and what is pending with it. */
  override async alarm(): Promise<void> {
    this.#clock.wentOff()
    try {
      const { name } = this.#ledger
      if (name === null) return
      await drainOutbox(this.ctx.storage, this.#outbox, Date.now, (rows) =>
        sendStockEffects(
          this.env,
          name,
          rows,
          () => this.#sales.take(),
          Date.now(),
          () => this.#wakeUps.pushSummary(this.env, name),
        ),
      )
      this.#write((nowMs) => this.#ledger.tidy(nowMs))
    } catch (error) {
      console.error(JSON.stringify({ event: 'stock_alarm_failed', ...describeError(error) }))
      this.#forget()
      this.#clock.arm(Date.now(), Date.now() + alarmFailureDelayMs)
    }
  }

  #executeAll(asked: readonly Asked[]): readonly Applied[] {
    const repeatable = asked.filter(({ command }) => command.unrepeated !== true)
    const verdicts = new Map(this.#commands.verdictsOf(repeatable.map(({ command }) => command.commandId)))
    const fresh = asked.filter(({ command }) => !verdicts.has(command.commandId))
    const position = fresh[0]?.position
    if (position === undefined) return asked.map(({ command }) => this.#executeOne(command, verdicts, 0))
    return this.#write((nowMs) => {
      this.#ledger.tidy(nowMs)
      const commands = fresh.map(({ command }) => command)
      this.#ledger.open(position, commands)
      return asked.map(({ command }) => this.#executeOne(command, verdicts, nowMs))
    })
  }

  #executeOne(command: StockCommand, verdicts: Map<string, StockVerdict>, nowMs: number): Applied {
    const remembered = verdicts.get(command.commandId)
    if (remembered) return ok(remembered)
    const planned = this.#plan(command, nowMs)
    if (!planned.ok) return planned
    const { step, verdict } = planned.value
    if (step) this.#ledger.record(step, nowMs)
    if (step) this.#sales.note(command, verdict)
    if (command.unrepeated === true) return ok(verdict)
    this.#commands.remember(command.commandId, verdict, nowMs)
    verdicts.set(command.commandId, verdict)
    return ok(verdict)
  }

  /** A bug in one command must not take its neighbours in the batch down with it: nothing has been written yet. */
  #plan(command: StockCommand, nowMs: number): Result<Planned, unknown> {
    try {
      const facts = this.#ledger.factsFor(command, nowMs)
      const decided = decide(command, facts)
      if (!decided.ok) return ok({ step: null, verdict: decided })
      const { effect, granted } = decided.value
      const step = this.#ledger.prepare(decided.value, facts, command.cause, nowMs)
      const { version } = step.position
      return ok({ step, verdict: { ok: true, effect, granted, available: availableAt(step.position), version } })
    } catch (error) {
      return err(error)
    }
  }

  /** Reads are exact: what the clock did since the last write is recorded first, as the alarm would have. */
  #tidied(): number {
    const nowMs = Date.now()
    if (this.#ledger.isUntidy(nowMs)) this.#write((atMs) => this.#ledger.tidy(atMs))
    return nowMs
  }

  /** One transaction with its wake-ups and alarm; after a roll-back nothing in memory is believed any more. */
  #write<Answer>(work: (nowMs: number) => Answer): Answer {
    const nowMs = Date.now()
    try {
      return this.ctx.storage.transactionSync(() => {
        this.#migrations.ensure()
        const before = this.#ledger.position
        const answer = work(nowMs)
        this.#wakeUps.orders(nowMs)
        if (this.#ledger.position !== before) this.#ledger.save()
        this.#wakeUps.changed(before, nowMs)
        this.#clock.arm(nowMs)
        return answer
      })
    } catch (error) {
      this.#forget()
      throw error
    }
  }

  #forget(): void {
    for (const part of [this.#migrations, this.#log, this.#outbox, this.#timers, this.#ledger, this.#clock])
      part.forget()
  }
}
