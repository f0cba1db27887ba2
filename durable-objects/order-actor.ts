/**
 * OrderActor, `<account>:<externalOrderId>`: one order, its history and its saga. The shell loads, asks the domain to
 * decide, commits once, arms the alarm and answers; the saga then runs behind the answer.
 *
 * Kept: the document and the whole log for as long as the order exists, verdicts for a week (`command-memory.ts`),
 * outbox rows until their effect is confirmed.
 */

import { DurableObject } from 'cloudflare:workers'
import type { AuditVerdict, OrderApi, ProjectionPage } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { type Decision, decide } from '../src/domain/order/decide.ts'
import { attemptAnswer } from '../src/domain/order/intent-request.ts'
import type {
  AttemptOutcome,
  BeginAttempt,
  OrderCommand,
  OrderSnapshot,
  OrderVerdict,
} from '../src/domain/order/order-command.ts'
import type { OrderDocument } from '../src/domain/order/order-document.ts'
import type { OrderEvent } from '../src/domain/order/order-event.ts'
import { settleMsOf } from '../src/domain/order/order-policy.ts'
import type { OrderState } from '../src/domain/order/order-state.ts'
import type { SagaCommand } from '../src/domain/order/saga-command.ts'
import { settleDefaultMs } from '../src/domain/outbox/intent-outcome.ts'
import type { Cause } from '../src/domain/shared/cause.ts'
import type { Env } from '../src/env.ts'
import { AlarmClock } from './alarm-clock.ts'
import { AtomicWrites } from './atomic-writes.ts'
import { CommandMemory, commandMemoryTable } from './command-memory.ts'
import { drainOutbox } from './drain-outbox.ts'
import { EventLog, eventLogTable } from './event-log.ts'
import { Migrations } from './migrations.ts'
import { documentTable, OrderDocumentTable } from './order-document-table.ts'
import { type OrderEffect, oweIntents, oweProjection, projectRow, sendOrderEffects } from './order-effects.ts'
import { orderPorts } from './order-ports.ts'
import { OrderSaga } from './order-saga.ts'
import { Outbox, outboxIndex, outboxTable } from './outbox.ts'
import { backorderDebt, SkuDebts, unroutedDebt } from './sku-debts.ts'
import { Timers, timersTable } from './timers.ts'

const steps = [
  {
    id: 1,
    statements: [documentTable, eventLogTable, commandMemoryTable, outboxTable, outboxIndex, timersTable],
  },
]

export class OrderActor extends DurableObject<Env> implements OrderApi {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  readonly #table = new OrderDocumentTable(this.ctx.storage.sql, this.#migrations)
  readonly #log = new EventLog<OrderEvent>(this.ctx.storage, this.#migrations)
  readonly #commands = new CommandMemory<OrderVerdict>(this.ctx.storage, this.#migrations)
  readonly #outbox = new Outbox<OrderEffect>(this.ctx.storage, this.#migrations)
  readonly #debts = [new SkuDebts(this.#outbox, unroutedDebt), new SkuDebts(this.#outbox, backorderDebt)]
  readonly #timers = new Timers(this.ctx.storage, this.#migrations)
  readonly #clock = new AlarmClock(this.ctx.storage, [this.#outbox, this.#timers])
  readonly #ports = orderPorts(this.env, { state: () => this.#state, record: (command) => this.#record(command) })
  readonly #saga = new OrderSaga(this.#ports, this.#timers)
  readonly #writes = new AtomicWrites(this.ctx, this.#migrations, this.#clock, [
    ...[this.#log, this.#outbox, ...this.#debts, this.#timers],
    { forget: () => this.#forgetDocument() },
  ])
  #loaded: OrderDocument | null = null

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    if (this.#migrations.applied) void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  async execute(orderId: string, command: OrderCommand): Promise<OrderVerdict> {
    const verdict = this.#execute(orderId, command)
    this.#advanceBehind()
    return verdict
  }

