/** What a channel should show for a SKU: the units free at each of its own locations, in its own pack size. Pure. */
import type { StockPublication } from '../src/connectors/ports.ts'
import type { Listing } from '../src/domain/catalog/listing.ts'
import { locationsServing } from '../src/domain/config/channel-network.ts'
import type { Account, Config } from '../src/domain/config/config.ts'
import type { PositionView } from '../src/domain/stock/stock-command.ts'

/** One of the channel's locations and those of ours that it stands for. */
export type ChannelLocation = { readonly externalLocationId: string; readonly locations: readonly string[] }

/** From `settings.locations`: `{ "<our location>": "<the channel's>" }`, without those outside the channel's network. */
export function channelLocations(account: Account, config: Config): readonly ChannelLocation[] {
  const mapped = account.settings.locations
  if (typeof mapped !== 'object' || mapped === null || Array.isArray(mapped)) return []
  const ours = locationsServing(config, account.id).map((location) => location.id)
  const byExternal = Map.groupBy(ours, (id) => mapped[id])
  return [...byExternal].flatMap(([externalLocationId, locations]) =>
    typeof externalLocationId === 'string' ? [{ externalLocationId, locations }] : [],
  )
}

/** A listing without the channel's item id cannot be published yet: its product event brings it. */
export function publicationsOf(
  listings: readonly Listing[],
  places: readonly ChannelLocation[],
  positions: ReadonlyMap<string, PositionView>,
): StockPublication[] {
  return places.flatMap(({ externalLocationId, locations }) => {
    const views = locations.flatMap((location) => positions.get(location) ?? [])
    const units = views.reduce((sum, view) => sum + view.states.available, 0)
    const version = views.reduce((sum, view) => sum + view.version, 0)
    return listings.flatMap((listing): StockPublication[] => {
      if (listing.externalItemId === null) return []
      const quantity = Math.max(0, Math.floor(units / listing.packQuantity))
      // Versions only grow, so a figure that returns to an earlier value is still another publication.
      const idempotencyKey = [listing.account, listing.externalItemId, externalLocationId, version, quantity].join('|')
      const { externalItemId } = listing
      return [{ externalItemId, externalLocationId, quantity, expectedQuantity: null, idempotencyKey }]
    })
  })
}
