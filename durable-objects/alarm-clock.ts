/**
 * The platform gives an object one alarm. This keeps it at MIN(due) over everything pending, never pushes an armed one
 * back (steady traffic would starve the outbox) and never sets it in the past (I5).
 */

export interface Pending {
  /** When the next row is due; null when nothing is pending. */
  nextDueMs(): number | null
}

/** What is overdue goes off this soon: long enough for a burst of writes to leave together. */
const overdueDelayMs = 50
/** A round that threw is tried again after this, not at once: the cause is a bug or a sick disk. */
export const alarmFailureDelayMs = 5_000

export class AlarmClock {
  readonly #storage: DurableObjectStorage
  readonly #sources: readonly Pending[]
  #armedAtMs: number | null = null

  constructor(storage: DurableObjectStorage, sources: readonly Pending[]) {
    this.#storage = storage
    this.#sources = sources
  }

  /** For the constructor, under `blockConcurrencyWhile`: an alarm that was lost is armed again. */
  async resume(nowMs: number): Promise<void> {
    this.#armedAtMs = await this.#storage.getAlarm()
    this.arm(nowMs)
  }

  /** In the turn of the write that made something pending, inside its transaction: both happen or neither. */
  arm(nowMs: number, notBeforeMs = nowMs): void {
    const dueAtMs = this.#earliestDueMs()
    if (dueAtMs === null) return
    const atMs = Math.max(dueAtMs <= nowMs ? nowMs + overdueDelayMs : dueAtMs, notBeforeMs)
    if (this.#armedAtMs !== null && this.#armedAtMs <= atMs) return
    // The returned promise only reports that the write is confirmed, which the output gate waits for anyway.
    void this.#storage.setAlarm(atMs)
    this.#armedAtMs = atMs
  }

  /** First thing in `alarm()`: the platform has forgotten the alarm that has just gone off. */
  wentOff(): void {
    this.#armedAtMs = null
  }

  /** After a rolled-back transaction, which took its alarm with it: the next write arms anew. */
  forget(): void {
    this.#armedAtMs = null
  }

  #earliestDueMs(): number | null {
    const dues = this.#sources.map((source) => source.nextDueMs()).filter((due) => due !== null)
    return dues.length === 0 ? null : Math.min(...dues)
  }
}
