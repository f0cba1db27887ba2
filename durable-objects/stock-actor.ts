/**
 * StockActor, `<sku>@<location>`: the one place where units of a position are promised. Calls parked in one turn share
 * one commit, deciding costs the same however many reservations are open, and reads are answered from memory.
 */
import { DurableObject } from 'cloudflare:workers'
import type { AuditVerdict, ProjectionPage, StockApi } from '../src/actor-apis.ts'
import type { PositionSummary } from '../src/domain/atp/position-figures.ts'
import type { OrderId, PositionId } from '../src/domain/shared/ids.ts'
import type { ClaimCover } from '../src/domain/stock/claim-cover.ts'
import { ledgerEntry } from '../src/domain/stock/ledger-entry.ts'
import { lotViews, positionView, summaryOf } from '../src/domain/stock/position-view.ts'
import { reservationView } from '../src/domain/stock/reservation.ts'
import type { EscrowTerms, Settlement, SettlementRefusal } from '../src/domain/stock/settlement.ts'
import type {
  LedgerEntry,
  LotView,
  PositionView,
  ReservationView,
  StockCommand,
  StockVerdict,
} from '../src/domain/stock/stock-command.ts'
import type { LoggedStockEvent } from '../src/domain/stock/stock-event.ts'
import type { Env } from '../src/env.ts'
import { AlarmClock } from './alarm-clock.ts'
import { AtomicWrites } from './atomic-writes.ts'
import { CommandMemory } from './command-memory.ts'
import { drainNoting } from './drain-outbox.ts'
import { EventLog } from './event-log.ts'
import { GroupCommit } from './group-commit.ts'
import { Migrations } from './migrations.ts'
import { Outbox } from './outbox.ts'
import { projectRow } from './projection-debt.ts'
import { PromptDrain } from './prompt-drain.ts'
import { StockAnswers } from './stock-answers.ts'
import { type Answer, type Asked, StockBatch } from './stock-batch.ts'
import { StockCover } from './stock-cover.ts'
import { type StockEffect, sendStockEffects } from './stock-effects.ts'
import { StockEscrow } from './stock-escrow.ts'
import { StockLedger } from './stock-ledger.ts'
import { StockSales } from './stock-sales.ts'
import { stockSteps, stockTablesIn } from './stock-storage.ts'
import { StockWakeUps } from './stock-wake-ups.ts'
import { Timers } from './timers.ts'

const overloaded: StockVerdict = { ok: false, error: { reason: 'overloaded' } }

