/**
 * I4 of what products say, judged in the channel: every document of the configuration is in the feed and at rest, and
 * writing it over what the shop has would change nothing there.
 */
import { isDeepStrictEqual } from 'node:util'
import { contentVersion } from '../../src/connectors/transport/content-version.ts'
import type { ProductContent } from '../../src/domain/catalog/product-content.ts'
import { publishesStock } from '../../src/domain/config/channel-network.ts'
import type { ConfigFile } from '../../src/domain/config/config.ts'
import type { ApiClient } from '../client/api-client.ts'
import { edited, type StoreProduct } from '../sandbox/shopify-products.ts'
import type { ShopifyStore } from '../sandbox/shopify-store.ts'
import type { Published } from './check-publication.ts'
import { readAll } from './read-instance.ts'

type ShownContent = { readonly account: string; readonly records: Pick<ShopifyStore['records'], 'products'> }
/** A product of the channel that the catalogue has words for. */
export type Said = {
  readonly product: string
  readonly wanted: ProductContent
  /** Absent: the feed has never heard of it. */
  readonly published: Published | undefined
  /** Absent: the shop has no such product. */
  readonly shown: StoreProduct | undefined
}

export async function checkContent(
  api: ApiClient,
  stores: readonly ShownContent[],
  config: ConfigFile,
): Promise<readonly string[]> {
  const said = await Promise.all(stores.map((store) => saidAt(api, store, config)))
  return said.flat().flatMap(breachesOf)
}

export async function saidAt(
  api: ApiClient,
  { account: id, records }: ShownContent,
  config: ConfigFile,
): Promise<readonly Said[]> {
  const account = config.accounts.find((candidate) => candidate.id === id)
  if (account === undefined || !publishesStock(account)) return []
  const entries = config.content.filter((entry) => entry.account === id)
  const feed = entries.length === 0 ? [] : await readAll<Published>(api, `/v1/channels/${id}/feed/listings`, 'listings')
  return entries.flatMap(({ externalProductId: product, content: wanted }) => {
    if (wanted === null) return []
    const published = feed.find(({ kind, externalItemId }) => kind === 'content' && externalItemId === product)
    return [{ product, wanted, published, shown: records.products.get(Number(product)) }]
  })
}

export const saysWhatItShould = (said: Said): boolean => breachesOf(said).length === 0

function breachesOf({ product, wanted, published, shown }: Said): string[] {
  const name = `product ${product}`
  if (published === undefined) return [`I4 ${name}: the feed does not know it`]
  if (shown === undefined) return [`I4 ${name}: the shop does not have it`]
  const isConfirmed = published.acknowledged?.value === contentVersion(wanted)
  return [
    ...(published.state === 'settled' ? [] : [`I4 ${name}: ${published.state}, not settled`]),
    ...(isConfirmed ? [] : [`I4 ${name}: the shop did not confirm what the catalogue says`]),
    ...(isDeepStrictEqual(edited(shown, writingOf(wanted)), shown) ? [] : [`I4 ${name}: the shop says something else`]),
  ]
}

/** The document as somebody would write it in the shop; what it has no member for stays. */
function writingOf({ seoTitle, seoDescription, ...plain }: ProductContent) {
  const named = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined))
  return { ...named, seo: { title: seoTitle ?? null, description: seoDescription ?? null } }
}
