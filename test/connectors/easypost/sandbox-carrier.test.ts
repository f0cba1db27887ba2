/** The sandbox carrier's events as Crossdock hears them, and a warehouse that buys its labels there. */
import { afterEach, describe, expect, it } from 'vitest'
import { startCarrier } from '../../../scripts/sandbox/carrier.ts'
import { startWarehouse } from '../../../scripts/sandbox/warehouse.ts'
import { easypost } from '../../../src/connectors/easypost/index.ts'
import type { CanonicalEvent } from '../../../src/connectors/ports.ts'
import { warehouse } from '../../../src/connectors/warehouse/index.ts'
import { accountSchema } from '../../../src/domain/config/config.ts'
import {
  listen,
  releaseRequest,
  requestSecret,
  until,
  warehouseAccount,
  warehouseContext,
  warehouseSecrets,
  webhookSecret,
} from '../warehouse/warehouse-requests.ts'

if (!easypost.inbound || !warehouse.inbound) throw new Error('both connectors hear')
const carrierInbound = easypost.inbound
const warehouseInbound = warehouse.inbound
const secret = 'clé-ﬁne'
const account = accountSchema.parse({
  id: 'easypost',
  partner: 'easypost',
  role: 'carrier',
  secrets: { webhook: 'easypost-webhook' },
})

const started: { readonly stop: () => Promise<void> }[] = []
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop()
})

async function carrierWorld(habits: Parameters<typeof startCarrier>[0]['habits'] = {}) {
  const crossdock = await listen(carrierInbound, account, { 'easypost-webhook': secret })
  const carrier = await startCarrier({ webhookUrl: crossdock.url, webhookSecret: secret, stepMs: 5, habits })
  started.push(carrier, crossdock)
  return { crossdock, carrier }
}

const buy = async (url: string, reference: string) => {
  const response = await fetch(`${url}/v1/labels`, { method: 'POST', body: JSON.stringify({ reference }) })
  return { status: response.status, label: await response.json() }
}
const statusesIn = (events: readonly CanonicalEvent[]) =>
  events.flatMap((event) => (event.type === 'tracking_updated' ? [event.status] : []))

describe('the sandbox carrier', () => {
  it('tells how a parcel travels, each station once although every message comes twice', async () => {
    const { crossdock, carrier } = await carrierWorld({ duplicateRate: 1 })
    await buy(carrier.url, 'parcel-1')
    await until(() => crossdock.statuses.length === 8, 'eight messages')
    expect(statusesIn(crossdock.events).sort()).toEqual(
      ['delivered', 'in_transit', 'label_created', 'out_for_delivery'].sort(),
    )
    expect(new Set(crossdock.statuses)).toEqual(new Set([202]))
  })

  it('gives one label per reference', async () => {
    const { carrier } = await carrierWorld()
    const first = await buy(carrier.url, 'parcel-1')
    const again = await buy(carrier.url, 'parcel-1')
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.label.trackingNumber).toBe(first.label.trackingNumber)
  })

  it('labels what a warehouse ships, so that the tracking number of both is the same', async () => {
    const { crossdock, carrier } = await carrierWorld()
    const heard = await listen(warehouseInbound, warehouseAccount('http://127.0.0.1'), warehouseSecrets)
    const wms = await startWarehouse({
      location: 'east',
      requestSecret,
      webhookSecret,
      webhookUrl: heard.url,
      carrierUrl: carrier.url,
      skus: ['ROPE-10', 'ANCHOR-S'],
    })
    started.push(wms, heard)
    carrier.script([{ fault: 'error_after' }])
    await warehouse.outbound.warehouse_release?.call(releaseRequest('1'), warehouseContext(wms.url))
    await until(() => statusesIn(crossdock.events).includes('delivered'), 'the delivery')
    // The carrier may be faster than the warehouse's own message.
    await until(() => heard.events.some((event) => event.type === 'shipment_reported'), 'the shipment')
    const shipped = heard.events.flatMap((event) => (event.type === 'shipment_reported' ? [event.shipment] : []))
    const tracked = crossdock.events.flatMap((event) =>
      event.type === 'tracking_updated' ? [event.trackingNumber] : [],
    )
    expect(new Set(tracked)).toEqual(new Set(shipped.map((shipment) => shipment.trackingNumber)))
    expect(carrier.parcels()).toHaveLength(1)
  })
})
