/**
 * Runs the saga: one flight at a time, right after a commit and again by timer, so that it goes on by itself after a
 * crash at any step. What the steps are is the domain's business.
 */
import { type Advanced, advance, type SagaPorts } from '../src/domain/order/advance.ts'
import { nextSteps } from '../src/domain/order/next-steps.ts'
import type { OrderState } from '../src/domain/order/order-state.ts'
import { retryDelayMs } from '../src/domain/outbox/drain.ts'
import type { Timers } from './timers.ts'

export const sagaTimer = 'saga'
/** The flight that follows a commit needs no timer; this one is for the flight that never landed. */
const resumeDelayMs = 2_000
/** A wake time that has passed without a step being wanted is not asked about in a loop. */
const idleDelayMinMs = 1_000

export class OrderSaga {
  readonly #ports: SagaPorts
  readonly #timers: Timers
  #flight: Promise<void> | null = null
  #failures = 0
  #retryAtMs = 0

  constructor(ports: SagaPorts, timers: Timers) {
    this.#ports = ports
    this.#timers = timers
  }

  /** In the transaction of every commit: when the saga is to be looked at if nothing else happens. */
  schedule(state: OrderState | null, nowMs: number): void {
    const dueMs = state === null ? null : this.#dueMs(state, nowMs)
    if (dueMs === null) this.#timers.clear(sagaTimer)
    else this.#timers.set(sagaTimer, dueMs)
  }

  #dueMs(state: OrderState, nowMs: number): number | null {
    if (nextSteps(state, nowMs).length > 0) return Math.max(nowMs + resumeDelayMs, this.#retryAtMs)
    return state.wakeAtMs === null ? null : Math.max(state.wakeAtMs, nowMs + idleDelayMinMs)
  }

  /** Starts a flight, or joins the one under way: it reads the newest state before each round. */
  run(): Promise<void> {
    this.#flight ??= this.#fly().finally(() => {
      this.#flight = null
    })
    return this.#flight
  }

  async #fly(): Promise<void> {
    for (;;) {
      const advanced = await advance(this.#ports)
      if (advanced.outcome === 'failed') return this.#backOff(advanced)
      this.#failures = 0
      this.#retryAtMs = 0
      if (advanced.outcome === 'idle') return
    }
  }

  #backOff({ errors }: Advanced): void {
    const state = this.#ports.state()
    this.#retryAtMs = this.#ports.nowMs() + retryDelayMs(this.#failures, state?.orderId ?? '')
    this.#failures += 1
    const failed = { event: 'order_saga_failed', orderId: state?.orderId, failures: this.#failures, errors }
    console.warn(JSON.stringify(failed))
  }
}
