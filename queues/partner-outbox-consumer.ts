/**
 * The `partner-outbox` queue: each message says that one intent wants its call. The order holds the truth and the
 * limiter the turn, so a message is acknowledged as soon as one of the two has taken the matter over.
 */
import { actor, type LimiterApi, type OrderApi } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { connectorOf } from '../src/connectors/registry.ts'
import type { Account, Config } from '../src/domain/config/config.ts'
import type { Env } from '../src/env.ts'
import type { PartnerOutboxMessage } from '../src/queue-messages.ts'
import { mayCall, reportCall, returnTrial } from './partner-breaker.ts'
import { callPartner, type PartnerCallPort, type WantedCall } from './partner-call.ts'
import { partnerContext } from './partner-context.ts'
import { reportFault } from './report-fault.ts'
import { retryDelaySeconds } from './retry-delay.ts'
import { runBounded } from './run-bounded.ts'

type Queued = Message<PartnerOutboxMessage>

/**
 * As many as a batch holds: each account's limiter decides how many calls its partner gets at once, and a slow partner
 * must not hold up the calls to another. Of more than six requests under way the platform lets the rest wait.
 */
const callsAtOnceMax = 50

export async function consumePartnerOutbox(batch: MessageBatch<PartnerOutboxMessage>, env: Env): Promise<void> {
  const config = await activeConfig(env, Date.now())
  const port = portOf(env)
  await runBounded(batch.messages, (message) => consumeOne(message, config, port), callsAtOnceMax)
}

async function consumeOne(message: Queued, config: Config, port: PartnerCallPort): Promise<void> {
  const { orderId, intentId, account: accountId } = message.body
  try {
    const account = config.accounts.find((candidate) => candidate.id === accountId)
    if (account) await callPartner(wantedBy(message, account), port)
    else await refuseUnknownAccount(message, port)
    message.ack()
  } catch (error) {
    reportFault('partner_call_unfinished', { orderId, intentId, account: accountId, attempts: message.attempts }, error)
    message.retry({ delaySeconds: retryDelaySeconds(message.attempts) })
  }
}

function wantedBy(message: Queued, account: Account): WantedCall {
  const { orderId, intentId, orderedByMs } = message.body
  return {
    orderId,
    intentId,
    account,
    connector: connectorOf(account.partner),
    orderedByMs: orderedByMs ?? message.timestamp.getTime(),
    tryId: `${message.id}/${message.attempts}`,
  }
}

/** Taken out of the configuration while an order still needed it: the order opens the case. */
async function refuseUnknownAccount(message: Queued, port: PartnerCallPort): Promise<void> {
  const { orderId, intentId, account } = message.body
  const order = port.order(orderId)
  const begun = await order.beginAttempt(intentId, `${message.id}/${message.attempts}`)
  if (!begun.go) return
  const text = `account ${account} is not configured`
  await order.recordOutcome(
    intentId,
    begun.attempt,
    begun.mustProbe
      ? { outcome: 'unknown', class: 'missing', message: text }
      : { outcome: 'absent', retryable: false, class: 'missing', message: text },
  )
}

function portOf(env: Env): PartnerCallPort {
  return {
    order: (orderId) => actor<OrderApi>(env.ORDER, orderId),
    limiter: (account) => actor<LimiterApi>(env.LIMITER, account),
    mayCall: (account) => mayCall(env, account),
    reportCall: (account, health) => reportCall(env, account, health),
    returnTrial: (account) => returnTrial(env, account),
    context: (account, deadlineMs) => partnerContext(env, account, deadlineMs),
    nowMs: Date.now,
  }
}
