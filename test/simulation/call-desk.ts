/**
 * The partner-outbox consumer as deployed (`callPartner`), with the real limiter and breaker behind it, fed by a
 * queue that duplicates, delays and loses messages.
 */

import { callPartner, type PartnerCallPort } from '../../queues/partner-call.ts'
import type { ClientContext, Connector } from '../../src/connectors/ports.ts'
import { type Breaker, closedBreaker, permit, record, returnTrial } from '../../src/domain/breaker/breaker.ts'
import type { Account } from '../../src/domain/config/config.ts'
import { AccountLimiter } from '../../src/domain/limiter/account-limiter.ts'
import { fullBudget } from '../../src/domain/limiter/budget.ts'
import { parseLeaseKey } from '../../src/domain/limiter/limiter-contract.ts'
import { Crash, type Faults } from './faults.ts'
import type { OrderShell } from './order-shell.ts'
import type { Plant } from './plants.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

type Message = {
  readonly orderId: string
  readonly intentId: string
  readonly account: string
  readonly orderedByMs: number
}

const limits = { ratePerSecond: 5, burst: 5, concurrency: 3 }
const retriesMax = 8
const retryDelayMs = 2_000

export class CallDesk {
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #faults: () => Faults
  readonly #order: (orderId: string) => OrderShell
  readonly #connector: Connector
  readonly #plant: Plant | null
  readonly #limiters = new Map<string, AccountLimiter>()
  readonly #breakers = new Map<string, Breaker>()
  #tries = 0

  constructor(
    clock: VirtualClock,
    random: Random,
    faults: () => Faults,
    order: (orderId: string) => OrderShell,
    connector: Connector,
    plant: Plant | null,
  ) {
    this.#clock = clock
    this.#random = random
    this.#faults = faults
    this.#order = order
    this.#connector = connector
    this.#plant = plant
  }

  send(message: Message): void {
    const faults = this.#faults()
    if (this.#random.chance(faults.drop)) return
    const copies = this.#random.chance(faults.duplicate) ? this.#random.between(2, 5) : 1
    for (let copy = 0; copy < copies; copy += 1) {
      this.#clock.after(this.#random.between(1, faults.delayMaxMs), () => this.#consume(message, 1))
    }
  }

  async #consume(message: Message, attempt: number): Promise<void> {
    const { orderId, intentId, orderedByMs } = message
    // Only what the protocol reads of an account.
    const account = { id: message.account, partner: 'simulated', limits } as Account
    this.#tries += 1
    try {
      const tryId = `try-${this.#tries}`
      await callPartner({ orderId, intentId, account, connector: this.#connector, orderedByMs, tryId }, this.#port())
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      if (attempt < retriesMax) this.#clock.after(retryDelayMs, () => this.#consume(message, attempt + 1))
    }
    this.#wakeParked(message.account)
  }

  #port(): PartnerCallPort {
    const boundary = async () => {
      await this.#clock.sleep(this.#random.between(0, 20))
      if (this.#random.chance(this.#faults().crash)) throw new Crash('the consumer died')
    }
    return {
      order: (orderId) => this.#orderPort(orderId, boundary),
      limiter: (account) => this.#limiterPort(account, boundary),
      mayCall: async (account) => {
        const { breaker, permission } = permit(this.#breakers.get(account) ?? closedBreaker, this.#clock.nowMs())
        this.#breakers.set(account, breaker)
        return permission
      },
      reportCall: async (account, health) => {
        const before = this.#breakers.get(account) ?? closedBreaker
        this.#breakers.set(account, record(before, health, this.#clock.nowMs(), this.#random.next()))
      },
      returnTrial: async (account) => {
        this.#breakers.set(account, returnTrial(this.#breakers.get(account) ?? closedBreaker, this.#clock.nowMs()))
      },
      // The simulated connector talks to nobody: it needs no fetch, no secret and no session.
      context: () => ({}) as ClientContext,
      nowMs: this.#clock.nowMs,
    }
  }

  #orderPort(orderId: string, boundary: () => Promise<void>): ReturnType<PartnerCallPort['order']> {
    return {
      beginAttempt: async (intentId, tryId) => {
        await boundary()
        const begun = this.#order(orderId).beginAttempt(intentId, tryId)
        await boundary()
        return begun.go && this.#plant === 'I4-calls-again-without-probing' ? { ...begun, mustProbe: false } : begun
      },
      recordOutcome: async (intentId, attempt, outcome) => {
        await boundary()
        this.#order(orderId).recordOutcome(intentId, attempt, outcome)
        await boundary()
      },
      deferIntent: async (intentId, retryAtMs, why) => this.#order(orderId).deferIntent(intentId, retryAtMs, why),
    }
  }

  #limiterPort(account: string, boundary: () => Promise<void>): ReturnType<PartnerCallPort['limiter']> {
    const limiter = this.#limiterOf(account)
    return {
      acquire: async (_account, askedLimits, request) => {
        await boundary()
        return limiter.acquire(request, askedLimits, this.#newLeaseId(), this.#clock.nowMs()).answer
      },
      report: async (report) => {
        limiter.report(report, this.#clock.nowMs())
      },
    }
  }

  #newLeaseId(): string {
    this.#tries += 1
    return `lease-${this.#tries}`
  }

  #limiterOf(account: string): AccountLimiter {
    const limiter = this.#limiters.get(account) ?? new AccountLimiter(fullBudget(limits, this.#clock.nowMs()), [])
    this.#limiters.set(account, limiter)
    return limiter
  }

  /** As the limiter's alarm: whom it wakes gets a message of its own. */
  #wakeParked(account: string): void {
    const limiter = this.#limiterOf(account)
    const atMs = limiter.nextWakeAtMs(this.#clock.nowMs())
    if (atMs === null) return
    this.#clock.at(atMs + 1, () => {
      const { woken } = limiter.wake(() => this.#newLeaseId(), this.#clock.nowMs())
      for (const request of woken)
        this.send({ ...parseLeaseKey(request.key), account, orderedByMs: request.orderedByMs })
      if (woken.length > 0) this.#wakeParked(account)
    })
  }
}
