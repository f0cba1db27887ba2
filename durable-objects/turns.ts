/**
 * One at a time per key: between the steps of one request, which wait for other actors, another request for the same
 * thing must not get in. Requests for other keys go on beside it.
 */
export class Turns {
  readonly #limit: number
  readonly #last = new Map<string, Promise<unknown>>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Null when as many keys as the limit allows are being worked on: nothing was begun. */
  take<Answer>(key: string, work: () => Promise<Answer>): Promise<Answer> | null {
    const before = this.#last.get(key)
    if (before === undefined && this.#last.size >= this.#limit) return null
    const turn = before === undefined ? work() : before.then(work, work)
    this.#last.set(key, turn)
    const leave = () => {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    }
    turn.then(leave, leave)
    return turn
  }
}
