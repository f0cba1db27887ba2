/**
 * What is known of one SKU: its positions, its unrouted units, and a version that grows with either. Judges what it
 * hears by the domain's rules, in memory; `save` brings the rows up to it.
 */
import type { SkuAvailability } from '../src/actor-apis.ts'
import { type Judgement, judgeAnswer, judgePush } from '../src/domain/atp/judge-news.ts'
import type { PositionSummary } from '../src/domain/atp/position-figures.ts'
import type { ActorFacts } from './actor-facts.ts'
import type { Migrations } from './migrations.ts'
import type { PositionAnswer } from './position-reads.ts'
import { SummaryBook } from './summary-book.ts'
import type { UnroutedNote, UnroutedTable } from './unrouted-table.ts'

/** `behind`: `1` while rows may lack what memory knows, which nobody will tell again if it is lost. */
export type AvailabilityFact = 'sku' | 'version' | 'quiet_rounds' | 'anomalies' | 'behind'

export type PushedSummary = {
  readonly summary: PositionSummary
  readonly previousVersion: number
  readonly atMs: number
}

/** A position that begins pushes at once, so that there is none is believed for longer than a figure. */
const absentBelievedMs = 60_000
/** A SKU that is saved again so soon is busy: what it is told from then on is saved with what else there is to save. */
const busyWithinMs = 60_000

export class AvailabilityLedger {
  readonly #book: SummaryBook
  readonly #unrouted: UnroutedTable
  readonly #facts: ActorFacts<AvailabilityFact>
  #savedAtMs: number | null = null
  /** Known from the first call on; stored with the first commit. */
  #sku: string | null = null
  #version: number | null = null
  #anomalies: number | null = null

  constructor(sql: SqlStorage, migrations: Migrations, unrouted: UnroutedTable, facts: ActorFacts<AvailabilityFact>) {
    this.#book = new SummaryBook(sql, migrations, () => this.#isBehind)
    this.#unrouted = unrouted
    this.#facts = facts
  }

  /** Empty until the first call has named it. */
  get sku(): string {
    this.#sku ??= this.#facts.get('sku')
    return this.#sku ?? ''
  }

  get version(): number {
    this.#version ??= Number(this.#facts.get('version') ?? 0)
    return this.#version
  }

  /** Positions at which something happened, as they are known. */
  get places(): readonly PositionSummary[] {
    return this.#book.known().flatMap(({ summary }) => summary ?? [])
  }

  get hasAnything(): boolean {
    return this.#book.known().length > 0 || this.#unrouted.hasRows()
  }

  /** An actor serves one SKU for life: another name is a caller's bug. */
  name(sku: string): void {
    this.#sku ??= this.#facts.get('sku') ?? sku
    if (this.#sku !== sku) throw new Error(`this actor is ${this.#sku}, not ${sku}`)
  }

  heldVersion(location: string): number {
    return this.#book.find(location)?.version ?? 0
  }

  holds(location: string): boolean {
    return this.#book.find(location) !== null
  }

  isTooOld(location: string, maxStalenessMs: number, nowMs: number): boolean {
    const held = this.#book.find(location)
    if (held === null || held.isDoubted || maxStalenessMs === 0) return true
    const believedMs = held.version === 0 ? Math.max(maxStalenessMs, absentBelievedMs) : maxStalenessMs
    return held.confirmedAtMs < nowMs - believedMs
  }

  /** Positions at which something happened and that nothing was heard of since then, the longest silent first. */
  unconfirmedSince(sinceMs: number, limit: number): readonly string[] {
    const silent = this.#book.known().filter((held) => held.isDoubted || held.confirmedAtMs < sinceMs)
    return silent.slice(0, limit).map(({ location }) => location)
  }

  /** Positions that may have told something newer to an earlier life of this actor. */
  doubted(limit: number): readonly string[] {
    const doubted = this.#book.doubted().slice(0, limit)
    return doubted.map(({ location }) => location)
  }

  /** Whether what a position tells need not be saved at once: should it be lost, the rows say so. */
  mayKeepUnsaved({ location }: PositionSummary): boolean {
    return this.#isBehind && this.#book.hasRow(location)
  }

  takePush({ summary, previousVersion, atMs }: PushedSummary): void {
    const { location, version } = summary
    // Lost in between was only what an earlier life of this actor knew.
    const pushedBefore = this.#book.find(location)?.isDoubted === true ? 0 : previousVersion
    this.#follow(judgePush(this.heldVersion(location), version, pushedBefore), location, summary, atMs)
  }

  learn({ location, summary, askedAtMs, heldWhenAsked }: PositionAnswer): void {
    const judgement = judgeAnswer(this.heldVersion(location), heldWhenAsked, summary?.version ?? 0)
    if (!this.holds(location)) this.#book.take(location, null, askedAtMs)
    this.#follow(judgement, location, summary, askedAtMs)
  }

  /** Inside the caller's transaction. */
  note(note: UnroutedNote, nowMs: number): void {
    if (this.#unrouted.note(note, nowMs)) this.#grow()
  }

  answer(locations: readonly string[]): SkuAvailability {
    const summaries = locations.flatMap((location) => {
      const held = this.#book.find(location)
      return held === null || held.summary === null ? [] : [{ ...held.summary, confirmedAtMs: held.confirmedAtMs }]
    })
    return { version: this.version, summaries, unrouted: this.#unrouted.units }
  }

  /** Inside the caller's transaction. */
  save(nowMs: number): void {
    this.#book.save()
    const isBusy = this.#savedAtMs !== null && nowMs < this.#savedAtMs + busyWithinMs
    this.#savedAtMs = nowMs
    const isBehind = isBusy || this.#book.doubted().length > 0
    if (isBehind !== this.#isBehind) this.#facts.set('behind', isBehind ? '1' : '0')
    this.#facts.set('sku', this.sku)
    this.#facts.set('version', String(this.version))
    if (this.#anomalies !== null) this.#facts.set('anomalies', String(this.#anomalies))
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#savedAtMs = null
    this.#version = null
    this.#anomalies = null
    for (const part of [this.#facts, this.#book, this.#unrouted]) part.forget()
  }

  get #isBehind(): boolean {
    return this.#facts.get('behind') === '1'
  }

  #follow({ effect, anomaly }: Judgement, location: string, summary: PositionSummary | null, atMs: number): void {
    if (effect === 'confirmed') this.#book.confirm(location, summary, atMs)
    if (effect === 'taken') {
      this.#book.take(location, summary, atMs)
      this.#grow()
    }
    if (anomaly !== null) this.#count(anomaly, location, summary?.version ?? 0)
  }

  #count(anomaly: NonNullable<Judgement['anomaly']>, location: string, version: number): void {
    this.#anomalies = (this.#anomalies ?? Number(this.#facts.get('anomalies') ?? 0)) + 1
    console.warn(JSON.stringify({ event: 'availability_anomaly', anomaly, sku: this.sku, location, version }))
  }

  /** Follows the clock, so that it never comes back to a value it had before a crash took unsaved changes with it. */
  #grow(): void {
    this.#version = Math.max(this.version + 1, Date.now())
  }
}
