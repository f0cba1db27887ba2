/**
 * PartnerBreakerActor, `<account>`: the circuit breaker of one partner account, advisory and harmless to lose. The one
 * actor on itty-durable (docs/decisions says why only here): `queues/partner-breaker.ts` is the only caller, the
 * transitions are in `src/domain/breaker`. Every method answers in JSON and persists itself after it has decided.
 */
import { createDurable } from 'itty-durable'
import {
  type Breaker,
  type CallHealth,
  closedBreaker,
  type Permission,
  permit,
  record,
  returnTrial,
} from '../src/domain/breaker/breaker.ts'

const IttyDurable = createDurable()

export class PartnerBreakerActor extends IttyDurable {
  breaker: Breaker = closedBreaker

  async permit(): Promise<Permission> {
    const { breaker, permission } = permit(this.breaker, Date.now())
    await this.#become(breaker)
    return permission
  }

  async record(health: CallHealth): Promise<Breaker['phase']> {
    await this.#become(record(this.breaker, health, Date.now(), Math.random()))
    return this.breaker.phase
  }

  async returnTrial(): Promise<Breaker['phase']> {
    await this.#become(returnTrial(this.breaker, Date.now()))
    return this.breaker.phase
  }

  /** Only phases are worth a write: a window lost in a restart fills again. */
  async #become(next: Breaker): Promise<void> {
    const before = this.breaker
    this.breaker = next
    if (next !== before && (next.phase !== 'closed' || before.phase !== 'closed')) await this.persist()
  }
}
