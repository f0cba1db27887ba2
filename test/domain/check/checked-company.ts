/** A company at rest without a server: one order that the pure core shipped, and an API that answers from it. */
import { readFileSync } from 'node:fs'
import type { CheckedInstance } from '../../../scripts/check/check-invariants.ts'
import type { Published } from '../../../scripts/check/check-publication.ts'
import type { OrderView, TransferSummary, TransferView } from '../../../scripts/check/instance-views.ts'
import type { ApiClient } from '../../../scripts/client/api-client.ts'
import type { ErpSale, ErpShipment } from '../../../scripts/sandbox/erp/state.ts'
import { inventoryItemIdOf } from '../../../scripts/sandbox/shopify-orders.ts'
import { edited, freshProduct, type StoreProduct } from '../../../scripts/sandbox/shopify-products.ts'
import { storeLocations } from '../../../scripts/sandbox/shopify-records.ts'
import type { ShopifyStore } from '../../../scripts/sandbox/shopify-store.ts'
import type { FloorOrder } from '../../../scripts/sandbox/warehouse/floor.ts'
import { contentVersion } from '../../../src/connectors/transport/content-version.ts'
import type { ProductContent } from '../../../src/domain/catalog/product-content.ts'
import { configFileSchema } from '../../../src/domain/config/config.ts'
import { statesOf } from '../../../src/domain/stock/states.ts'
import { orderDocument } from '../../../src/http/wire/order-document.ts'
import { shipmentReport, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T

/** Everything that a test may spoil. */
export type World = {
  order: Mutable<OrderView>
  timeline: { seq: number; at: string; type: string; event: Record<string, unknown> }[]
  listed: Record<string, unknown>[]
  states: Record<string, number>
  ledgerEndsAt: number
  received: number
  held: { version: number; states: Record<string, number> }[]
  deliveries: { deliveryId: string; account: string; topic: string; status: string; reason: string | null }[]
  metrics: string
  audit: { valid: boolean; brokenAtSeq: number | null; published: string }
  transfer: Mutable<TransferView>
  listedTransfer: Mutable<TransferSummary>
  cases: { orderId: string; category: string }[]
  sales: Mutable<ErpSale>[]
  booked: Mutable<ErpShipment>[]
  floor: FloorOrder[]
  feed: Mutable<Published>[]
  shown: Map<string, number>
  products: Map<number, StoreProduct>
  fulfilments: { status: string; tracking_numbers: string[]; line_items: { id: string; quantity: number }[] }[]
  output: string
  acknowledged: string[]
  attempted: number | null
}

const config = configFileSchema.parse(JSON.parse(readFileSync('scripts/sandbox/config.json', 'utf8')))
export const aSecret = config.secrets['tryton-password'] ?? ''
const orderId = 'shopify-us:1001'
const received = 5
const shipped = 3

const place = String(storeLocations[0])
/** What the shop shows of the two that are left: units, and packs of two. */
const ropes = [
  { item: String(inventoryItemIdOf('ROPE-10')), units: received - shipped },
  { item: String(inventoryItemIdOf('ROPE-10-X2')), units: 1 },
]

const said = config.content.flatMap(({ externalProductId: product, content }) =>
  content === null ? [] : [{ product, content }],
)
function sayingWhat({ seoTitle: title = '', seoDescription: description = '', ...plain }: ProductContent) {
  const written = Object.entries(plain).filter(([, value]) => value !== undefined)
  return edited(freshProduct('as it was'), { ...Object.fromEntries(written), seo: { title, description } })
}

/** Of one line, and of two such lines together: one unit of each was lost on the way. */
const moved = { shipped: 5, inTransit: 0, received: 4, writtenOff: 1 }
const twice = { shipped: 10, inTransit: 0, received: 8, writtenOff: 2 }

export async function worldAtRest(): Promise<World> {
  const rig = new OrderRig()
  rig.stock.receive('ROPE-10', 'east', received)
  const customer = { externalId: '7', name: 'Ada Quay', email: 'ada@quay.example' }
  rig.accept({ type: 'observe', order: testOrder([{ quantity: shipped }], { customer }) })
  await rig.settle()
  rig.accept({ type: 'record_shipment', shipment: shipmentReport(1, 'a', { L1: shipped }) })
  await rig.settle()
  // The wire's own form, as a client gets it.
  const order = JSON.parse(JSON.stringify(orderDocument(rig.state))) as World['order']
  const { version, stage, status, nextActor, erp } = order
  const figures = { openExceptions: 0, unitsOrdered: shipped, unitsShipped: shipped, unitsBackordered: 0 }
  const line = { lineId: 'L1', sku: 'ROPE-10', quantity: shipped, shipped, short: 0 }
  return {
    order,
    timeline: rig.history.map(({ event, atMs }, index) => {
      const { type } = event
      return { seq: index + 1, at: new Date(atMs).toISOString(), type, event: JSON.parse(JSON.stringify(event)) }
    }),
    listed: [
      {
        ...{ orderId, account: 'shopify-us', externalOrderId: '1001', version, stage, status, nextActor, ...figures },
        erpReference: erp?.reference,
      },
    ],
    states: { ...statesOf(rig.stock.place('ROPE-10', 'east').position) },
    ledgerEndsAt: received - shipped,
    received,
    held: [{ version: 1, states: { ...statesOf(rig.stock.place('ROPE-10', 'east').position) } }],
    transfer: { transferId: 'TR-1', status: 'closed', version: 9, settled: true, lines: [moved, moved] },
    listedTransfer: { transferId: 'TR-1', status: 'closed', version: 9, settled: true, ...twice },
    deliveries: [{ deliveryId: 'd1', account: 'shopify-us', topic: 'orders/create', status: 'applied', reason: null }],
    metrics: 'crossdock_inbox_deliveries{account="shopify-us",status="applied"} 1\n',
    audit: { valid: true, brokenAtSeq: null, published: 'agrees' },
    cases: [],
    sales: [
      {
        ...{ number: 'SO-1', reference: orderId, state: 'done', shipmentState: 'sent', currency: 'USD', isLive: true },
        lines: [{ sku: 'ROPE-10', quantity: shipped, unitPrice: '10.00' }],
      },
    ],
    booked: [{ reference: `${orderId}/S1 1Za`, state: 'done', units: { 'ROPE-10': shipped } }],
    floor: [
      {
        ...{ id: `${orderId}/F1`, reference: 'WO-1', fingerprint: '', lines: [line] },
        ...{ handling: 'ship', status: 'shipped', picks: 1, repeats: 0, shipments: 1 },
      },
    ],
    feed: [
      ...said.map(({ product, content }) => ({
        ...{ kind: 'content', externalItemId: product, externalLocationId: '', state: 'settled' },
        acknowledged: { value: contentVersion(content) },
      })),
      ...ropes.map(({ item, units }) => ({
        ...{ kind: 'stock', externalItemId: item, externalLocationId: place, state: 'settled' },
        acknowledged: { value: units },
      })),
    ],
    products: new Map(said.map(({ product, content }) => [Number(product), sayingWhat(content)])),
    shown: new Map(ropes.map(({ item, units }) => [`${item}@${place}`, units])),
    fulfilments: [{ status: 'success', tracking_numbers: ['1Za'], line_items: [{ id: 'L1', quantity: shipped }] }],
    output: '{"level":"warn","event":"request_refused"}',
    acknowledged: [orderId],
    attempted: 1,
  }
}

export function checkedCompany(world: World): CheckedInstance {
  // Cast justified: the checker reads the fulfilments of a store's order and nothing else.
  const records = new Map([[1001, { fulfillments: world.fulfilments }]]) as unknown as ShopifyStore['records']['orders']
  return {
    api: apiOf(world),
    config,
    acknowledged: world.acknowledged,
    positions: [{ sku: 'ROPE-10', location: 'east', received: world.received }],
    partners: {
      erp: { sales: () => world.sales, shipmentsOf: () => world.booked },
      warehouses: [{ location: 'east', floor: { orders: () => world.floor } }],
      stores: [
        { account: 'shopify-us', records: { orders: records, inventory: world.shown, products: world.products } },
      ],
    },
    deliveries: [{ account: 'shopify-us', acknowledged: 1, attempted: world.attempted }],
    output: world.output,
    readRows: null,
  }
}

function apiOf(world: World): ApiClient {
  const { order, timeline, states, audit } = world
  const path = `/v1/orders/${encodeURIComponent(orderId)}`
  const answers: readonly (readonly [string, unknown])[] = [
    [`${path}/timeline`, { entries: timeline, nextSeq: null }],
    [path, order],
    ['/v1/orders?', { orders: world.listed, nextCursor: null }],
    ['/v1/inventory/', { version: 1, states, ledger: [{ seq: 1, onHandAfter: world.ledgerEndsAt }] }],
    ['/v1/atp', { skus: [{ sources: world.held.map((held) => ({ location: 'east', ...held })) }] }],
    ['/v1/deliveries', { deliveries: world.deliveries, nextCursor: null }],
    ['/v1/audit/inbox', null],
    ['/v1/audit/', audit],
    ['/v1/channels/shopify-us/feed/listings?', { listings: world.feed, nextCursor: null }],
    ['/v1/transfers/', world.transfer],
    ['/v1/transfers', { transfers: [world.listedTransfer], nextCursor: null }],
    ['/v1/exceptions', { exceptions: world.cases, nextCursor: null }],
  ]
  const answer = (asked: string) => {
    const body = answers.find(([prefix]) => asked.startsWith(prefix))?.[1] ?? null
    return { status: body === null ? 404 : 200, body, headers: new Headers() }
  }
  return {
    // Cast justified: each body above has the shape that its route answers with.
    get: async <T>(asked: string) => answer(asked) as { status: number; body: T; headers: Headers },
    post: () => Promise.reject(new Error('nothing is to be posted')),
    text: async () => world.metrics,
  }
}
