/**
 * The minute tick: polls for lost messages, looks in on inboxes whose alarm the platform may have dropped, takes up a
 * rebuild whose message was lost, and publishes profiles that were activated and are not in force yet. Feeds look at a
 * few of their listings and at the version of the configuration.
 */
import { actor, type FeedApi, type InboxApi } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { catalogDigestKey } from '../src/config/catalog.ts'
import { publishSourcing } from '../src/config/publish-sourcing.ts'
import { connectorOf } from '../src/connectors/registry.ts'
import { openDb } from '../src/db/database.ts'
import { sourcingInForce } from '../src/db/queries/sourcing-profiles.ts'
import { publishesStock } from '../src/domain/config/channel-network.ts'
import type { Config } from '../src/domain/config/config.ts'
import { inboxShards } from '../src/domain/inbox/inbox-name.ts'
import type { Env } from '../src/env.ts'
import { pollAccounts } from './poll-accounts.ts'
import { resumeRebuild } from './rebuild-projections.ts'
import { reportFault } from './report-fault.ts'
import { runBounded } from './run-bounded.ts'

export async function onSchedule(controller: ScheduledController, env: Env): Promise<void> {
  try {
    const config = await activeConfig(env, Date.now())
    await Promise.all([
      pollAccounts(config, env, controller.scheduledTime),
      nudge(config, env, controller.scheduledTime),
      tickFeeds(config, env),
      publishProfiles(env),
    ])
    await resumeRebuild(env, controller.scheduledTime)
  } catch (error) {
    reportFault('tick_failed', { scheduledAtMs: controller.scheduledTime }, error)
  }
}

/** One shard of every account that receives, a different one each minute: waking is enough, its constructor re-arms. */
async function nudge(config: Config, env: Env, tickMs: number): Promise<void> {
  const shard = Math.floor(tickMs / 60_000) % inboxShards
  const receiving = config.accounts.filter((account) => connectorOf(account.partner)?.inbound)
  await runBounded(receiving, async (account) => {
    try {
      await actor<InboxApi>(env.INBOX, `${account.id}/${shard}`).pollWatermark()
    } catch (error) {
      reportFault('inbox_unavailable', { account: account.id, shard }, error)
    }
  })
}

async function tickFeeds(config: Config, env: Env): Promise<void> {
  const publishing = config.accounts.filter(publishesStock)
  if (publishing.length === 0) return
  // The catalogue is no part of the version: its entries change one by one as well, and then their feeds are told.
  const version = `${config.version}/${(await env.CONFIG.get(catalogDigestKey)) ?? ''}`
  await runBounded(publishing, async (account) => {
    try {
      await actor<FeedApi>(env.FEED, account.id).tick(account.id, version, account.feed.checksPerMinute)
    } catch (error) {
      reportFault('feed_unavailable', { account: account.id }, error)
    }
  })
}

/** Whoever activated a profile may have died between recording it and publishing it. */
async function publishProfiles(env: Env): Promise<void> {
  try {
    await publishSourcing(env, () => sourcingInForce(openDb(env.DB)))
  } catch (error) {
    reportFault('sourcing_unpublished', {}, error)
  }
}
