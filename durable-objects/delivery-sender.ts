/**
 * Sends due deliveries to the queue of their domain: repeats first, since they are counted as in flight already, then
 * as many waiting ones as there is room for. A queue that does not take them puts only its own deliveries off.
 */

import type { InboundDomain } from '../src/domain/inbox/delivery.ts'
import { resendDelayMs, sendBatchMax, sendRoom } from '../src/domain/inbox/resend.ts'
import { batchesByKind, retryDelayMs } from '../src/domain/outbox/drain.ts'
import { describeError } from '../src/domain/shared/describe-error.ts'
import type { Env } from '../src/env.ts'
import type { InboundMessage } from '../src/queue-messages.ts'
import type { Pending } from './alarm-clock.ts'
import type { DeliveryTable, DueDelivery } from './delivery-table.ts'

/** Per alarm: between rounds the actor receives, settles and answers. */
const sentPerRoundMax = 5 * sendBatchMax

export class DeliverySender implements Pending {
  readonly #storage: DurableObjectStorage
  readonly #table: DeliveryTable
  readonly #env: Env

  constructor(storage: DurableObjectStorage, table: DeliveryTable, env: Env) {
    this.#storage = storage
    this.#table = table
    this.#env = env
  }

  /** While the queue holds as much as it may, only repeats are due: a settled delivery makes room and asks again. */
  nextDueMs(): number | null {
    const repeatMs = this.#table.nextInFlightMs()
    const waitingMs = sendRoom(this.#table.inFlight) > 0 ? this.#table.nextWaitingMs() : null
    if (repeatMs === null || waitingMs === null) return repeatMs ?? waitingMs
    return Math.min(repeatMs, waitingMs)
  }

  async send(inbox: string, now: () => number): Promise<void> {
    const nowMs = now()
    const repeats = this.#table.due('in_flight', nowMs, sentPerRoundMax)
    const room = Math.min(sendRoom(this.#table.inFlight), sentPerRoundMax - repeats.length)
    const due = [...repeats, ...this.#table.due('waiting', nowMs, room)]
    for (const batch of batchesByKind(due, (delivery) => delivery.domain)) {
      const taken = await this.#sendBatch(inbox, batch)
      const atMs = now()
      this.#storage.transactionSync(() => {
        for (const delivery of batch) this.#record(delivery, taken, atMs)
      })
    }
  }

  async #sendBatch(inbox: string, batch: readonly DueDelivery[]): Promise<boolean> {
    const domain = batch[0]?.domain ?? 'orders'
    const messages = batch.map(({ deliveryId }) => ({ body: { type: 'delivery' as const, domain, inbox, deliveryId } }))
    try {
      await queueOf(this.#env, domain).sendBatch(messages)
      return true
    } catch (error) {
      console.error(JSON.stringify({ event: 'inbox_send_failed', inbox, domain, ...describeError(error) }))
      return false
    }
  }

  #record(delivery: DueDelivery, taken: boolean, nowMs: number): void {
    if (taken) this.#table.sent(delivery, nowMs + resendDelayMs(delivery.attempts + 1))
    else this.#table.notSent(delivery, nowMs + retryDelayMs(delivery.attempts, delivery.deliveryId))
  }
}

function queueOf(env: Env, domain: InboundDomain): Queue<InboundMessage> {
  const queues = {
    orders: env.INBOUND_ORDERS,
    inventory: env.INBOUND_INVENTORY,
    shipments: env.INBOUND_SHIPMENTS,
    catalog: env.INBOUND_CATALOG,
  } as const satisfies Record<InboundDomain, Queue<InboundMessage>>
  return queues[domain]
}
