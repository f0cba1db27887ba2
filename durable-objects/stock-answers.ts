/**
 * Answers a call's commands out of batches. One that needs to hear shards first is decided again once they were heard;
 * of commands that build on each other none is decided before one that waits.
 */
import { describeError } from '../src/domain/shared/describe-error.ts'
import type { PositionId } from '../src/domain/shared/ids.ts'
import type { StockCommand, StockVerdict } from '../src/domain/stock/stock-command.ts'
import type { GroupCommit } from './group-commit.ts'
import { type Answer, type Asked, type AskedCommand, nobody } from './stock-batch.ts'
import type { StockEscrow } from './stock-escrow.ts'

const overloaded: StockVerdict = { ok: false, error: { reason: 'overloaded' } }
/** Shards that take part in vain that often are out of reach: the caller is better off asking again later. */
const askRoundsMax = 3

type Verdicts = readonly StockVerdict[]
/** Shards that handed over since the commands came in, and how often the first of them had to ask. */
type Heard = { readonly heard: ReadonlySet<number>; readonly rounds: number }

export class StockAnswers {
  readonly #execution: GroupCommit<Asked, Answer>
  readonly #escrow: StockEscrow

  constructor(execution: GroupCommit<Asked, Answer>, escrow: StockEscrow) {
    this.#execution = execution
    this.#escrow = escrow
  }

  of(position: PositionId, commands: readonly StockCommand[]): Promise<Verdicts> {
    return this.#answer(position, commands, { heard: nobody, rounds: 0 })
  }

  /** Those that a shard passes on come from many callers; what is said of one reservation keeps its order. */
  async passedOn(position: PositionId, shard: number, commands: readonly StockCommand[]): Promise<Verdicts> {
    const heard = new Set([shard])
    const verdicts = new Map<StockCommand, StockVerdict>()
    const calls = Map.groupBy(commands, (command) => ('reservationId' in command ? command.reservationId : command))
    const answered = [...calls.values()].map(async (own) => {
      const answers = await this.#unthrown(position, own, { heard, rounds: 0 })
      for (const [index, command] of own.entries()) verdicts.set(command, answers[index] ?? overloaded)
    })
    await Promise.all(answered)
    return commands.map((command) => verdicts.get(command) ?? overloaded)
  }

  /** Its neighbours come from other callers: they must not hear of it. */
  async #unthrown(position: PositionId, commands: readonly StockCommand[], heard: Heard): Promise<Verdicts> {
    try {
      return await this.#answer(position, commands, heard)
    } catch (error) {
      console.error(JSON.stringify({ event: 'stock_command_failed', position, ...describeError(error) }))
      return []
    }
  }

  async #answer(position: PositionId, commands: readonly StockCommand[], { heard, rounds }: Heard): Promise<Verdicts> {
    const areMixed = commands.some(({ type }) => type !== commands[0]?.type)
    const call = areMixed ? { waitsFor: null } : null
    const asked = commands.map((command): AskedCommand => ({ position, command, heard, rounds, call }))
    const joined = this.#execution.joinAll(asked)
    if (joined === null) return commands.map(() => overloaded)
    const answers = await Promise.all(joined)
    const waiting = call === null ? -1 : answers.findIndex((answer) => 'giveBack' in answer)
    if (waiting < 0) return Promise.all(asked.map((each, index) => this.#verdictOf(each, answers[index])))
    const before = asked.slice(0, waiting).map((each, index) => this.#verdictOf(each, answers[index]))
    // The first that waits is another one now: it may ask as often as any.
    const asking = { heard, rounds: waiting === 0 ? rounds : 0 }
    const rest = await this.#afterHearing(position, commands.slice(waiting), asking, answers[waiting])
    return [...(await Promise.all(before)), ...rest]
  }

  async #verdictOf({ position, command, heard, rounds }: AskedCommand, answer?: Answer): Promise<StockVerdict> {
    if (answer !== undefined && 'ok' in answer) return { ...answer, ...this.#escrow.shards }
    const [verdict = overloaded] = await this.#afterHearing(position, [command], { heard, rounds }, answer)
    return verdict
  }

  /** Not refused before the shards were asked. */
  async #afterHearing(
    position: PositionId,
    commands: readonly StockCommand[],
    { heard, rounds }: Heard,
    answer?: Answer,
  ): Promise<Verdicts> {
    if (answer === undefined || !('giveBack' in answer) || rounds >= askRoundsMax) return commands.map(() => overloaded)
    return this.#escrow.collectFor(answer, (newly) =>
      this.#answer(position, commands, { heard: new Set([...heard, ...newly]), rounds: rounds + 1 }),
    )
  }
}
