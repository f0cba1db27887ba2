/** Calls that arrive in one turn of the event loop share one transaction. */
export class Batch<Item, Answer> {
  readonly #apply: (items: readonly Item[]) => readonly Answer[]
  #parked: { readonly item: Item; readonly resolve: (answer: Answer) => void }[] = []

  constructor(apply: (items: readonly Item[]) => readonly Answer[]) {
    this.#apply = apply
  }

  join(item: Item): Promise<Answer> {
    if (this.#parked.length === 0) setTimeout(() => this.#flush(), 0)
    return new Promise((resolve) => this.#parked.push({ item, resolve }))
  }

  #flush(): void {
    const batch = this.#parked
    this.#parked = []
    const answers = this.#apply(batch.map(({ item }) => item))
    batch.forEach(({ resolve }, index) => {
      resolve(answers[index] as Answer)
    })
  }
}
