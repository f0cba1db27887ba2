import { reset } from 'cloudflare:test'
import { beforeEach, expect, it, vi } from 'vitest'
import { projectActor } from '../../queues/project-actor.ts'
import { rebuildProjections } from '../../queues/rebuild-projections.ts'
import { actor, type InboxApi, type OrderApi, type Projectable, type StockApi } from '../../src/actor-apis.ts'
import type { Db } from '../../src/db/database.ts'
import { auditOf } from '../../src/db/queries/audit-of.ts'
import { lineageOf } from '../../src/db/queries/lineage-of.ts'
import { listDeliveries } from '../../src/db/queries/list-deliveries.ts'
import { listTransfers } from '../../src/db/queries/list-transfers.ts'
import { openExceptions } from '../../src/db/queries/open-exceptions.ts'
import { positionsOf } from '../../src/db/queries/positions-of.ts'
import type { DeliveryOutcome } from '../../src/domain/inbox/delivery.ts'
import type { OrderCommandBody } from '../../src/domain/order/order-command.ts'
import {
  accountId,
  commandId,
  correlationId,
  deliveryId,
  fulfilmentOrderId,
  lineId,
  locationId,
  orderIdFrom,
  positionId,
  reservationId,
  sku,
} from '../../src/domain/shared/ids.ts'
import type { StockCommandBody } from '../../src/domain/stock/stock-command.ts'
import type { Transfer } from '../../src/domain/transfer/transfer.ts'
import type { TransferApi, TransferCommand } from '../../src/domain/transfer/transfer-command.ts'
import { migratedDb, testEnv } from '../fixtures/d1.ts'
import { dumpRows } from '../fixtures/dump-rows.ts'
import { orderRow } from '../fixtures/order-row.ts'
import { canonicalOrder, startMs } from '../fixtures/order-state.ts'
import { seedConfig } from '../http/seed-config.ts'

let db: Db
const rope = positionId(sku('ROPE-10'), locationId('east'))
const inboxName = 'shopify-us/4'

beforeEach(async () => {
  await reset()
  db = await migratedDb()
})

const stock = () => actor<StockApi>(testEnv.STOCK, rope)
const inbox = () => actor<InboxApi>(testEnv.INBOX, inboxName)

let commands = 0
async function tell(body: StockCommandBody): Promise<void> {
  commands += 1
  const cause = { correlationId: correlationId('c-1'), kind: 'api' as const, id: 'test' }
  const verdict = await stock().execute(rope, { ...body, commandId: commandId(`cmd-${commands}`), cause })
  expect(verdict).toMatchObject({ ok: true })
}

const snapshot = (snapshotId: string, asOfMs: number, onHand: number): StockCommandBody => ({
  ...{ type: 'snapshot', snapshotId, source: accountId('wh-east'), sourceSequence: null, asOfMs, onHand },
  ...{ damaged: null, qualityControl: null },
})

async function receive(number: number): Promise<string> {
  const receipt = await inbox().receive(inboxName, {
    account: accountId('shopify-us'),
    domain: 'orders',
    topic: 'orders/create',
    dedupeKeys: [`webhook-${number}`],
    headers: { 'x-shopify-topic': 'orders/create' },
    body: '{"email":"runa@example.com"}',
    receivedAtMs: startMs + number,
    correlationId: correlationId(`c-${number}`),
  })
  return receipt.deliveryId
}

