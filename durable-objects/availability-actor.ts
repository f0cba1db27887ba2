/**
 * AvailabilityActor, `<sku>`: the newest summary of every position of a SKU, so that one hop answers what the whole
 * network can promise. Positions push each change; what is missing or too old for the asker is read from its position.
 * It decides nothing and can be lost: everything in it heals from the positions.
 */

import { DurableObject } from 'cloudflare:workers'
import { type AvailabilityApi, actor, type SkuAvailability, type StockApi } from '../src/actor-apis.ts'
import { findSku } from '../src/config/catalog.ts'
import { healDelayMinMs, healDelayMs } from '../src/domain/atp/judge-news.ts'
import type { SkuBackorders } from '../src/domain/atp/match-backorders.ts'
import { dayMs } from '../src/domain/atp/part-availability.ts'
import type { PositionSummary } from '../src/domain/atp/position-figures.ts'
import { locationId, positionId, sku as skuId } from '../src/domain/shared/ids.ts'
import { ok, type Result } from '../src/domain/shared/result.ts'
import type { Env } from '../src/env.ts'
import { ActorFacts, actorFactsTable } from './actor-facts.ts'
import { AlarmClock } from './alarm-clock.ts'
import { AtomicWrites } from './atomic-writes.ts'
import { type AvailabilityFact, AvailabilityLedger, type PushedSummary } from './availability-ledger.ts'
import { BackorderLine, matchTimer } from './backorder-line.ts'
import {
  type BackorderNote,
  BackorderTable,
  backorderGroup,
  backorderIndexes,
  backorderKeepColumns,
  backorderTable,
} from './backorder-table.ts'
import { GroupCommit } from './group-commit.ts'
import { Migrations } from './migrations.ts'
import { type PositionAnswer, PositionReads } from './position-reads.ts'
import { summaryTable } from './summary-book.ts'
import { Timers, timersTable } from './timers.ts'
import { type UnroutedNote, UnroutedTable, unroutedIndex, unroutedTable } from './unrouted-table.ts'

const steps = [
  { id: 1, statements: [summaryTable, unroutedTable, unroutedIndex, actorFactsTable, timersTable] },
  { id: 2, statements: [backorderTable, ...backorderIndexes] },
  { id: 3, statements: backorderKeepColumns },
  { id: 4, statements: [backorderGroup] },
]
const healTimer = 'heal'
/** Positions read again in one round: the others have their turn in the next. */
const healPositionsMax = 200

type News = { readonly sku: string } & (
  | ({ readonly kind: 'summary' } & PushedSummary)
  | ({ readonly kind: 'unrouted' } & UnroutedNote)
  | ({ readonly kind: 'backorder' } & BackorderNote)
)

