/** First stock: what each location has of each SKU, as receipts through the same route that a warehouse would use. */
import type { ApiClient } from '../client/api-client.ts'
import type { SandboxCompany } from './sandbox-company.ts'

export type ReceivedStock = { readonly sku: string; readonly location: string; readonly received: number }

const unitsAt: Readonly<Record<string, number>> = { east: 30, west: 60 }

export async function loadStock(company: Pick<SandboxCompany, 'api' | 'config'>): Promise<readonly ReceivedStock[]> {
  const stocked = company.config.skus.filter((entry) => entry.stocked)
  const received = stocked.flatMap(({ sku }) =>
    company.config.locations.map(({ id }) => ({ sku, location: id, received: unitsAt[id] ?? 0 })),
  )
  await receiveStock(company.api, received, 'opening')
  return received
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
