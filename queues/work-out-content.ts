/**
 * What the products of a channel should say: the versions of their documents as the catalogue has them now. The feed
 * carries versions alone; a document is fetched again when its turn comes (`drain-feed.ts`).
 */
import { actor, type FeedApi } from '../src/actor-apis.ts'
import { findContent, productsWithContent } from '../src/config/catalog.ts'
import { contentVersion } from '../src/connectors/transport/content-version.ts'
import type { Account } from '../src/domain/config/config.ts'
import type { SkuWant } from '../src/domain/feed/feed-contract.ts'
import { everyProduct, productOf, subjectOfProduct } from '../src/domain/feed/feed-subject.ts'
import type { Env } from '../src/env.ts'
import { runBounded } from './run-bounded.ts'
import type { ChangedSku } from './work-out-stock.ts'

type Channel = { readonly account: Account; readonly env: Env; readonly nowMs: number }

/** An entry that was saved elsewhere may be seen here a minute late: what changed just now is looked at once more. */
const catalogueLagMs = 90_000

export async function workOutContent(changed: readonly ChangedSku[], channel: Channel): Promise<void> {
  const { account, env } = channel
  const feed = actor<FeedApi>(env.FEED, account.id)
  const { skus } = await feed.outlook(changed.map(({ sku }) => sku))
  const changedAtMs = new Map(skus.map((each) => [each.sku, each.changedAtMs]))
  const wishes = await runBounded(changed, async (each) => {
    if (each.sku === everyProduct) await markEvery(channel)
    return wishFor(each, changedAtMs.get(each.sku) ?? 0, channel)
  })
  await feed.want(account.id, wishes)
}

/** Answered once all were marked: whoever dies on the way is asked again. */
async function markEvery({ account, env, nowMs }: Channel): Promise<void> {
  const feed = actor<FeedApi>(env.FEED, account.id)
  for await (const products of productsWithContent(env, account.id)) {
    const changes = products.map((product) => ({ sku: subjectOfProduct(product), changedAtMs: nowMs, sold: {} }))
    await feed.changed(account.id, changes)
  }
}

async function wishFor(
  { sku, revision }: ChangedSku,
  changedAtMs: number,
  { account, env, nowMs }: Channel,
): Promise<SkuWant> {
  const item = productOf(sku) ?? ''
  const content = sku === everyProduct ? null : await findContent(env, account.id, item)
  const listings =
    content === null ? [] : [{ kind: 'content', item, place: '', value: contentVersion(content) } as const]
  const isFresh = sku !== everyProduct && nowMs - changedAtMs < catalogueLagMs
  const { lowStock } = account.feed
  return { sku, revision, urgency: { lowStock }, listings, reviewAfterMs: isFresh ? catalogueLagMs : null }
}
