/**
 * ChannelFeedActor, `<account>`: what each listing of a channel should show, was sent, confirmed and was seen to show.
 * It calls nobody: its alarm asks consumers to work out changed SKUs and to carry the next batch to the channel, again
 * and again until that happened, so a process that dies anywhere costs time and no listing.
 */
import { DurableObject } from 'cloudflare:workers'
import type { AuditVerdict, FeedApi, ProjectionPage } from '../src/actor-apis.ts'
import type { DrainLane } from '../src/domain/feed/choose-lane.ts'
import type {
  BeginFeed,
  FeedBatch,
  FeedFacts,
  FeedFilter,
  FeedOutlook,
  FeedPage,
  FeedResult,
  FeedSighting,
  FeedStatus,
  SightingRules,
  SkuChange,
  SkuWant,
} from '../src/domain/feed/feed-contract.ts'
import { type FeedEvent, type FeedKey, keyText } from '../src/domain/feed/feed-listing.ts'
import { sendBatchMax } from '../src/domain/outbox/drain.ts'
import { ok, type Result } from '../src/domain/shared/result.ts'
import type { Env } from '../src/env.ts'
import { ActorFacts, actorFactsTable } from './actor-facts.ts'
import { AlarmClock } from './alarm-clock.ts'
import { AtomicWrites } from './atomic-writes.ts'
import { drainOutbox } from './drain-outbox.ts'
import { EventLog, eventLogTable } from './event-log.ts'
import { FeedAttempts, feedAttemptTable } from './feed-attempts.ts'
import { feedBundleTables } from './feed-bundle-table.ts'
import { FeedDrains } from './feed-drains.ts'
import { FeedHints } from './feed-hints.ts'
import { type FeedFact, FeedLedger, type FeedParts } from './feed-ledger.ts'
import { FeedRound, walkTimer } from './feed-round.ts'
import { FeedSkuTable, feedSkuTables } from './feed-sku-table.ts'
import { feedStatus } from './feed-status.ts'
import { FeedTable, feedLooks, feedTables, suspectedAndCheckedPrices } from './feed-table.ts'
import { GroupCommit } from './group-commit.ts'
import { Migrations } from './migrations.ts'
import { Outbox, outboxIndex, outboxTable } from './outbox.ts'
import { type ProjectEffect, ProjectionDebt, renamedProjectRow, wakeProjection } from './projection-debt.ts'
import { Timers, timersTable } from './timers.ts'

const steps = [
  {
    id: 1,
    statements: [
      ...[...feedTables, ...feedSkuTables, feedAttemptTable],
      ...[actorFactsTable, eventLogTable, outboxTable, outboxIndex, timersTable],
    ],
  },
  { id: 2, statements: feedBundleTables },
  { id: 3, statements: suspectedAndCheckedPrices },
  { id: 4, statements: [renamedProjectRow] },
  { id: 5, statements: feedLooks },
]

type Work = (nowMs: number) => void

