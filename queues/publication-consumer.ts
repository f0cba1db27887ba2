/**
 * The `publication` queue: a channel's feed asks for what changed SKUs should show, and for its next batch to be
 * carried to the channel. The feed holds the truth and asks again, so a message that is lost costs a minute.
 */
import { actor, type FeedApi, type LimiterApi } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { findContent } from '../src/config/catalog.ts'
import type { Connector } from '../src/connectors/ports.ts'
import { connectorOf } from '../src/connectors/registry.ts'
import { publishesStock } from '../src/domain/config/channel-network.ts'
import type { Account, Config } from '../src/domain/config/config.ts'
import { productOf } from '../src/domain/feed/feed-subject.ts'
import type { Env } from '../src/env.ts'
import type { PublicationMessage } from '../src/queue-messages.ts'
import { drainFeed, type FeedPort } from './drain-feed.ts'
import { mayCall, reportCall, returnTrial } from './partner-breaker.ts'
import { partnerContext } from './partner-context.ts'
import { reportFault } from './report-fault.ts'
import { retryDelaySeconds } from './retry-delay.ts'
import { workOutContent } from './work-out-content.ts'
import { type ChangedSku, workOutStock } from './work-out-stock.ts'

type Queued = Message<PublicationMessage>
type Channel = {
  readonly account: Account
  readonly connector: Connector
  readonly config: Config
  readonly env: Env
}

export async function consumePublication(batch: MessageBatch<PublicationMessage>, env: Env): Promise<void> {
  const config = await activeConfig(env, Date.now())
  const byAccount = [...Map.groupBy(batch.messages, (message) => message.body.account)]
  await Promise.all(
    byAccount.map(async ([accountId, messages]) => {
      const account = config.accounts.find((candidate) => candidate.id === accountId)
      const connector = account && publishesStock(account) ? connectorOf(account.partner) : null
      if (account && connector) await consumeFor({ account, connector, config, env }, messages)
      else for (const message of messages) message.ack()
    }),
  )
}

/** A channel that is slow to take its batch does not hold up what others, or it itself, should show. */
async function consumeFor(channel: Channel, messages: readonly Queued[]): Promise<void> {
  const changes = messages.filter((message) => message.body.type === 'publish_stock')
  const drains = messages.filter((message) => message.body.type === 'drain_feed')
  await Promise.all([
    settle(changes, channel, () => workOut(changes, channel)),
    ...[...Map.groupBy(drains, laneOf).values()].map((own) => settle(own, channel, () => drain(own[0], channel))),
  ])
}

const laneOf = ({ body }: Queued) => (body.type === 'drain_feed' ? body.lane : null)

async function settle(messages: readonly Queued[], { account }: Channel, work: () => Promise<void>): Promise<void> {
  if (messages.length === 0) return
  try {
    await work()
    for (const message of messages) message.ack()
  } catch (error) {
    reportFault('publication_failed', { account: account.id }, error)
    for (const message of messages) message.retry({ delaySeconds: retryDelaySeconds(message.attempts) })
  }
}

/** The newest change of each SKU, or product, answers for the older ones. */
async function workOut(messages: readonly Queued[], { account, config, env }: Channel): Promise<void> {
  const newest = new Map<string, ChangedSku>()
  for (const { body } of messages) {
    if (body.type !== 'publish_stock') continue
    const { sku, revision = 0 } = body
    if ((newest.get(sku)?.revision ?? -1) < revision) newest.set(sku, { sku, revision })
  }
  const { products = [], skus = [] } = Object.groupBy(newest.values(), ({ sku }) =>
    productOf(sku) === null ? 'skus' : 'products',
  )
  const nowMs = Date.now()
  if (skus.length > 0) await workOutStock(skus, { account, config, env, nowMs })
  if (products.length > 0) await workOutContent(products, { account, env, nowMs })
}

async function drain(message: Queued | undefined, { account, connector, env }: Channel): Promise<void> {
  const lane = message === undefined ? null : laneOf(message)
  if (lane === null) return
  const drained = await drainFeed({ account, connector, lane }, portOf(account, env))
  if (drained === 'more') await env.PUBLICATION.send({ type: 'drain_feed', account: account.id, lane })
}

function portOf(account: Account, env: Env): FeedPort {
  return {
    feed: actor<FeedApi>(env.FEED, account.id),
    limiter: actor<LimiterApi>(env.LIMITER, account.id),
    mayCall: (id) => mayCall(env, id),
    reportCall: (id, health) => reportCall(env, id, health),
    returnTrial: (id) => returnTrial(env, id),
    context: (called, deadlineMs) => partnerContext(env, called, deadlineMs),
    contentOf: (id, product) => findContent(env, id, product),
    nowMs: Date.now,
  }
}
