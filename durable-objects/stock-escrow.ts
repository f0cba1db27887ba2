/**
 * What a position does about its shards: opens and closes them by its load, takes over what they settle, grants them
 * units, and collects from them before it refuses anybody. What it has measured and heard lives in memory: an actor
 * that wakes anew asks once more than it had to.
 */
import { actor } from '../src/actor-apis.ts'
import type { Cause } from '../src/domain/shared/cause.ts'
import { describeError } from '../src/domain/shared/describe-error.ts'
import { correlationId, type PositionId } from '../src/domain/shared/ids.ts'
import { adoptClaim } from '../src/domain/stock/adopt-claim.ts'
import { type Asking, decideAtHome } from '../src/domain/stock/decide-at-home.ts'
import type { StockFacts } from '../src/domain/stock/decision.ts'
import { accountAt, escrowOf, isOverdrawn, isUpToDate, shardName, shardsWithUnits } from '../src/domain/stock/escrow.ts'
import { loadLimits, noLoad, shardsFor, withAsked } from '../src/domain/stock/escrow-load.ts'
import { type Granting, termsFor, unitsToGrant } from '../src/domain/stock/grant-escrow.ts'
import type { Position } from '../src/domain/stock/position.ts'
import type { Batch, EscrowApi, EscrowTerms, Settlement, SettlementRefusal } from '../src/domain/stock/settlement.ts'
import type { StockCommand, StockVerdict } from '../src/domain/stock/stock-command.ts'
import type { EscrowEvent } from '../src/domain/stock/stock-event.ts'
import type { Env } from '../src/env.ts'
import { Convoy } from './convoy.ts'
import type { PreparedStep, StockLedger } from './stock-ledger.ts'
import type { Timers } from './timers.ts'

const escrowTimer = 'escrow'
/** While shards are open the load is looked at this often, also when nobody asks any more. */
const reviewMs = 2_000
/** Hand-overs asked of one shard together. */
const askersMax = 1_000

/** What was answered to the commands of the claims, by command id. */
type Verdicts = ReadonlyMap<string, StockVerdict>
type Answered = readonly [StockCommand, StockVerdict]
/** What a settlement comes to. Nothing of it is written yet. */
export type Settling = {
  readonly terms: EscrowTerms
  readonly steps: readonly PreparedStep[]
  /** Commands of claims that were taken over. */
  readonly answered: readonly Answered[]
}

export class StockEscrow {
  readonly #env: Env
  readonly #ledger: StockLedger
  readonly #timers: Timers
  readonly #askers = new Map<number, Convoy<boolean, boolean>>()
  /** Of these no claim is out that was made before the number of shards changed last. */
  readonly #upToDate = new Set<number>()
  #load = noLoad
  #asked = 0
  #keepBack = 0
  #collecting = 0
  /** When it was reviewed last: called in at once when that begins, then with every review. */
  #wasOverdrawn = false
  /** Replaced by tests. */
  limits = loadLimits

  constructor(env: Env, ledger: StockLedger, timers: Timers) {
    this.#env = env
    this.#ledger = ledger
    this.#timers = timers
  }

