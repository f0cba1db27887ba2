/** What a profile's schema cannot see: names of channels, locations and SKU classes that mean nothing here. */
import type { ConfigProblem } from '../../config/compile-config.ts'
import type { Config } from '../../config/config.ts'
import type { SourcingProfile } from '../profile.ts'

export function profileProblems(
  { accounts, locations }: Pick<Config, 'accounts' | 'locations'>,
  { strategies }: SourcingProfile,
): readonly ConfigProblem[] {
  const channels = accounts.filter(({ role }) => role === 'channel').map(({ id }) => id)
  const places = locations.map(({ id }) => id)
  return strategies.flatMap(({ when, constraints }, at) => [
    ...missing(`profile.strategies.${at}.when.channels`, 'channel', when.channels, channels),
    ...missing(
      `profile.strategies.${at}.constraints.excludedLocations`,
      'location',
      constraints.excludedLocations,
      places,
    ),
  ])
}

function missing(path: string, kind: string, names: readonly string[], known: readonly string[]): ConfigProblem[] {
  return names.flatMap((name, at) =>
    known.includes(name) ? [] : [{ path: `${path}.${at}`, message: `no ${kind} '${name}'` }],
  )
}