  async applyMany(orderId: string, commands: readonly OrderCommand[]): Promise<readonly OrderVerdict[]> {
    const verdicts = commands.map((command) => this.#execute(orderId, command))
    this.#advanceBehind()
    return verdicts
  }

  async state(): Promise<OrderState | null> {
    return this.#state
  }

  async snapshot(afterSeq: number, limit: number): Promise<OrderSnapshot | null> {
    const { entries, more } = this.#log.page(afterSeq, limit)
    return this.#state === null ? null : { state: this.#state, entries, more }
  }

  async beginAttempt(intentId: string, commandId: string): Promise<BeginAttempt> {
    if (this.#state === null) return { go: false, why: 'not_found' }
    this.#record({ type: 'begin_attempt', intentId, commandId }, { kind: 'partner', id: intentId })
    return attemptAnswer(this.#state, intentId, commandId, Date.now())
  }

  async recordOutcome(intentId: string, attempt: number, outcome: AttemptOutcome): Promise<void> {
    const settleMs = outcome.outcome === 'unknown' ? await this.#settleMs(intentId) : settleDefaultMs
    this.#record({ type: 'record_outcome', intentId, attempt, outcome, settleMs }, { kind: 'partner', id: intentId })
    this.#advanceBehind()
  }

  async deferIntent(intentId: string, retryAtMs: number, why: string): Promise<void> {
    this.#record({ type: 'defer_intent', intentId, retryAtMs, why }, { kind: 'partner', id: intentId })
  }

  async projectionPage(afterSeq: number, limit: number): Promise<ProjectionPage<OrderState>> {
    return { document: this.#state, ...this.#log.page(afterSeq, limit) }
  }

  async projected(throughSeq: number): Promise<void> {
    if (throughSeq >= this.#log.headSeq) this.#outbox.settle(projectRow)
  }

  async reproject(): Promise<void> {
    const { orderId } = this.#document
    if (orderId !== null) this.#writes.commit((nowMs) => oweProjection(this.#outbox, orderId, this.#log.headSeq, nowMs))
  }

  async verifyAudit(): Promise<AuditVerdict> {
    return this.#log.verify()
  }

  override alarm(): Promise<void> {
    return this.#writes.alarmRound('order_alarm_failed', async () => {
      await drainOutbox(this.ctx.storage, this.#outbox, Date.now, (rows) =>
        sendOrderEffects(this.env, rows, Date.now()),
      )
      if (this.#saga.isDue(Date.now())) await this.#advance()
    })
  }

  #forgetDocument(): void {
    this.#loaded = null
  }

  get #document(): OrderDocument {
    this.#loaded ??= this.#table.load()
    return this.#loaded
  }

  get #state(): OrderState | null {
    return this.#document.state
  }

  /** An order nobody knows is refused without a trace, so that the same command may come again once it is known. */
  #execute(orderId: string, command: OrderCommand): OrderVerdict {
    const remembered = this.#commands.verdictOf(command.commandId)
    if (remembered !== null) return remembered
    const decided = decide(command, this.#document, { orderId, nowMs: Date.now() })
    if (!decided.ok && this.#document.version === 0) return decided
    return this.#writes.commit((nowMs) => {
      const verdict = decided.ok ? this.#accept(orderId, decided.value, command.cause, nowMs) : decided
      if (this.#state !== null || verdict.ok) this.#commands.remember(command.commandId, verdict, nowMs)
      return verdict
    })
  }

  /** The saga's own results: decided against what the order is by now, remembered by the state itself. */
  #record(command: SagaCommand, asked: Pick<Cause, 'kind' | 'id'> = { kind: 'saga', id: command.type }): void {
    const state = this.#state
    if (state === null) return
    const decided = decide(command, this.#document, { orderId: state.orderId, nowMs: Date.now() })
    if (!decided.ok || decided.value.events.length === 0) return
    const { value } = decided
    const cause = { ...asked, correlationId: state.correlationId }
    this.#writes.commit((nowMs) => this.#accept(state.orderId, value, cause, nowMs))
  }

  #accept(orderId: string, decision: Decision, cause: Cause, nowMs: number): OrderVerdict {
    const { events, effect, document } = decision
    if (events.length > 0) {
      this.#table.save(document)
      this.#loaded = document
      oweProjection(this.#outbox, orderId, this.#log.append(events, cause, nowMs), nowMs)
      oweIntents(this.#outbox, orderId, decision, nowMs)
      if (document.state !== null) for (const debts of this.#debts) debts.owe(document.state, nowMs)
      this.#saga.schedule(document.state, nowMs)
    }
    return { ok: true, effect, version: document.version }
  }

  /** Behind the answer: nobody who sends a command waits for positions. */
  #advanceBehind(): void {
    if (this.#saga.isScheduled) this.ctx.waitUntil(this.#advance())
  }

  async #advance(): Promise<void> {
    await this.#saga.run()
    this.#writes.commit((nowMs) => this.#saga.schedule(this.#state, nowMs))
  }

  async #settleMs(intentId: string): Promise<number> {
    const account = this.#state?.intents.find((intent) => intent.intentId === intentId)?.account ?? ''
    try {
      return settleMsOf(await activeConfig(this.env, Date.now()), account, settleDefaultMs)
    } catch {
      return settleDefaultMs
    }
  }
}
