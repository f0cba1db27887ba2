/** Gauges of the channels' feeds: depth, age, lag and drift, each an account's own counters. */
import { actor, type FeedApi } from '../actor-apis.ts'
import { publishesStock } from '../domain/config/channel-network.ts'
import type { Account } from '../domain/config/config.ts'
import type { FeedStatus } from '../domain/feed/feed-contract.ts'
import { feedLanes, feedStates } from '../domain/feed/feed-listing.ts'
import type { AppContext } from './context.ts'
import type { Metric, Sample } from './render-metrics.ts'

type Feed = { readonly account: string; readonly status: FeedStatus }

export async function feedMetrics(c: AppContext, accounts: readonly Account[]): Promise<readonly Metric[]> {
  const feeds = await Promise.all(
    accounts.filter(publishesStock).map(async ({ id }): Promise<Feed> => {
      return { account: id, status: await actor<FeedApi>(c.env.FEED, id).status() }
    }),
  )
  const nowMs = c.var.receivedAtMs
  const of = (name: string, help: string, samples: (feed: Feed) => readonly Sample[]): Metric => ({
    name: `crossdock_feed_${name}`,
    help,
    samples: feeds.flatMap(samples),
  })
  return [
    of('listings', 'Listings of a channel, by state', stateSamples),
    of('waiting', 'Listings that wait for a call, by lane', waitingSamples),
    of('waiting_seconds', 'Age of the listing that has waited longest, by lane', (feed) => ageSamples(feed, nowMs)),
    of('lag_seconds', 'From a fall of the stock to the confirmation', lagSamples),
    of('drifted', 'Listings that show what nobody sent', ({ account, status }) => [
      { labels: { account }, value: status.drifted },
    ]),
  ]
}

function stateSamples({ account, status }: Feed): readonly Sample[] {
  return feedStates.map((state) => ({ labels: { account, state }, value: status.states[state] }))
}

function waitingSamples({ account, status }: Feed): readonly Sample[] {
  return feedLanes.map((lane) => ({ labels: { account, lane }, value: status.waiting[lane] }))
}

function ageSamples({ account, status }: Feed, nowMs: number): readonly Sample[] {
  return feedLanes.map((lane) => {
    const sinceMs = status.waitingSinceMs[lane]
    return { labels: { account, lane }, value: sinceMs === undefined ? 0 : Math.max(0, nowMs - sinceMs) / 1_000 }
  })
}

function lagSamples({ account, status: { lag } }: Feed): readonly Sample[] {
  const quantiles = [
    ['0.5', lag.p50Ms],
    ['0.95', lag.p95Ms],
  ] as const
  return quantiles.flatMap(([quantile, ms]) =>
    ms === null ? [] : [{ labels: { account, quantile }, value: ms / 1_000 }],
  )
}
