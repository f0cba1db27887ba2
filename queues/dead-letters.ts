/**
 * The dead-letter queues: what eight tries could not do becomes a case that a person sees, with the message kept
 * where its truth is: the delivery in its inbox, the intent in its order. Nothing is dropped because a consumer gave
 * up.
 */
import { actor, type InboxApi, type OrderApi } from '../src/actor-apis.ts'
import type { Env } from '../src/env.ts'
import type {
  InboundMessage,
  PartnerOutboxMessage,
  ProjectionMessage,
  PublicationMessage,
  RebuildMessage,
} from '../src/queue-messages.ts'
import { reportFault } from './report-fault.ts'
import { retryDelaySeconds } from './retry-delay.ts'
import { runBounded } from './run-bounded.ts'

/**
 * The dead delivery opens a case through its inbox's log. A wake-up is only made up for: the order's own timer
 * remains, and that of whoever waits for a location. What a position has to tell it tells again by itself.
 */
export function consumeDeadInbound(batch: MessageBatch<InboundMessage>, env: Env): Promise<void> {
  return eachKept(batch, async ({ body }) => {
    if (body.type === 'delivery') {
      const message = 'Every attempt to work on it failed for a technical reason'
      const outcome = { status: 'dead_lettered', reason: 'attempts_exhausted', message, subjects: [] } as const
      await actor<InboxApi>(env.INBOX, body.inbox).settle(body.deliveryId, outcome)
    } else if (body.type === 'wake_order') {
      await env.INBOUND_ORDERS.send(body, { delaySeconds: secondChanceSeconds })
    } else if (body.type !== 'tell_cover' && body.type !== 'location_up') await keep(env, batch.queue, body)
  })
}

/** The order stops asking and opens its case; what the partner may have done stays in doubt until somebody looks. */
export function consumeDeadPartnerOutbox(batch: MessageBatch<PartnerOutboxMessage>, env: Env): Promise<void> {
  return eachKept(batch, async ({ body }) => {
    if (body.type !== 'intent') return keep(env, batch.queue, body)
    const outcome = { outcome: 'exhausted', message: `every attempt to reach ${body.account} failed` } as const
    await actor<OrderApi>(env.ORDER, body.orderId).recordOutcome(body.intentId, 0, outcome)
  })
}

/** The feed has both in rows of its own and asks again by itself. */
export function consumeDeadPublication(batch: MessageBatch<PublicationMessage>, env: Env): Promise<void> {
  return eachKept(batch, async ({ body }) => {
    if (body.type !== 'publish_stock' && body.type !== 'drain_feed') await keep(env, batch.queue, body)
  })
}

/** An actor wakes its projection again by itself; a rebuild would stop here, so its step goes back. */
export function consumeDeadProjections(
  batch: MessageBatch<ProjectionMessage | RebuildMessage>,
  env: Env,
): Promise<void> {
  return eachKept(batch, async ({ body }) => {
    if (body.type === 'rebuild') await env.PROJECTIONS.send(body, { delaySeconds: secondChanceSeconds })
    else if (body.type !== 'project') await keep(env, batch.queue, body)
  })
}

/** Long enough for an outage to end, short enough to be there when it has. */
const secondChanceSeconds = 600

async function eachKept<Body>(
  batch: MessageBatch<Body>,
  handle: (message: Message<Body>) => Promise<unknown>,
): Promise<void> {
  await runBounded(batch.messages, async (message) => {
    reportFault('dead_letter', { queue: batch.queue, messageId: message.id })
    try {
      await handle(message)
      message.ack()
    } catch (error) {
      reportFault('dead_letter_put_back', { queue: batch.queue, messageId: message.id }, error)
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts) })
    }
  })
}

/** A message of no known kind: written by newer code, or by a bug. Its body goes where a person can read it. */
async function keep(env: Env, queue: string, body: unknown): Promise<void> {
  await env.PAYLOADS.put(`dead-letters/${queue}/${crypto.randomUUID()}.json`, JSON.stringify(body))
}
