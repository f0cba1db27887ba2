/**
 * Sends what an outbox owes by a timer in memory. Setting the object's alarm is a write of its own, and each time it
 * goes off is a request. So the alarm only stands behind the timer: it goes off a while later and finds nothing left to
 * do, or what an object left behind that died in between. What was sent and confirmed waits for a commit to record it.
 */
import type { Pending } from './alarm-clock.ts'
import type { Outbox } from './outbox.ts'

/** How much later than the timer the alarm goes off: under steady traffic it is set and run once in that time. */
const behindMs = 20_000
/** What is due later than this waits for the alarm alone: a timer would keep the object in memory for it. */
const promptMaxMs = 2_000
/** No commit came: an object that falls asleep, after ten seconds at the earliest, forgets what it noted. */
const recordAfterMs = 4_000

type Timer = ReturnType<typeof setTimeout>

export class PromptDrain<Effect extends { readonly kind: string }> implements Pending {
  readonly #storage: DurableObjectStorage
  readonly #outbox: Outbox<Effect>
  readonly #drain: () => Promise<void>
  #sending: { readonly timer: Timer; readonly atMs: number } | null = null
  #recording: Timer | null = null

  /** `drain` sends what is due and notes what came of it (`drainNoting`), and never throws. */
  constructor(storage: DurableObjectStorage, outbox: Outbox<Effect>, drain: () => Promise<void>) {
    this.#storage = storage
    this.#outbox = outbox
    this.#drain = drain
  }

  /** When the alarm has to go off for what the outbox owes. */
  nextDueMs(): number | null {
    const dueAtMs = this.#outbox.nextDueMs()
    if (dueAtMs === null) return null
    const nowMs = Date.now()
    // A timer that is late on a busy thread goes off all the same.
    const isLookedAfter = dueAtMs >= nowMs || (this.#sending !== null && this.#sending.atMs <= dueAtMs)
    return isLookedAfter && dueAtMs <= nowMs + promptMaxMs ? dueAtMs + behindMs : dueAtMs
  }

  /** After the write that made something pending, in its turn. */
  schedule(nowMs: number): void {
    const dueAtMs = this.#outbox.nextDueMs()
    if (dueAtMs === null || dueAtMs > nowMs + promptMaxMs) return
    if (this.#sending !== null && this.#sending.atMs <= dueAtMs) return
    if (this.#sending !== null) clearTimeout(this.#sending.timer)
    const timer = setTimeout(() => void this.#send(dueAtMs), Math.max(0, dueAtMs - nowMs))
    this.#sending = { timer, atMs: dueAtMs }
  }

  /** The effect of a row is confirmed: a later commit records it. */
  confirmed(id: string): void {
    this.#outbox.noteConfirmed(id)
    this.#recordLater()
  }

  async #send(dueAtMs: number): Promise<void> {
    this.#sending = null
    await this.#drain()
    this.#recordLater()
    // What is due later than the rest. A round that threw left its rows behind: those are the alarm's.
    if ((this.#outbox.nextDueMs() ?? 0) > dueAtMs) this.schedule(Date.now())
  }

  #recordLater(): void {
    if (this.#recording !== null) clearTimeout(this.#recording)
    this.#recording = null
    if (this.#outbox.hasNoted) this.#recording = setTimeout(() => this.#record(), recordAfterMs)
  }

  #record(): void {
    this.#recording = null
    try {
      this.#storage.transactionSync(() => this.#outbox.recordNoted())
    } catch {
      // What is not recorded is sent once more.
      this.#outbox.forget()
    }
  }
}
