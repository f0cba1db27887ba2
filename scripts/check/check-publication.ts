/**
 * I4 and I2 of what a channel shows, judged in the channel: every listing of stock that came in is in the feed and at
 * rest, the shop shows what the feed holds for confirmed, and that is no more than lies there for anybody to buy.
 */
import { publishesStock } from '../../src/domain/config/channel-network.ts'
import type { Account, ConfigFile } from '../../src/domain/config/config.ts'
import type { ApiClient } from '../client/api-client.ts'
import type { ShopifyStore } from '../sandbox/shopify-store.ts'
import { type Instance, type Place, readAll } from './read-instance.ts'

type ShownStock = { readonly account: string; readonly records: Pick<ShopifyStore['records'], 'inventory'> }
export type Published = {
  readonly kind: string
  readonly externalItemId: string
  readonly externalLocationId: string
  readonly state: string
  readonly acknowledged: { readonly value: number } | null
}
/** One listing at one of the channel's places, and what is known of it there and here. */
export type Listed = {
  readonly name: string
  /** Absent: the feed has never heard of it. */
  readonly published: Published | undefined
  /** What the shop shows a buyer. */
  readonly shown: number
  /** What may be sold of our locations behind the place, in whole packs. Null: not all of them were read. */
  readonly sellable: number | null
}

export async function checkPublication(
  api: ApiClient,
  instance: Instance,
  stores: readonly ShownStock[],
  places: readonly Place[],
  config: ConfigFile,
): Promise<readonly string[]> {
  const listed = await Promise.all(stores.map((store) => listedAt(api, instance.positions, store, places, config)))
  return listed.flat().flatMap(breachesOf)
}

/** Every listing that has an item id, at every place of the channel behind which stock of its SKU came in. */
export async function listedAt(
  api: ApiClient,
  positions: Instance['positions'],
  { account: id, records }: ShownStock,
  places: readonly Place[],
  config: ConfigFile,
): Promise<readonly Listed[]> {
  const account = config.accounts.find((candidate) => candidate.id === id)
  if (account === undefined || !publishesStock(account)) return []
  const feed = await readAll<Published>(api, `/v1/channels/${id}/feed/listings`, 'listings')
  const listings = config.listings.filter((listing) => listing.account === id && listing.externalItemId !== null)
  return listings.flatMap(({ externalItemId: item, externalSku, sku, packQuantity }) => {
    const told = places.filter((place) => place.sku === sku).map(({ location }) => location)
    const known = placesOf(account).filter(([, locations]) => locations.some((location) => told.includes(location)))
    return known.map(([place, locations]) => {
      const here = locations.map((location) => positions.get(`${sku}@${location}`)?.states.available ?? null)
      return {
        name: `${externalSku} at ${place}`,
        published: feed.find(
          ({ kind, externalItemId, externalLocationId }) =>
            kind === 'stock' && externalItemId === item && externalLocationId === place,
        ),
        shown: records.inventory.get(`${item}@${place}`) ?? 0,
        sellable: here.every((units) => units !== null)
          ? Math.floor(here.reduce((sum, units) => sum + Math.max(0, units), 0) / packQuantity)
          : null,
      }
    })
  })
}

/** The channel's places by their own names, each with our locations behind it. */
function placesOf({ settings }: Account): readonly (readonly [string, readonly string[]])[] {
  const mapped = Object.entries(settings.locations ?? {})
  return [...Map.groupBy(mapped, ([, place]) => String(place))].map(([place, entries]) => [
    place,
    entries.map(([location]) => location),
  ])
}

export const isAsPromised = (listed: Listed): boolean => breachesOf(listed).length === 0

function breachesOf({ name, published, shown, sellable }: Listed): string[] {
  if (published === undefined) return [`I4 ${name}: the feed does not know it`]
  const confirmed = published.acknowledged?.value ?? 0
  return [
    ...(published.state === 'settled' ? [] : [`I4 ${name}: ${published.state}, not settled`]),
    ...(shown === confirmed ? [] : [`I4 ${name}: the shop shows ${shown}, ${confirmed} was confirmed`]),
    ...(sellable === null || shown <= sellable ? [] : [`I2 ${name}: the shop shows ${shown} of ${sellable} for sale`]),
  ]
}
