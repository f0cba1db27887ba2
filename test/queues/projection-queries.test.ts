import { type SQL, sql } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { projectActor } from '../../queues/project-actor.ts'
import type { Db } from '../../src/db/database.ts'
import { formatCursor, parseCursor } from '../../src/db/page.ts'
import { auditOf, auditQuery } from '../../src/db/queries/audit-of.ts'
import { countsForOverview } from '../../src/db/queries/counts-for-overview.ts'
import { lineageOf } from '../../src/db/queries/lineage-of.ts'
import { deliveriesQuery, listDeliveries } from '../../src/db/queries/list-deliveries.ts'
import { listOrders, ordersQuery } from '../../src/db/queries/list-orders.ts'
import { listTransfers, transfersQuery } from '../../src/db/queries/list-transfers.ts'
import { exceptionsQuery } from '../../src/db/queries/open-exceptions.ts'
import { orderIdByTracking } from '../../src/db/queries/order-id-by-tracking.ts'
import { searchAnyId } from '../../src/db/queries/search-any-id.ts'
import { transfersReporting } from '../../src/db/queries/transfer-lineage-of.ts'
import { deliveries } from '../../src/db/schema/deliveries.ts'
import { transfers } from '../../src/db/schema/transfers.ts'
import { buildLineage } from '../../src/domain/lineage/build-lineage.ts'
import { migratedDb } from '../fixtures/d1.ts'
import { emptyDb } from '../fixtures/dump-rows.ts'
import { shippedOrder, startMs } from '../fixtures/order-state.ts'
import { FakeActors, logEntry } from '../fixtures/projected-actors.ts'

let db: Db
const actors = new FakeActors()

/** Orders captured a minute apart, in the order given. */
async function project(...externalOrderIds: string[]): Promise<void> {
  for (const [index, id] of externalOrderIds.entries()) {
    const state = { ...shippedOrder(id, 2), capturedAtMs: startMs + index * 60_000 }
    const fake = actors.order(state.orderId)
    fake.document = state
    fake.entries = [logEntry(1, { type: 'captured' }), logEntry(2, { type: 'shipment_recorded' })]
    await projectActor(actors.env(), 'order', state.orderId)
  }
}

async function deliver(deliveryId: string, subjects: readonly string[]): Promise<void> {
  const inbox = actors.inbox('shopify-us/1')
  const delivery = {
    ...{ deliveryId, account: 'shopify-us', domain: 'orders', topic: 'orders/create', status: 'applied', subjects },
    ...{ reason: null, message: null, attempts: 1, bytes: 9, correlationId: `corr-${deliveryId}` },
    ...{ receivedAtMs: startMs + inbox.entries.length, settledAtMs: startMs },
  }
  const event = { type: 'delivery_settled', delivery }
  inbox.entries.push(logEntry(inbox.entries.length + 1, event))
  await projectActor(actors.env(), 'inbox', 'shopify-us/1')
}

const ids = (page: { readonly rows: readonly { readonly orderId: string }[] }) =>
  page.rows.map((row) => row.orderId.replace('shopify-us:', ''))

beforeAll(async () => {
  db = await migratedDb()
})