it('gives back the very rows of positions and deliveries (I9)', async () => {
  await tell(snapshot('S1', startMs, 40))
  const claim = { reservationId: reservationId('shopify-us:1001/L1/1'), orderId: orderIdFrom('shopify-us:1001') }
  await tell({ type: 'hold', ...claim, quantity: 3, expiresAtMs: null, allowPartial: false })
  await tell({ type: 'commit', reservationId: claim.reservationId })
  await projectActor(testEnv, 'stock', rope)
  await tell(snapshot('S2', startMs + 1_000, 31))

  const outcomes: DeliveryOutcome[] = [
    { status: 'applied', subjects: ['shopify-us:1001'], message: null },
    { status: 'rejected', reason: 'missing_field', message: 'id is missing', subjects: [] },
    { status: 'dead_lettered', reason: 'retries_exhausted', message: 'gave up', subjects: [] },
  ]
  const ids: string[] = []
  for (const [index, outcome] of outcomes.entries()) {
    const id = await receive(index)
    ids.push(id)
    await inbox().settle(deliveryId(id), outcome)
    await projectActor(testEnv, 'inbox', inboxName)
  }
  const cause = { correlationId: correlationId('c-9'), kind: 'operator' as const, id: 'ops' }
  await inbox().replay(deliveryId(ids[1] ?? ''), cause)
  await inbox().settle(deliveryId(ids[1] ?? ''), { status: 'applied', subjects: ['shopify-us:1002'], message: null })
  await receive(0)
  await projectActor(testEnv, 'inbox', inboxName)
  await projectActor(testEnv, 'stock', rope)

  const [position] = await positionsOf(db, 'ROPE-10')
  expect(position).toMatchObject({ onHand: 31, committed: 3, available: 28, snapshotAsOfMs: startMs + 1_000 })
  const statuses = (await listDeliveries(db, {})).rows.map((row) => row.status)
  expect(statuses).toEqual(['dead_lettered', 'applied', 'applied'])
  const open = (await openExceptions(db, {})).rows.map((row) => [row.category, row.deliveryId])
  expect(open).toEqual(expect.arrayContaining([['order_ingestion', ids[2]]]))
  expect(open.map(([category]) => category).sort()).toEqual(['inventory_drift', 'order_ingestion'])

  const before = await dumpRows(db)
  expect(JSON.stringify(before)).not.toContain('runa@example.com')
  expect(await rebuildProjections(testEnv, { rebuildId: 'r1', requestedAtMs: startMs })).toBe(2)
  expect(await dumpRows(db)).toEqual(before)
})

it('publishes the hashes of the actor’s own chain (I7)', async () => {
  await tell(snapshot('S1', startMs, 40))
  await projectActor(testEnv, 'stock', rope)
  const verdict = await stock().verifyAudit()
  const { rows } = await auditOf(db, { actorKind: 'stock', actorName: rope })
  expect(verdict).toMatchObject({ valid: true, headHash: rows.at(-1)?.hash, entries: rows.at(-1)?.seq })
})

const orderId = orderIdFrom('shopify-us:1001')
const order = () => actor<OrderApi>(testEnv.ORDER, orderId)

async function ask(id: string, body: OrderCommandBody): Promise<void> {
  const cause = { correlationId: correlationId('c-order'), kind: 'api' as const, id: 'test' }
  const verdict = await order().execute(orderId, { ...body, commandId: commandId(id), cause })
  expect(verdict).toMatchObject({ ok: true })
}

/** The saga runs behind the answers: it rests when it wants nothing more of anybody. */
async function resting(stage: string): Promise<void> {
  await vi.waitFor(async () => {
    const state = await order().state()
    expect(state?.stage).toBe(stage)
    expect(state?.saga.stockEffects).toEqual([])
  }, 20_000)
}

