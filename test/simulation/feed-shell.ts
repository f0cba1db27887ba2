/**
 * A channel's feed with its own tables, ledger and alarm round, in virtual time: ChannelFeedActor without its platform.
 * `die` is what a process that ends leaves: the rows, and the alarm that was armed.
 */
import { ActorFacts, actorFactsTable } from '../../durable-objects/actor-facts.ts'
import { EventLog, eventLogTable } from '../../durable-objects/event-log.ts'
import { FeedAttempts, feedAttemptTable } from '../../durable-objects/feed-attempts.ts'
import { feedBundleTables } from '../../durable-objects/feed-bundle-table.ts'
import { FeedDrains } from '../../durable-objects/feed-drains.ts'
import { FeedHints } from '../../durable-objects/feed-hints.ts'
import { type FeedFact, FeedLedger, type FeedParts } from '../../durable-objects/feed-ledger.ts'
import { FeedRound } from '../../durable-objects/feed-round.ts'
import { FeedSkuTable, feedSkuTables } from '../../durable-objects/feed-sku-table.ts'
import { feedStatus } from '../../durable-objects/feed-status.ts'
import { FeedTable, feedLooks, feedTables } from '../../durable-objects/feed-table.ts'
import { Migrations } from '../../durable-objects/migrations.ts'
import { Timers, timersTable } from '../../durable-objects/timers.ts'
import type { FeedApi } from '../../src/actor-apis.ts'
import type { FeedOutlook } from '../../src/domain/feed/feed-contract.ts'
import type { FeedEvent } from '../../src/domain/feed/feed-listing.ts'
import type { PublicationMessage } from '../../src/queue-messages.ts'
import { actorSqlite } from './actor-sqlite.ts'
import type { VirtualClock } from './virtual-clock.ts'

type Feed = Pick<FeedApi, 'changed' | 'outlook' | 'want' | 'hasWork' | 'begin' | 'record' | 'notice' | 'status'>
const steps = [
  {
    id: 1,
    statements: [
      ...[...feedTables, ...feedSkuTables, feedAttemptTable],
      ...[actorFactsTable, eventLogTable, timersTable],
    ],
  },
  { id: 2, statements: [...feedBundleTables, ...feedLooks] },
]
const overdueDelayMs = 50
const pageMax = 1_000

export class FeedShell implements Feed {
  readonly #storage = actorSqlite()
  readonly #clock: VirtualClock
  readonly #account: string
  readonly #send: (message: PublicationMessage) => void
  #rows = this.#open()
  #armedAtMs: number | null = null

  constructor(account: string, clock: VirtualClock, send: (message: PublicationMessage) => void) {
    this.#account = account
    this.#clock = clock
    this.#send = send
  }

  #open() {
    const { sql } = this.#storage
    const migrations = new Migrations(this.#storage, steps)
    const parts: FeedParts = {
      table: new FeedTable(sql, migrations),
      skus: new FeedSkuTable(sql, migrations),
      attempts: new FeedAttempts(sql, migrations),
      log: new EventLog<FeedEvent>(this.#storage, migrations),
      facts: new ActorFacts<FeedFact>(sql, migrations),
    }
    const timers = new Timers(this.#storage, migrations)
    const drains = new FeedDrains(parts.table, parts.attempts, timers)
    const ledger = new FeedLedger(parts)
    const hints = new FeedHints(parts.table)
    const round = new FeedRound(parts, ledger, drains, timers, hints)
    return { ...parts, migrations, timers, drains, ledger, hints, round }
  }

  die(): void {
    this.#rows = this.#open()
  }

  async changed(...[, changes]: Parameters<FeedApi['changed']>): Promise<void> {
    this.#write((nowMs) => this.#rows.ledger.change(changes, nowMs))
  }

  async outlook(skus: readonly string[]) {
    return this.outlookNow(skus)
  }

  outlookNow(skus: readonly string[]): FeedOutlook {
    const nowMs = this.#clock.nowMs()
    return { lag: this.#rows.ledger.lag, skus: skus.map((sku) => this.#rows.skus.outlook(sku, nowMs)) }
  }

  async want(...[, wishes]: Parameters<FeedApi['want']>): Promise<void> {
    this.#write((nowMs) => {
      for (const wish of wishes) this.#rows.ledger.want(wish, nowMs)
    })
  }

  async hasWork(drain: Parameters<FeedApi['hasWork']>[0]): Promise<boolean> {
    return this.#rows.drains.isWaiting(drain) && !this.#rows.attempts.isCalling(drain)
  }

  async begin(request: Parameters<FeedApi['begin']>[0]) {
    if (!this.#rows.drains.isWaiting(request.drain)) return null
    return this.#write((nowMs) => {
      const batch = this.#rows.ledger.begin(request, nowMs)
      if (batch !== null) this.#rows.drains.began(request.drain)
      return batch
    })
  }

