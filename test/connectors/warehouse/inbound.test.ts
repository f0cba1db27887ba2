import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RawRequest, StoredDelivery } from '../../../src/connectors/ports.ts'
import { signStandardWebhook } from '../../../src/connectors/transport/standard-webhooks.ts'
import { identify } from '../../../src/connectors/warehouse/identify.ts'
import { warehouse } from '../../../src/connectors/warehouse/index.ts'
import { translate } from '../../../src/connectors/warehouse/translate.ts'
import { accountSchema } from '../../../src/domain/config/config.ts'
import { corpusFiles, corpusIsThere, sayIfCorpusIsMissing } from '../../fixtures/corpus.ts'

const account = accountSchema.parse({
  id: 'wh-east',
  partner: 'warehouse',
  role: 'warehouse',
  baseUrl: 'http://127.0.0.1:9103',
  secrets: { webhook: 'wh-east-inbound', api: 'wh-east-outbound' },
})
const secret = 'whsec_ZWFzdC1pbmJvdW5kLXNlY3JldC0wMTIzNDU2Nzg5'
const nowMs = 1_793_000_000_000
const order = 'shopify-us:1001'
const fulfilmentOrderId = `${order}/F1`
const timestamp = '2026-10-26T07:33:20Z'

const message = (type: string, data: object) => ({ type, timestamp, data })
const shipped = {
  fulfilmentOrderId,
  shipmentId: 'WO-1-1',
  lines: [{ lineId: 'L1', quantity: 2 }],
  shortLines: [{ lineId: 'L2', quantity: 1, reason: 'not on the shelf' }],
  carrier: 'UPS',
  trackingNumber: '1Z999',
  shippedAt: '2026-10-26T07:30:00+02:00',
}
const counted = { sku: 'ROPE-10', location: 'east', snapshotId: 'c-1', sequence: 7, asOf: timestamp, onHand: 12 }

function signedRequest(body: string, change: Record<string, string | undefined> = {}): RawRequest {
  const headers = { ...signStandardWebhook(secret, 'msg_1', nowMs, body), ...change }
  const kept = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  return {
    method: 'POST',
    url: new URL('http://127.0.0.1/v1/webhooks/wh-east'),
    headers: Object.fromEntries(kept),
    body: new TextEncoder().encode(body),
  }
}

describe("a warehouse's message is verified", () => {
  const body = JSON.stringify(message('fulfilment_order.accepted', { fulfilmentOrderId }))
  const check = (request: RawRequest, atMs = nowMs, secrets: Record<string, string> = { 'wh-east-inbound': secret }) =>
    warehouse.inbound?.verify(request, account, secrets, atMs)

  it('for five minutes either way, and no longer', async () => {
    expect(await check(signedRequest(body))).toBe(true)
    expect(await check(signedRequest(body), nowMs + 299_000)).toBe(true)
    expect(await check(signedRequest(body), nowMs + 301_000)).toBe(false)
    expect(await check(signedRequest(body), nowMs - 301_000)).toBe(false)
  })

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('not without %s', async (name) => {
    expect(await check(signedRequest(body, { [name]: undefined }))).toBe(false)
  })

  it('not when its id, its time or its body is another than was signed', async () => {
    const signed = signedRequest(body)
    expect(await check({ ...signed, headers: { ...signed.headers, 'webhook-id': 'msg_2' } })).toBe(false)
    expect(await check({ ...signed, headers: { ...signed.headers, 'webhook-timestamp': '1793000001' } })).toBe(false)
    expect(await check({ ...signed, body: new TextEncoder().encode(`${body} `) })).toBe(false)
  })

  it('with the secret of its own direction only, and never without one', async () => {
    const outbound = { 'wh-east-outbound': secret }
    expect(await check(signedRequest(body), nowMs, outbound)).toBe(false)
    expect(await check(signedRequest(body), nowMs, {})).toBe(false)
    expect(
      await check(signedRequest(body), nowMs, { 'wh-east-inbound': 'whsec_b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldA==' }),
    ).toBe(false)
  })

  it('among several signatures, as while a secret is rotated', async () => {
    const signature = signedRequest(body).headers['webhook-signature'] ?? ''
    const rotating = `v1,${btoa('an older signature')} ${signature}`
    expect(await check(signedRequest(body, { 'webhook-signature': rotating }))).toBe(true)
  })
})

