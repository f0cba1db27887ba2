/** What waits for which supply, through the door. */
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { examples } from '../../src/http/wire/examples.ts'
import { playQueue } from '../fixtures/play-queue.ts'
import { seedConfig } from './seed-config.ts'
import { bearer, get, json as jsonType, post, send } from './send.ts'

const ownKey = 'other-own-key-0123456789abcdefgh'
const due = new Date(Date.now() + 5 * 86_400_000).toISOString()
const later = new Date(Date.now() + 9 * 86_400_000).toISOString()

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    accounts: file.accounts.map((each) => (each.id === 'b2b' ? { ...each, group: 'contract' } : each)),
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    apiKeys: [...file.apiKeys, { id: 'own', name: '', key: ownKey, scopes: ['inventory:read'], account: 'shopify-us' }],
  }))
})
afterEach(() => void vi.restoreAllMocks())

const announce = (quantity: number, dueAt: string, sourceVersion: number, sku = 'BUOY-R') =>
  post('/v1/inventory/supply', {
    supplies: [
      {
        ...{ supplyId: `PO-9${sku === 'BUOY-R' ? '' : sku}`, sku, location: 'east', type: 'purchase_order' },
        ...{ quantity, dueAt, sourceVersion },
      },
    ],
  })
const place = (externalOrderId: string, quantity: number, sku = 'BUOY-R') =>
  post('/v1/orders', {
    ...examples.order,
    externalOrderId,
    lines: [{ ...examples.order.lines[0], lineId: '1', externalSku: sku, quantity, unitPriceMinor: 100 }],
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

it('an order waits for units that are protected for its group, and has them when they come', async () => {
  playQueue('INBOUND_ORDERS')
  const protection = { sku: 'ANCHOR-S', location: 'east', group: 'contract', quantity: 4 }
  const body = JSON.stringify({ protections: [protection] })
  const set = await send('/v1/inventory/protections', { method: 'PUT', headers: { ...bearer, ...jsonType }, body })
  expect(set.status).toBe(200)
  await announce(4, due, 1, 'ANCHOR-S')
  await place('PO-group', 3, 'ANCHOR-S')
  const line = async () => {
    const { lines } = (await json(`/v1/orders/${encodeURIComponent('b2b:PO-group')}`)) as { lines: object[] }
    return lines[0]
  }
  const matched = { missing: 0, expectedAt: due, matched: [{ quantity: 3, location: 'east' }] }
  const soon = { timeout: 15_000, interval: 50 }
  await vi.waitFor(async () => expect(await line()).toMatchObject({ backorder: matched }), soon)
  const receipt = {
    movement: 'receipt',
    sku: 'ANCHOR-S',
    location: 'east',
    quantity: 4,
    occurredAt: new Date().toISOString(),
  }
  const moved = await post('/v1/inventory/movements', { movements: [{ eventId: 'anchors-come', ...receipt }] })
  expect(await moved.json()).toMatchObject({ applied: 1 })
  await vi.waitFor(async () => expect(await line()).toMatchObject({ quantities: { backordered: 0 } }), soon)
})
