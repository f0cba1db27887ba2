/**
 * A shard in memory over its rows: what it promises, cuts into batches and hears. Every change is made inside the
 * caller's transaction; everything is read again after a roll-back.
 */

import type { Command } from '../src/domain/stock/decision.ts'
import { parseShardName } from '../src/domain/stock/escrow.ts'
import {
  cutBatch,
  type Demand,
  decideAtShard,
  type EscrowShard,
  freshShard,
  hearTerms,
  isLow,
  type KnownClaim,
  noDemand,
  unitsToReturn,
  unitsWanted,
  withUnits,
} from '../src/domain/stock/escrow-shard.ts'
import type { EscrowClaim, EscrowTerms, Settlement } from '../src/domain/stock/settlement.ts'
import type { StockCommand, StockVerdict } from '../src/domain/stock/stock-command.ts'
import type { EscrowTables, OpenClaim } from './escrow-tables.ts'
import type { Timers } from './timers.ts'

const settleTimer = 'settle'
/** Claims made together are handed over together. */
const settleDelayMs = 200
/** With nothing to hand over: how soon a shard that holds units asks whether it still should. */
const heartbeatMs = 2_000
/** A position that did not answer is told again after this; the more often it refused, the later, up to a minute. */
const settleAgainMs = 1_000
const doublingsMax = 6
/** Claims in one batch: bounds the message. */
const batchClaimsMax = 1_000

export class EscrowBook {
  readonly #tables: EscrowTables
  readonly #timers: Timers
  #name: string | null = null
  #shard: EscrowShard | null = null
  #open: Map<string, OpenClaim> | null = null
  #demand: Demand = noDemand
  #asked = 0
  #heardAtMs = 0
  #refusals = 0

  constructor(tables: EscrowTables, timers: Timers) {
    this.#tables = tables
    this.#timers = timers
  }