const dedupeKeysOf = async (request: RawRequest) => {
  const identified = await identify(request)
  if (!identified.ok || identified.value.kind !== 'delivery') throw new Error('not a delivery')
  return identified.value.dedupeKeys
}

describe("a warehouse's message is identified", () => {
  it('by its order, so that what concerns one order stays in order', async () => {
    const request = signedRequest(JSON.stringify(message('fulfilment_order.shipped', shipped)))
    expect(await identify(request)).toMatchObject({
      value: { domain: 'shipments', topic: 'fulfilment_order.shipped', shardKey: order },
    })
  })

  it('by its SKU when it is about stock', async () => {
    const request = signedRequest(JSON.stringify(message('inventory.counted', counted)))
    expect(await identify(request)).toMatchObject({ value: { domain: 'inventory', shardKey: 'ROPE-10' } })
  })

  it('as the same thing when it is sent again under another id and time', async () => {
    const first = signedRequest(JSON.stringify(message('fulfilment_order.shipped', shipped)))
    const later = { ...message('fulfilment_order.shipped', shipped), timestamp: '2026-10-26T08:00:00Z' }
    const second = signedRequest(JSON.stringify(later), { 'webhook-id': 'msg_2' })
    const [keys, again] = [await dedupeKeysOf(first), await dedupeKeysOf(second)]
    expect(again[0]).not.toBe(keys[0])
    expect(again[1]).toBe(keys[1])
  })

  it('keeps no signature among its headers', async () => {
    const identified = await identify(signedRequest('{}'))
    expect(identified).toMatchObject({ value: { headers: { 'webhook-id': 'msg_1' } } })
    expect(JSON.stringify(identified)).not.toContain('v1,')
  })
})

const delivery = (payload: unknown): StoredDelivery => {
  const topic =
    typeof payload === 'object' && payload !== null && 'type' in payload ? String(payload.type) : 'unreadable'
  return {
    topic,
    headers: {},
    body: typeof payload === 'string' ? payload : JSON.stringify(payload),
    receivedAtMs: nowMs,
  }
}
const eventsOf = (type: string, data: object) => {
  const translated = translate(delivery(message(type, data)))
  return translated.ok ? translated.value.events : translated.error
}
const atMs = Date.parse(timestamp)

