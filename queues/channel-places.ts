/** Where a channel shows stock: its own locations, and those of ours that each stands for. Pure. */
import { locationsServing } from '../src/domain/config/channel-network.ts'
import type { Account, Config } from '../src/domain/config/config.ts'
import type { ChannelPlace } from '../src/domain/feed/desired-stock.ts'

/** From `settings.locations`: `{ "<our location>": "<the channel's>" }`, without those outside the channel's network. */
export function channelPlaces(account: Account, config: Config): readonly ChannelPlace[] {
  const mapped = account.settings.locations
  if (typeof mapped !== 'object' || mapped === null || Array.isArray(mapped)) return []
  const ours = locationsServing(config, account.id).map((location) => location.id)
  const byExternal = Map.groupBy(ours, (id) => mapped[id])
  return [...byExternal].flatMap(([externalLocationId, locations]) =>
    typeof externalLocationId === 'string' ? [{ externalLocationId, locations }] : [],
  )
}

/** As the settings write it: they may hold the whole global id where a webhook carries the digits. Null: not ours. */
export function channelPlaceNamed(account: Account, externalLocationId: string): string | null {
  const mapped = account.settings.locations
  if (typeof mapped !== 'object' || mapped === null || Array.isArray(mapped)) return null
  const named = Object.values(mapped).find(
    (place) => typeof place === 'string' && lastPart(place) === externalLocationId,
  )
  return typeof named === 'string' ? named : null
}

const lastPart = (id: string): string => id.slice(id.lastIndexOf('/') + 1)
