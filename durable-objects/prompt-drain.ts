/**
 * Sends what an outbox owes by a timer in memory. Setting the object's alarm is a write of its own, and each time it
 * goes off is a request. So the alarm only stands behind the timer: it goes off a while later and finds nothing left to
 * do, or what an object left behind that died in between.
 */
import type { Pending } from './alarm-clock.ts'

/** How much later than the timer the alarm goes off: under steady traffic it is set and run once in that time. */
const behindMs = 10_000
/** What is due later than this waits for the alarm alone: a timer would keep the object in memory for it. */
const promptMaxMs = 2_000

export class PromptDrain implements Pending {
  readonly #outbox: Pending
  readonly #drain: () => Promise<void>
  #timer: { readonly id: ReturnType<typeof setTimeout>; readonly atMs: number } | null = null

  /** `drain` sends what is due, and never throws. */
  constructor(outbox: Pending, drain: () => Promise<void>) {
    this.#outbox = outbox
    this.#drain = drain
  }

  /** When the alarm has to go off for what the outbox owes. */
  nextDueMs(): number | null {
    const dueAtMs = this.#outbox.nextDueMs()
    if (dueAtMs === null) return null
    const nowMs = Date.now()
    return dueAtMs >= nowMs && dueAtMs <= nowMs + promptMaxMs ? dueAtMs + behindMs : dueAtMs
  }

  /** In the turn of the write that made something pending. Should that be rolled back, the timer finds nothing due. */
  schedule(nowMs: number): void {
    const dueAtMs = this.#outbox.nextDueMs()
    if (dueAtMs === null || dueAtMs > nowMs + promptMaxMs) return
    if (this.#timer !== null && this.#timer.atMs <= dueAtMs) return
    if (this.#timer !== null) clearTimeout(this.#timer.id)
    const id = setTimeout(() => this.#goOff(), Math.max(0, dueAtMs - nowMs))
    this.#timer = { id, atMs: dueAtMs }
  }

  #goOff(): void {
    this.#timer = null
    void this.#drain()
  }
}