export class ChannelFeedActor extends DurableObject<Env> implements FeedApi {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  readonly #facts = new ActorFacts<FeedFact>(this.ctx.storage.sql, this.#migrations)
  readonly #table = new FeedTable(this.ctx.storage.sql, this.#migrations)
  readonly #skus = new FeedSkuTable(this.ctx.storage.sql, this.#migrations)
  readonly #attempts = new FeedAttempts(this.ctx.storage.sql, this.#migrations)
  readonly #log = new EventLog<FeedEvent>(this.ctx.storage, this.#migrations)
  readonly #outbox = new Outbox<ProjectEffect>(this.ctx.storage, this.#migrations)
  readonly #projection = new ProjectionDebt(this.#log, this.#outbox)
  readonly #timers = new Timers(this.ctx.storage, this.#migrations)
  readonly #drains = new FeedDrains(this.#table, this.#attempts, this.#timers)
  readonly #hints = new FeedHints(this.#table)
  readonly #parts: FeedParts = {
    ...{ table: this.#table, skus: this.#skus, attempts: this.#attempts, log: this.#log, facts: this.#facts },
  }
  readonly #ledger = new FeedLedger(this.#parts)
  readonly #round = new FeedRound(this.#parts, this.#ledger, this.#drains, this.#timers, this.#hints)
  readonly #clock = new AlarmClock(this.ctx.storage, [
    ...[this.#outbox, this.#timers, this.#table, this.#skus, this.#attempts, this.#hints],
  ])
  readonly #writes = new AtomicWrites(this.ctx, this.#migrations, this.#clock, [
    ...[this.#facts, this.#table, this.#skus, this.#attempts, this.#log, this.#outbox, this.#timers, this.#hints],
  ])
  #hinting: Promise<void> | null = null
  /** Readable from within the object only; its counters say how many calls share a commit. */
  readonly writing = new GroupCommit<Work, null>((works) => this.#writeAll(works))

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    if (this.#migrations.applied) void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  changed(account: string, changes: readonly SkuChange[]): Promise<void> {
    return this.#join(account, (nowMs) => this.#ledger.change(changes, nowMs))
  }

  async outlook(skus: readonly string[]): Promise<FeedOutlook> {
    const nowMs = Date.now()
    return { lag: this.#ledger.lag, skus: skus.map((sku) => this.#skus.outlook(sku, nowMs)) }
  }

  want(account: string, wishes: readonly SkuWant[]): Promise<void> {
    return this.#join(account, (nowMs) => {
      for (const wish of wishes) this.#ledger.want(wish, nowMs)
    })
  }

  async hasWork(drain: DrainLane): Promise<boolean> {
    return this.#drains.isWaiting(drain) && !this.#attempts.isCalling(drain)
  }

  async begin(request: BeginFeed): Promise<FeedBatch | null> {
    if (!this.#drains.isWaiting(request.drain)) return null
    return this.#write((nowMs) => {
      const batch = this.#ledger.begin(request, nowMs)
      if (batch !== null) this.#drains.began(request.drain)
      return batch
    })
  }

  async record(attemptId: string, result: FeedResult, facts: FeedFacts): Promise<void> {
    const attempt = this.#attempts.all.find((known) => known.attemptId === attemptId)
    if (attempt === undefined) return
    this.#write((nowMs) => {
      this.#ledger.record(attemptId, result, facts, nowMs)
      this.#drains.recorded(attempt.drain, nowMs)
    })
  }

  async notice(account: string, sightings: readonly FeedSighting[], rules: SightingRules): Promise<void> {
    if (this.#migrations.applied) await this.#join(account, (nowMs) => this.#ledger.notice(sightings, rules, nowMs))
  }

  async hint(account: string, keys: readonly FeedKey[]): Promise<void> {
    if (!this.#migrations.applied || !this.#hints.tell(keys, Date.now())) return
    // Whoever comes while a write waits rides along with it: a flood holds one place among the changes of stock.
    this.#hinting ??= this.#join(account, (nowMs) => this.#hints.note(nowMs)).finally(() => {
      this.#hinting = null
    })
    await this.#hinting
  }

  async tick(account: string, configVersion: string, checks: number): Promise<void> {
    await this.#join(account, (nowMs) => {
      this.#ledger.check(nowMs, checks)
      if (this.#ledger.walkFor(configVersion, nowMs)) this.#timers.set(walkTimer, nowMs)
    })
  }

  async resend(filter: FeedFilter | null, cursor: string, limit: number): Promise<FeedPage> {
    return this.#resend(await this.listings(filter, cursor, limit))
  }

  async resendSkus(skus: readonly string[]): Promise<FeedPage> {
    return this.#resend(await this.listingsOf(skus))
  }

  async listingsOf(skus: readonly string[]): Promise<FeedPage> {
    return { listings: skus.flatMap((sku) => this.#table.ofSku(sku)), nextCursor: null }
  }

  async listings(filter: FeedFilter | null, cursor: string, limit: number): Promise<FeedPage> {
    const found = this.#table.page(filter, cursor, limit + 1)
    const listings = found.slice(0, limit)
    const last = listings.at(-1)
    return { listings, nextCursor: found.length <= limit || last === undefined ? null : keyText(last) }
  }

  async status(): Promise<FeedStatus> {
    return feedStatus(this.#table, this.#skus, this.#attempts, this.#ledger.lag, Date.now())
  }

  async projectionPage(afterSeq: number, limit: number): Promise<ProjectionPage<null>> {
    return { document: null, ...this.#log.page(afterSeq, limit) }
  }

  async projected(throughSeq: number): Promise<void> {
    this.#projection.confirmed(throughSeq)
  }

  async reproject(): Promise<void> {
    if (this.#log.headSeq > 0) this.#write((nowMs) => this.#projection.owe(nowMs))
  }

  async verifyAudit(): Promise<AuditVerdict> {
    return this.#log.verify()
  }

  override alarm(): Promise<void> {
    return this.#writes.alarmRound('feed_alarm_failed', async () => {
      if (!this.#migrations.applied) return
      await drainOutbox(this.ctx.storage, this.#outbox, Date.now, ([row]) =>
        wakeProjection(this.env, 'feed', this.#ledger.account, row?.effect.throughSeq ?? 0, Date.now()),
      )
      const messages = this.#write((nowMs) => this.#round.run(nowMs))
      for (let from = 0; from < messages.length; from += sendBatchMax) {
        await this.env.PUBLICATION.sendBatch(messages.slice(from, from + sendBatchMax).map((body) => ({ body })))
      }
    })
  }

  #resend(page: FeedPage): FeedPage {
    if (page.listings.length > 0) this.#write((nowMs) => this.#ledger.resend(page.listings, nowMs))
    return page
  }

  async #join(account: string, work: Work): Promise<void> {
    const named: Work = (nowMs) => {
      this.#facts.set('account', account)
      work(nowMs)
    }
    const done = this.writing.join(named)
    if (done === null) throw new Error('overloaded')
    await done
  }

  #writeAll(works: readonly Work[]): readonly Result<null, unknown>[] {
    this.#write((nowMs) => works.map((work) => work(nowMs)))
    return works.map(() => ok(null))
  }

  #write<Answer>(work: (nowMs: number) => Answer): Answer {
    return this.#writes.commit((nowMs) => {
      const before = this.#log.headSeq
      const answer = work(nowMs)
      this.#table.saveCounts()
      if (this.#log.headSeq > before) this.#projection.owe(nowMs)
      this.#drains.wake(nowMs)
      return answer
    })
  }
}