  /** Absent while the position serves alone, as verdicts tell it. */
  get shards(): { readonly shards?: number } {
    const { shards } = escrowOf(this.#ledger.position)
    return shards === 0 ? {} : { shards }
  }

  /** Shards that have units of the position, or claims on them. */
  get holders(): readonly number[] {
    return shardsWithUnits(this.#ledger.position)
  }

  /** Of these, the ones that are closed; all of them while there is less than what they and others were promised. */
  get leavers(): readonly number[] {
    const { position } = this.#ledger
    return isOverdrawn(position, Date.now())
      ? this.holders
      : this.holders.filter((shard) => shard >= escrowOf(position).shards)
  }

  decide(command: StockCommand, facts: StockFacts, forThis: ReadonlySet<number>) {
    if ('keepBack' in command) this.#keepBack = Math.max(this.#keepBack, command.keepBack ?? 0)
    return decideAtHome(command, facts, { forThis, isUpToDate: (shard) => this.#upToDate.has(shard) })
  }

  noteAsked(commands: number): void {
    this.#asked += commands
  }

  /**
   * Inside the transaction, writes nothing: what contradicts the books throws here, and only here. A batch that was
   * taken over before is answered again and changes nothing.
   */
  prepare(settlement: Settlement, verdicts: Verdicts, nowMs: number): Settling {
    const { shard, batch } = settlement
    const before = this.#ledger.position
    const isNew = batch !== null && batch.number > accountAt(before, shard).batch
    const { steps, answered } = isNew ? this.#takeOver(shard, batch, verdicts, nowMs) : nothingNew
    const position = steps.at(-1)?.position ?? before
    const granting = this.#granting(nowMs)
    const quantity = unitsToGrant(position, settlement, granting)
    if (quantity === 0) return { terms: termsFor(position, shard, granting), steps, answered }
    const grant = this.#step([{ type: 'escrow_granted', shard, quantity }], position, nowMs)
    return { terms: termsFor(grant.position, shard, granting), steps: [...steps, grant], answered }
  }

  /** Inside the transaction. */
  record({ shard, heardAt }: Settlement, { steps }: Settling, nowMs: number): void {
    for (const step of steps) this.#ledger.record(step, nowMs)
    if (isUpToDate(this.#ledger.position, heardAt)) this.#upToDate.add(shard)
  }

  /** Inside the transaction: told once for each batch, in the log and as a case. It stays with its shard. */
  refuse({ shard, batch }: Settlement, error: unknown, nowMs: number): SettlementRefusal {
    const because = error instanceof Error ? error.message : 'no error was given'
    const isNews = batch !== null && accountAt(this.#ledger.position, shard).refused !== batch.number
    if (isNews) this.#record([{ type: 'escrow_refused', shard, batch: batch.number, because }], nowMs)
    const subject = { position: this.#name, shard, batch: batch?.number ?? null }
    console.error(JSON.stringify({ event: 'stock_settlement_refused', ...subject, ...describeError(error) }))
    return { refused: because }
  }

  /** Inside the transaction, after everything else: opens and closes shards, calls in what is not there any more. */
  review(nowMs: number): void {
    const wasOverdrawn = this.#wasOverdrawn
    this.#wasOverdrawn = isOverdrawn(this.#ledger.position, nowMs)
    const { shards } = escrowOf(this.#ledger.position)
    this.#load = withAsked(this.#load, this.#asked, shards, nowMs, this.limits)
    this.#asked = 0
    const next = shardsFor(this.#load, shards, nowMs, this.limits)
    if (next !== shards) {
      this.#record([{ type: 'shards_set', shards: next }], nowMs)
      // What a shard has not handed over was claimed under another number, even if that number comes again.
      this.#upToDate.clear()
      this.#load = { ...this.#load, hotSinceMs: null, calmSinceMs: null }
    }
    if (next === 0 && this.holders.length === 0) this.#timers.clear(escrowTimer)
    else if (this.#wasOverdrawn && !wasOverdrawn) this.#timers.set(escrowTimer, nowMs)
    else if ((this.#timers.dueAtMs(escrowTimer) ?? 0) <= nowMs) this.#timers.set(escrowTimer, nowMs + reviewMs)
  }

  /** After a rolled-back transaction: a hand-over may not have happened. */
  forget(): void {
    this.#upToDate.clear()
  }

  /** Asks the shards to hand over, then does the work: nothing is granted anew in between. */
  async collectFor<Done>(asking: Asking, work: (heard: ReadonlySet<number>) => Promise<Done>): Promise<Done> {
    this.#collecting += asking.giveBack ? 1 : 0
    try {
      return await work(await this.collect(asking))
    } finally {
      this.#collecting -= asking.giveBack ? 1 : 0
    }
  }

  /** Answers who did hand over. A shard out of reach is left out: whoever needs it has to ask again. */
  async collect({ shards, giveBack }: Asking): Promise<ReadonlySet<number>> {
    const asked = shards.map(async (shard) => ((await this.#askerOf(shard).join(giveBack)) ? shard : null))
    const answered = await Promise.allSettled(asked)
    return new Set(answered.flatMap((each) => (each.status === 'fulfilled' && each.value !== null ? [each.value] : [])))
  }

  #askerOf(shard: number): Convoy<boolean, boolean> {
    const known = this.#askers.get(shard)
    if (known) return known
    const asker = new Convoy<boolean, boolean>(async (asked) => {
      const name = shardName(this.#name, shard)
      await actor<EscrowApi>(this.#env.ESCROW, name).handOver(name, asked.includes(true))
      return asked.map(() => true)
    }, askersMax)
    this.#askers.set(shard, asker)
    return asker
  }

  #takeOver(shard: number, batch: Batch, verdicts: Verdicts, nowMs: number): Omit<Settling, 'terms'> {
    const account = accountAt(this.#ledger.position, shard)
    const { number } = batch
    if (number !== account.batch + 1) throw new Error(`shard ${shard} settles batch ${number} after ${account.batch}`)
    const adoptions = batch.claims.map((claim) => {
      const { reservationId, commandId, quantity } = claim.command
      const existing = this.#ledger.reservation(reservationId)
      return { claim, existing, quantity, ...adoptClaim(claim, existing, verdicts.has(commandId)) }
    })
    const units = adoptions.reduce((sum, { quantity }) => sum + quantity, 0)
    const adopted = adoptions.reduce((sum, each) => sum + (each.adopted ? each.quantity : 0), 0)
    const returned = batch.returned + units - adopted
    const settled = [{ type: 'escrow_settled', shard, batch: number, adopted, returned } as const]
    const mended = account.refused === undefined ? [] : [{ type: 'escrow_mended', shard, batch: number } as const]
    let newest = this.#step([...settled, ...mended], this.#ledger.position, nowMs)
    const steps = [newest]
    const answered: Answered[] = []
    for (const { claim, existing, events, quantity } of adoptions) {
      const from = { position: newest.position, reservation: existing }
      if (events.length > 0) newest = this.#ledger.prepareEvents(events, from, claim.command.cause, nowMs)
      if (events.length > 0) steps.push(newest)
      if (verdicts.has(claim.command.commandId)) continue
      const { version } = newest.position
      answered.push([claim.command, { ok: true, effect: 'applied', granted: quantity, available: 0, version }])
    }
    return { steps, answered }
  }

  #granting(nowMs: number): Granting {
    const isPaused = this.#collecting > 0 || this.#ledger.waiters > 0
    return { nowMs, keepBack: this.#keepBack, isPaused }
  }

  #record(events: readonly EscrowEvent[], nowMs: number): void {
    this.#ledger.record(this.#step(events, this.#ledger.position, nowMs), nowMs)
  }

  #step(events: readonly EscrowEvent[], position: Position, nowMs: number): PreparedStep {
    return this.#ledger.prepareEvents(events, { position, reservation: null }, escrowCause(this.#name), nowMs)
  }

  get #name(): PositionId {
    const { name } = this.#ledger
    if (name === null) throw new Error('a position has shards before it is named')
    return name
  }
}

const nothingNew: Omit<Settling, 'terms'> = { steps: [], answered: [] }

const escrowCause = (position: PositionId): Cause => ({
  correlationId: correlationId(`escrow/${position}`),
  kind: 'timer',
  id: escrowTimer,
})
