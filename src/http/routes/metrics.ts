/**
 * Prometheus text. Everything is bounded: so many accounts, one recent window of D1, counters the actors keep anyway.
 * A scrape that leaves accounts out says so in `crossdock_metrics_accounts_left_out`.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type InboxApi, type LimiterApi } from '../../actor-apis.ts'
import { connectorOf } from '../../connectors/registry.ts'
import { openDb } from '../../db/database.ts'
import { countsForOverview } from '../../db/queries/counts-for-overview.ts'
import type { Account } from '../../domain/config/config.ts'
import { inboxShards } from '../../domain/inbox/inbox-name.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { noQuery, reads, reasonsOf, refusals } from '../describe-route.ts'
import { feedMetrics } from '../feed-metrics.ts'
import { type Metric, renderMetrics, type Sample } from '../render-metrics.ts'

export const metrics = new OpenAPIHono<AppEnv>()

/** Ten calls an account at most: a scrape stays well below the thousand that one request may make. */
const accountsMax = 50
const windowMs = 3_600_000

const metricsRoute = createRoute({
  method: 'get',
  path: '/metrics',
  ...reads('GET /metrics'),
  operationId: 'getMetrics',
  tags: ['operations'],
  summary: 'Counters and gauges as Prometheus text',
  request: { query: noQuery },
  responses: {
    200: { description: 'Prometheus text format 0.0.4', content: { 'text/plain': { schema: z.string() } } },
    ...refusals(...reasonsOf.read),
  },
})

metrics.openapi(metricsRoute, async (c) => {
  const { accounts } = c.var.config
  const watched = accounts.slice(0, accountsMax)
  const inbound = watched.filter((account) => connectorOf(account.partner)?.inbound)
  const called = watched.filter((account) => account.baseUrl !== undefined)
  const [overview, inboxes, budgets, feeds] = await Promise.all([
    overviewMetrics(c),
    Promise.all(inbound.map((account) => inboxSamples(c, account))),
    Promise.all(called.map((account) => limiterSamples(c, account))),
    feedMetrics(c, watched),
  ])
  const leftOut = { labels: {}, value: accounts.length - watched.length }
  const all = [
    ...overview,
    ...feeds,
    gauge('crossdock_inbox_deliveries', 'Deliveries an inbox keeps, by status', inboxes.flat()),
    gauge('crossdock_partner_budget', 'Calls to an account: parked, leased, allowed at once', budgets.flat()),
    gauge('crossdock_metrics_accounts_left_out', 'Accounts beyond the bound of one scrape', [leftOut]),
  ]
  return c.text(renderMetrics(all), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
})

const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({ name, help, samples })
const samplesBy = (label: string, counts: Readonly<Record<string, number>>): Sample[] =>
  Object.entries(counts).map(([key, value]) => ({ labels: { [label]: key }, value }))

async function overviewMetrics(c: AppContext): Promise<Metric[]> {
  const sinceMs = c.var.receivedAtMs - windowMs
  const { orders, deliveries, openExceptions } = await countsForOverview(openDb(c.env.DB), { sinceMs })
  return [
    gauge('crossdock_orders_last_hour', 'Orders captured in the last hour, by status', samplesBy('status', orders)),
    gauge(
      'crossdock_deliveries_last_hour',
      'Deliveries received in the last hour, by outcome',
      samplesBy('status', deliveries),
    ),
    gauge('crossdock_exceptions_open', 'Open cases, by category', samplesBy('category', openExceptions)),
  ]
}

async function inboxSamples(c: AppContext, account: Account): Promise<Sample[]> {
  const shards = Array.from({ length: inboxShards }, (_, shard) => `${account.id}/${shard}`)
  const counts = await Promise.all(shards.map((name) => actor<InboxApi>(c.env.INBOX, name).counts()))
  const totals: Record<string, number> = {}
  for (const [status, count] of counts.flatMap((shard) => Object.entries(shard))) {
    totals[status] = (totals[status] ?? 0) + count
  }
  return Object.entries(totals).map(([status, value]) => ({ labels: { account: account.id, status }, value }))
}

async function limiterSamples(c: AppContext, account: Account): Promise<Sample[]> {
  const status = await actor<LimiterApi>(c.env.LIMITER, account.id).status()
  const figures = {
    parked: status.parked,
    leased: status.leased,
    concurrency: status.concurrency,
    rate_per_second: status.ratePerSecond,
    paused_seconds: Math.max(0, status.pausedUntilMs - c.var.receivedAtMs) / 1_000,
  }
  return Object.entries(figures).map(([figure, value]) => ({ labels: { account: account.id, figure }, value }))
}