export class AvailabilityActor extends DurableObject<Env> implements AvailabilityApi {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  readonly #facts = new ActorFacts<AvailabilityFact>(this.ctx.storage.sql, this.#migrations)
  readonly #unrouted = new UnroutedTable(this.ctx.storage.sql, this.#migrations)
  readonly #ledger = new AvailabilityLedger(this.ctx.storage.sql, this.#migrations, this.#unrouted, this.#facts)
  readonly #timers = new Timers(this.ctx.storage, this.#migrations)
  readonly #backorders = new BackorderTable(this.ctx.storage.sql, this.#migrations)
  readonly #line = new BackorderLine(
    this.#backorders,
    this.#timers,
    () => this.#ledger.places,
    () => this.#keepMs(),
  )
  readonly #clock = new AlarmClock(this.ctx.storage, [this.#timers])
  readonly #writes = new AtomicWrites(this.ctx, this.#migrations, this.#clock, [
    ...[this.#ledger, this.#backorders, this.#timers],
  ])
  readonly #reads = new PositionReads((location) => this.#ask(location))
  readonly #intake = new GroupCommit<News, void>((news) => this.#takeAll(news))
  #askedSinceHealing = false

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    if (this.#migrations.applied) void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  async push(sku: string, summary: PositionSummary, previousVersion: number): Promise<void> {
    await this.#hear({ kind: 'summary', sku, summary, previousVersion, atMs: Date.now() })
  }

  async noteUnrouted(sku: string, orderId: string, version: number, quantity: number): Promise<void> {
    await this.#hear({ kind: 'unrouted', sku, orderId, version, quantity })
  }

  async noteBackorder(sku: string, note: BackorderNote): Promise<void> {
    await this.#hear({ kind: 'backorder', sku, ...note })
  }

  async backorders(sku: string, orderId: string | null): Promise<SkuBackorders> {
    this.#ledger.name(sku)
    await this.#hearDoubted()
    return this.#line.view(orderId, Date.now())
  }

  async read(sku: string, locations: readonly string[], maxStalenessMs: number): Promise<SkuAvailability> {
    this.#ledger.name(sku)
    this.#askedSinceHealing = true
    const nowMs = Date.now()
    const tooOld = locations.filter((location) => this.#ledger.isTooOld(location, maxStalenessMs, nowMs))
    if (tooOld.length > 0) await this.#refresh(tooOld, maxStalenessMs === 0)
    return this.#ledger.answer(locations)
  }

  override alarm(): Promise<void> {
    return this.#writes.alarmRound('availability_alarm_failed', async () => {
      const due = this.#timers.due(Date.now())
      if (due.includes(matchTimer)) await this.#hearDoubted()
      if (due.includes(matchTimer)) await this.#line.match(this.env, (work) => this.#write(work))
      if (due.includes(healTimer)) await this.#heal()
    })
  }

  async heard(sku: string): Promise<readonly PositionSummary[]> {
    this.#ledger.name(sku)
    return this.#ledger.places
  }

  async #hear(news: News): Promise<void> {
    const taken = this.#intake.join(news)
    if (taken === null) throw new Error('overloaded')
    await taken
  }

  /** Who wants the truth of now gets it or nothing; everybody else is served what is held, and told how old it is. */
  async #refresh(locations: readonly string[], fromNowOn: boolean): Promise<void> {
    if (!(await this.#mayTouch(locations))) return
    const settled = await this.#reads.read(locations, fromNowOn)
    for (const result of settled) if (result.status === 'fulfilled') this.#ledger.learn(result.value)
    settled.forEach((result, index) => {
      const canDoWithout = !fromNowOn && this.#ledger.holds(locations[index] ?? '')
      if (result.status === 'rejected' && !canDoWithout) throw result.reason
    })
  }

  /** Positions of a SKU that is in no catalogue are never touched: asking would create them one by one. */
  async #mayTouch(locations: readonly string[]): Promise<boolean> {
    if (locations.every((location) => this.#ledger.holds(location))) return true
    return (await findSku(this.env, this.#ledger.sku, Date.now())) !== null
  }

  async #ask(location: string): Promise<PositionAnswer> {
    const askedAtMs = Date.now()
    const heldWhenAsked = this.#ledger.heldVersion(location)
    const position = positionId(skuId(this.#ledger.sku), locationId(location))
    const summary = await actor<StockApi>(this.env.STOCK, position).summary(position)
    return { location, summary: summary.version === 0 ? null : summary, askedAtMs, heldWhenAsked }
  }

  async #keepMs(): Promise<number> {
    return ((await findSku(this.env, this.#ledger.sku, Date.now()))?.shelfLifeDays ?? 0) * dayMs
  }

  #takeAll(news: readonly News[]): readonly Result<void, unknown>[] {
    const takeEach = (nowMs: number) => {
      for (const item of news) this.#take(item, nowMs)
    }
    if (news.every((item) => this.#mayKeepUnsaved(item))) takeEach(Date.now())
    else this.#write(takeEach)
    return news.map(() => ok(undefined))
  }

  /** Orders that wait are matched to what was told, and a round of that is owed durably. */
  #mayKeepUnsaved(news: News): boolean {
    return news.kind === 'summary' && this.#backorders.orders === 0 && this.#ledger.mayKeepUnsaved(news.summary)
  }

  #take(news: News, nowMs: number): void {
    this.#ledger.name(news.sku)
    if (news.kind === 'unrouted') this.#ledger.note(news, nowMs)
    else if (news.kind === 'backorder') this.#backorders.note(news, nowMs)
    else this.#ledger.takePush(news)
    this.#line.changed(nowMs)
  }

  /** Before orders are matched to what positions announce; those that do not answer are matched as they were. */
  async #hearDoubted(): Promise<void> {
    const doubted = this.#backorders.orders === 0 ? [] : this.#ledger.doubted(healPositionsMax)
    const settled = await this.#reads.read(doubted, false)
    for (const result of settled) if (result.status === 'fulfilled') this.#ledger.learn(result.value)
  }

  /** Asks only those that were silent, keeps what it learned, and comes back while there is anything to look after. */
  async #heal(): Promise<void> {
    const silent = this.#ledger.unconfirmedSince(Date.now() - healDelayMinMs, healPositionsMax)
    const settled = await this.#reads.read(silent, false)
    this.#write((nowMs) => {
      for (const result of settled) if (result.status === 'fulfilled') this.#ledger.learn(result.value)
      this.#unrouted.tidy(nowMs)
      this.#backorders.tidy(nowMs)
      this.#line.changed(nowMs)
      const quietRounds = this.#askedSinceHealing ? 0 : Number(this.#facts.get('quiet_rounds') ?? 0) + 1
      this.#askedSinceHealing = false
      this.#facts.set('quiet_rounds', String(quietRounds))
      if (this.#hasAnything) this.#timers.set(healTimer, nowMs + healDelayMs(quietRounds))
      else this.#timers.clear(healTimer)
    })
  }

  #write(work: (nowMs: number) => void): void {
    this.#writes.commit((nowMs) => {
      work(nowMs)
      this.#ledger.save(nowMs)
      const looksAfter = this.#timers.dueAtMs(healTimer) !== null || !this.#hasAnything
      if (!looksAfter) this.#timers.set(healTimer, nowMs + healDelayMinMs)
    })
  }

  get #hasAnything(): boolean {
    return this.#ledger.hasAnything || this.#backorders.hasRows()
  }
}
