/** Stock for a window, and what the positions say afterwards, over the public API. */
import { type ApiClient, apiClient } from '../client/api-client.ts'
import { receiveStock } from '../start/load-stock.ts'
import { benchKey, benchLocation } from './bench-config.ts'
import { assertEqual, sum } from './scenario.ts'

type States = {
  readonly available: number
  readonly committed: number
  readonly reserved: number
  readonly damaged: number
  readonly safetyStock: number
  readonly qualityControl: number
  readonly onHand: number
}
type Promised = { readonly skus: readonly { readonly sources: readonly { readonly states: States }[] }[] }

/** More than any window can sell, and less than one line may ask for. */
export const unitsPerPosition = 900_000
const skusPerCall = 100

export const benchApi = (url: string): ApiClient => apiClient(url, benchKey)

export async function stockUp(url: string, skus: readonly string[]): Promise<void> {
  return stockUpPositions(
    url,
    skus.map((sku) => ({ sku, location: benchLocation })),
  )
}

type Position = { readonly sku: string; readonly location: string }

export async function stockUpPositions(url: string, positions: readonly Position[]): Promise<void> {
  for (const some of slices(positions)) {
    const received = some.map((position) => ({ ...position, received: unitsPerPosition }))
    await receiveStock(benchApi(url), received, 'opening')
  }
}

/** Every position conserves, and together they hold exactly `claimed` units for somebody. */
export async function assertClaimed(url: string, skus: readonly string[], claimed: number): Promise<void> {
  const states = await statesOf(url, skus)
  for (const { onHand, ...parts } of states) {
    assertEqual('units of a position', parts.available + claimsOf(parts) + unsellable(parts), onHand)
    assertEqual('units on hand', onHand, unitsPerPosition)
  }
  assertEqual('units claimed', sum(states.map(claimsOf)), claimed)
}

export async function unitsClaimed(url: string, skus: readonly string[]): Promise<number> {
  return sum((await statesOf(url, skus)).map(claimsOf))
}

export async function unitsOnHand(url: string, skus: readonly string[]): Promise<number> {
  return sum((await statesOf(url, skus)).map(({ onHand }) => onHand))
}

async function statesOf(url: string, skus: readonly string[]): Promise<readonly States[]> {
  const states: States[] = []
  for (const some of slices(skus)) {
    const query = some.map((sku) => `sku=${sku}`).join('&')
    const { status, body } = await benchApi(url).get<Promised>(`/v1/atp?explain=true&maxStalenessMs=0&${query}`)
    assertEqual('status of /v1/atp', status, 200)
    states.push(...body.skus.flatMap(({ sources }) => sources.map((source) => source.states)))
  }
  assertEqual('positions', states.length, skus.length)
  return states
}

const claimsOf = ({ reserved, committed }: Pick<States, 'reserved' | 'committed'>) => reserved + committed
const unsellable = (states: Pick<States, 'damaged' | 'safetyStock' | 'qualityControl'>) =>
  states.damaged + states.safetyStock + states.qualityControl

function slices<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / skusPerCall)
  return Array.from({ length: count }, (_, index) => items.slice(index * skusPerCall, (index + 1) * skusPerCall))
}
