/**
 * The `publication` queue: sets the stock that a channel shows, where `settings.publishStock` says so. A message
 * names a SKU and no figure: what is sent is what is free now, once per SKU and batch.
 */
import { actor, type LimiterApi, type StockApi } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { listingsOfSku } from '../src/config/catalog.ts'
import type { PublishStock, StockPublication } from '../src/connectors/ports.ts'
import { connectorOf } from '../src/connectors/registry.ts'
import { publishesStock } from '../src/domain/config/channel-network.ts'
import type { Account, Config } from '../src/domain/config/config.ts'
import { reportOf } from '../src/domain/outbox/call-report.ts'
import type { CallOutcome } from '../src/domain/outbox/intent.ts'
import { locationId, positionId, sku as skuOf } from '../src/domain/shared/ids.ts'
import type { Env } from '../src/env.ts'
import type { PublicationMessage } from '../src/queue-messages.ts'
import { mayCall, reportCall } from './partner-breaker.ts'
import { partnerContext } from './partner-context.ts'
import { reportFault } from './report-fault.ts'
import { retryDelaySeconds } from './retry-delay.ts'
import { runBounded } from './run-bounded.ts'
import { channelLocations, publicationsOf } from './stock-publications.ts'

/** Figures per call; Shopify takes 250. */
const publicationsPerCall = 250

type Queued = Message<PublicationMessage>

export async function consumePublication(batch: MessageBatch<PublicationMessage>, env: Env): Promise<void> {
  const config = await activeConfig(env, Date.now())
  for (const [accountId, messages] of Map.groupBy(batch.messages, (message) => message.body.account)) {
    const account = config.accounts.find((candidate) => candidate.id === accountId)
    const publish = account && publishesStock(account) ? connectorOf(account.partner)?.publishStock : null
    if (account && publish) await publishFor({ account, config, publish, env }, messages)
    else for (const message of messages) message.ack()
  }
}

type Channel = {
  readonly account: Account
  readonly config: Config
  readonly publish: PublishStock
  readonly env: Env
}

async function publishFor(channel: Channel, messages: readonly Queued[]): Promise<void> {
  const { account } = channel
  try {
    const waitMs = await closedForMs(channel)
    if (waitMs > 0) return putBack(messages, Math.ceil(waitMs / 1_000))
    const skus = [...new Set(messages.map((message) => message.body.sku))]
    const publications = (await runBounded(skus, (sku) => wantedFor(sku, channel))).flat()
    const again = await publishAll(publications, channel)
    if (again) putBack(messages)
    else for (const message of messages) message.ack()
  } catch (error) {
    reportFault('publication_failed', { account: account.id }, error)
    putBack(messages)
  }
}

/** How long the partner wants to be left alone; the breaker and the limiter know. */
async function closedForMs({ account, env }: Channel): Promise<number> {
  const permission = await mayCall(env, account.id)
  if (!permission.allowed) return permission.retryAtMs - Date.now()
  const { pausedUntilMs } = await actor<LimiterApi>(env.LIMITER, account.id).status()
  return pausedUntilMs - Date.now()
}

async function wantedFor(sku: string, { account, config, env }: Channel): Promise<StockPublication[]> {
  const places = channelLocations(account, config)
  const listings = places.length === 0 ? [] : await listingsOfSku(env, account.id, sku)
  if (listings.length === 0) return []
  const views = await Promise.all(
    places
      .flatMap((place) => place.locations)
      .map(async (location) => {
        const position = positionId(skuOf(sku), locationId(location))
        return [location, await actor<StockApi>(env.STOCK, position).view(position)] as const
      }),
  )
  return publicationsOf(listings, places, new Map(views))
}

/** True when something is to be sent again. Figures are absolute, so sending one twice does no harm. */
async function publishAll(publications: readonly StockPublication[], channel: Channel): Promise<boolean> {
  const context = partnerContext(channel.env, channel.account, null)
  let again = false
  for (let from = 0; from < publications.length; from += publicationsPerCall) {
    const outcome = await channel.publish(publications.slice(from, from + publicationsPerCall), context)
    await reportCall(channel.env, channel.account.id, reportOf(outcome).health)
    again ||= isWorthRepeating(outcome)
    if (outcome.outcome !== 'committed') {
      reportFault('publication_refused', {
        account: channel.account.id,
        class: outcome.class,
        outcome: outcome.outcome,
      })
    }
  }
  return again
}

function isWorthRepeating(outcome: CallOutcome): boolean {
  return outcome.outcome === 'unknown' || (outcome.outcome === 'absent' && outcome.retryable)
}

function putBack(messages: readonly Queued[], afterSeconds?: number): void {
  for (const message of messages) {
    message.retry({ delaySeconds: Math.max(afterSeconds ?? 0, retryDelaySeconds(message.attempts)) })
  }
}
