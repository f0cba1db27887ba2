/** A channel says what it shows of a listing: its feed compares that with what it sent. */
import { actor, type FeedApi } from '../src/actor-apis.ts'
import { publishesStock } from '../src/domain/config/channel-network.ts'
import type { Account } from '../src/domain/config/config.ts'
import type { Env } from '../src/env.ts'
import { channelPlaceNamed } from './channel-places.ts'
import type { StockObserved } from './route-event.ts'

/** Nothing to compare with where somebody else tells the channel, or where the item is not tracked. */
export async function noticeStock(env: Env, account: Account, event: StockObserved): Promise<void> {
  const { externalItemId: item, externalLocationId, available, atMs } = event
  const place = channelPlaceNamed(account, externalLocationId)
  if (!publishesStock(account) || available === null || place === null) return
  const { lowStock, raiseDelaySeconds } = account.feed
  const seen = { kind: 'stock', item, place, value: Math.max(0, available), atMs } as const
  const rules = { lowStock, raiseDelayMs: raiseDelaySeconds * 1_000 }
  await actor<FeedApi>(env.FEED, account.id).notice(account.id, [seen], rules)
}
