/**
 * EscrowActor, `<sku>@<location>/<shard>`: promises units that a hot position has set aside for it, and hands its
 * claims over behind the answer. It has no history of its own: what it granted stands in the position's log soon after.
 */
import { DurableObject } from 'cloudflare:workers'
import { actor, type StockApi } from '../src/actor-apis.ts'
import { describeError } from '../src/domain/shared/describe-error.ts'
import { ok, type Result } from '../src/domain/shared/result.ts'
import type { Command } from '../src/domain/stock/decision.ts'
import { parseShardName } from '../src/domain/stock/escrow.ts'
import type { EscrowApi } from '../src/domain/stock/settlement.ts'
import type { StockCommand, StockVerdict } from '../src/domain/stock/stock-command.ts'
import type { Env } from '../src/env.ts'
import { AlarmClock } from './alarm-clock.ts'
import { AtomicWrites } from './atomic-writes.ts'
import { CommandMemory, commandMemoryTable } from './command-memory.ts'
import { Convoy } from './convoy.ts'
import { EscrowBook } from './escrow-book.ts'
import { EscrowTables, escrowTables } from './escrow-tables.ts'
import { GroupCommit, parkedMax } from './group-commit.ts'
import { logFailure } from './log-failure.ts'
import { Migrations } from './migrations.ts'
import { Timers, timersTable } from './timers.ts'

type Hold = Command<'hold'>

const steps = [{ id: 1, statements: [...escrowTables, commandMemoryTable, timersTable] }]
/** Commands passed on in one call. */
const passedMax = 200
/** A position that could not be told is told again after this. */
const settleAgainMs = 1_000
const overloaded: StockVerdict = { ok: false, error: { reason: 'overloaded' } }

export class EscrowActor extends DurableObject<Env> implements EscrowApi {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  readonly #commands = new CommandMemory<StockVerdict>(this.ctx.storage, this.#migrations)
  readonly #timers = new Timers(this.ctx.storage, this.#migrations)
  readonly #book = new EscrowBook(new EscrowTables(this.ctx.storage.sql, this.#migrations), this.#timers)
  readonly #clock = new AlarmClock(this.ctx.storage, [this.#timers])
  readonly #writes = new AtomicWrites(this.ctx, this.#migrations, this.#clock, [this.#timers, this.#book])
  /** Readable from within the object only; its counters say how many claims share a commit. */
  readonly execution = new GroupCommit<Hold, StockVerdict | null>((holds) => this.#claimAll(holds))
  readonly #passing = new Convoy<StockCommand, StockVerdict>((commands) => this.#passOn(commands), passedMax)
  readonly #settling = new Convoy<boolean, true>((asked) => this.#settleFor(asked), parkedMax)

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    if (this.#migrations.applied) void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  async applyMany(shard: string, commands: readonly StockCommand[]): Promise<readonly StockVerdict[]> {
    this.#book.open(shard)
    this.#book.noteAsked(commands, Date.now())
    if (this.#passing.waiting + commands.length > parkedMax) return commands.map(() => overloaded)
    // Said together with anything else, a hold keeps its place among the others.
    const holds = commands.filter((command) => command.type === 'hold')
    const joined = holds.length === commands.length ? this.execution.joinAll(holds) : commands.map(() => null)
    if (joined === null) return commands.map(() => overloaded)
    const own = await Promise.all(joined)
    const { shards } = this.#book.shard
    return Promise.all(
      commands.map(async (command, index) => {
        const verdict = own[index] ?? null
        return verdict === null ? this.#passing.join(command) : { ...verdict, shards }
      }),
    )
  }

  async handOver(shard: string, giveBack: boolean): Promise<void> {
    this.#book.open(shard)
    await this.#settling.join(giveBack)
  }

  /** Never throws: a throwing alarm is dropped after a few tries, and what is pending with it. */
  override async alarm(): Promise<void> {
    this.#clock.wentOff()
    try {
      if ((this.#book.settleDueMs ?? Number.POSITIVE_INFINITY) <= Date.now()) await this.#settling.join(false)
    } catch (error) {
      logFailure('escrow_alarm_failed', this.ctx.id, error)
    }
    this.#clock.arm(Date.now(), Date.now() + settleAgainMs)
  }

  #claimAll(commands: readonly Hold[]): readonly Result<StockVerdict | null, unknown>[] {
    const verdicts = new Map(this.#commands.verdictsOf(commands.map(({ commandId }) => commandId)))
    const knownAs = this.#book.knownAmong(commands)
    return this.#writes.commit((nowMs) =>
      commands.map((command) => {
        const remembered = verdicts.get(command.commandId)
        if (remembered) return ok(remembered)
        const verdict = this.#book.decide(command, knownAs(command.reservationId), nowMs)
        if (verdict === null) return ok(null)
        if (command.unrepeated === true) return ok(verdict)
        this.#commands.remember(command.commandId, verdict, nowMs)
        verdicts.set(command.commandId, verdict)
        return ok(verdict)
      }),
    )
  }

  /** After a settlement: the position decides about reservations that were claimed here, and knows what is left. */
  async #passOn(commands: readonly StockCommand[]): Promise<readonly StockVerdict[]> {
    try {
      if (this.#book.isUnsettled(Date.now())) await this.#settling.join(false)
      const verdicts = await this.#home().decideFor(this.#position(), this.#book.shard.number, commands)
      this.#rememberPassed(commands, verdicts)
      return verdicts
    } catch (error) {
      // What the position did is unknown, and the same commands find out.
      console.warn(JSON.stringify({ event: 'escrow_position_unreached', ...describeError(error) }))
      return commands.map(() => overloaded)
    }
  }

  /** Holds alone: asked again, the shard might grant what the position has granted or refused already. */
  #rememberPassed(commands: readonly StockCommand[], verdicts: readonly StockVerdict[]): void {
    const answered = commands.flatMap((command, index) => {
      const verdict = verdicts[index]
      const isAnswer = verdict !== undefined && (verdict.ok || verdict.error.reason !== 'overloaded')
      return command.type === 'hold' && isAnswer ? [{ command, verdict }] : []
    })
    if (answered.length === 0) return
    const known = new Set(this.#commands.verdictsOf(answered.map(({ command }) => command.commandId)).keys())
    this.#writes.commit((nowMs) => {
      for (const { command, verdict } of answered) {
        if (verdict.ok) this.#book.noteSettled(command.reservationId, nowMs)
        if (command.unrepeated === true || known.has(command.commandId)) continue
        const { shards: _, ...remembered } = verdict
        this.#commands.remember(command.commandId, remembered, nowMs)
        known.add(command.commandId)
      }
    })
  }

  /** Everything that was claimed when it began, and with `giveBack` every unit that is not. */
  async #settleFor(asked: readonly boolean[]): Promise<readonly true[]> {
    const giveBack = asked.includes(true)
    const { lastPlace } = this.#book
    do {
      const settlement = this.#writes.commit((nowMs) => this.#book.cut(giveBack, nowMs))
      const terms = await this.#home().settle(this.#position(), settlement)
      if ('refused' in terms) {
        this.#book.hearRefusal()
        throw new Error(`batch ${settlement.batch?.number} was refused: ${terms.refused}`)
      }
      this.#writes.commit((nowMs) => this.#book.hear(settlement, terms, nowMs))
    } while (this.#book.hasLeft(lastPlace, giveBack))
    return asked.map(() => true)
  }

  #position(): string {
    return parseShardName(this.#book.name ?? '').position
  }

  #home(): StockApi {
    return actor<StockApi>(this.env.STOCK, this.#position())
  }
}
