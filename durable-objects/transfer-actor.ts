/**
 * TransferActor, one per transfer: its history, and the saga that brings both positions to where it stands. What was
 * decided is stored before a position hears of it; a crash between any two lines only means that the same is asked
 * again.
 */
import { DurableObject } from 'cloudflare:workers'
import type { AuditVerdict, Projectable, ProjectionPage } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { retryDelayMs } from '../src/domain/outbox/drain.ts'
import type { Cause } from '../src/domain/shared/cause.ts'
import { describeError } from '../src/domain/shared/describe-error.ts'
import { positionId } from '../src/domain/shared/ids.ts'
import { inTurns } from '../src/domain/shared/in-turns.ts'
import { decideTransfer } from '../src/domain/transfer/decide-transfer.ts'
import type { Transfer } from '../src/domain/transfer/transfer.ts'
import { effectAnswers, type TransferCall, transferCalls } from '../src/domain/transfer/transfer-calls.ts'
import type { TransferApi, TransferCommand, TransferVerdict } from '../src/domain/transfer/transfer-command.ts'
import type { TransferEvent } from '../src/domain/transfer/transfer-event.ts'
import type { Env } from '../src/env.ts'
import { AlarmClock } from './alarm-clock.ts'
import { AtomicWrites } from './atomic-writes.ts'
import { callPosition } from './call-position.ts'
import { drainOutbox } from './drain-outbox.ts'
import { EventLog, eventLogTable } from './event-log.ts'
import { Migrations } from './migrations.ts'
import { Outbox, outboxIndex, outboxTable } from './outbox.ts'
import { type ProjectEffect, ProjectionDebt, wakeProjection } from './projection-debt.ts'
import { Timers, timersTable } from './timers.ts'

const documentTable = 'CREATE TABLE transfer (id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL) STRICT'
const steps = [
  { id: 1, statements: [documentTable, eventLogTable, timersTable] },
  { id: 2, statements: [outboxTable, outboxIndex] },
]

const sagaTimer = 'saga'
/** The flight that follows a commit needs no timer; this one is for the flight that never landed. */
const resumeDelayMs = 2_000
/** Positions told at once. */
const positionsAtOnce = 100

export class TransferActor extends DurableObject<Env> implements TransferApi, Projectable<Transfer> {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  readonly #log = new EventLog<TransferEvent>(this.ctx.storage, this.#migrations)
  readonly #timers = new Timers(this.ctx.storage, this.#migrations)
  readonly #outbox = new Outbox<ProjectEffect>(this.ctx.storage, this.#migrations)
  readonly #projection = new ProjectionDebt(this.#log, this.#outbox)
  readonly #clock = new AlarmClock(this.ctx.storage, [this.#timers, this.#outbox])
  readonly #writes = new AtomicWrites(this.ctx, this.#migrations, this.#clock, [
    ...[this.#log, this.#timers, this.#outbox],
    { forget: () => this.#forgetTransfer() },
  ])
  #loaded: Transfer | null | undefined
  #flight: Promise<void> | null = null
  #failures = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    if (this.#migrations.applied) void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  /** Answers when both positions have heard of it, or could not be reached: then the alarm tells them. */
  async execute(transferId: string, command: TransferCommand, cause: Cause): Promise<TransferVerdict> {
    const before = this.#transfer?.version ?? 0
    const decided = this.#decide(transferId, command, cause)
    if (!decided.ok) return decided
    await this.#advance()
    const transfer = this.#transfer ?? decided.transfer
    return { ok: true, effect: decided.transfer.version === before ? 'unchanged' : 'applied', transfer }
  }

  async read(): Promise<Transfer | null> {
    return this.#transfer
  }

