/** I4, judged where it counts: what the sandbox partners were made to do, against what Crossdock believes. */
import type { ErpSandbox } from '../sandbox/erp.ts'
import type { ShopifyStore } from '../sandbox/shopify-store.ts'
import type { FloorOrder } from '../sandbox/warehouse/floor.ts'
import type { WarehouseSandbox } from '../sandbox/warehouse.ts'
import { type OrderView, packOf } from './instance-views.ts'
import type { Instance } from './read-instance.ts'

export type PartnerStates = {
  readonly erp: Pick<ErpSandbox, 'sales' | 'shipmentsOf'>
  readonly warehouses: readonly {
    readonly location: string
    readonly floor: Pick<WarehouseSandbox['floor'], 'orders'>
  }[]
  readonly stores: readonly {
    readonly account: string
    readonly records: Pick<ShopifyStore['records'], 'orders' | 'inventory' | 'products'>
  }[]
}

export function checkPartners(instance: Instance, partners: PartnerStates): readonly string[] {
  const orders = [...instance.orders.values()].map(({ document }) => document)
  return [
    ...erpBreaches(orders, partners.erp),
    ...warehouseBreaches(orders, partners.warehouses),
    ...partners.stores.flatMap((store) => storeBreaches(orders, store)),
  ].map((breach) => `I4 ${breach}`)
}

type Units = ReadonlyMap<string, number>

function sumBy<Item>(items: readonly Item[], keyOf: (item: Item) => string, unitsOf: (item: Item) => number): Units {
  const sums = new Map<string, number>()
  for (const item of items) sums.set(keyOf(item), (sums.get(keyOf(item)) ?? 0) + unitsOf(item))
  return sums
}

/** Empty when equal; zero and absent are the same. */
function unlike(what: string, there: Units, here: Units): string[] {
  return [...new Set([...there.keys(), ...here.keys()])]
    .filter((key) => (there.get(key) ?? 0) !== (here.get(key) ?? 0))
    .map((key) => `${what}: ${there.get(key) ?? 0} of ${key} there, ${here.get(key) ?? 0} here`)
}

function erpBreaches(orders: readonly OrderView[], erp: PartnerStates['erp']): string[] {
  const live = erp.sales().filter(({ isLive }) => isLive)
  const byReference = Map.groupBy(live, (sale) => sale.reference ?? '(none)')
  const known = new Map(
    orders.flatMap((order) =>
      order.calls.filter((call) => call.kind === 'erp_create_order').map((call) => [call.externalId, order] as const),
    ),
  )
  return [
    ...[...byReference].flatMap(([reference, sales]) => [
      ...(sales.length > 1 ? [`${reference}: ${sales.length} sales at the ERP`] : []),
      ...(known.has(reference) ? [] : [`${reference}: a sale that no order asked for`]),
    ]),
    ...orders.filter((order) => order.erp !== null).flatMap((order) => postedBreaches(order, erp, byReference)),
  ]
}

type Sales = ReturnType<ErpSandbox['sales']>

function postedBreaches(order: OrderView, erp: PartnerStates['erp'], sales: ReadonlyMap<string, Sales>): string[] {
  const call = order.calls.findLast(({ kind, status }) => kind === 'erp_create_order' && status === 'settled')
  if (!call) return []
  const placed = sales.get(call.externalId) ?? []
  if (order.stage === 'cancelled') return placed.length === 0 ? [] : [`${call.externalId}: cancelled, still at the ERP`]
  const [sale] = placed
  if (!sale || sale.state === 'draft' || sale.state === 'quotation') {
    return [`${call.externalId}: posted, and the ERP has ${sale?.state ?? 'no sale'}`]
  }
  if (order.stage !== 'closed' || hasOpenCase(order)) return []
  const sold = sumBy(
    sale.lines.filter((line) => line.sku !== null),
    (line) => line.sku ?? '',
    (line) => line.quantity,
  )
  const shipments = erp.shipmentsOf(call.externalId).filter((shipment) => shipment.state === 'done')
  const moved = sumBy(
    shipments.flatMap((shipment) => Object.entries(shipment.units)),
    ([sku]) => sku,
    ([, units]) => units,
  )
  const stocked = order.lines.filter((line) => line.sku !== null && !line.notStocked)
  const left = sumBy(
    stocked,
    (line) => line.sku ?? '',
    (line) => ((line.quantities.shipped ?? 0) - line.shippedExternally) * line.packQuantity,
  )
  const asked = sumBy(
    order.lines.filter((line) => line.sku !== null),
    (line) => line.sku ?? '',
    (line) => (line.quantities.shipped ?? 0) * line.packQuantity,
  )
  return [
    ...unlike(`${call.externalId} sold at the ERP`, sold, asked),
    ...unlike(`${call.externalId} shipped at the ERP`, moved, left),
  ]
}

