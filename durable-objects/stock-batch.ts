/**
 * One batch of a position, which commits or fails as one: commands and the settlements of shards, in the order in which
 * they came. A command that needs to hear shards first is answered so, and leaves no trace.
 */

import type { PositionId } from '../src/domain/shared/ids.ts'
import { err, ok, type Result } from '../src/domain/shared/result.ts'
import type { Asking } from '../src/domain/stock/decide-at-home.ts'
import { lotsSentBy } from '../src/domain/stock/lot-changes.ts'
import type { EscrowTerms, Settlement, SettlementRefusal } from '../src/domain/stock/settlement.ts'
import { availableAt } from '../src/domain/stock/states.ts'
import type { StockCommand, StockVerdict } from '../src/domain/stock/stock-command.ts'
import type { CommandMemory } from './command-memory.ts'
import type { StockEscrow } from './stock-escrow.ts'
import type { PreparedStep, StockLedger } from './stock-ledger.ts'
import type { StockSales } from './stock-sales.ts'

export type Asked = AskedCommand | { readonly position: PositionId; readonly settlement: Settlement }
export type AskedCommand = {
  readonly position: PositionId
  readonly command: StockCommand
  /** Shards that handed over since it came in, and how often they were asked to. */
  readonly heard: ReadonlySet<number>
  readonly rounds: number
  readonly call: MixedCall | null
}
/** Commands of one call that build on each other: those behind one that has to hear shards wait with it. */
export type MixedCall = { waitsFor: Asking | null }
export type Answer = StockVerdict | Asking | EscrowTerms | SettlementRefusal
/** What a command will be answered, and what has to be recorded for it; or who has to be heard before. */
type Planned = { readonly step: PreparedStep | null; readonly verdict: StockVerdict } | { readonly asking: Asking }
type Verdicts = Map<string, StockVerdict>
type Remember = (command: StockCommand, verdict: StockVerdict) => void
type Write = <Done>(work: (nowMs: number) => Done) => Done

/** Of a command that came straight here. */
export const nobody: ReadonlySet<number> = new Set()

export class StockBatch {
  readonly #ledger: StockLedger
  readonly #commands: CommandMemory<StockVerdict>
  readonly #escrow: StockEscrow
  readonly #sales: StockSales
  readonly #write: Write

  constructor(
    ledger: StockLedger,
    commands: CommandMemory<StockVerdict>,
    escrow: StockEscrow,
    sales: StockSales,
    write: Write,
  ) {
    this.#ledger = ledger
    this.#commands = commands
    this.#escrow = escrow
    this.#sales = sales
    this.#write = write
  }

  execute(asked: readonly Asked[]): readonly Result<Answer, unknown>[] {
    const verdicts = new Map(this.#commands.verdictsOf(repeatableIds(asked.flatMap(commandsOf))))
    const fresh = asked.filter((each) => 'settlement' in each || !verdicts.has(each.command.commandId))
    this.#escrow.noteAsked(asked.filter((each) => 'command' in each && each.heard === nobody).length)
    const position = fresh[0]?.position
    if (position === undefined) return asked.map((each) => this.#executeOne(each, verdicts, 0))
    return this.#write((nowMs) => {
      this.#ledger.tidy(nowMs)
      this.#ledger.open(position, fresh.flatMap(commandsOf))
      return asked.map((each) => this.#executeOne(each, verdicts, nowMs))
    })
  }

  #executeOne(asked: Asked, verdicts: Verdicts, nowMs: number): Result<Answer, unknown> {
    const remember = ({ commandId, unrepeated }: StockCommand, verdict: StockVerdict) => {
      if (unrepeated === true) return
      this.#commands.remember(commandId, verdict, nowMs)
      verdicts.set(commandId, verdict)
    }
    if ('settlement' in asked) return ok(this.#settle(asked.settlement, verdicts, remember, nowMs))
    const { command, heard, call } = asked
    const remembered = verdicts.get(command.commandId)
    if (remembered) return ok(remembered)
    if (call !== null && call.waitsFor !== null) return ok(call.waitsFor)
    const planned = this.#plan(command, heard, nowMs)
    if (!planned.ok) return planned
    if ('asking' in planned.value) {
      if (call !== null) call.waitsFor = planned.value.asking
      return ok(planned.value.asking)
    }
    const { step, verdict } = planned.value
    if (step) this.#ledger.record(step, nowMs)
    if (step) this.#sales.note(command, verdict)
    remember(command, verdict)
    return ok(verdict)
  }

  /** One that cannot be right must not take down its neighbours either. */
  #settle(settlement: Settlement, verdicts: Verdicts, remember: Remember, nowMs: number) {
    this.#escrow.noteAsked(settlement.asked)
    const settling = attempt(() => this.#escrow.prepare(settlement, verdicts, nowMs))
    if (!settling.ok) return this.#escrow.refuse(settlement, settling.error, nowMs)
    this.#escrow.record(settlement, settling.value, nowMs)
    for (const [command, verdict] of settling.value.answered) {
      remember(command, verdict)
      this.#sales.note(command, verdict)
    }
    // A claim may have run out on its way here.
    this.#ledger.tidy(nowMs)
    return settling.value.terms
  }

  /** A bug in one command must not take its neighbours in the batch down with it: nothing has been written yet. */
  #plan(command: StockCommand, heard: ReadonlySet<number>, nowMs: number): Result<Planned, unknown> {
    return attempt(() => {
      const facts = this.#ledger.factsFor(command, nowMs)
      const answer = this.#escrow.decide(command, facts, heard)
      if (answer.kind === 'ask') return { asking: answer.asking }
      const { decided } = answer
      if (!decided.ok) return { step: null, verdict: decided }
      const { effect, granted } = decided.value
      const step = this.#ledger.prepare(decided.value, facts, command.cause, nowMs)
      const { version } = step.position
      const told = { effect, granted, available: availableAt(step.position), version }
      return { step, verdict: { ok: true, ...told, ...lotsSentBy(decided.value.events) } }
    })
  }
}

function attempt<Done>(work: () => Done): Result<Done, unknown> {
  try {
    return ok(work())
  } catch (error) {
    return err(error)
  }
}

const commandsOf = (asked: Asked): readonly StockCommand[] =>
  'command' in asked ? [asked.command] : (asked.settlement.batch?.claims ?? []).map(({ command }) => command)

const repeatableIds = (commands: readonly StockCommand[]) =>
  commands.flatMap(({ commandId, unrepeated }) => (unrepeated === true ? [] : [commandId]))