  async projectionPage(afterSeq: number, limit: number): Promise<ProjectionPage<Transfer>> {
    return { document: this.#transfer, ...this.#log.page(afterSeq, limit) }
  }

  async projected(throughSeq: number): Promise<void> {
    this.#projection.confirmed(throughSeq)
  }

  async reproject(): Promise<void> {
    if (this.#log.headSeq > 0) this.#writes.commit((nowMs) => this.#projection.owe(nowMs))
  }

  async verifyAudit(): Promise<AuditVerdict> {
    return this.#log.verify()
  }

  override alarm(): Promise<void> {
    return this.#writes.alarmRound('transfer_alarm_failed', async () => {
      const name = this.#transfer?.transferId
      if (name === undefined) return
      await drainOutbox(this.ctx.storage, this.#outbox, Date.now, ([row]) =>
        wakeProjection(this.env, 'transfer', name, row?.effect.throughSeq ?? 0, Date.now()),
      )
      await this.#advance()
    })
  }

  get #transfer(): Transfer | null {
    this.#loaded ??= this.#load()
    return this.#loaded
  }

  #load(): Transfer | null {
    if (!this.#migrations.applied) return null
    const [row] = this.ctx.storage.sql.exec<{ document: string }>('SELECT document FROM transfer').toArray()
    return row === undefined ? null : (JSON.parse(row.document) as Transfer)
  }

  #decide(transferId: string, command: TransferCommand, cause: Cause): TransferVerdict {
    const before = this.#transfer
    const decided = decideTransfer(command, before, { transferId, nowMs: Date.now() })
    if (!decided.ok) return decided
    const { events, transfer } = decided.value
    if (events.length > 0) this.#writes.commit((nowMs) => this.#save(transfer, events, cause, nowMs))
    return { ok: true, effect: events.length === 0 ? 'unchanged' : 'applied', transfer }
  }

  #save(transfer: Transfer, events: readonly TransferEvent[], cause: Cause, nowMs: number): void {
    this.#log.append(events, cause, nowMs)
    this.ctx.storage.sql.exec('INSERT OR REPLACE INTO transfer (id, document) VALUES (1, ?)', JSON.stringify(transfer))
    this.#loaded = transfer
    this.#projection.owe(nowMs)
    if (transfer.pending.length === 0) this.#timers.clear(sagaTimer)
    else this.#timers.set(sagaTimer, nowMs + resumeDelayMs)
  }

  /** One flight at a time; it reads what is pending before each round. */
  #advance(): Promise<void> {
    this.#flight ??= this.#fly().finally(() => {
      this.#flight = null
    })
    return this.#flight
  }

  async #fly(): Promise<void> {
    for (;;) {
      const transfer = this.#transfer
      if (transfer === null || transfer.pending.length === 0) return
      const { promising } = await activeConfig(this.env, Date.now())
      const trust = {
        confidencePercent: promising.confidencePercent.transfer,
        overdueDelayMs: promising.overdueSupplyDelayHours * 3_600_000,
      }
      const answered = await inTurns(transferCalls(transfer, trust), positionsAtOnce, (call) => this.#tell(call))
      const answers = answered.flat()
      const cause = { correlationId: transfer.correlationId, kind: 'saga', id: sagaTimer } as const
      const { version } = transfer
      if (answers.length > 0) this.#decide(transfer.transferId, { type: 'record', answers }, cause)
      // Nobody answered, or only with a no for now.
      if (this.#transfer?.version === version) return this.#backOff(transfer)
      this.#failures = 0
    }
  }

  /** A position that does not answer does not keep the others' answers from being recorded. */
  async #tell({ sku, location, effects }: TransferCall) {
    try {
      const commands = effects.flatMap((effect) => effect.commands)
      const verdicts = await callPosition(this.env, positionId(sku, location), commands)
      return effectAnswers(effects, verdicts)
    } catch (error) {
      console.warn(JSON.stringify({ event: 'transfer_position_failed', sku, location, ...describeError(error) }))
      return []
    }
  }

  #backOff(transfer: Transfer): void {
    const dueAtMs = Date.now() + retryDelayMs(this.#failures, transfer.transferId)
    this.#failures += 1
    this.#writes.commit(() => this.#timers.set(sagaTimer, dueAtMs))
  }

  #forgetTransfer(): void {
    this.#loaded = undefined
  }
}