describe('orders', () => {
  beforeEach(async () => {
    await emptyDb(db)
    await project('1001', '1002', '1003', '1004', '1005')
  })

  it('are listed newest first and by every filter', async () => {
    expect(ids(await listOrders(db, {}))).toEqual(['1005', '1004', '1003', '1002', '1001'])
    expect(ids(await listOrders(db, { channel: 'shopify-us', status: 'partially_shipped', limit: 1 }))).toEqual([
      '1005',
    ])
    expect(ids(await listOrders(db, { externalId: '1003' }))).toEqual(['1003'])
    expect(ids(await listOrders(db, { location: 'east', stage: 'released', limit: 2 }))).toEqual(['1005', '1004'])
    expect(ids(await listOrders(db, { location: 'west' }))).toEqual([])
    expect(ids(await listOrders(db, { channel: 'b2b' }))).toEqual([])
    for (const search of ['#1002', '1Z1002', 'so-1002', 'WH-1002', 'shopify-us:1002', 'dlv-1002']) {
      expect(ids(await listOrders(db, { search }))).toEqual(['1002'])
    }
    expect(ids(await listOrders(db, { search: '1Z100' }))).toHaveLength(5)
    expect(ids(await listOrders(db, { search: 'nothing' }))).toEqual([])
  })

  it('neither repeat nor hide a row when orders arrive between two pages', async () => {
    const first = await listOrders(db, { limit: 2 })
    await project('1001', '1002', '1003', '1004', '1005', '1006', '1007')
    const second = await listOrders(db, { limit: 2, cursor: parseCursor(first.nextCursor ?? '') })
    const third = await listOrders(db, { limit: 2, cursor: parseCursor(second.nextCursor ?? '') })
    expect([...ids(first), ...ids(second), ...ids(third)]).toEqual(['1005', '1004', '1003', '1002', '1001'])
    expect(third.nextCursor).toBeNull()
  })

  it('captured at the same instant are paged by id', async () => {
    for (const id of ['1001', '1002', '1003', '1004', '1005']) {
      const fake = actors.order(`shopify-us:${id}`)
      fake.document = { ...shippedOrder(id, 3), capturedAtMs: startMs }
      fake.entries.push(logEntry(3, { type: 'looked_at' }))
      await projectActor(actors.env(), 'order', `shopify-us:${id}`)
    }
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof listOrders>> = await listOrders(db, {
        limit: 2,
        cursor: parseCursor(cursor),
      })
      seen.push(...ids(page))
      cursor = page.nextCursor
    }
    expect(seen).toEqual(['1005', '1004', '1003', '1002', '1001'])
  })

  it('are not found by text that looks like SQL or like a pattern', async () => {
    for (const search of ["' OR 1=1 --", '%', '_', '*', '"; DROP TABLE orders', '\u{10ffff}', '\ud800']) {
      expect(ids(await listOrders(db, { search }))).toEqual([])
      expect(await searchAnyId(db, search)).toEqual([])
      expect(await lineageOf(db, search)).toEqual([])
    }
    expect(ids(await listOrders(db, { channel: "shopify-us' --", status: "x' or '1'='1" }))).toEqual([])
  })

  it('have their history in sequence', async () => {
    const log = { actorKind: 'order', actorName: 'shopify-us:1001' } as const
    const page = await auditOf(db, { ...log, limit: 1 })
    expect(page.rows.map((row) => [row.seq, row.type, row.causeId])).toEqual([[1, 'captured', 'step-1']])
    const rest = await auditOf(db, { ...log, afterSeq: page.nextSeq ?? 0 })
    expect(rest.rows.map((row) => row.type)).toEqual(['shipment_recorded'])
  })

  it('are counted by status, zero included', async () => {
    const counts = await countsForOverview(db, { sinceMs: 0 })
    expect(counts.orders).toMatchObject({ partially_shipped: 5, delivered: 0, cancelled: 0 })
    expect((await countsForOverview(db, { sinceMs: startMs + 3 * 60_000 })).orders.partially_shipped).toBe(2)
  })

  it('are found by tracking number, the newest shipment first', async () => {
    expect(await orderIdByTracking(db, '1Z1003')).toBe('shopify-us:1003')
    expect(await orderIdByTracking(db, '1Z9')).toBeNull()
  })
})

