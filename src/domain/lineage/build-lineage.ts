/** Assembles what is known about one order or transfer into the tree that the API and the console render. */
import type {
  LineageChain,
  LineageDelivery,
  LineageFulfilmentOrder,
  LineageIntent,
  LineageNode,
  LineageOrder,
  LineageShipment,
  TransferChain,
} from './lineage.ts'

/**
 * The root is the delivery that brought the order, or the order itself where none did (API, lost to retention).
 * Null for an empty chain.
 */
export function buildLineage(chain: LineageChain): LineageNode | null {
  const { order } = chain
  if (order === null) return chain.deliveries[0] === undefined ? null : deliveryNode(chain.deliveries[0], [])
  const first = firstDeliveryOf(chain, order)
  const later = chain.deliveries.filter((delivery) => delivery !== first).map((delivery) => deliveryNode(delivery, []))
  const root = orderNode(order, [...later, ...partsOf(chain, order)])
  return first === null ? root : deliveryNode(first, [root])
}

export function buildTransferLineage({ transfer, reports }: TransferChain): LineageNode {
  const { transferId, fromLocation, toLocation, status, requestedAtMs } = transfer
  return {
    ...leaf('transfer', transferId),
    at: requestedAtMs,
    status,
    reference: `${fromLocation} to ${toLocation}`,
    href: `/v1/transfers/${encodeURIComponent(transferId)}`,
    children: reports.map(({ kind, reportId, units, atMs }) => ({
      ...leaf(kind === 'shipment' ? 'transfer_shipment' : 'transfer_receipt', reportId),
      at: atMs,
      reference: units === 1 ? '1 unit' : `${units} units`,
    })),
  }
}

function firstDeliveryOf(chain: LineageChain, order: LineageOrder): LineageDelivery | null {
  return chain.deliveries.find((delivery) => delivery.deliveryId === order.firstDeliveryId) ?? null
}

function partsOf(chain: LineageChain, order: LineageOrder): LineageNode[] {
  return [
    ...chain.reservations.map((claim) => ({
      ...leaf('reservation', claim.reservationId),
      status: claim.status,
      reference: `${claim.sku}@${claim.location}`,
      href: `/v1/inventory/${encodeURIComponent(claim.sku)}/${encodeURIComponent(claim.location)}`,
    })),
    ...erpNodes(chain, order),
    ...chain.fulfilmentOrders.map((release) => fulfilmentOrderNode(release, chain)),
    ...orphanShipments(chain),
    ...afterSale(chain, order),
  ]
}

function afterSale(chain: LineageChain, { account }: LineageOrder): LineageNode[] {
  return [
    ...chain.channelFulfilments.map((shown) => ({
      ...leaf('channel_fulfilment', shown.externalFulfilmentId),
      at: shown.atMs,
      account,
      status: shown.status,
    })),
    ...chain.refunds.map((refund) => ({ ...leaf('refund', refund.externalRefundId), at: refund.atMs, account })),
    ...chain.returns.map((back) => ({ ...leaf('return', back.externalReturnId), at: back.atMs, account })),
  ]
}

/** Calls about the order as a whole hang under its ERP order; there is one even before the ERP has said its number. */
function erpNodes(chain: LineageChain, order: LineageOrder): LineageNode[] {
  if (order.erpAccount === null) return []
  const calls = chain.intents.filter((intent) => intent.kind.startsWith('erp_'))
  const create = calls.find((intent) => intent.kind === 'erp_create_order')
  return [
    {
      ...leaf('erp_order', order.erpReference ?? `${order.orderId}@${order.erpAccount}`),
      at: create?.createdAtMs ?? null,
      account: order.erpAccount,
      status: create?.status ?? null,
      reference: order.erpReference,
      children: calls.map(callNode),
    },
  ]
}

function fulfilmentOrderNode(release: LineageFulfilmentOrder, chain: LineageChain): LineageNode {
  const sent = chain.shipments.filter((shipment) => shipment.fulfilmentOrderId === release.fulfilmentOrderId)
  return {
    ...leaf('fulfilment_order', release.fulfilmentOrderId),
    at: release.releasedAtMs,
    account: release.account,
    status: release.status,
    reference: release.reference,
    children: [
      ...callsAbout(release.fulfilmentOrderId, chain),
      ...sent.map((shipment) => shipmentNode(shipment, chain)),
    ],
  }
}

/** A shipment whose fulfilment order is not known must still be seen. */
function orphanShipments(chain: LineageChain): LineageNode[] {
  const known = new Set(chain.fulfilmentOrders.map((release) => release.fulfilmentOrderId))
  const orphans = chain.shipments.filter((shipment) => !known.has(shipment.fulfilmentOrderId))
  return orphans.map((shipment) => shipmentNode(shipment, chain))
}

function shipmentNode(shipment: LineageShipment, chain: LineageChain): LineageNode {
  return {
    ...leaf('shipment', shipment.shipmentId),
    at: shipment.shippedAtMs,
    account: shipment.carrier,
    status: shipment.trackingStatus ?? 'shipped',
    reference: shipment.trackingNumber,
    children: callsAbout(shipment.shipmentId, chain),
  }
}

/** Calls to the ERP are shown under the ERP order, whatever their subject. */
function callsAbout(subject: string, chain: LineageChain): LineageNode[] {
  const calls = chain.intents.filter((intent) => intent.subject === subject && !intent.kind.startsWith('erp_'))
  return calls.map(callNode)
}

function callNode(intent: LineageIntent): LineageNode {
  return {
    ...leaf('partner_call', intent.intentId),
    at: intent.createdAtMs,
    account: intent.account,
    status: intent.status,
    reference: intent.reference,
  }
}

function orderNode(order: LineageOrder, children: readonly LineageNode[]): LineageNode {
  return {
    ...leaf('order', order.orderId),
    at: order.capturedAtMs,
    account: order.account,
    status: order.status,
    reference: order.externalNumber,
    href: `/v1/orders/${encodeURIComponent(order.orderId)}`,
    children,
  }
}

function deliveryNode(delivery: LineageDelivery, children: readonly LineageNode[]): LineageNode {
  return {
    ...leaf('delivery', delivery.deliveryId),
    at: delivery.receivedAtMs,
    account: delivery.account,
    status: delivery.status,
    reference: delivery.topic,
    href: `/v1/deliveries/${encodeURIComponent(delivery.deliveryId)}`,
    children,
  }
}

function leaf(kind: LineageNode['kind'], id: string): LineageNode {
  return { kind, id, at: null, account: null, status: null, reference: null, href: null, children: [] }
}
