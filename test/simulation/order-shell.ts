/**
 * One order with the pure core inside: a document, its log and its command memory, committed together; an alarm; and a
 * process that may die at any boundary. The shape of OrderActor without its platform.
 */
import { advance, type SagaPorts } from '../../src/domain/order/advance.ts'
import { decide } from '../../src/domain/order/decide.ts'
import { attemptAnswer } from '../../src/domain/order/intent-request.ts'
import { orderViolations } from '../../src/domain/order/invariants.ts'
import { nextSteps } from '../../src/domain/order/next-steps.ts'
import type { AttemptOutcome, BeginAttempt, OrderCommand, OrderVerdict } from '../../src/domain/order/order-command.ts'
import { emptyDocument, type OrderDocument } from '../../src/domain/order/order-document.ts'
import type { OrderEvent } from '../../src/domain/order/order-event.ts'
import type { SagaCommand } from '../../src/domain/order/saga-command.ts'
import type { Intent } from '../../src/domain/outbox/intent.ts'
import { intentDueMs } from '../../src/domain/outbox/intent-begin.ts'
import { isUnderWay } from '../../src/domain/outbox/intent-waiting.ts'
import { Crash } from './faults.ts'
import type { Plant } from './plants.ts'
import type { VirtualClock } from './virtual-clock.ts'

export type OrderPorts = Omit<SagaPorts, 'nowMs' | 'state' | 'record'> & {
  readonly sendIntent: (orderId: string, intent: Intent) => void
  readonly trace: (line: string) => void
  readonly violate: (violation: string) => void
}

/** As the account's `settleMs`: a slow partner has done its work by then, or never will. */
export const settleMs = 30_000
const resendMs = 120_000
const retryMs = 1_000
const alarmDelayMs = 50

export class OrderShell {
  readonly orderId: string
  readonly #clock: VirtualClock
  readonly #ports: OrderPorts
  readonly #plant: Plant | null
  #document: OrderDocument = emptyDocument
  readonly #history: OrderEvent[] = []
  readonly #verdicts = new Map<string, OrderVerdict>()
  readonly #sentAtMs = new Map<string, number>()
  #alarmAtMs: number | null = null
  #advancing = false
  /** Grows with every death: what an older process still had in hand is void. */
  #life = 0

  constructor(orderId: string, clock: VirtualClock, ports: OrderPorts, plant: Plant | null) {
    this.orderId = orderId
    this.#clock = clock
    this.#ports = ports
    this.#plant = plant
  }

  get document(): OrderDocument {
    return this.#document
  }

  get history(): readonly OrderEvent[] {
    return this.#history
  }

