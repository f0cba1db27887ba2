/** Which locations may serve a channel, and which channels a location serves. An empty network means all locations. */
import type { Account, Config } from './config.ts'
import type { Location } from './location.ts'

const reaches = (account: Account, location: string) =>
  account.network.length === 0 || account.network.includes(location)

/** In the order in which they are asked: priority, then id. Without a channel every location that fulfils counts. */
export function locationsServing(config: Config, channel: string | null): readonly Location[] {
  const account = config.accounts.find((candidate) => candidate.id === channel)
  return config.locations
    .filter((location) => location.fulfils && (account === undefined || reaches(account, location.id)))
    .toSorted((left, right) => left.priority - right.priority || (left.id < right.id ? -1 : 1))
}

/** Whether our figures are to be shown on the channel: it may as well be told by somebody else. */
export const publishesStock = (account: Account): boolean => account.settings.publishStock === true

/** The currency in which our prices are shown there; null: it sets its own. */
export function pricedIn({ settings }: Account): string | null {
  return typeof settings.priceCurrency === 'string' ? settings.priceCurrency : null
}

/** Stock that no channel may sell concerns none of them. */
export function channelsServedBy(config: Config, location: string): readonly Account[] {
  const fulfils = config.locations.some((candidate) => candidate.id === location && candidate.fulfils)
  return config.accounts.filter((account) => fulfils && account.role === 'channel' && reaches(account, location))
}
