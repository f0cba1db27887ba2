/** What waits for which supply, through the door. */
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { examples } from '../../src/http/wire/examples.ts'
import { playQueue } from '../fixtures/play-queue.ts'
import { seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const ownKey = 'other-own-key-0123456789abcdefgh'
const due = new Date(Date.now() + 5 * 86_400_000).toISOString()
const later = new Date(Date.now() + 9 * 86_400_000).toISOString()

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    apiKeys: [...file.apiKeys, { id: 'own', name: '', key: ownKey, scopes: ['inventory:read'], account: 'shopify-us' }],
  }))
})
afterEach(() => void vi.restoreAllMocks())

const announce = (quantity: number, dueAt: string, sourceVersion: number) =>
  post('/v1/inventory/supply', {
    supplies: [
      {
        ...{ supplyId: 'PO-9', sku: 'BUOY-R', location: 'east', type: 'purchase_order' },
        ...{ quantity, dueAt, sourceVersion },
      },
    ],
  })
const place = (externalOrderId: string, quantity: number) =>
  post('/v1/orders', {
    ...examples.order,
    externalOrderId,
    lines: [{ ...examples.order.lines[0], lineId: '1', externalSku: 'BUOY-R', quantity, unitPriceMinor: 100 }],
    totals: { subtotalMinor: quantity * 100, totalMinor: quantity * 100 },
  })
const json = async (path: string, headers: Record<string, string> = {}) => (await get(path, headers)).json()

it('a backordered line knows its supply and its date, and hears at once of another date', async () => {
  playQueue('INBOUND_ORDERS')
  await announce(5, due, 1)
  expect((await place('PO-waits', 3)).status).toBe(201)
  const line = async () => {
    const { lines } = (await json(`/v1/orders/${encodeURIComponent('b2b:PO-waits')}`)) as { lines: object[] }
    return lines[0]
  }
  const matched = (expectedAt: string) => ({
    quantities: { backordered: 3 },
    backorder: {
      missing: 0,
      expectedAt,
      matched: [{ sku: 'BUOY-R', supplyId: 'PO-9', quantity: 3, location: 'east' }],
    },
  })
  await vi.waitFor(async () => expect(await line()).toMatchObject(matched(due)), { timeout: 15_000, interval: 50 })
  expect(await json('/v1/backorders?sku=BUOY-R')).toMatchObject({
    ...{ sku: 'BUOY-R', orders: 1, units: 3 },
    backorders: [{ orderId: 'b2b:PO-waits', quantity: 3, matched: [{ supplyId: 'PO-9', dueAt: due }], missing: 0 }],
  })
  await announce(5, later, 2)
  await vi.waitFor(async () => expect(await line()).toMatchObject(matched(later)), { timeout: 15_000, interval: 50 })
})

it('a restricted key sees only its own orders, and nobody a SKU that is in no catalogue', async () => {
  const shown = await json('/v1/backorders?sku=BUOY-R', { authorization: `Bearer ${ownKey}` })
  expect(shown).toMatchObject({ backorders: [] })
  const unknown = await get('/v1/backorders?sku=NOTHING')
  expect(await unknown.json()).toMatchObject({ reason: 'unknown_sku' })
})
