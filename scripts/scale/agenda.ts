/** What happens when, in virtual time: a binary heap whose ties keep the order in which they were planned. */
type Entry = { readonly atMs: number; readonly place: number; readonly run: () => void }

export class Agenda {
  readonly #heap: Entry[] = []
  readonly #eventsMax: number
  #planned = 0
  events = 0
  nowMs = 0

  constructor(eventsMax: number) {
    this.#eventsMax = eventsMax
  }

  after(delayMs: number, run: () => void): void {
    this.#push({ atMs: this.nowMs + delayMs, place: this.#planned++, run })
  }

  /** Until nothing is planned any more. Throws when that takes more events than are allowed. */
  run(): void {
    for (let next = this.#pop(); next !== undefined; next = this.#pop()) {
      this.events += 1
      if (this.events > this.#eventsMax) throw new Error(`more than ${this.#eventsMax} events`)
      this.nowMs = next.atMs
      next.run()
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !isBefore(entry, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = entry
  }

  #pop(): Entry | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) this.#sink(last)
    return first
  }

  #sink(entry: Entry): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
      const leftFirst = right === undefined || (left !== undefined && isBefore(left, right))
      const child = leftFirst ? left : right
      if (child === undefined || !isBefore(child, entry)) break
      heap[at] = child
      at = 2 * at + (leftFirst ? 1 : 2)
    }
    heap[at] = entry
  }
}

const isBefore = (left: Entry, right: Entry) =>
  left.atMs < right.atMs || (left.atMs === right.atMs && left.place < right.place)
