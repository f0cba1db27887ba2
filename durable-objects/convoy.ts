/**
 * One call at a time: what is asked while a call is under way goes together in the next one. Whoever joins is answered
 * by a call that began after he joined, so the answer is as new as his question.
 */
type Waiting<Item, Answer> = {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (cause: unknown) => void
}

export class Convoy<Item, Answer> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Answer[]>
  readonly #perCallMax: number
  readonly #waiting: Waiting<Item, Answer>[] = []
  #underWay = false

  /** `run` answers one answer per item, in order; when it throws, each of its items gets the error. */
  constructor(run: (items: readonly Item[]) => Promise<readonly Answer[]>, perCallMax: number) {
    this.#run = run
    this.#perCallMax = perCallMax
  }

  get waiting(): number {
    return this.#waiting.length
  }

  join(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (!this.#underWay) void this.#drive()
    })
  }

  async #drive(): Promise<void> {
    this.#underWay = true
    // What is joined in the same turn goes in the first call already.
    await Promise.resolve()
    while (this.#waiting.length > 0) await this.#call(this.#waiting.splice(0, this.#perCallMax))
    this.#underWay = false
  }

  async #call(joined: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#run(joined.map(({ item }) => item))
      joined.forEach(({ resolve, reject }, index) => {
        const answer = answers[index]
        if (answer === undefined) reject(new Error('the call answered too little'))
        else resolve(answer)
      })
    } catch (error) {
      for (const { reject } of joined) reject(error)
    }
  }
}
