/**
 * First stock: what each location has of each SKU, as receipts through the same route that a warehouse would use, and
 * what is announced. Shaped so that orders go to both warehouses, some are split, and some wait for a supplier.
 */
import type { ApiClient } from '../client/api-client.ts'
import type { SandboxCompany } from './sandbox-company.ts'

export type ReceivedStock = { readonly sku: string; readonly location: string; readonly received: number }

type Shape = Readonly<Record<string, number>>
/** Newark is asked first, so whatever it has enough of is shipped from there. */
const enough: Shape = { east: 30, west: 60 }
const onlyEast: Shape = { east: 40, west: 0 }
const onlyWest: Shape = { east: 0, west: 60 }
const runsOutEast: Shape = { east: 4, west: 60 }
/** Less than the stream of orders wants, and nowhere else to have it from. */
const fewAnywhere: Shape = { east: 3, west: 0 }
const shapes: Readonly<Record<string, Shape>> = {
  ...{ 'ANCHOR-S': onlyEast, 'ANCHOR-L': onlyEast, 'CHAIN-8': onlyEast },
  ...{ 'VEST-M': onlyWest, 'VEST-L': onlyWest, 'FLARE-4': onlyWest },
  ...{ 'BUOY-R': runsOutEast, 'BUOY-Y': runsOutEast, 'FENDER-M': runsOutEast, 'LAMP-12V': runsOutEast },
  ...{ 'PAINT-AF': fewAnywhere, 'GLOVE-L': fewAnywhere },
}
const announced = [
  { supplyId: 'PO-8812-1', sku: 'PAINT-AF', location: 'west', quantity: 40, afterDays: 5 },
  { supplyId: 'PO-8812-2', sku: 'GLOVE-L', location: 'east', quantity: 40, afterDays: 9 },
] as const
const dayMs = 86_400_000

export async function loadStock(company: Pick<SandboxCompany, 'api' | 'config'>): Promise<readonly ReceivedStock[]> {
  const stocked = company.config.skus.filter((entry) => entry.stocked)
  const received = stocked.flatMap(({ sku }) =>
    company.config.locations.map(({ id }) => ({ sku, location: id, received: (shapes[sku] ?? enough)[id] ?? 0 })),
  )
  const there = received.filter((stock) => stock.received > 0)
  await receiveStock(company.api, there, 'opening')
  await announceSupply(company.api)
  return received
}

async function announceSupply(api: ApiClient): Promise<void> {
  const nowMs = Date.now()
  const supplies = announced.map(({ afterDays, ...supply }) => {
    const dueAt = new Date(nowMs + afterDays * dayMs).toISOString()
    return { ...supply, type: 'purchase_order', confidencePercent: 95, dueAt, sourceVersion: nowMs }
  })
  const path = '/v1/inventory/supply'
  const answer = await api.post<{ readonly results: readonly { readonly ok: boolean }[] }>(path, { supplies })
  if (answer.status !== 200 || answer.body.results.some((result) => !result.ok)) {
    throw new Error(`supply was not taken in: ${answer.status} ${JSON.stringify(answer.body)}`)
  }
}

export async function receiveStock(api: ApiClient, stock: readonly ReceivedStock[], reference: string): Promise<void> {
  const movements = stock.map(({ sku, location, received }) => ({
    eventId: `${reference}-${sku}-${location}`,
    sku,
    location,
    movement: 'receipt',
    quantity: received,
    occurredAt: new Date().toISOString(),
  }))
  const answer = await api.post<{ readonly results: readonly { readonly ok: boolean }[] }>('/v1/inventory/movements', {
    movements,
  })
  if (answer.status !== 200 || answer.body.results.some((result) => !result.ok)) {
    throw new Error(`stock was not taken in: ${answer.status} ${JSON.stringify(answer.body)}`)
  }
}