it('gives back the very rows of an order that went from capture to shipment and refund (I9)', async () => {
  // Nobody is called in this company: no ERP, and its warehouses work by hand.
  await seedConfig((file) => ({
    ...file,
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    accounts: file.accounts.map((account) =>
      account.role === 'channel' ? { ...account, partner: 'canonical' } : account,
    ),
    locations: file.locations.map(({ account: _account, ...location }) => location),
  }))
  await tell(snapshot('S1', startMs, 40))
  const lines = canonicalOrder('1001')
    .lines.slice(0, 1)
    .map((line) => ({ ...line, externalSku: 'ROPE-10' }))
  const totals = { ...canonicalOrder('1001').totals, subtotalMinor: 3_000, taxMinor: 80, totalMinor: 3_580 }
  await ask('observe', { type: 'observe', order: { ...canonicalOrder('1001'), lines, totals } })
  await resting('released')
  await projectActor(testEnv, 'order', orderId)
  expect(await orderRow(db, orderId)).toMatchObject({ status: 'released', nextActor: 'warehouse' })

  const shipment = {
    ...{ externalShipmentId: 'SHP-1', fulfilmentOrderId: fulfilmentOrderId(orderId, 1), shortLines: [] },
    ...{ lines: [{ lineId: lineId('L1'), quantity: 2 }], carrier: 'UPS', service: null, trackingUrl: null },
    ...{ trackingNumber: '1Z1001', shippedAtMs: startMs + 10 },
  }
  await ask('ship', { type: 'record_shipment', shipment })
  await resting('released')
  await projectActor(testEnv, 'order', orderId)
  const refund = { externalRefundId: 'RF-1', atMs: startMs + 20, amountMinor: 100, currency: 'USD', lines: [] }
  await ask('refund', { type: 'record_refund', refund })
  await ask('hold', { type: 'place_hold', holdId: 'h1', kind: 'manual', reason: 'asked by phone' })
  await resting('released')
  await projectActor(testEnv, 'order', orderId)
  await projectActor(testEnv, 'stock', rope)

  expect(await orderRow(db, orderId)).toMatchObject({ status: 'on_hold', holds: 'manual', unitsShipped: 2 })
  expect((await lineageOf(db, '1Z1001')).map((chain) => chain.order?.orderId)).toEqual([orderId])
  const before = await dumpRows(db)
  for (const personal of ['Runa', 'Pier Road', 'runa@example.com']) {
    expect(JSON.stringify(before)).not.toContain(personal)
  }
  expect(await rebuildProjections(testEnv, { rebuildId: 'r2', requestedAtMs: startMs })).toBe(2)
  expect(await dumpRows(db)).toEqual(before)
})

it('gives back the very rows of a transfer of which a unit was lost (I9)', async () => {
  await seedConfig()
  await tell(snapshot('S1', startMs, 40))
  const name = 'TR-1'
  const transfer = actor<TransferApi & Projectable<Transfer>>(testEnv.TRANSFER, name)
  const cause = { correlationId: correlationId('c-move'), kind: 'api' as const, id: 'test' }
  const run = (command: TransferCommand) => transfer.execute(name, command, cause)
  const lines = [{ sku: sku('ROPE-10'), quantity: 6 }]
  const ends = { from: locationId('east'), to: locationId('west') }
  const asked = { ...ends, transferId: name, lines, dueAtMs: startMs + 9, allowPartial: false }
  expect(await run({ type: 'request', ...asked, correlationId: cause.correlationId })).toMatchObject({ ok: true })
  await run({ type: 'ship', shipmentId: 'truck', lines: null, shippedAtMs: startMs + 1 })
  await projectActor(testEnv, 'transfer', name)
  const [moving] = (await listTransfers(db, { locations: ['west'] })).rows
  expect(moving).toMatchObject({ status: 'in_transit', unitsInTransit: 6, unitsWrittenOff: 0, effectsPending: 0 })
  const arrived = [{ sku: sku('ROPE-10'), quantity: 5, lots: [] }]
  await run({ type: 'receive', receiptId: 'dock', lines: arrived, final: true, receivedAtMs: startMs + 8 })
  await projectActor(testEnv, 'transfer', name)
  const [short] = (await listTransfers(db, { isShort: true })).rows
  expect(short).toMatchObject({ status: 'closed', unitsShipped: 6, unitsReceived: 5, unitsWrittenOff: 1, skus: 1 })
  const verdict = await transfer.verifyAudit()
  const { rows } = await auditOf(db, { actorKind: 'transfer', actorName: name })
  expect(verdict).toMatchObject({ valid: true, headHash: rows.at(-1)?.hash, entries: rows.at(-1)?.seq })

  await projectActor(testEnv, 'stock', rope)
  await projectActor(testEnv, 'stock', positionId(sku('ROPE-10'), locationId('west')))
  const before = await dumpRows(db)
  expect(await rebuildProjections(testEnv, { rebuildId: 'r3', requestedAtMs: startMs })).toBe(3)
  expect(await dumpRows(db)).toEqual(before)
})
