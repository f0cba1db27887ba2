/**
 * Reads of positions that many callers share. Whoever needs the truth of now must not be served by a read that had
 * begun before he asked, so reads wait for one turn of the event loop: all who ask within it share the one that then
 * begins. Whoever can do with less joins a read under way as well.
 */
import type { PositionSummary } from '../src/domain/atp/position-figures.ts'

export type PositionAnswer = {
  readonly location: string
  /** Null: nothing ever happened there. */
  readonly summary: PositionSummary | null
  /** When the read began: the answer is at least as young. */
  readonly askedAtMs: number
  readonly heldWhenAsked: number
}
type Ask = (location: string) => Promise<PositionAnswer>

export class PositionReads {
  readonly #ask: Ask
  readonly #waiting = new Map<string, Promise<PositionAnswer>>()
  readonly #underWay = new Map<string, Promise<PositionAnswer>>()

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** One answer per location, in order; those that failed are left to the caller to do without. */
  async read(
    locations: readonly string[],
    fromNowOn: boolean,
  ): Promise<readonly PromiseSettledResult<PositionAnswer>[]> {
    return Promise.allSettled(locations.map((location) => this.#join(location, fromNowOn)))
  }

  #join(location: string, fromNowOn: boolean): Promise<PositionAnswer> {
    const shared = this.#waiting.get(location) ?? (fromNowOn ? undefined : this.#underWay.get(location))
    if (shared !== undefined) return shared
    const read: Promise<PositionAnswer> = nextTurn().then(() => this.#begin(location, read))
    this.#waiting.set(location, read)
    return read
  }

  async #begin(location: string, read: Promise<PositionAnswer>): Promise<PositionAnswer> {
    this.#waiting.delete(location)
    this.#underWay.set(location, read)
    try {
      return await this.#ask(location)
    } finally {
      if (this.#underWay.get(location) === read) this.#underWay.delete(location)
    }
  }
}

const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0))
