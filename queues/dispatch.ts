/**
 * One consumer per queue, found by the queue's name. A consumer acknowledges per message; what it throws is retried.
 */
import type { Env } from '../src/env.ts'
import {
  consumeDeadInbound,
  consumeDeadPartnerOutbox,
  consumeDeadProjections,
  consumeDeadPublication,
} from './dead-letters.ts'
import { consumeInbound } from './inbound-consumer.ts'
import { consumePartnerOutbox } from './partner-outbox-consumer.ts'
import { consumeProjections } from './projections.ts'
import { consumePublication } from './publication-consumer.ts'
import { reportFault } from './report-fault.ts'
import { retryDelaySeconds } from './retry-delay.ts'

/**
 * Which queue carries which messages is fixed by wrangler.toml, where no type reaches: hence `never`, checked by
 * name.
 */
type Consumer = (batch: MessageBatch<never>, env: Env) => Promise<void>

const consumers: Readonly<Record<string, Consumer>> = {
  'inbound-orders': consumeInbound,
  'inbound-inventory': consumeInbound,
  'inbound-shipments': consumeInbound,
  'inbound-catalog': consumeInbound,
  'partner-outbox': consumePartnerOutbox,
  publication: consumePublication,
  projections: consumeProjections,
  'inbound-orders-dead': consumeDeadInbound,
  'inbound-inventory-dead': consumeDeadInbound,
  'inbound-shipments-dead': consumeDeadInbound,
  'inbound-catalog-dead': consumeDeadInbound,
  'partner-outbox-dead': consumeDeadPartnerOutbox,
  'publication-dead': consumeDeadPublication,
  'projections-dead': consumeDeadProjections,
}

export async function dispatch(batch: MessageBatch, env: Env): Promise<void> {
  const consume = Object.hasOwn(consumers, batch.queue) ? consumers[batch.queue] : undefined
  if (!consume) {
    reportFault('queue_without_consumer', { queue: batch.queue, messages: batch.messages.length })
    for (const message of batch.messages) message.retry({ delaySeconds: unknownQueueDelaySeconds })
    return
  }
  try {
    await consume(batch as MessageBatch<never>, env)
  } catch (error) {
    reportFault('batch_failed', { queue: batch.queue, messages: batch.messages.length }, error)
    // What the consumer acknowledged before it failed stays acknowledged; the rest comes again.
    for (const message of batch.messages) message.retry({ delaySeconds: retryDelaySeconds(message.attempts) })
  }
}

/** A deployment that lacks the consumer is usually followed by one that has it. */
const unknownQueueDelaySeconds = 60
