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
  /** Orders that each location was told to pick for. */
  readonly releasedAt: Readonly<Record<string, number>>
  /** Orders that more than one location serves. */
  readonly split: number
  readonly waitingForSupply: number
  /** When the last of them has its units, as announced and matched. Null: none waits, or some wait for nothing known. */
  readonly supplyExpectedAt: string | null
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
  readonly nextActor: string
  readonly lines: readonly { readonly backorder?: { readonly expectedAt: string | null } }[]
  readonly fulfilmentOrders: readonly { readonly location: string; readonly releasedAt: string | null }[]
  readonly shipments: readonly unknown[]
  readonly holds: readonly { readonly releasedAt: string | null }[]
}

/** `orders`: of the stream; the one of the trade portal is told apart. */
export function summarise(of: {
  readonly partners: SandboxCompany['partners']
  readonly config: SandboxCompany['config']
  readonly sent: SentStream
  readonly orders: readonly Order[]
  readonly tradeOrder: Order | undefined
  readonly publication: Publication
  readonly violations: readonly string[]
}): Summary {
  const { partners, sent, orders, publication, violations } = of
  const count = (holds: (order: Order) => boolean) => orders.filter(holds).length
  const locations = of.config.locations.map(({ id, name }) => ({ id, name }))
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
    heldAsException: count(({ nextActor }) => nextActor === 'operations'),
    releasedAt: Object.fromEntries(locations.map(({ id, name }) => [name, count((order) => servedAt(order).has(id))])),
    split: count((order) => servedAt(order).size > 1),
    waitingForSupply: count(waitsForSupply),
    supplyExpectedAt: lastExpected(orders.filter(waitsForSupply)),
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

const servedAt = ({ fulfilmentOrders }: Order) => new Set(fulfilmentOrders.map(({ location }) => location))
export const waitsForSupply = ({ nextActor }: Order): boolean => nextActor === 'supplier'

function lastExpected(waiting: readonly Order[]): string | null {
  const expected = waiting.flatMap(({ lines }) => lines.flatMap(({ backorder }) => (backorder ? [backorder] : [])))
  const dates = expected.flatMap(({ expectedAt }) => (expectedAt === null ? [] : [expectedAt]))
  return dates.length === expected.length ? (dates.toSorted().at(-1) ?? null) : null
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
    ...Object.entries(summary.releasedAt).map(([name, orders]) => [`    in ${name}`, orders] as const),
    ['    split over both', summary.split],
    ['  shipped', summary.shipped],
    ['  closed', summary.closed],
    ['  cancelled', summary.cancelled],
    ['  waiting for a person', summary.heldAsException],
    ['  waiting for supply', summary.waitingForSupply],
    ['    expected by', summary.supplyExpectedAt?.slice(0, 10) ?? 'unknown'],
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
