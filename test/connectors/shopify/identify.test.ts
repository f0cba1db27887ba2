import { describe, expect, it } from 'vitest'
import type { RawRequest } from '../../../src/connectors/ports.ts'
import { identify } from '../../../src/connectors/shopify/identify.ts'
import { orderPayload, signedRequest } from '../../fixtures/shopify/payloads.ts'

const request = (topic: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  signedRequest(topic, typeof body === 'string' ? body : JSON.stringify(body), headers)

async function identified(raw: RawRequest) {
  const result = await identify(raw)
  if (!result.ok || result.value.kind !== 'delivery') throw new Error('not identified')
  return result.value
}

describe('what a Shopify delivery is about', () => {
  it.each([
    ['orders/create', { id: 11 }, 'orders', '11'],
    ['orders/updated', { id: 11 }, 'orders', '11'],
    ['refunds/create', { id: 5, order_id: 11 }, 'orders', '11'],
    ['fulfillments/update', { id: 6, order_id: 11 }, 'orders', '11'],
    ['inventory_levels/update', { inventory_item_id: 808, location_id: 1 }, 'inventory', '808'],
    ['products/update', { id: 42 }, 'catalog', '42'],
    ['app/uninstalled', { id: 1 }, 'catalog', '1'],
    ['customers/redact', { shop_id: 9 }, 'catalog', '9'],
  ])('%s is sharded by the entity it speaks of', async (topic, body, domain, shardKey) => {
    expect(await identified(request(topic, body))).toMatchObject({ topic, domain, shardKey })
  })

  it('keeps the digits of an id beyond 2^53', async () => {
    expect((await identified(request('orders/create', '{"id":9007199254740993}'))).shardKey).toBe('9007199254740993')
  })

  it('is the same under another webhook id, and under another event id when the bytes are the same', async () => {
    const first = await identified(request('orders/updated', orderPayload()))
    const retried = await identified(request('orders/updated', orderPayload(), { 'x-shopify-webhook-id': 'other' }))
    const renamed = await identified(request('orders/updated', orderPayload(), { 'x-shopify-event-id': 'other' }))
    expect(retried.dedupeKeys).toEqual(first.dedupeKeys)
    expect(renamed.dedupeKeys[0]).not.toBe(first.dedupeKeys[0])
    expect(renamed.dedupeKeys[1]).toBe(first.dedupeKeys[1])
  })

  it('differs by topic, so one event may bring an update and a cancellation', async () => {
    const updated = await identified(request('orders/updated', orderPayload()))
    const cancelled = await identified(request('orders/cancelled', orderPayload()))
    expect(updated.dedupeKeys.filter((key) => cancelled.dedupeKeys.includes(key))).toEqual([])
  })

  it('differs between two states of one order with the same version clock', async () => {
    const { 'x-shopify-event-id': _event, ...headers } = request('orders/updated', orderPayload()).headers
    const keys = async (body: string) =>
      (await identified({ ...request('orders/updated', body), headers })).dedupeKeys.at(-1)
    expect(await keys(JSON.stringify(orderPayload()))).not.toBe(await keys(JSON.stringify(orderPayload({ tags: 'a' }))))
  })

  it('is kept although its body cannot be read, so that the refusal is on record', async () => {
    const kept = await identified(request('orders/create', '{"id":'))
    expect(kept).toMatchObject({ domain: 'orders', topic: 'orders/create' })
    expect(kept.shardKey).toMatch(/^[0-9a-f]{16}$/)
  })

  it('keeps no signature among its headers', async () => {
    const { headers } = await identified(request('orders/create', orderPayload()))
    expect(Object.keys(headers).some((name) => name.includes('hmac'))).toBe(false)
  })

  it('is refused without a topic', async () => {
    const { headers, ...rest } = request('orders/create', '{}')
    const { 'x-shopify-topic': _topic, ...others } = headers
    expect(await identify({ ...rest, headers: others })).toMatchObject({
      ok: false,
      error: { reason: 'missing_field' },
    })
  })
})