export class StockActor extends DurableObject<Env> implements StockApi {
  readonly #migrations = new Migrations(this.ctx.storage, stockSteps)
  readonly #log = new EventLog<LoggedStockEvent>(this.ctx.storage, this.#migrations)
  readonly #commands = new CommandMemory<StockVerdict>(this.ctx.storage, this.#migrations)
  readonly #outbox = new Outbox<StockEffect>(this.ctx.storage, this.#migrations)
  readonly #timers = new Timers(this.ctx.storage, this.#migrations)
  readonly #tables = stockTablesIn(this.ctx.storage.sql, this.#migrations)
  readonly #ledger = new StockLedger(this.#tables, this.#log, this.#timers)
  readonly #prompt = new PromptDrain(this.ctx.storage, this.#outbox, () =>
    this.#writes.attempt('stock_alarm_failed', () => this.#drain()),
  )
  readonly #clock = new AlarmClock(this.ctx.storage, [this.#prompt, this.#timers])
  readonly #sales = new StockSales()
  readonly #cover = new StockCover(this.#outbox, this.#timers, this.#ledger, this.#tables.cover, this.#log)
  /** Readable from within the object only: tests lower its limits. */
  readonly escrow = new StockEscrow(this.env, this.#ledger, this.#timers)
  readonly #writes = new AtomicWrites(this.ctx, this.#migrations, this.#clock, [
    ...[this.#log, this.#outbox, this.#timers, this.#ledger, this.escrow, this.#cover],
  ])
  readonly #wakeUps = new StockWakeUps(this.#outbox, this.#timers, this.#ledger, this.#log, this.#sales)
  /** Readable from within the object only; its counters say how many commands share a commit. */
  readonly execution = new GroupCommit<Asked, Answer>((asked) => this.#batch.execute(asked))
  readonly #batch = new StockBatch(this.#ledger, this.#commands, this.escrow, this.#sales, (work) => this.#write(work))
  readonly #answers = new StockAnswers(this.execution, this.escrow)

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    if (this.#migrations.applied) void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  async execute(position: string, command: StockCommand): Promise<StockVerdict> {
    const [verdict = overloaded] = await this.#answers.of(position as PositionId, [command])
    return verdict
  }

  async applyMany(position: string, commands: readonly StockCommand[]): Promise<readonly StockVerdict[]> {
    return this.#answers.of(position as PositionId, commands)
  }

  async decideFor(position: string, shard: number, commands: readonly StockCommand[]) {
    return this.#answers.passedOn(position as PositionId, shard, commands)
  }

  async settle(position: string, settlement: Settlement): Promise<EscrowTerms | SettlementRefusal> {
    const answer = await this.execution.join({ position: position as PositionId, settlement })
    if (answer === null || 'ok' in answer || 'giveBack' in answer) throw new Error('overloaded')
    return answer
  }

  async view(position: string): Promise<PositionView> {
    await this.#hearShards()
    const nowMs = this.#tidied()
    return positionView(this.#ledger.name ?? (position as PositionId), this.#ledger.position, nowMs)
  }

  async summary(position: string): Promise<PositionSummary> {
    await this.#hearShards()
    this.#tidied()
    return summaryOf(this.#ledger.name ?? (position as PositionId), this.#ledger.position)
  }

  async coverOf(orderId: string): Promise<ClaimCover> {
    this.#tidied()
    return this.#cover.of(orderId as OrderId)
  }

  async coverTold(orderId: string, revision: number): Promise<void> {
    this.#cover.told(orderId as OrderId, revision)
  }

  async lots(): Promise<readonly LotView[]> {
    const nowMs = this.#tidied()
    return lotViews(this.#ledger.position, nowMs)
  }

  async reservation(reservationId: string): Promise<ReservationView | null> {
    await this.#hearShards()
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
    if (throughSeq >= this.#log.headSeq) this.#prompt.confirmed(projectRow)
  }

  async reproject(): Promise<void> {
    if (this.#log.headSeq > 0) this.#write((nowMs) => this.#wakeUps.projection(nowMs))
  }

  async verifyAudit(): Promise<AuditVerdict> {
    return this.#log.verify()
  }

  override alarm(): Promise<void> {
    return this.#writes.alarmRound('stock_alarm_failed', async () => {
      if (this.#ledger.name === null) return
      await this.#drain()
      this.#write((nowMs) => this.#ledger.tidy(nowMs))
      await this.escrow.collect({ shards: this.escrow.leavers, giveBack: true })
    })
  }

  async #drain(): Promise<void> {
    const { name } = this.#ledger
    if (name === null) return
    const push = () => this.#wakeUps.pushSummary(this.env, name)
    await drainNoting(this.ctx.storage, this.#outbox, Date.now, (rows) =>
      sendStockEffects(this.env, name, rows, () => this.#sales.take(), Date.now(), push),
    )
  }

  /** Their claims, so that what is read is as new as the question. */
  async #hearShards(): Promise<void> {
    const shards = this.escrow.holders
    if (shards.length > 0) await this.escrow.collect({ shards, giveBack: false })
  }

  /** Reads are exact: what the clock did since the last write is recorded first, as the alarm would have. */
  #tidied(): number {
    const nowMs = Date.now()
    if (this.#ledger.isUntidy(nowMs)) this.#write((atMs) => this.#ledger.tidy(atMs))
    return nowMs
  }

  #write<Answer>(work: (nowMs: number) => Answer): Answer {
    const answer = this.#writes.commit((nowMs) => {
      const before = this.#ledger.position
      const done = work(nowMs)
      this.#cover.review(this.#ledger.position !== before, nowMs)
      this.#wakeUps.orders(nowMs)
      this.escrow.review(nowMs)
      if (this.#ledger.position !== before) this.#ledger.save()
      this.#wakeUps.changed(before, nowMs)
      return done
    })
    this.#prompt.schedule(Date.now())
    return answer
  }
}
