/**
 * A channel says that a product of it was changed, as it also does of every sale and of what we set ourselves. What is
 * shown otherwise than we left it is looked at soon, and so is what the message does not tell of.
 */
import { actor, type FeedApi } from '../src/actor-apis.ts'
import { versionLike } from '../src/connectors/transport/content-version.ts'
import { isToldBy } from '../src/domain/catalog/product-content.ts'
import { publishesStock } from '../src/domain/config/channel-network.ts'
import type { Account } from '../src/domain/config/config.ts'
import { type FeedListing, keyOf, ourValues } from '../src/domain/feed/feed-listing.ts'
import { subjectOfProduct } from '../src/domain/feed/feed-subject.ts'
import { isForeign } from '../src/domain/feed/hint.ts'
import type { Env } from '../src/env.ts'
import type { ListingsChanged } from './route-event.ts'

/** `skus`: ours, of which the product has listings. */
export async function noticeProduct(
  env: Env,
  account: Account,
  event: ListingsChanged,
  skus: readonly string[],
): Promise<void> {
  if (!publishesStock(account)) return
  const feed = actor<FeedApi>(env.FEED, account.id)
  const { listings } = await feed.listingsOf([subjectOfProduct(event.externalProductId), ...skus])
  const changed = listings.filter((listing) => isChanged(listing, event))
  if (changed.length > 0) await feed.hint(account.id, changed.map(keyOf))
}

function isChanged(listing: FeedListing, { shown }: ListingsChanged): boolean {
  switch (listing.kind) {
    case 'stock':
      return false
    case 'price': {
      const price = shown?.priceMinor.get(idOf(listing.item))
      return price !== undefined && isForeign(listing, price)
    }
    case 'content': {
      const said = shown?.content
      return said === undefined || ourValues(listing).every((version) => !saysTheSame(version, said))
    }
    default:
      return listing.kind satisfies never
  }
}

const saysTheSame = (version: number, said: Parameters<typeof isToldBy>[1]): boolean =>
  isToldBy(version, said) && versionLike(version, said) === version

/** The catalogue may hold the whole global id where a webhook carries the digits. */
const idOf = (item: string): string => item.slice(item.lastIndexOf('/') + 1)
