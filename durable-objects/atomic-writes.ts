/**
 * How an actor writes: rows, wake-ups and the alarm in one transaction, all of them or none. After a roll-back, or a
 * round of the alarm that threw, nothing in memory is believed any more.
 */
import { type AlarmClock, alarmFailureDelayMs } from './alarm-clock.ts'
import { logFailure } from './log-failure.ts'
import type { Migrations } from './migrations.ts'

/** Whatever mirrors rows in memory. */
interface Mirror {
  forget(): void
}

type Actor = Pick<DurableObjectState, 'id' | 'storage'>

export class AtomicWrites {
  readonly #actor: Actor
  readonly #migrations: Migrations
  readonly #clock: AlarmClock
  readonly #mirrors: readonly Mirror[]

  constructor(actor: Actor, migrations: Migrations, clock: AlarmClock, mirrors: readonly Mirror[]) {
    this.#actor = actor
    this.#migrations = migrations
    this.#clock = clock
    this.#mirrors = [migrations, ...mirrors, clock]
  }

  commit<Answer>(work: (nowMs: number) => Answer): Answer {
    const nowMs = Date.now()
    try {
      return this.#actor.storage.transactionSync(() => {
        this.#migrations.ensure()
        const answer = work(nowMs)
        this.#clock.arm(nowMs)
        return answer
      })
    } catch (error) {
      this.#forget()
      throw error
    }
  }

  /** The whole of `alarm()`, which must not throw: it would be dropped after a few tries, and what is pending with it. */
  alarmRound(failedEvent: string, round: () => Promise<void>): Promise<void> {
    this.#clock.wentOff()
    return this.attempt(failedEvent, round)
  }

  /** Never throws: what fails is logged and left to the alarm. */
  async attempt(failedEvent: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#clock.arm(Date.now())
    } catch (error) {
      logFailure(failedEvent, this.#actor.id, error)
      this.#forget()
      this.#clock.arm(Date.now(), Date.now() + alarmFailureDelayMs)
    }
  }

  #forget(): void {
    for (const mirror of this.#mirrors) mirror.forget()
  }
}