describe('lineage', () => {
  const orderId = 'shopify-us:1001'

  beforeEach(async () => {
    await emptyDb(db)
    actors.inboxes.clear()
    await project('1001', '1002')
    await deliver('dlv-1001', [orderId])
    await deliver('update-1', [orderId])
    await deliver('stray', ['ROPE-10@east'])
  })

  it.each([
    ['order id', orderId],
    ['external order id', '1001'],
    ['order number', '#1001'],
    ['ERP order', 'SO-1001'],
    ['warehouse order', 'WH-1001'],
    ['warehouse shipment', 'SHP-1001'],
    ['tracking number', '1Z1001'],
    ['refund', 'RF-1001'],
    ['return', 'RT-1001'],
    ['channel fulfilment', 'CF-1001'],
    ['our id at the ERP', `${orderId}|erp_create_order/1`],
    ['fulfilment order', `${orderId}/F1`],
    ['shipment', `${orderId}/S1`],
    ['reservation', `${orderId}/L1/1`],
    ['first delivery', 'dlv-1001'],
    ['later delivery', 'update-1'],
    ['correlation id', 'corr-1001'],
  ])('is found by %s', async (_kind, anyId) => {
    const chains = await lineageOf(db, anyId)
    expect(chains.map((chain) => chain.order?.orderId)).toEqual([orderId])
    const tree = chains[0] && buildLineage(chains[0])
    expect(tree).toMatchObject({ kind: 'delivery', id: 'dlv-1001', children: [{ kind: 'order', id: orderId }] })
  })

  it('of a number that two orders share is both, newest first', async () => {
    const fake = actors.order('shopify-us:1002')
    fake.document = { ...shippedOrder('1002', 3), erp: { account: 'tryton-main', reference: 'SO-1001' } } as never
    fake.entries.push(logEntry(3, { type: 'intent_settled' }))
    await projectActor(actors.env(), 'order', 'shopify-us:1002')
    const chains = await lineageOf(db, 'SO-1001')
    expect(chains.map((chain) => chain.order?.orderId).sort()).toEqual([orderId, 'shopify-us:1002'])
  })

  it('of a delivery that touched no order is the delivery', async () => {
    const chains = await lineageOf(db, 'stray')
    expect(chains).toMatchObject([{ order: null, deliveries: [{ deliveryId: 'stray' }] }])
    expect(await lineageOf(db, 'nowhere')).toEqual([])
  })

  it('candidates name what matched, and parts of an order lead to it', async () => {
    expect(await searchAnyId(db, '1z1001')).toEqual([{ kind: 'order', id: orderId, by: 'tracking', value: '1Z1001' }])
    expect(await searchAnyId(db, `${orderId}/F1`)).toMatchObject([{ kind: 'order', id: orderId, by: 'order' }])
    expect(await searchAnyId(db, 'stray')).toMatchObject([{ kind: 'delivery', id: 'stray' }])
    expect((await searchAnyId(db, '100')).map((candidate) => candidate.id)).toEqual([orderId, 'shopify-us:1002'])
    expect(await searchAnyId(db, '  ')).toEqual([])
  })

  it('deliveries are listed by account, status, topic and what they touched', async () => {
    const listed = async (args: Parameters<typeof listDeliveries>[1]) =>
      (await listDeliveries(db, args)).rows.map((row) => row.deliveryId)
    expect(await listed({ account: 'shopify-us', status: 'applied', topic: 'orders/create' })).toEqual([
      'stray',
      'update-1',
      'dlv-1001',
    ])
    expect(await listed({ search: orderId })).toEqual(['update-1', 'dlv-1001'])
    expect(await listed({ search: 'corr-stray' })).toEqual(['stray'])
    expect(await listed({ status: 'rejected' })).toEqual([])
  })
})

it('refuses cursors that it did not make', () => {
  expect(parseCursor(formatCursor({ atMs: 5, id: 'é:1' }))).toEqual({ atMs: 5, id: 'é:1' })
  for (const odd of ['', 'abc', '!!', btoa('[1]'), btoa('[-1,"a"]'), btoa('{"atMs":1}'), 'A'.repeat(3_000)]) {
    expect(parseCursor(odd)).toBeNull()
  }
})

it('lists transfers that begin or end at a location, in one order and a page at a time', async () => {
  await emptyDb(db)
  const units = { unitsRequested: 1, unitsReserved: 0, unitsShipped: 1, unitsInTransit: 0, unitsReceived: 1 }
  const row = (name: string, fromLocation: string, toLocation: string, requestedAtMs: number, unitsWrittenOff = 0) => ({
    ...{ transferId: name, fromLocation, toLocation, requestedAtMs, status: 'closed', dueAtMs: 1, skus: 1, ...units },
    ...{ unitsOver: 0, unitsWrittenOff, effectsPending: 0, updatedAtMs: 1, version: 1 },
  })
  await db
    .insert(transfers)
    .values([row('a', 'east', 'west', 1), row('b', 'west', 'north', 2, 1), row('c', 'west', 'east', 2)])
  await db.insert(transfers).values([row('d', 'north', 'south', 3), row('e', 'east', 'west', 4)])
  const named = async (args: Parameters<typeof listTransfers>[1]) => {
    const page = await listTransfers(db, args)
    const cursor = page.nextCursor === null ? null : parseCursor(page.nextCursor)
    return { names: page.rows.map(({ transferId }) => transferId).join(''), cursor }
  }
  expect((await named({})).names).toBe('edcba')
  expect((await named({ locations: ['east'] })).names).toBe('eca')
  expect((await named({ locations: ['east', 'west'] })).names).toBe('ecba')
  const first = await named({ locations: ['west'], limit: 2 })
  expect(first.names).toBe('ec')
  expect(await named({ locations: ['west'], limit: 2, cursor: first.cursor })).toEqual({ names: 'ba', cursor: null })
  expect((await named({ isShort: true, locations: ['north'] })).names).toBe('b')
  expect((await named({ status: 'in_transit' })).names).toBe('')
  expect((await named({ locations: [] })).names).toBe('')
})