const hasOpenCase = (order: OrderView) => order.exceptions.some((exception) => exception.resolvedAt === null)

function warehouseBreaches(orders: readonly OrderView[], warehouses: PartnerStates['warehouses']): string[] {
  const floor = warehouses.flatMap(({ location, floor: { orders: all } }) =>
    all().map((order) => ({ location, order })),
  )
  const byId = Map.groupBy(floor, ({ order }) => order.id)
  const known = new Set(orders.flatMap((order) => order.fulfilmentOrders.map((each) => each.fulfilmentOrderId)))
  return [
    ...floor.filter(({ order }) => order.picks > 1).map(({ order }) => `${order.id}: picked ${order.picks} times`),
    ...[...byId].filter(([, copies]) => copies.length > 1).map(([id]) => `${id}: released to two warehouses`),
    ...[...byId.keys()].filter((id) => !known.has(id)).map((id) => `${id}: released, and no order knows of it`),
    ...orders.flatMap((order) =>
      order.fulfilmentOrders.flatMap((release) => {
        const there = byId.get(release.fulfilmentOrderId)?.find(({ location }) => location === release.location)
        return release.byHand ? [] : releaseBreaches(order, release, there?.order)
      }),
    ),
  ]
}

type Release = OrderView['fulfilmentOrders'][number]

function releaseBreaches(order: OrderView, release: Release, there: FloorOrder | undefined): string[] {
  const { fulfilmentOrderId: id } = release
  const isReleased = order.calls.some(
    (call) => call.kind === 'warehouse_release' && call.externalId === id && call.status === 'settled',
  )
  if (isReleased && !there) return [`${id}: released, and ${release.location} does not know it`]
  const left = sumBy(
    there?.lines ?? [],
    (line) => line.lineId,
    (line) => line.shipped,
  )
  const told = sumBy(
    order.shipments.filter((shipment) => shipment.fulfilmentOrderId === id).flatMap((shipment) => shipment.lines),
    (line) => line.lineId,
    (line) => line.quantity * packOf(order, line.lineId),
  )
  return unlike(`${id} shipped by ${release.location}`, left, told)
}

type Store = PartnerStates['stores'][number]

/** Told of each shipment once: by unit, and by the number that the buyer follows. */
function storeBreaches(orders: readonly OrderView[], store: Store): string[] {
  return orders
    .filter((order) => order.order.account === store.account)
    .flatMap((order) => {
      const record = store.records.orders.get(Number(order.order.externalOrderId))
      if (!record) return [`${order.orderId}: the store knows no such order`]
      const fulfilments = record.fulfillments.filter((fulfilment) => fulfilment.status === 'success')
      const told = order.shipments.filter((shipment) => isTold(order, shipment.shipmentId))
      return told.flatMap((shipment) => {
        const number = shipment.trackingNumber ?? shipment.shipmentId
        const under = fulfilments.filter((fulfilment) => fulfilment.tracking_numbers.includes(number))
        const here = told.filter((other) => (other.trackingNumber ?? other.shipmentId) === number)
        const linesOf = under.flatMap((fulfilment) => fulfilment.line_items)
        return unlike(
          `${shipment.shipmentId} in the store under ${number}`,
          sumBy(
            linesOf,
            (line) => String(line.id),
            (line) => line.quantity,
          ),
          sumBy(
            here.flatMap((other) => other.lines),
            (line) => line.lineId,
            (line) => line.quantity,
          ),
        )
      })
    })
}

function isTold(order: OrderView, shipmentId: string): boolean {
  return order.calls.some(
    (call) => call.kind === 'channel_fulfil' && call.externalId === shipmentId && call.status === 'settled',
  )
}
