/** What the configuration says about orders of one channel: fixed in the order when it is validated. */
import type { Account, Config } from '../config/config.ts'
import { accountId, locationId } from '../shared/ids.ts'
import type { CandidateLocation, ChannelFinding } from './saga-command.ts'
import type { OrderPolicy } from './saga-state.ts'

/** Who speaks to us through our own API has nothing that we could call: no fulfilment to tell, no release to send. */
const partnersWithoutApi: ReadonlySet<string> = new Set(['canonical'])

function takesFulfilments(account: Account): boolean {
  return account.role === 'channel' && !partnersWithoutApi.has(account.partner)
}

export function channelFinding(config: Config, id: string): ChannelFinding {
  const account = channelOf(config, id)
  const entity = config.entities.find((other) => other.id === account?.entity)
  if (account === undefined || entity === undefined) return { policy: null, currencies: [] }
  const policy: OrderPolicy = {
    configVersion: config.version,
    erp: entity.erp === undefined ? null : accountId(entity.erp),
    tellsChannel: takesFulfilments(account),
    allowPartial: account.allowPartial,
    whenOutOfStock: account.whenOutOfStock,
    ...(account.priority === undefined ? {} : { priority: account.priority }),
    ...(config.sourcing.betterPlan.movesMax === 0 ? {} : { betterPlan: config.sourcing.betterPlan }),
  }
  return { policy, currencies: account.currencies.length > 0 ? account.currencies : entity.currencies }
}

/** Locations that may serve the channel and take orders at all. */
export function candidateLocations(config: Config, id: string): readonly CandidateLocation[] {
  const network = channelOf(config, id)?.network ?? []
  return config.locations
    .filter((location) => location.fulfils && (network.length === 0 || network.includes(location.id)))
    .map(({ id: place, priority, account }) => {
      const location = locationId(place)
      if (account === undefined) return { location, priority, warehouse: null }
      if (!isCalled(config, account)) return { location, priority, warehouse: null, reporter: accountId(account) }
      return { location, priority, warehouse: accountId(account) }
    })
}

function isCalled(config: Config, id: string): boolean {
  return !config.accounts.some((account) => account.id === id && partnersWithoutApi.has(account.partner))
}

function channelOf(config: Config, id: string): Account | undefined {
  return config.accounts.find((account) => account.id === id && account.role === 'channel')
}

/** How long a partner may take to show what a call that failed on us did: `settings.settleMs`. */
export function settleMsOf(config: Config, id: string, defaultMs: number): number {
  const configured = config.accounts.find((account) => account.id === id)?.settings.settleMs
  return typeof configured === 'number' && configured >= 0 ? configured : defaultMs
}