describe("a warehouse's message is translated", () => {
  it('a shipment with its units, what is short, and how it travels', () => {
    expect(eventsOf('fulfilment_order.shipped', shipped)).toEqual([
      {
        type: 'shipment_reported',
        shipment: {
          externalShipmentId: 'WO-1-1',
          fulfilmentOrderId,
          lines: [{ lineId: 'L1', quantity: 2 }],
          shortLines: [{ lineId: 'L2', quantity: 1, reason: 'not on the shelf' }],
          carrier: 'UPS',
          service: null,
          trackingNumber: '1Z999',
          trackingUrl: null,
          shippedAtMs: Date.parse('2026-10-26T05:30:00Z'),
        },
      },
    ])
  })

  it.each([
    ['accepted', { reference: 'WO-1' }, { type: 'fulfilment_accepted', reference: 'WO-1' }],
    ['rejected', { reason: 'closed' }, { type: 'fulfilment_rejected', reason: 'closed' }],
    ['cancelled', {}, { type: 'fulfilment_cancelled', reason: 'cancelled by the warehouse' }],
    ['cancel_refused', { reason: 'too late' }, { type: 'fulfilment_accepted', reference: null }],
  ])('fulfilment_order.%s', (what, data, expected) => {
    expect(eventsOf(`fulfilment_order.${what}`, { fulfilmentOrderId, ...data })).toEqual([
      { fulfilmentOrderId, atMs, ...expected },
    ])
  })

  it('a count with its sequence and its moment', () => {
    expect(eventsOf('inventory.counted', counted)).toEqual([
      {
        type: 'stock_counted',
        sku: 'ROPE-10',
        location: 'east',
        snapshotId: 'c-1',
        sourceSequence: 7,
        asOfMs: atMs,
        onHand: 12,
        damaged: null,
        qualityControl: null,
      },
    ])
  })

  it.each([
    ['adjusted', -3, 'adjustment'],
    ['received', 24, 'receipt'],
  ])('inventory.%s as a movement of %i', (what, quantity, movement) => {
    const data = { sku: 'ROPE-10', location: 'east', movementId: 'm-1', quantity }
    expect(eventsOf(`inventory.${what}`, data)).toMatchObject([
      { type: 'stock_moved', movement, quantity, state: 'available', movementId: 'm-1', occurredAtMs: atMs },
    ])
  })

  it('with unknown fields named as drift, never refused for them', () => {
    const translated = translate(delivery({ ...message('fulfilment_order.shipped', { ...shipped, boxes: 2 }), v: 2 }))
    expect(translated.ok && translated.value.drift).toEqual(['data.boxes', 'v'])
  })

  it.each([
    ['a type nobody agreed on', message('fulfilment_order.lost', {}), { reason: 'unsupported_topic' }],
    ['a type named like a member of every object', message('constructor', {}), { reason: 'unsupported_topic' }],
    ['no JSON', '{"type":', { reason: 'malformed_json' }],
    [
      'an id that is none of ours',
      message('fulfilment_order.accepted', { fulfilmentOrderId: 'PO-7' }),
      { field: 'data.fulfilmentOrderId' },
    ],
    [
      'half a unit',
      message('fulfilment_order.shipped', { ...shipped, lines: [{ lineId: 'L1', quantity: 0.5 }] }),
      { field: 'data.lines.0.quantity' },
    ],
    [
      'a line twice',
      message('fulfilment_order.shipped', { ...shipped, lines: [...shipped.lines, ...shipped.lines] }),
      { reason: 'inconsistent' },
    ],
    [
      'a shipment of nothing',
      message('fulfilment_order.shipped', { ...shipped, lines: [], shortLines: [] }),
      { reason: 'inconsistent' },
    ],
    [
      'more damaged than there is',
      message('inventory.counted', { ...counted, damaged: 13 }),
      { reason: 'inconsistent' },
    ],
    [
      'an adjustment by nothing',
      message('inventory.adjusted', { sku: 'A', location: 'east', movementId: 'm', quantity: 0 }),
      { field: 'data.quantity' },
    ],
    [
      'a movement under an id of our own',
      message('inventory.received', { sku: 'A', location: 'east', movementId: 'transfer/TR-1/dock', quantity: 1 }),
      { field: 'data.movementId', detail: "begins with transfer/, as only ids of Crossdock's own do" },
    ],
    ['a count under one', message('inventory.counted', { ...counted, snapshotId: 'transfer/TR-1/dock' }), {}],
    [
      'no time',
      { type: 'fulfilment_order.accepted', data: { fulfilmentOrderId } },
      { reason: 'missing_field', field: 'timestamp' },
    ],
    [
      'a script for a link',
      message('fulfilment_order.shipped', { ...shipped, trackingUrl: 'javascript:alert(1)' }),
      { field: 'data.trackingUrl' },
    ],
  ])('refuses %s', (_what, payload, expected) => {
    const translated = translate(delivery(payload))
    expect(translated).toMatchObject({ ok: false, error: expected })
  })

  it('never throws and never quotes what it refuses, whatever comes', () => {
    const types = fc.constantFrom('fulfilment_order.shipped', 'inventory.counted', 'inventory.adjusted', 'nothing')
    const data = fc.dictionary(fc.constantFrom('fulfilmentOrderId', 'lines', 'sku', 'quantity', 'asOf'), fc.jsonValue())
    fc.assert(
      fc.property(types, data, (type, drawn) => {
        const translated = translate(delivery(message(type, { ...drawn, note: 'jo@harbour.example' })))
        if (!translated.ok) expect(translated.error.detail).not.toContain('harbour.example')
      }),
    )
  })
})

sayIfCorpusIsMissing('the published Standard Webhooks vector')
describe.skipIf(!corpusIsThere)('the published Standard Webhooks vector', () => {
  it('verifies as a warehouse message, and not with one byte changed', async () => {
    const file = corpusFiles('standards').find((candidate) => candidate.name === 'standard-webhooks.sign-vector.json')
    const vector = JSON.parse(file?.text ?? '{}')
    const request = (body: string): RawRequest => ({
      method: 'POST',
      url: new URL('http://127.0.0.1/v1/webhooks/wh-east'),
      headers: vector,
      body: new TextEncoder().encode(body),
    })
    const at = Number(vector['webhook-timestamp']) * 1_000
    const secrets = { 'wh-east-inbound': vector.secret }
    expect(await warehouse.inbound?.verify(request(vector.payload), account, secrets, at)).toBe(true)
    expect(await warehouse.inbound?.verify(request(`${vector.payload} `), account, secrets, at)).toBe(false)
  })
})
