/**
 * Runs the saga: one flight at a time, right after a commit and again by timer, so that it goes on by itself after a
 * crash at any step. What the steps are is the domain's business.
 */
import { type Advanced, advance, type SagaPorts } from '../src/domain/order/advance.ts'
import { nextSteps } from '../src/domain/order/next-steps.ts'
import type { OrderState } from '../src/domain/order/order-state.ts'
import { stuckAfterMs } from '../src/domain/order/stuck.ts'
import { retryDelayMs } from '../src/domain/outbox/drain.ts'
import type { Timers } from './timers.ts'

const sagaTimer = 'saga'
/** Runs from the first failure on, also while the actor is away; nothing is kept of what fails for less long. */
const stuckTimer = 'saga_stuck'
/** The flight that follows a commit needs no timer; this one is for the flight that never landed. */
const resumeDelayMs = 2_000
/** A wake time that has passed without a step being wanted is not asked about in a loop. */
const idleDelayMinMs = 1_000
/** What has failed for long is tried every few minutes, whatever this actor remembers of it. */
const stuckFailuresMin = 8

export class OrderSaga {
  readonly #ports: SagaPorts
  readonly #timers: Timers
  #flight: Promise<void> | null = null
  #failures = 0
  #retryAtMs = 0
  /** How the newest flight ended; null: none has landed since the actor woke. */
  #landed: Advanced | null = null

  constructor(ports: SagaPorts, timers: Timers) {
    this.#ports = ports
    this.#timers = timers
  }

  get isScheduled(): boolean {
    return this.#timers.dueAtMs(sagaTimer) !== null
  }

  isDue(nowMs: number): boolean {
    return this.#timers.due(nowMs).some((name) => name === sagaTimer || name === stuckTimer)
  }

  /** In the transaction of every commit: when the saga is to be looked at if nothing else happens. */
  schedule(state: OrderState | null, nowMs: number): void {
    const dueMs = state === null ? null : this.#dueMs(state, nowMs)
    if (dueMs === null) this.#timers.clear(sagaTimer)
    else this.#timers.set(sagaTimer, dueMs)
    if (this.#landed?.outcome === 'failed') this.#watch(state, nowMs)
    else if (this.#landed !== null) this.#timers.clear(stuckTimer)
  }

  /** One that has gone off stands until the next flight has said so: whatever is committed before leaves it alone. */
  #watch(state: OrderState | null, nowMs: number): void {
    const stuckAtMs = this.#timers.dueAtMs(stuckTimer)
    const isOver = stuckAtMs === null || (stuckAtMs <= nowMs && state?.saga.stuck != null)
    if (isOver) this.#timers.set(stuckTimer, nowMs + stuckAfterMs)
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
      if (advanced.outcome === 'failed') this.#backOff(advanced.errors)
      else {
        this.#failures = 0
        this.#retryAtMs = 0
        this.#ports.record({ type: 'record_recovery' })
      }
      this.#landed = advanced
      if (advanced.outcome !== 'more') return
    }
  }

  #backOff(errors: readonly string[]): void {
    const state = this.#ports.state()
    const nowMs = this.#ports.nowMs()
    const stuckAtMs = this.#timers.dueAtMs(stuckTimer)
    if (stuckAtMs !== null && stuckAtMs <= nowMs) {
      this.#ports.record({ type: 'record_stuck', sinceMs: stuckAtMs - stuckAfterMs, reason: errors.join('; ') })
    }
    const failures = state?.saga.stuck == null ? this.#failures : Math.max(this.#failures, stuckFailuresMin)
    this.#retryAtMs = nowMs + retryDelayMs(failures, state?.orderId ?? '')
    this.#failures += 1
    const failed = { event: 'order_saga_failed', orderId: state?.orderId, failures: this.#failures, errors }
    console.warn(JSON.stringify(failed))
  }
}
