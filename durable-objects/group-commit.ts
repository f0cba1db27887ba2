/**
 * Concurrent calls to one object do not share a commit by themselves. This parks them for one turn of the event loop,
 * applies all of them in one go and answers each: one transaction, one fsync for the lot.
 */
import type { Result } from '../src/domain/shared/result.ts'

/** An actor serves about 500 writes a second: what is parked beyond this would wait for seconds. */
export const parkedMax = 2_048

type Parked<Item, Answer> = {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (cause: unknown) => void
}

export class GroupCommit<Item, Answer> {
  readonly #apply: (items: readonly Item[]) => readonly Result<Answer, unknown>[]
  readonly #limit: number
  #parked: Parked<Item, Answer>[] = []
  /** How many batches were applied and how many items they carried: their ratio is the fsyncs per operation. */
  batches = 0
  items = 0

  /** `apply` answers one result per item, in order: an item whose result is an error has thrown, its mates are well. */
  constructor(apply: (items: readonly Item[]) => readonly Result<Answer, unknown>[], limit = parkedMax) {
    this.#apply = apply
    this.#limit = limit
  }

  /** Null when too many are parked already: the caller answers `overloaded`, nothing was done. */
  join(item: Item): Promise<Answer> | null {
    return this.joinAll([item])?.[0] ?? null
  }

  /** All of them or none; they stay neighbours in one batch. */
  joinAll(items: readonly Item[]): readonly Promise<Answer>[] | null {
    if (this.#parked.length + items.length > this.#limit) return null
    if (this.#parked.length === 0) setTimeout(() => this.#flush(), 0)
    return items.map((item) => new Promise<Answer>((resolve, reject) => this.#parked.push({ item, resolve, reject })))
  }

  #flush(): void {
    const batch = this.#parked
    this.#parked = []
    this.batches += 1
    this.items += batch.length
    const results = this.#attempt(batch.map((parked) => parked.item))
    batch.forEach((parked, index) => {
      const result = results[index]
      if (result?.ok) parked.resolve(result.value)
      else parked.reject(result?.error ?? new Error('the batch answered too few results'))
    })
  }

  #attempt(items: readonly Item[]): readonly Result<Answer, unknown>[] {
    try {
      return this.#apply(items)
    } catch (error) {
      return items.map(() => ({ ok: false, error }))
    }
  }
}