  async record(...[attemptId, result, facts]: Parameters<FeedApi['record']>): Promise<void> {
    const attempt = this.#rows.attempts.all.find((known) => known.attemptId === attemptId)
    if (attempt === undefined) return
    this.#write((nowMs) => {
      this.#rows.ledger.record(attemptId, result, facts, nowMs)
      this.#rows.drains.recorded(attempt.drain, nowMs)
    })
  }

  async notice(...[, sightings, rules]: Parameters<FeedApi['notice']>): Promise<void> {
    if (this.#rows.migrations.applied) this.#write((nowMs) => this.#rows.ledger.notice(sightings, rules, nowMs))
  }

  check(limit: number): void {
    this.#write((nowMs) => this.#rows.ledger.check(nowMs, limit))
  }

  async status() {
    const { table, skus, attempts, ledger } = this.#rows
    return feedStatus(table, skus, attempts, ledger.lag, this.#clock.nowMs())
  }

  listings() {
    return this.#rows.table.page(null, '', pageMax)
  }

  events(): readonly FeedEvent[] {
    const events: FeedEvent[] = []
    for (let after = 0, more = true; more; ) {
      const page = this.#rows.log.page(after, pageMax)
      // Written by the log from the same type: parsed, not validated again.
      events.push(...page.entries.map(({ event }) => JSON.parse(event) as FeedEvent))
      after = page.throughSeq
      more = page.more
    }
    return events
  }

  auditFault(): string | null {
    const verdict = this.#rows.log.verify()
    return verdict.valid ? null : JSON.stringify(verdict)
  }

  #alarm(): void {
    this.#armedAtMs = null
    for (const message of this.#write((nowMs) => this.#rows.round.run(nowMs))) this.#send(message)
  }

  #write<Answer>(work: (nowMs: number) => Answer): Answer {
    const nowMs = this.#clock.nowMs()
    return this.#storage.transactionSync(() => {
      this.#rows.migrations.ensure()
      this.#rows.facts.set('account', this.#account)
      const answer = work(nowMs)
      this.#rows.table.saveCounts()
      this.#rows.drains.wake(nowMs)
      this.#arm(nowMs)
      return answer
    })
  }

  #arm(nowMs: number): void {
    const { timers, table, skus, attempts, hints } = this.#rows
    const dues = [timers, table, skus, attempts, hints]
      .map((source) => source.nextDueMs())
      .filter((due) => due !== null)
    if (dues.length === 0) return
    const dueMs = Math.min(...dues)
    const atMs = dueMs <= nowMs ? nowMs + overdueDelayMs : dueMs
    if (this.#armedAtMs !== null && this.#armedAtMs <= atMs) return
    this.#armedAtMs = atMs
    this.#clock.at(atMs, () => {
      // One that was set earlier meanwhile has replaced it.
      if (this.#armedAtMs === atMs) this.#alarm()
    })
  }
}
