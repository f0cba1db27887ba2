/**
 * PartnerLimiterActor, `<account>`: leases calls within the partner's budget. What must wait is parked durably and
 * woken by this actor itself, oldest order first, so that a partner coming back meets its own rate and no herd. The
 * budget lives in memory: losing it costs a cautious start.
 */

import { DurableObject } from 'cloudflare:workers'
import { nanoid } from 'nanoid'
import type { LimiterApi } from '../src/actor-apis.ts'
import { AccountLimiter, type LimiterStatus, type RowChange } from '../src/domain/limiter/account-limiter.ts'
import { cautiousBudget, fullBudget, type Limits } from '../src/domain/limiter/budget.ts'
import {
  feedLaneOf,
  type LeaseAnswer,
  type LeaseReport,
  type LeaseRequest,
  parseLeaseKey,
} from '../src/domain/limiter/limiter-contract.ts'
import { sendBatchMax } from '../src/domain/outbox/drain.ts'
import type { Env } from '../src/env.ts'
import type { PartnerOutboxMessage } from '../src/queue-messages.ts'
import { ActorFacts, actorFactsTable } from './actor-facts.ts'
import { AlarmClock, alarmFailureDelayMs } from './alarm-clock.ts'
import { logFailure } from './log-failure.ts'
import { Migrations } from './migrations.ts'
import { ParkedTable, parkedTable } from './parked-table.ts'

const steps = [{ id: 1, statements: [parkedTable, actorFactsTable] }]

export class PartnerLimiterActor extends DurableObject<Env> implements LimiterApi {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  readonly #facts = new ActorFacts<'account' | 'limits' | 'paused_until_ms'>(this.ctx.storage.sql, this.#migrations)
  readonly #rows = new ParkedTable(this.ctx.storage.sql, this.#migrations)
  #limiter: AccountLimiter | null = null
  /** As the newest request had it; stored with the next row. */
  #asked: { readonly account: string; readonly limits: string } | null = null
  readonly #clock = new AlarmClock(this.ctx.storage, [
    { nextDueMs: () => this.#resumed(Date.now())?.nextWakeAtMs(Date.now()) ?? null },
  ])

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  async acquire(account: string, limits: Limits, request: LeaseRequest): Promise<LeaseAnswer> {
    const nowMs = Date.now()
    this.#asked = { account, limits: JSON.stringify(limits) }
    this.#limiter = this.#resumed(nowMs) ?? new AccountLimiter(fullBudget(limits, nowMs), [])
    const { answer, row } = this.#limiter.acquire(request, limits, nanoid(), nowMs)
    this.#commit(row, null, nowMs)
    return answer
  }

  async report(report: LeaseReport): Promise<void> {
    const nowMs = Date.now()
    const limiter = this.#resumed(nowMs)
    if (!limiter) return
    const pausedBefore = limiter.status(nowMs).pausedUntilMs
    const row = limiter.report(report, nowMs)
    const { pausedUntilMs } = limiter.status(nowMs)
    // A partner that asked for silence is left alone even if this object restarts meanwhile.
    this.#commit(row, pausedUntilMs > pausedBefore ? pausedUntilMs : null, nowMs)
  }

  async status(): Promise<LimiterStatus> {
    const nowMs = Date.now()
    return this.#resumed(nowMs)?.status(nowMs) ?? untouched
  }

  /** Never throws: a throwing alarm is dropped after a few tries, and the turns of everyone parked with it. */
  override async alarm(): Promise<void> {
    this.#clock.wentOff()
    try {
      await this.#wake()
      this.#clock.arm(Date.now())
    } catch (error) {
      logFailure('limiter_alarm_failed', this.ctx.id, error)
      this.#clock.arm(Date.now(), Date.now() + alarmFailureDelayMs)
    }
  }

  /**
   * A message that is not taken leaves its request with a lease nobody claims: it is woken again when that runs out.
   */
  async #wake(): Promise<void> {
    const nowMs = Date.now()
    const result = this.#resumed(nowMs)?.wake(nanoid, nowMs)
    if (!result) return
    for (const key of result.dropped) this.#rows.apply({ type: 'forget', key })
    const account = this.#facts.get('account') ?? ''
    const lanes = result.woken.flatMap(({ key }) => feedLaneOf(key) ?? [])
    const calls = result.woken.filter(({ key }) => feedLaneOf(key) === null)
    await Promise.all([
      ...lanes.map((lane) => this.env.PUBLICATION.send({ type: 'drain_feed', account, lane })),
      this.#sendAll(calls.map((request) => ({ body: this.#messageOf(request) }))),
    ])
  }

  async #sendAll(messages: readonly { readonly body: PartnerOutboxMessage }[]): Promise<void> {
    for (let from = 0; from < messages.length; from += sendBatchMax) {
      await this.env.PARTNER_OUTBOX.sendBatch(messages.slice(from, from + sendBatchMax))
    }
  }

  #messageOf(request: LeaseRequest): PartnerOutboxMessage {
    const account = this.#facts.get('account') ?? ''
    return { type: 'intent', account, ...parseLeaseKey(request.key), orderedByMs: request.orderedByMs }
  }

  /** Granting writes nothing unless a parked row ends: the fast path of an idle partner costs no commit. */
  #commit(row: RowChange, pausedUntilMs: number | null, nowMs: number): void {
    try {
      if (row.type !== 'none' || pausedUntilMs !== null) {
        this.ctx.storage.transactionSync(() => this.#write(row, pausedUntilMs))
      }
      this.#clock.arm(nowMs)
    } catch (error) {
      // Memory is ahead of the rows now: it is made from them again.
      this.#limiter = null
      for (const part of [this.#migrations, this.#facts, this.#clock]) part.forget()
      throw error
    }
  }

  #write(row: RowChange, pausedUntilMs: number | null): void {
    this.#migrations.ensure()
    if (this.#asked) {
      this.#facts.set('account', this.#asked.account)
      this.#facts.set('limits', this.#asked.limits)
    }
    if (pausedUntilMs !== null) this.#facts.set('paused_until_ms', String(pausedUntilMs))
    this.#rows.apply(row)
  }

  /** The limiter in memory, or one made from the rows; null when nothing was ever parked here. */
  #resumed(nowMs: number): AccountLimiter | null {
    if (this.#limiter) return this.#limiter
    const limits = this.#facts.get('limits')
    if (limits === null) return null
    const parked = this.#rows.all()
    const pausedUntilMs = Number(this.#facts.get('paused_until_ms') ?? 0)
    // Parsed, not validated: written by this actor from limits that the configuration schema had accepted.
    const known = JSON.parse(limits) as Limits
    const restarted = parked.length > 0 || pausedUntilMs > nowMs
    const budget = restarted ? cautiousBudget(known, pausedUntilMs, nowMs) : fullBudget(known, nowMs)
    this.#limiter = new AccountLimiter(budget, parked)
    return this.#limiter
  }
}

const untouched: LimiterStatus = { parked: 0, leased: 0, ratePerSecond: 0, concurrency: 0, pausedUntilMs: 0 }
