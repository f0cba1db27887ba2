/**
 * What else happens while the shop sells: a trade buyer asks what can be promised, puts it into a cart and orders the
 * cart, and goods are moved between the warehouses; one transfer comes short, one is still on the road.
 */
import { type ApiClient, apiClient, eventually } from '../client/api-client.ts'
import type { ReceivedStock } from './load-stock.ts'
import type { SandboxCompany } from './sandbox-company.ts'

export type TradeDesk = {
  readonly orderId: string
  /** What was asked before anything was taken, to be asked again by whoever watches. */
  readonly question: string
  readonly transfers: readonly string[]
  /** What transfers changed at each end, as further receipts; what left is negative. */
  readonly moved: readonly ReceivedStock[]
}

const channel = 'b2b'
const wanted = { sku: 'CLEAT-150', quantity: 4, title: 'Deck cleat 150 mm', unitPriceMinor: 1_100 }
const cartId = 'cart-northside-1'
const [movedSku, late, short] = ['ROPE-20', 'TR-1002', 'TR-1001'] as const
const [unitsShort, unitsLost, unitsLate] = [6, 1, 4] as const
const bookedTimeoutMs = 180_000
const dayMs = 86_400_000

export async function workTradeDesk({ api, config, crossdock }: SandboxCompany): Promise<TradeDesk> {
  const entry = config.apiKeys.find(({ id }) => id === 'storefront')
  if (entry === undefined || !('key' in entry)) throw new Error('the sandbox configuration has no storefront key')
  const question = await buy(apiClient(crossdock.url, entry.key), api)
  await move(api, short, unitsShort)
  const lines = [{ sku: movedSku, quantity: unitsShort - unitsLost }]
  const receipt = { receiptId: 'DOCK-2201', lines, receivedAt: new Date().toISOString(), final: true }
  await done(api.post(`/v1/transfers/${short}/receive`, receipt))
  await booked(api, short, 'closed')
  await move(api, late, unitsLate)
  return {
    ...{ orderId: `${channel}:${cartId}`, question, transfers: [short, late] },
    moved: [
      { sku: movedSku, location: 'east', received: -unitsShort - unitsLate },
      { sku: movedSku, location: 'west', received: unitsShort - unitsLost },
    ],
  }
}

/** Asked, held and ordered: the order takes over the units of the cart. */
async function buy(storefront: ApiClient, portal: ApiClient): Promise<string> {
  const { sku, quantity, title, unitPriceMinor } = wanted
  const question = `/v1/atp?sku=${sku}&quantity=${quantity}&shipTo=US-04101&explain=true`
  const { skus } = await done(
    storefront.get<{ readonly skus: readonly { readonly promise: object | null }[] }>(question),
  )
  if (!skus[0]?.promise) throw new Error(`${quantity} of ${sku} cannot be promised`)
  const cart = { reservationId: cartId, lines: [{ sku, quantity }], expiresInSeconds: 900 }
  await done(storefront.post('/v1/reservations', cart))
  const nowMs = Date.now()
  await done(
    portal.post('/v1/orders', {
      ...{ account: channel, externalOrderId: cartId, externalNumber: 'PO 7781' },
      // The storefront's key has reservations of its own, kept under its account's name.
      reservationId: `${channel}:${cartId}`,
      ...{ placedAtMs: nowMs, sourceVersionMs: nowMs, currency: 'USD', payment: 'authorized' },
      customer: { externalId: 'C-104', name: 'Northside Marina', email: 'stores@northside.example' },
      shipTo: {
        ...{ name: 'Receiving dock', company: 'Northside Marina', line1: '12 Quay Road', city: 'Portland' },
        ...{ region: 'ME', postalCode: '04101', country: 'US' },
      },
      lines: [{ lineId: '1', externalSku: sku, title, quantity, unitPriceMinor }],
      totals: { subtotalMinor: quantity * unitPriceMinor, totalMinor: quantity * unitPriceMinor },
    }),
  )
  return `${question}&channel=${channel}`
}

/** Requested and shipped; what happens at the other end is the caller's. */
async function move(api: ApiClient, transferId: string, quantity: number): Promise<void> {
  const lines = [{ sku: movedSku, quantity }]
  const dueAt = new Date(Date.now() + 2 * dayMs).toISOString()
  await done(api.post('/v1/transfers', { transferId, from: 'east', to: 'west', lines, dueAt }))
  await booked(api, transferId, 'reserved')
  const shipment = { shipmentId: `TRUCK-${transferId}`, shippedAt: new Date().toISOString() }
  await done(api.post(`/v1/transfers/${transferId}/ship`, shipment))
  await booked(api, transferId, 'in_transit')
}

async function booked(api: ApiClient, transferId: string, status: string): Promise<void> {
  const isThere = await eventually(async () => {
    const { body } = await api.get<{ readonly status: string; readonly settled: boolean }>(
      `/v1/transfers/${transferId}`,
    )
    return body.status === status && body.settled ? true : null
  }, bookedTimeoutMs)
  if (isThere === null) throw new Error(`transfer ${transferId} is not ${status}`)
}

async function done<T>(asked: Promise<{ readonly status: number; readonly body: T }>): Promise<T> {
  const { status, body } = await asked
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}
