/** How a feed stands, from figures that are kept with every commit: the same cost for ten listings and a million. */
import type { FeedStatus } from '../src/domain/feed/feed-contract.ts'
import { type FeedLane, type FeedState, feedLanes, feedStates } from '../src/domain/feed/feed-listing.ts'
import { type LagSketch, lagQuantile, weightOf } from '../src/domain/feed/lag-sketch.ts'
import type { FeedAttempts } from './feed-attempts.ts'
import type { FeedSkuTable } from './feed-sku-table.ts'
import type { FeedTable } from './feed-table.ts'

export function feedStatus(
  table: FeedTable,
  skus: FeedSkuTable,
  attempts: FeedAttempts,
  lag: LagSketch,
  nowMs: number,
): FeedStatus {
  const states = Object.fromEntries(feedStates.map((state) => [state, table.countIn(state)])) as Record<
    FeedState,
    number
  >
  const waiting = Object.fromEntries(feedLanes.map((lane) => [lane, table.waitingIn(lane)])) as Record<FeedLane, number>
  return {
    listings: Object.values(states).reduce((sum, count) => sum + count, 0),
    states,
    waiting,
    drifted: table.drifted,
    skusChanged: skus.open(nowMs),
    inFlight: attempts.all,
    waitingSinceMs: Object.fromEntries(feedLanes.flatMap((lane) => sinceOf(table, lane))),
    lag: { p50Ms: lagQuantile(lag, 0.5), p95Ms: lagQuantile(lag, 0.95), measured: Math.round(weightOf(lag)) },
  }
}

function sinceOf({ waiting }: FeedTable, lane: FeedLane): readonly (readonly [FeedLane, number])[] {
  const since = [waiting.readySinceMs(lane, 'send'), waiting.readySinceMs(lane, 'read')].filter((ms) => ms !== null)
  return since.length === 0 ? [] : [[lane, Math.min(...since)]]
}
