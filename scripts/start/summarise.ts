/** What became of the stream, counted from the orders themselves and judged at the partners. */
import type { ApiClient } from '../client/api-client.ts'
import type { OrderSummary } from './follow-orders.ts'
import type { Publication } from './read-publication.ts'
import type { SandboxCompany } from './sandbox-company.ts'
import type { SentStream } from './send-stream.ts'

export type Summary = {
  readonly deliveries: number
  readonly refusedDeliveries: number
  readonly captured: number
  readonly reserved: number
  readonly inErp: number
  readonly released: number
  readonly shipped: number
  readonly closed: number
  readonly cancelled: number
  readonly heldAsException: number
  /** What became of the order that took a cart over the trade portal. */
  readonly tradeOrder: string
  readonly publication: Publication
  readonly oversold: number
  readonly duplicates: number
  readonly violations: readonly string[]
}

export type Order = {
  readonly orderId: string
  readonly status: string
  readonly stage: string
  readonly reservations: readonly unknown[]
  readonly erp: { readonly reference: string | null } | null
  readonly fulfilmentOrders: readonly { readonly releasedAt: string | null }[]
  readonly shipments: readonly unknown[]
  readonly holds: readonly { readonly releasedAt: string | null }[]
}

/** `orders`: of the stream; the one of the trade portal is told apart. */
export function summarise(of: {
  readonly partners: SandboxCompany['partners']
  readonly sent: SentStream
  readonly orders: readonly Order[]
  readonly tradeOrder: Order | undefined
  readonly publication: Publication
  readonly violations: readonly string[]
}): Summary {
  const { partners, sent, orders, publication, violations } = of
  const count = (holds: (order: Order) => boolean) => orders.filter(holds).length
  return {
    deliveries: sent.deliveries,
    refusedDeliveries: sent.refused,
    captured: orders.length,
    reserved: count((order) => order.reservations.length > 0),
    inErp: count((order) => (order.erp?.reference ?? null) !== null),
    released: count((order) => order.fulfilmentOrders.some(({ releasedAt }) => releasedAt !== null)),
    shipped: count((order) => order.shipments.length > 0),
    closed: count((order) => order.stage === 'closed'),
    cancelled: count((order) => order.stage === 'cancelled'),
    heldAsException: count(isHeld),
    tradeOrder: of.tradeOrder?.status ?? 'missing',
    publication,
    oversold: violations.filter((violation) => violation.startsWith('I2')).length,
    duplicates: duplicatesAt(partners),
    violations,
  }
}

export function readDocuments(api: ApiClient, orders: readonly OrderSummary[]): Promise<readonly Order[]> {
  return Promise.all(orders.map(({ orderId }) => documentOf(api, orderId)))
}

function isHeld({ stage, holds }: Order): boolean {
  return stage !== 'closed' && stage !== 'cancelled' && holds.some(({ releasedAt }) => releasedAt === null)
}

async function documentOf(api: ApiClient, orderId: string): Promise<Order> {
  const answer = await api.get<Order>(`/v1/orders/${encodeURIComponent(orderId)}`)
  if (answer.status !== 200) throw new Error(`${orderId}: ${answer.status}`)
  return answer.body
}

/** Second effects of one intent, as the partners themselves count them. */
function duplicatesAt({ erp, east, west }: SandboxCompany['partners']): number {
  return erp.duplicates().length + east.executedTwice().length + west.executedTwice().length
}

export function tableOf(summary: Summary): string {
  const { publication } = summary
  const rows: readonly (readonly [string, number | string])[] = [
    ['webhooks sent', summary.deliveries],
    ['  refused (forged)', summary.refusedDeliveries],
    ['orders captured', summary.captured],
    ['  stock reserved', summary.reserved],
    ['  in the ERP', summary.inErp],
    ['  released to a warehouse', summary.released],
    ['  shipped', summary.shipped],
    ['  closed', summary.closed],
    ['  cancelled', summary.cancelled],
    ['  held as exception', summary.heldAsException],
    ['trade order, from a cart', summary.tradeOrder],
    ['listings in the shop', publication.listings],
    ['  shown as promised', publication.asPromised],
    ['products it has words for', publication.products],
    ['  saying what they should', publication.productsAsPromised],
    ['told of falls within, 95 %', lagText(publication.lagP95Ms)],
    ['oversold', summary.oversold],
    ['duplicates at partners', summary.duplicates],
    ['invariant violations', summary.violations.length],
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${String(value).padStart(9)}`).join('\n')
}

const lagText = (lagMs: number | null) => (lagMs === null ? 'unknown' : `${(lagMs / 1_000).toFixed(1)} s`)
