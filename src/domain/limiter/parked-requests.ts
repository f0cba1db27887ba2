/** Requests that wait for their turn: per lane, oldest order first; ties by key, so that every run agrees. */
import { type Lane, lanes } from './lanes.ts'
import type { LeaseRequest } from './limiter-contract.ts'

/** `wakes`: how often it was woken and nobody came. */
export type Parked = LeaseRequest & { readonly wakes: number }

export class ParkedRequests {
  readonly #byLane: Record<Lane, Parked[]> = { urgent: [], normal: [], bulk: [] }
  readonly #byKey = new Map<string, Parked>()

  get size(): number {
    return this.#byKey.size
  }

  has(key: string): boolean {
    return this.#byKey.has(key)
  }

  add(request: Parked): void {
    if (this.#byKey.has(request.key)) return
    this.#byKey.set(request.key, request)
    const queue = this.#byLane[request.lane]
    queue.splice(placeOf(queue, request), 0, request)
  }

  remove(key: string): Parked | null {
    const request = this.#byKey.get(key)
    if (request === undefined) return null
    this.#byKey.delete(key)
    const queue = this.#byLane[request.lane]
    queue.splice(placeOf(queue, request), 1)
    return request
  }

  /** The first of the lane that may go now. */
  firstDue(lane: Lane, nowMs: number): Parked | null {
    return this.#byLane[lane].find((request) => request.notBeforeMs <= nowMs) ?? null
  }

  hasDue(nowMs: number): boolean {
    return lanes.some((lane) => this.firstDue(lane, nowMs) !== null)
  }

  /** When the first of all may go; null when none waits. */
  earliestMs(): number | null {
    let earliest: number | null = null
    for (const request of this.#byKey.values()) {
      if (earliest === null || request.notBeforeMs < earliest) earliest = request.notBeforeMs
    }
    return earliest
  }
}

/** Where `request` stands or belongs: the first index whose entry does not come before it. */
function placeOf(queue: readonly Parked[], request: Parked): number {
  let low = 0
  let high = queue.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = queue[middle]
    if (other !== undefined && comesBefore(other, request)) low = middle + 1
    else high = middle
  }
  return low
}

function comesBefore(a: Parked, b: Parked): boolean {
  return a.orderedByMs < b.orderedByMs || (a.orderedByMs === b.orderedByMs && a.key < b.key)
}
