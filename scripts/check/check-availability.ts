/** I9, of the availability of each SKU: what it holds of a position is what the position says of itself. */
import type { ConfigFile } from '../../src/domain/config/config.ts'
import type { ApiClient } from '../client/api-client.ts'
import type { InventoryState, PositionView } from './instance-views.ts'
import { eachOf, type Instance, type Place, readOne } from './read-instance.ts'

type Source = {
  readonly location: string
  readonly version: number
  readonly states: Readonly<Record<InventoryState, number>>
}
type Answer = { readonly skus: readonly { readonly sku: string; readonly sources: readonly Source[] }[] }

/** Longer than any instance of a test lives: answered from what was pushed, positions are not asked. */
const asHeldMs = 3_600_000

export async function checkAvailability(
  api: ApiClient,
  instance: Instance,
  places: readonly Place[],
  config: ConfigFile,
): Promise<readonly string[]> {
  const counted = new Set(config.locations.filter(({ fulfils }) => fulfils).map(({ id }) => id))
  const breaches: string[] = []
  await eachOf([...Map.groupBy(places, ({ sku }) => sku)], async ([sku, ofSku]) => {
    const path = `/v1/atp?explain=true&maxStalenessMs=${asHeldMs}&sku=${encodeURIComponent(sku)}`
    const sources = (await readOne<Answer>(api, path)).skus[0]?.sources ?? []
    for (const { location } of ofSku) {
      const position = instance.positions.get(`${sku}@${location}`)
      if (position === undefined || position.version === 0 || !counted.has(location)) continue
      const held = sources.find((source) => source.location === location)
      breaches.push(...differences(held, position).map((what) => `I9 availability of ${sku} at ${location}: ${what}`))
    }
  })
  return breaches
}

function differences(held: Source | undefined, { version, states }: PositionView): string[] {
  if (held === undefined) return ['is not held']
  if (held.version !== version) return [`version ${held.version} is held, the position is at ${version}`]
  return Object.entries(states)
    .filter(([state, units]) => held.states[state as InventoryState] !== units)
    .map(([state, units]) => `${held.states[state as InventoryState]} ${state} is held, the position says ${units}`)
}
