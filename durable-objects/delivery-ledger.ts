/**
 * What an inbox decides about deliveries, with its row and its log entry written together. Everything here runs inside
 * the actor's transaction.
 */
import { nanoid } from 'nanoid'
import type { Delivery, DeliveryInput, DeliverySettlement, Receipt } from '../src/domain/inbox/delivery.ts'
import { causeOf, factsOf, type InboxEvent } from '../src/domain/inbox/delivery-facts.ts'
import { sendDelayMs } from '../src/domain/inbox/resend.ts'
import { dedupeKeysMax, deliveriesKeptMax, forgetBeforeMs, tidySliceMax } from '../src/domain/inbox/retention.ts'
import { defer, replay, settle } from '../src/domain/inbox/settle.ts'
import type { Cause } from '../src/domain/shared/cause.ts'
import { deliveryId } from '../src/domain/shared/ids.ts'
import type { DeliveryTable, StoredDelivery } from './delivery-table.ts'
import type { EventLog } from './event-log.ts'

const utf8 = new TextEncoder()
const fresh = {
  status: 'received',
  attempts: 0,
  round: 0,
  repeats: 0,
  reason: null,
  message: null,
  subjects: [],
  settledAtMs: null,
} as const satisfies Partial<Delivery>

export class DeliveryLedger {
  readonly #table: DeliveryTable
  readonly #log: EventLog<InboxEvent>

  constructor(table: DeliveryTable, log: EventLog<InboxEvent>) {
    this.#table = table
    this.#log = log
  }

  /** A redelivery is answered with the first one's id, counted there, and its further keys are remembered too. */
  receive(input: DeliveryInput, nowMs: number): Receipt {
    const dedupeKeys = input.dedupeKeys.slice(0, dedupeKeysMax)
    const first = this.#table.idByKeys(dedupeKeys)
    if (first !== null) {
      this.#table.countRepeat(first)
      this.#table.rememberKeys(first, dedupeKeys)
      return { deliveryId: deliveryId(first), duplicate: true }
    }
    const delivery: Delivery = { ...input, dedupeKeys, ...fresh, deliveryId: deliveryId(nanoid()) }
    const stored = { delivery, bodyBytes: utf8.encode(input.body).byteLength }
    this.#table.insert(stored, nowMs + sendDelayMs)
    this.#append('delivery_received', stored, causeOf(delivery), nowMs)
    return { deliveryId: delivery.deliveryId, duplicate: false }
  }

  /** Unknown and already settled deliveries are left as they are: whoever reports late is too late. */
  settle({ deliveryId: id, outcome }: DeliverySettlement, nowMs: number): void {
    const stored = this.#table.find(id)
    if (!stored) return
    if (outcome.status === 'deferred') {
      const later = defer(stored.delivery, outcome)
      if (!later) return
      this.#table.update(later, Math.max(nowMs, outcome.retryAtMs))
      // Once for what it waits for, however many rounds that takes.
      const { reason, message } = stored.delivery
      if (later.reason === reason && later.message === message) return
      this.#append('delivery_deferred', { ...stored, delivery: later }, causeOf(later), nowMs)
      return
    }
    const settled = settle(stored.delivery, outcome, nowMs)
    if (!settled) return
    this.#table.update(settled, null)
    this.#append('delivery_settled', { ...stored, delivery: settled }, causeOf(settled), nowMs)
  }

  /** False when there is nothing to put back. */
  replay(id: string, cause: Cause, nowMs: number): boolean {
    const stored = this.#table.find(id)
    const again = stored && replay(stored.delivery)
    if (!stored || !again) return false
    this.#table.update(again, nowMs + sendDelayMs)
    this.#append('delivery_replayed', { ...stored, delivery: again }, cause, nowMs)
    return true
  }

  /** One slice of what is past its time or beyond the bound; true when there may be more. */
  tidy(nowMs: number): boolean {
    const old = this.#table.forgetSettled(forgetBeforeMs(nowMs), tidySliceMax)
    const excess = Math.min(tidySliceMax, this.#table.size() - deliveriesKeptMax)
    const early = excess > 0 ? this.#table.forgetSettled(nowMs, excess) : 0
    return old + early >= tidySliceMax
  }

  #append(type: InboxEvent['type'], stored: StoredDelivery, cause: Cause, nowMs: number): void {
    this.#log.append([{ type, delivery: factsOf(stored.delivery, stored.bodyBytes) }], cause, nowMs)
  }
}
