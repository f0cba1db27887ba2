/** What is due next, ties in the order they were put in: a heap, and nothing that waits for the event loop. */
type Timed<T> = { readonly atMs: number; readonly seq: number; readonly item: T }

export class TimeQueue<T> {
  readonly #heap: Timed<T>[] = []
  #seq = 0

  put(atMs: number, item: T): void {
    const heap = this.#heap
    heap.push({ atMs, seq: this.#seq++, item })
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!this.#swapUnless(parent, at)) break
      at = parent
    }
  }

  take(): { readonly atMs: number; readonly item: T } | null {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (first === undefined || last === undefined) return null
    if (heap.length > 0) heap[0] = last
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const least = right < heap.length && this.#before(right, left) ? right : left
      if (least >= heap.length || !this.#swapUnless(at, least)) return first
      at = least
    }
  }

  /** True when the two stood in the wrong order. */
  #swapUnless(upper: number, lower: number): boolean {
    const [a, b] = [this.#heap[upper], this.#heap[lower]]
    if (a === undefined || b === undefined || !this.#before(lower, upper)) return false
    this.#heap[upper] = b
    this.#heap[lower] = a
    return true
  }

  #before(left: number, right: number): boolean {
    const [a, b] = [this.#heap[left], this.#heap[right]]
    if (a === undefined || b === undefined) return false
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.seq < b.seq)
  }
}
