/**
 * InboxActor, `<account>/<shard>`: keeps every delivery of a partner until it is settled, recognises redeliveries, and
 * sends what is unsettled to the queue of its domain until somebody settles it (I3, I8). It understands no payload.
 */

import { DurableObject } from 'cloudflare:workers'
import type { AuditVerdict, InboxApi, ProjectionPage } from '../src/actor-apis.ts'
import type {
  Delivery,
  DeliveryInput,
  DeliveryOutcome,
  DeliverySettlement,
  Receipt,
} from '../src/domain/inbox/delivery.ts'
import type { InboxEvent } from '../src/domain/inbox/delivery-facts.ts'
import { bodyCharactersMax, tidyAgainMs, tidyIntervalMs } from '../src/domain/inbox/retention.ts'
import type { Cause } from '../src/domain/shared/cause.ts'
import { deliveryId } from '../src/domain/shared/ids.ts'
import { ok, type Result } from '../src/domain/shared/result.ts'
import type { Env } from '../src/env.ts'
import { ActorFacts, actorFactsTable } from './actor-facts.ts'
import { AlarmClock } from './alarm-clock.ts'
import { AtomicWrites } from './atomic-writes.ts'
import { DeliveryLedger } from './delivery-ledger.ts'
import { DeliverySender } from './delivery-sender.ts'
import { DeliveryTable, deliveryTables } from './delivery-table.ts'
import { drainOutbox } from './drain-outbox.ts'
import { EventLog, eventLogTable } from './event-log.ts'
import { GroupCommit } from './group-commit.ts'
import { Migrations } from './migrations.ts'
import { Outbox, outboxIndex, outboxTable } from './outbox.ts'
import { type ProjectEffect, ProjectionDebt, renamedProjectRow, wakeProjection } from './projection-debt.ts'
import { Timers, timersTable } from './timers.ts'

const steps = [
  { id: 1, statements: [...deliveryTables, actorFactsTable, eventLogTable, outboxTable, outboxIndex, timersTable] },
  { id: 2, statements: [renamedProjectRow] },
]

type Received = { readonly inbox: string; readonly input: DeliveryInput }

/** Bodies in one answer: an RPC carries 32 MB, and text may take two bytes a character on the way. */
const readCharactersMax = 8_000_000

export class InboxActor extends DurableObject<Env> implements InboxApi {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  readonly #facts = new ActorFacts<'name' | 'poll_watermark_ms'>(this.ctx.storage.sql, this.#migrations)
  readonly #table = new DeliveryTable(this.ctx.storage.sql, this.#migrations)
  readonly #log = new EventLog<InboxEvent>(this.ctx.storage, this.#migrations)
  readonly #ledger = new DeliveryLedger(this.#table, this.#log)
  readonly #outbox = new Outbox<ProjectEffect>(this.ctx.storage, this.#migrations)
  readonly #projection = new ProjectionDebt(this.#log, this.#outbox)
  readonly #timers = new Timers(this.ctx.storage, this.#migrations)
  readonly #sender = new DeliverySender(this.ctx.storage, this.#table, this.env)
  readonly #clock = new AlarmClock(this.ctx.storage, [this.#sender, this.#outbox, this.#timers])
  readonly #writes = new AtomicWrites(this.ctx, this.#migrations, this.#clock, [
    ...[this.#facts, this.#table, this.#log, this.#outbox, this.#timers],
  ])
  readonly #receiving = new GroupCommit<Received, Receipt>((items) => this.#receiveAll(items))
  readonly #settling = new GroupCommit<DeliverySettlement, null>((items) => this.#settleAll(items))

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  async receive(inbox: string, input: DeliveryInput): Promise<Receipt> {
    if (input.body.length > bodyCharactersMax) throw new Error('the body is larger than an inbox keeps')
    const receipt = this.#receiving.join({ inbox, input })
    if (receipt === null) throw new Error('overloaded')
    return receipt
  }

  async read(deliveryIds: readonly string[]): Promise<readonly Delivery[]> {
    const found: Delivery[] = []
    let characters = 0
    for (const id of deliveryIds) {
      const stored = this.#table.find(id)
      if (!stored) continue
      characters += stored.delivery.body.length
      if (found.length > 0 && characters > readCharactersMax) break
      found.push(stored.delivery)
    }
    return found
  }

  settle(id: string, outcome: DeliveryOutcome): Promise<void> {
    return this.settleMany([{ deliveryId: deliveryId(id), outcome }])
  }

  async settleMany(settlements: readonly DeliverySettlement[]): Promise<void> {
    if (this.#log.headSeq === 0) return
    const settled = this.#settling.joinAll(settlements)
    if (settled === null) throw new Error('overloaded')
    await Promise.all(settled)
  }

  async replay(id: string, cause: Cause): Promise<boolean> {
    if (this.#log.headSeq === 0) return false
    return this.#commit((nowMs) => this.#ledger.replay(id, cause, nowMs))
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    return this.#table.counts()
  }

  async pollWatermark(): Promise<number | null> {
    const stored = this.#facts.get('poll_watermark_ms')
    return stored === null ? null : Number(stored)
  }

  async setPollWatermark(watermarkMs: number): Promise<void> {
    this.#commit(() => this.#facts.set('poll_watermark_ms', String(watermarkMs)))
  }

  async projectionPage(afterSeq: number, limit: number): Promise<ProjectionPage<null>> {
    return { document: null, ...this.#log.page(afterSeq, limit) }
  }

  async projected(throughSeq: number): Promise<void> {
    this.#projection.confirmed(throughSeq)
  }

  async reproject(): Promise<void> {
    if (this.#log.headSeq > 0) this.#commit((nowMs) => this.#projection.owe(nowMs))
  }

  async verifyAudit(): Promise<AuditVerdict> {
    return this.#log.verify()
  }

  override alarm(): Promise<void> {
    return this.#writes.alarmRound('inbox_alarm_failed', async () => {
      const inbox = this.#facts.get('name') ?? ''
      await this.#sender.send(inbox, Date.now)
      await drainOutbox(this.ctx.storage, this.#outbox, Date.now, ([row]) =>
        wakeProjection(this.env, 'inbox', inbox, row?.effect.throughSeq ?? 0, Date.now()),
      )
      if (this.#timers.due(Date.now()).includes('tidy')) this.#tidy()
    })
  }

  #receiveAll(items: readonly Received[]): readonly Result<Receipt, unknown>[] {
    return this.#commit((nowMs) => {
      this.#facts.set('name', items[0]?.inbox ?? '')
      this.#timers.setAtLatest('tidy', nowMs + tidyIntervalMs)
      return items.map(({ input }) => ok(this.#ledger.receive(input, nowMs)))
    })
  }

  #settleAll(items: readonly DeliverySettlement[]): readonly Result<null, unknown>[] {
    return this.#commit((nowMs) => {
      for (const item of items) this.#ledger.settle(item, nowMs)
      return items.map(() => ok(null))
    })
  }

  #commit<Answer>(write: (nowMs: number) => Answer): Answer {
    return this.#writes.commit((nowMs) => {
      const seqBefore = this.#log.headSeq
      const answer = write(nowMs)
      if (this.#log.headSeq > seqBefore) this.#projection.owe(nowMs)
      return answer
    })
  }

  #tidy(): void {
    this.#commit((nowMs) => {
      const more = this.#ledger.tidy(nowMs)
      this.#timers.set('tidy', nowMs + (more ? tidyAgainMs : tidyIntervalMs))
    })
  }
}
