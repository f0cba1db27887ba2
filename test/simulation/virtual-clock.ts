/** Time that passes only when nothing else can happen: events run one after the other, ties in the order they were set. */
type Scheduled = { readonly atMs: number; readonly seq: number; readonly run: () => void | Promise<void> }

export class VirtualClock {
  #nowMs: number
  #seq = 0
  readonly #heap: Scheduled[] = []
  readonly #failures: unknown[] = []
  #held = 0

  constructor(startMs: number) {
    this.#nowMs = startMs
  }

  readonly nowMs = (): number => this.#nowMs

  at(atMs: number, run: Scheduled['run']): void {
    this.#push({ atMs: Math.max(atMs, this.#nowMs), seq: this.#seq++, run })
  }

  after(delayMs: number, run: Scheduled['run']): void {
    this.at(this.#nowMs + delayMs, run)
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve))
  }

  /** Time stands still until this is done: the runtime itself is at work, such as on a digest. */
  hold(work: Promise<unknown>): void {
    this.#held += 1
    const over = () => {
      this.#held -= 1
    }
    work.then(over, over)
  }

  /** Runs until nothing is scheduled before `untilMs`, or `eventsMax` events have run. Answers how many did. */
  async runUntil(untilMs: number, eventsMax: number): Promise<number> {
    let events = 0
    for (; events < eventsMax; events += 1) {
      const [first] = this.#heap
      if (first === undefined || first.atMs > untilMs) break
      this.#pop()
      this.#nowMs = first.atMs
      void Promise.resolve(first.run()).catch((error: unknown) => this.#failures.push(error))
      // Everything that can go on without time passing does so before the next event.
      do await new Promise((resolve) => setImmediate(resolve))
      while (this.#held > 0)
      if (this.#failures.length > 0) throw this.#failures[0]
    }
    return events
  }

  #push(item: Scheduled): void {
    const heap = this.#heap
    heap.push(item)
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!this.#before(at, parent)) break
      this.#swap(at, parent)
      at = parent
    }
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    heap[0] = last
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      let least = at
      if (left < heap.length && this.#before(left, least)) least = left
      if (left + 1 < heap.length && this.#before(left + 1, least)) least = left + 1
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }

  #before(left: number, right: number): boolean {
    const [a, b] = [this.#heap[left], this.#heap[right]]
    if (a === undefined || b === undefined) return false
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.seq < b.seq)
  }

  #swap(left: number, right: number): void {
    const [a, b] = [this.#heap[left], this.#heap[right]]
    if (a === undefined || b === undefined) return
    this.#heap[left] = b
    this.#heap[right] = a
  }
}
