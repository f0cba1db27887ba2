import { expect, it } from 'vitest'
import { buildLineage } from '../../../src/domain/lineage/build-lineage.ts'
import type { LineageChain, LineageNode } from '../../../src/domain/lineage/lineage.ts'
import { searchKeyOf } from '../../../src/domain/lineage/search-key.ts'

const at = 1_772_000_000_000
const orderId = 'shopify-us:1001'

const delivery = (deliveryId: string, receivedAtMs: number) => ({
  deliveryId,
  account: 'shopify-us',
  topic: 'orders/create',
  status: 'applied',
  receivedAtMs,
})

const chain: LineageChain = {
  order: {
    orderId,
    account: 'shopify-us',
    externalNumber: '#1001',
    status: 'partially_shipped',
    capturedAtMs: at,
    firstDeliveryId: 'd1',
    erpAccount: 'tryton-main',
    erpReference: 'SO-7',
  },
  deliveries: [delivery('d1', at - 1), delivery('d2', at + 9)],
  reservations: [
    { reservationId: `${orderId}/L1/1`, sku: 'ROPE-10', location: 'east', quantity: 3, status: 'committed' },
  ],
  intents: [
    call('erp_create_order/1', 'erp_create_order', null),
    call('erp_record_shipment/S1', 'erp_record_shipment', `${orderId}/S1`),
    call('warehouse_release/F1', 'warehouse_release', `${orderId}/F1`),
    call('channel_fulfil/S1', 'channel_fulfil', `${orderId}/S1`),
  ],
  fulfilmentOrders: [
    {
      fulfilmentOrderId: `${orderId}/F1`,
      account: 'wh-east',
      status: 'in_progress',
      reference: 'W-5',
      releasedAtMs: at,
    },
  ],
  shipments: [
    {
      shipmentId: `${orderId}/S1`,
      fulfilmentOrderId: `${orderId}/F1`,
      carrier: 'UPS',
      trackingNumber: '1Z1',
      trackingStatus: null,
      shippedAtMs: at + 5,
    },
  ],
  refunds: [{ externalRefundId: 'RF-1', atMs: at + 6 }],
  returns: [{ externalReturnId: 'RT-1', atMs: at + 7 }],
  channelFulfilments: [{ externalFulfilmentId: 'CF-1', status: 'success', atMs: at + 8 }],
  references: [],
}

function call(intentId: string, kind: string, subject: string | null) {
  return { intentId, kind, account: 'tryton-main', subject, status: 'settled', reference: null, createdAtMs: at }
}

const outline = (node: LineageNode): unknown =>
  node.children.length === 0 ? `${node.kind} ${node.id}` : [`${node.kind} ${node.id}`, ...node.children.map(outline)]

it('hangs the whole chain under the delivery that brought the order', () => {
  const tree = buildLineage(chain)
  expect(tree && outline(tree)).toEqual([
    'delivery d1',
    [
      `order ${orderId}`,
      'delivery d2',
      `reservation ${orderId}/L1/1`,
      ['erp_order SO-7', 'partner_call erp_create_order/1', 'partner_call erp_record_shipment/S1'],
      [
        `fulfilment_order ${orderId}/F1`,
        'partner_call warehouse_release/F1',
        [`shipment ${orderId}/S1`, 'partner_call channel_fulfil/S1'],
      ],
      'channel_fulfilment CF-1',
      'refund RF-1',
      'return RT-1',
    ],
  ])
})

it('starts at the order when no delivery brought it', () => {
  expect(buildLineage({ ...chain, deliveries: [] })).toMatchObject({ kind: 'order', reference: '#1001' })
})

it('shows a shipment whose fulfilment order is not known', () => {
  const tree = buildLineage({ ...chain, deliveries: [], fulfilmentOrders: [] })
  expect(tree?.children.map((node) => node.kind)).toContain('shipment')
})

it('shows a wanted ERP order before the ERP has said its number', () => {
  const order = chain.order && { ...chain.order, erpReference: null }
  const tree = buildLineage({ ...chain, order, deliveries: [] })
  expect(tree?.children.find((node) => node.kind === 'erp_order')).toMatchObject({
    id: `${orderId}@tryton-main`,
    reference: null,
    account: 'tryton-main',
  })
})

it('is the delivery alone when it touched no order, and nothing when nothing was found', () => {
  const nothing: LineageChain = { ...chain, order: null, deliveries: [] }
  expect(buildLineage({ ...nothing, deliveries: [delivery('d9', at)] })).toMatchObject({
    kind: 'delivery',
    children: [],
  })
  expect(buildLineage(nothing)).toBeNull()
})

it('escapes ids in paths', () => {
  const odd = { reservationId: 'r', sku: 'A%2F@B#1', location: 'east', quantity: 1, status: 'held' }
  const tree = buildLineage({ ...chain, deliveries: [], reservations: [odd] })
  expect(tree?.children[0]?.href).toBe('/v1/inventory/A%252F%40B%231/east')
})

it('finds a number however it is typed', () => {
  expect(['#1001', ' 1001 ', '##1001'].map(searchKeyOf)).toEqual(['1001', '1001', '1001'])
  expect(searchKeyOf('SO-Ä7')).toBe('so-ä7')
  expect(searchKeyOf(' # ')).toBe('')
})
