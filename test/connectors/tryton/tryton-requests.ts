/** Requests as the order's saga makes them, and a way to lose the partner's answers on purpose. */
import type { ClientContext, PartnerFetch } from '../../../src/connectors/ports.ts'
import { partnerFetchOf } from '../../../src/connectors/transport/partner-fetch.ts'
import { accountSchema } from '../../../src/domain/config/config.ts'
import { canonicalOrderSchema } from '../../../src/domain/order/canonical-order.ts'
import type { IntentRequest } from '../../../src/domain/order/order-command.ts'
import { lineId } from '../../../src/domain/shared/ids.ts'

type Request<K extends IntentRequest['kind']> = Extract<IntentRequest, { kind: K }>

export type ErpServer = {
  readonly url: string
  readonly database: string
  readonly user: string
  readonly password: string
}

/** `lose` names RPC methods whose answer never arrives although Tryton did the work; each entry is used up once. */
export function erpContext(
  server: ErpServer,
  lose: string[] = [],
  settings: Record<string, string> = {},
): ClientContext {
  const account = accountSchema.parse({
    id: 'tryton-main',
    partner: 'tryton',
    role: 'erp',
    baseUrl: server.url,
    secrets: { api: 'tryton-password' },
    settings: { database: server.database, user: server.user, ...settings },
  })
  return {
    account,
    secrets: { 'tryton-password': server.password },
    fetch: losing(partnerFetchOf(account), lose),
    nowMs: () => Date.now(),
    sessions: new Map(),
  }
}

function losing(fetch: PartnerFetch, lose: string[]): PartnerFetch {
  return async (request) => {
    const response = await fetch(request)
    const at = lose.findIndex((method) => request.body?.includes(`"method":"${method}"`))
    if (at < 0) return response
    lose.splice(at, 1)
    return { kind: 'failure', sent: true, class: 'connection', message: 'the connection was dropped' }
  }
}

const twoLines = [
  { lineId: 'L1', externalSku: 'ROPE-10', title: 'Rope', quantity: 5, unitPriceMinor: 1234, discountMinor: 101 },
  { lineId: 'L2', externalSku: 'ANCHOR-S', title: 'Anchor', quantity: 3, unitPriceMinor: 8000 },
]

export function createRequest(number: string, change: Record<string, unknown> = {}): Request<'erp_create_order'> {
  const order = canonicalOrderSchema.parse({
    account: 'shopify-us',
    externalOrderId: number,
    externalNumber: `#${number}`,
    placedAtMs: 1_760_000_000_000,
    sourceVersionMs: 1_760_000_000_000,
    currency: 'USD',
    customer: { externalId: '77', name: 'Jo Harbour', email: 'jo@harbour.example' },
    shipTo: {
      name: 'Jo Harbour',
      line1: '5 Pier Road',
      city: 'Oakland',
      region: 'CA',
      postalCode: '94607',
      country: 'US',
    },
    lines: twoLines,
    totals: { subtotalMinor: 30_170, discountMinor: 101, shippingMinor: 500, totalMinor: 30_569 },
    payment: 'paid',
    ...change,
  })
  return {
    kind: 'erp_create_order',
    externalId: `shopify-us:${number}`,
    order,
    lines: order.lines.map((line) => ({
      lineId: lineId(line.lineId),
      sku: line.externalSku ?? '',
      title: line.title,
      quantity: line.quantity,
      unitPriceMinor: line.unitPriceMinor,
      discountMinor: line.discountMinor,
      taxMinor: line.taxMinor,
    })),
  }
}

export type ShippedUnits = readonly (readonly [line: string, sku: string, quantity: number])[]

export function shipmentRequest(
  number: string,
  shipment: string,
  erpReference: string,
  units: ShippedUnits,
): Request<'erp_record_shipment'> {
  const shipmentId = `shopify-us:${number}/${shipment}`
  return {
    kind: 'erp_record_shipment',
    externalId: shipmentId,
    erpReference,
    shipmentId,
    lines: units.map(([line, sku, quantity]) => ({ lineId: lineId(line), sku, quantity })),
    trackingNumber: `1Z${number}${shipment}`,
    carrier: 'UPS',
    shippedAtMs: 1_760_000_100_000,
  }
}

export function cancelRequest(erpReference: string): Request<'erp_cancel_order'> {
  return { kind: 'erp_cancel_order', externalId: `${erpReference}/cancel`, erpReference, reason: 'the buyer asked' }
}
