/** Units that a channel is not shown because it learns of sales late, as its feed keeps them back now. */
import { actor, type FeedApi } from '../../actor-apis.ts'
import { publishesStock } from '../../domain/config/channel-network.ts'
import type { Account } from '../../domain/config/config.ts'
import { bufferOf, lagOf } from '../../domain/feed/buffer.ts'
import type { Env } from '../../env.ts'
import type { AskedSku } from './asked-sku.ts'

/** By SKU, in its own units; of a bundle, by component. Empty for nobody's question, and for a channel that shows what somebody else tells it. */
export async function channelBuffers(
  env: Env,
  account: Account | null,
  asked: readonly AskedSku[],
): Promise<ReadonlyMap<string, number>> {
  if (account === null || !publishesStock(account)) return new Map()
  const skus = new Set(asked.flatMap(({ parts }) => parts.map(({ entry }) => entry.sku)))
  const { lag, skus: outlooks } = await actor<FeedApi>(env.FEED, account.id).outlook([...skus])
  const lagMs = lagOf(account.feed.buffer, lag)
  return new Map(outlooks.map(({ sku, rate }) => [sku, bufferOf(account.feed.buffer, rate, lagMs).buffer]))
}
