/**
 * One thing at a time: an object, a queue or a database. What waits is taken in batches, since calls that are parked
 * together share a commit; beyond the limit a call is refused.
 */
import type { Agenda } from './agenda.ts'

export type Pace = {
  /** Busy per batch, whatever is in it. */
  readonly batchMs: number
  /** And per item. */
  readonly itemMs: number
  readonly batchMax: number
  readonly waitingMax: number
}
/** All stations of one kind. */
export type Load = { busyMs: number; served: number; batches: number; refused: number; waitingPeak: number }

export const noLoad = (): Load => ({ busyMs: 0, served: 0, batches: 0, refused: 0, waitingPeak: 0 })

export class Station {
  readonly #agenda: Agenda
  readonly #pace: Pace
  readonly load = noLoad()
  #waiting: (() => void)[] = []
  #busy = false

  constructor(agenda: Agenda, pace: Pace) {
    this.#agenda = agenda
    this.#pace = pace
  }

  /** False when too many wait already: nothing was begun. */
  serve(done: () => void): boolean {
    if (this.#waiting.length >= this.#pace.waitingMax) {
      this.load.refused += 1
      return false
    }
    this.#waiting.push(done)
    this.load.waitingPeak = Math.max(this.load.waitingPeak, this.#waiting.length)
    if (!this.#busy) this.#next()
    return true
  }

  #next(): void {
    const { batchMs, itemMs, batchMax } = this.#pace
    const batch = this.#waiting.slice(0, batchMax)
    this.#waiting = this.#waiting.slice(batchMax)
    this.#busy = true
    const tookMs = batchMs + itemMs * batch.length
    this.#agenda.after(tookMs, () => {
      this.#busy = false
      this.load.busyMs += tookMs
      this.load.served += batch.length
      this.load.batches += 1
      for (const done of batch) done()
      if (!this.#busy && this.#waiting.length > 0) this.#next()
    })
  }
}