/** `SCAN` of a table means that every row of it is read; a temporary b-tree, that all matches are sorted first. */
describe('the plan of', () => {
  async function planOf(query: { readonly getSQL: () => SQL }): Promise<string> {
    const rows = await db.all<{ detail: string }>(sql`explain query plan ${query.getSQL()}`)
    return rows.map((row) => row.detail).join('\n')
  }
  const newest = { atMs: startMs, id: 'x' }

  it.each([
    ['orders', () => ordersQuery(db, {}, 51)],
    ['orders, later page', () => ordersQuery(db, { cursor: newest }, 51)],
    ['orders of a channel', () => ordersQuery(db, { channel: 'a' }, 51)],
    ['orders by status', () => ordersQuery(db, { status: 'on_hold', cursor: newest }, 51)],
    ['orders of a channel by status', () => ordersQuery(db, { channel: 'a', status: 's' }, 51)],
    ['orders by stage', () => ordersQuery(db, { stage: 's' }, 51)],
    ['orders by external id', () => ordersQuery(db, { externalId: '1' }, 51)],
    ['orders that wait for supply', () => ordersQuery(db, { waitsForSupply: true, cursor: newest }, 51)],
    ['orders captured since', () => ordersQuery(db, { status: 's', capturedSinceMs: 1 }, 51)],
    ['deliveries received since', () => deliveriesQuery(db, { status: 's', receivedSinceMs: 1 }, 51)],
    ['orders at a location', () => ordersQuery(db, { location: 'east' }, 51)],
    ['deliveries', () => deliveriesQuery(db, {}, 51)],
    ['deliveries of an account', () => deliveriesQuery(db, { account: 'a', cursor: newest }, 51)],
    ['deliveries by status', () => deliveriesQuery(db, { status: 's' }, 51)],
    ['deliveries of an account by status', () => deliveriesQuery(db, { account: 'a', status: 's' }, 51)],
    ['deliveries by topic', () => deliveriesQuery(db, { topic: 't' }, 51)],
    ['open exceptions', () => exceptionsQuery(db, {}, 51)],
    ['open exceptions of a category', () => exceptionsQuery(db, { category: 'sku_mapping', cursor: newest }, 51)],
    ['every exception', () => exceptionsQuery(db, { status: 'all' }, 51)],
    ['every exception of a category', () => exceptionsQuery(db, { status: 'all', category: 'c' }, 51)],
    ['open exceptions of one cause', () => exceptionsQuery(db, { fingerprint: 'f' }, 51)],
    ['transfers', () => transfersQuery(db, {}, 51)],
    ['transfers by status', () => transfersQuery(db, { status: 'in_transit', cursor: newest }, 51)],
    ['transfers from a location', () => transfersQuery(db, { from: 'east' }, 51)],
    ['transfers to a location by status', () => transfersQuery(db, { to: 'east', status: 'closed' }, 51)],
    ['transfers that lost units', () => transfersQuery(db, { isShort: true }, 51)],
    ['transfers by a report of theirs', () => transfersReporting(db, 'dock-1', 11)],
    ['audit', () => auditQuery(db, { actorKind: 'order', actorName: 'x' }, 51)],
  ])('%s reads one index in order', async (_what, query) => {
    const plan = await planOf(query())
    expect(plan).toContain('SEARCH')
    expect(plan).not.toMatch(/SCAN (?!json_each|list_subquery)/)
    expect(plan).not.toContain('TEMP B-TREE')
  })

  it('orders that wait for supply touches none that does not', async () => {
    expect(await planOf(ordersQuery(db, { waitsForSupply: true }, 51))).toContain('orders_waiting_for_supply')
  })

  it.each([
    ['orders by search', () => ordersQuery(db, { search: '1Z' }, 51)],
    ['deliveries by search', () => deliveriesQuery(db, { search: 'x' }, 51)],
  ])('%s reads only what was found', async (_what, query) => {
    expect(await planOf(query())).not.toMatch(/SCAN (deliveries|orders|external_refs|delivery_subjects)/)
  })
})

it('bounds every page, whatever is asked for', async () => {
  await emptyDb(db)
  const rows = Array.from({ length: 300 }, (_, index) => ({
    ...{ deliveryId: `d${index}`, inbox: 'a/0', account: 'a', domain: 'orders', topic: 't', status: 'applied' },
    ...{ attempts: 1, bodyBytes: 1, correlationId: 'c', receivedAtMs: index, version: index + 1 },
  }))
  for (let from = 0; from < rows.length; from += 7) await db.insert(deliveries).values(rows.slice(from, from + 7))
  expect((await listDeliveries(db, { limit: 1_000_000 })).rows).toHaveLength(200)
  expect((await listDeliveries(db, { limit: -5 })).rows).toHaveLength(1)
  expect((await auditOf(db, { actorKind: 'order', actorName: 'none', limit: 0 })).rows).toEqual([])
})