  execute(command: OrderCommand): OrderVerdict {
    const remembered = this.#verdicts.get(command.commandId)
    if (remembered) return remembered
    const verdict = this.#commit(command)
    // An order nobody knows yet leaves no trace; any other answer is for ever.
    if (verdict.ok || this.#document.state !== null) this.#verdicts.set(command.commandId, verdict)
    return verdict
  }

  beginAttempt(intentId: string, tryId: string): BeginAttempt {
    this.#commit({ type: 'begin_attempt', intentId, commandId: tryId })
    const { state } = this.#document
    if (state === null) return { go: false, why: 'not_found' }
    return attemptAnswer(state, intentId, tryId, this.#clock.nowMs())
  }

  recordOutcome(intentId: string, attempt: number, outcome: AttemptOutcome): void {
    this.#commit({ type: 'record_outcome', intentId, attempt, outcome, settleMs })
  }

  deferIntent(intentId: string, retryAtMs: number, why: string): void {
    this.#commit({ type: 'defer_intent', intentId, retryAtMs, why })
  }

  /** Everything in memory is gone; log and document are not, and the platform repeats the alarm that was being handled. */
  die(): void {
    this.#life += 1
    this.#advancing = false
    if (this.#alarmAtMs !== null) return
    const atMs = this.#clock.nowMs() + retryMs
    this.#alarmAtMs = atMs
    this.#clock.at(atMs, () => this.#goOff(atMs))
  }

  #commit(command: OrderCommand | SagaCommand): OrderVerdict {
    const decided = decide(command, this.#document, { orderId: this.orderId, nowMs: this.#clock.nowMs() })
    if (!decided.ok) return decided
    const { events, effect, document } = decided.value
    this.#document = document
    this.#history.push(...this.#logged(events))
    for (const event of events) this.#ports.trace(`${this.orderId} ${event.type}`)
    this.#arm()
    for (const violation of orderViolations(document, this.#history, this.#alarmAtMs)) {
      this.#ports.violate(`${this.orderId} ${violation}`)
    }
    return { ok: true, effect, version: document.version }
  }

  #logged(events: readonly OrderEvent[]): readonly OrderEvent[] {
    if (this.#plant !== 'I6-drops-an-event') return events
    return events.filter((event) => event.type !== 'stock_reserved')
  }

  /** As AlarmClock does: an alarm that is set is brought forward, never put off. */
  #arm(): void {
    const dueMs = this.#dueMs()
    if (dueMs === null || (this.#alarmAtMs !== null && this.#alarmAtMs <= dueMs)) return
    if (this.#plant === 'I5-forgets-to-arm' && this.#document.state?.stage === 'posted') return
    this.#alarmAtMs = dueMs
    this.#clock.at(dueMs, () => this.#goOff(dueMs))
  }

  #dueMs(): number | null {
    const { state } = this.#document
    if (state === null) return null
    const nowMs = this.#clock.nowMs()
    const dues = state.intents.filter(isUnderWay).map((intent) => {
      const sentAtMs = this.#sentAtMs.get(intent.intentId)
      return Math.max(intentDueMs(intent) ?? nowMs, sentAtMs === undefined ? 0 : sentAtMs + resendMs)
    })
    if (state.wakeAtMs !== null) dues.push(state.wakeAtMs)
    if (nextSteps(state, nowMs).length > 0) dues.push(nowMs + alarmDelayMs)
    return dues.length === 0 ? null : Math.max(nowMs + 1, Math.min(...dues))
  }

  async #goOff(setForMs: number): Promise<void> {
    if (this.#alarmAtMs !== setForMs) return
    this.#alarmAtMs = null
    this.#sendDue()
    const failed = await this.#advance()
    if (failed && this.#alarmAtMs === null) {
      const atMs = this.#clock.nowMs() + retryMs
      this.#alarmAtMs = atMs
      this.#clock.at(atMs, () => this.#goOff(atMs))
    }
    this.#arm()
  }

  #sendDue(): void {
    const nowMs = this.#clock.nowMs()
    for (const intent of this.#document.state?.intents ?? []) {
      const dueMs = intentDueMs(intent)
      if (dueMs === null || dueMs > nowMs) continue
      const sentAtMs = this.#sentAtMs.get(intent.intentId)
      if (sentAtMs !== undefined && sentAtMs + resendMs > nowMs && sentAtMs >= dueMs) continue
      this.#sentAtMs.set(intent.intentId, nowMs)
      this.#ports.sendIntent(this.orderId, intent)
    }
  }

  /** True when something did not answer and the saga must be run again. */
  async #advance(): Promise<boolean> {
    if (this.#advancing) return true
    this.#advancing = true
    const life = this.#life
    const ports: SagaPorts = {
      ...this.#ports,
      nowMs: this.#clock.nowMs,
      state: () => {
        if (this.#life !== life) throw new Crash('this process is dead')
        return this.#document.state
      },
      record: (command) => {
        if (this.#life !== life) throw new Crash('this process is dead')
        this.#commit(command)
      },
    }
    try {
      const { outcome } = await advance(ports)
      return outcome !== 'idle'
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      return true
    } finally {
      if (this.#life === life) this.#advancing = false
    }
  }
}