  /** Null until the first call has named it. */
  get name(): string | null {
    if (this.#name === null) this.#name = this.#tables.shard()?.name ?? null
    return this.#name
  }

  get shard(): EscrowShard {
    this.#shard ??= this.#tables.shard()?.shard ?? freshShard(parseShardName(this.name ?? '').number)
    return this.#shard
  }

  get openClaims(): ReadonlyMap<string, OpenClaim> {
    this.#open ??= new Map(this.#tables.openClaims().map((open) => [open.claim.command.reservationId, open]))
    return this.#open
  }

  get settleDueMs(): number | null {
    return this.#timers.dueAtMs(settleTimer)
  }

  /** An actor is one shard for life: another name is a caller's bug. */
  open(name: string): void {
    if (this.name !== null && this.name !== name) throw new Error(`this actor is ${this.name}, not ${name}`)
    this.#name = name
  }

  noteAsked(commands: readonly StockCommand[], nowMs: number): void {
    const units = commands.reduce((sum, command) => sum + (command.type === 'hold' ? command.quantity : 0), 0)
    this.#asked += commands.length
    this.#demand = withUnits(this.#demand, units, nowMs)
  }

  /** By reservation id, in one query. */
  knownAmong(holds: readonly Command<'hold'>[]): (reservationId: string) => KnownClaim {
    const settled = this.#tables.settled(holds.map(({ reservationId }) => reservationId))
    return (id) => this.openClaims.get(id)?.claim ?? (settled.has(id) ? 'settled' : null)
  }

  /** Null: passed on, the position decides. */
  decide(command: Command<'hold'>, known: KnownClaim, nowMs: number): StockVerdict | null {
    // Whoever was refused may believe in units that are not there: he promises none until he is understood.
    const shard = this.#refusals === 0 ? this.shard : { ...this.shard, unused: 0 }
    const decided = decideAtShard(command, shard, known, nowMs)
    if (decided.kind === 'passed_on') return null
    if (decided.kind === 'claimed') this.#claim(decided.shard, decided.claim, nowMs)
    return decided.verdict
  }

  /** Whether the position would decide on old knowledge if it was asked now. */
  isUnsettled(nowMs: number): boolean {
    return this.openClaims.size > 0 || this.#heardAtMs <= nowMs - settleDelayMs
  }

  /** Whether there is more to hand over: claims up to this place, units. */
  hasLeft(throughPlace: number, giveBack: boolean): boolean {
    if (this.shard.returning !== null || (giveBack && this.shard.unused > 0)) return true
    const [oldest] = this.openClaims.values()
    return oldest !== undefined && oldest.place <= throughPlace
  }

  get lastPlace(): number {
    return [...this.openClaims.values()].at(-1)?.place ?? 0
  }

  /** What to tell the position now. A batch that was not answered is told again as it was. */
  cut(giveBack: boolean, nowMs: number): Settlement {
    if (this.shard.returning === null) this.#cutNew(giveBack ? this.shard.unused : this.#surplus(nowMs))
    this.#timers.set(settleTimer, nowMs + settleAgainMs * 2 ** Math.min(this.#refusals, doublingsMax))
    const { number, version, batch, returning } = this.shard
    const claims = [...this.openClaims.values()].filter((open) => open.batch === batch).map(({ claim }) => claim)
    return {
      shard: number,
      heardAt: claims.length === this.openClaims.size ? version : null,
      batch: returning === null ? null : { number: batch, claims, returned: returning },
      wants: giveBack ? 0 : unitsWanted(this.shard, this.#demand, nowMs),
      asked: this.#asked,
    }
  }

  hear(settlement: Settlement, terms: EscrowTerms, nowMs: number): void {
    if (settlement.batch !== null) this.#settled(settlement.batch.number, nowMs)
    this.#asked -= settlement.asked
    this.#heardAtMs = nowMs
    this.#refusals = 0
    this.#save(hearTerms(this.shard, terms))
    if (this.openClaims.size > 0) this.#timers.set(settleTimer, nowMs + settleDelayMs)
    else if (this.shard.unused > 0) this.#timers.set(settleTimer, nowMs + heartbeatMs)
    else this.#timers.clear(settleTimer)
  }

  /** The batch stays as it was cut, and what it holds with it. */
  hearRefusal(): void {
    this.#refusals += 1
  }

  noteSettled(reservationId: string, nowMs: number): void {
    this.#tables.noteSettled(reservationId, nowMs)
  }

  /** After a rolled-back transaction. What was asked is no part of it. */
  forget(): void {
    this.#shard = null
    this.#open = null
  }

  #claim(shard: EscrowShard, claim: EscrowClaim, nowMs: number): void {
    const place = this.#tables.addClaim(claim)
    this.#openNow().set(claim.command.reservationId, { place, batch: null, claim })
    this.#save(shard)
    this.#timers.setAtLatest(settleTimer, isLow(shard, this.#demand, nowMs) ? nowMs : nowMs + settleDelayMs)
  }

  #surplus(nowMs: number): number {
    return unitsToReturn(this.shard, this.#demand, nowMs)
  }

  #cutNew(returned: number): void {
    const claims = [...this.openClaims.values()].slice(0, batchClaimsMax)
    const last = claims.at(-1)
    if (last === undefined && returned === 0) return
    const shard = cutBatch(this.shard, returned)
    if (last !== undefined) this.#tables.cut(shard.batch, last.place)
    for (const open of claims) this.#openNow().set(open.claim.command.reservationId, { ...open, batch: shard.batch })
    this.#save(shard)
  }

  #settled(batch: number, nowMs: number): void {
    this.#tables.settleBatch(batch, nowMs)
    for (const [id, open] of this.openClaims) if (open.batch === batch) this.#openNow().delete(id)
  }

  #openNow(): Map<string, OpenClaim> {
    return this.#open ?? new Map(this.openClaims)
  }

  #save(shard: EscrowShard): void {
    if (this.#name === null) throw new Error('a shard is saved before it is named')
    this.#shard = shard
    this.#tables.saveShard(this.#name, shard)
  }
}
