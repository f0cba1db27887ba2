import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeEach, expect, it } from 'vitest'
import { projectActor } from '../../queues/project-actor.ts'
import { consumeProjections } from '../../queues/projections.ts'
import { actor, type StockApi } from '../../src/actor-apis.ts'
import type { Db } from '../../src/db/database.ts'
import { auditOf } from '../../src/db/queries/audit-of.ts'
import { deliveryRow } from '../../src/db/queries/delivery-row.ts'
import { openExceptions } from '../../src/db/queries/open-exceptions.ts'
import { positionsOf } from '../../src/db/queries/positions-of.ts'
import { shipments } from '../../src/db/schema/fulfilment.ts'
import { orders, reservations } from '../../src/db/schema/orders.ts'
import type { DeliveryFacts } from '../../src/domain/inbox/delivery-facts.ts'
import { lineId, locationId, sku } from '../../src/domain/shared/ids.ts'
import type { PositionView } from '../../src/domain/stock/stock-command.ts'
import type { ProjectionMessage } from '../../src/queue-messages.ts'
import { migratedDb, testEnv } from '../fixtures/d1.ts'
import { dumpRows, emptyDb, type Rows } from '../fixtures/dump-rows.ts'
import { orderRow, orderRows } from '../fixtures/order-row.ts'
import { capturedOrder, shippedOrder, startMs } from '../fixtures/order-state.ts'
import { FakeActors, logEntry } from '../fixtures/projected-actors.ts'
import { snapshot } from '../fixtures/stock-commands.ts'

let db: Db
let actors: FakeActors

beforeEach(async () => {
  db = await migratedDb()
  await emptyDb(db)
  actors = new FakeActors()
})

/** An order with a log of `length` entries, the document being of the newest. */
function order(externalOrderId: string, length: number): string {
  const state = length > 1 ? shippedOrder(externalOrderId, length) : capturedOrder(externalOrderId)
  const fake = actors.order(state.orderId)
  fake.document = state
  fake.entries = Array.from({ length }, (_, index) => logEntry(index + 1, { type: 'looked_at' }))
  return state.orderId
}

function positionView(item: string, version: number, available: number): PositionView {
  return {
    sku: sku(item),
    location: locationId('east'),
    known: true,
    version,
    asOfMs: startMs,
    states: {
      available,
      committed: 0,
      reserved: 0,
      damaged: 0,
      safetyStock: 0,
      qualityControl: 0,
      onHand: available,
      incoming: 0,
      backordered: 0,
    },
    snapshot: null,
  }
}

function facts(deliveryId: string, given: Partial<DeliveryFacts>): DeliveryFacts {
  return {
    deliveryId,
    account: 'shopify-us',
    domain: 'orders',
    topic: 'orders/create',
    status: 'received',
    reason: null,
    message: null,
    subjects: [],
    attempts: 0,
    bytes: 812,
    correlationId: `corr-${deliveryId}`,
    receivedAtMs: startMs,
    settledAtMs: null,
    ...given,
  }
}

const received = (id: string) => ({ type: 'delivery_received', delivery: facts(id, {}) })
const settled = (id: string, given: Partial<DeliveryFacts>) => ({
  type: 'delivery_settled',
  delivery: facts(id, { attempts: 1, settledAtMs: startMs + 5_000, ...given }),
})

function wakeUps(...bodies: ProjectionMessage[]) {
  const messages = bodies.map((body, index) => ({ id: `m${index}`, timestamp: startMs, attempts: 1, body }))
  return createMessageBatch<ProjectionMessage>('projections', messages)
}
const wakeUp = (orderId: string): ProjectionMessage => ({
  type: 'project',
  actor: 'order',
  name: orderId,
  throughSeq: 1,
})

async function consume(...bodies: ProjectionMessage[]) {
  const batch = wakeUps(...bodies)
  await consumeProjections(batch, actors.env())
  return getQueueResult(batch, createExecutionContext())
}

it('mirrors an order with all of its parts, and tells the actor what D1 holds', async () => {
  const orderId = order('1001', 20)
  const result = await consume(wakeUp(orderId))
  expect(result.explicitAcks).toEqual(['m0'])
  const rows = await orderRows(db, orderId)
  expect(rows?.order).toMatchObject({
    status: 'partially_shipped',
    erpReference: 'SO-1001',
    shipToCountry: 'US',
    version: 20,
  })
  expect(rows?.lines.map((line) => [line.sku, line.shipped, line.released])).toEqual([
    ['ROPE-10', 3, 0],
    ['BUOY-R', 0, 1],
  ])
  expect(rows?.fulfilmentOrders[0]).toMatchObject({ units: 4, shippedUnits: 3, reference: 'WH-1001' })
  expect(rows?.shipments[0]).toMatchObject({ trackingNumber: '1Z1001', units: 3, trackingStatus: 'in_transit' })
  expect(actors.order(orderId).confirmedSeq).toBe(20)
  expect(actors.registered('order')).toEqual([orderId])
})

it('keeps no name, street, e-mail address or phone number', async () => {
  const orderId = order('1001', 20)
  actors
    .order(orderId)
    .entries.push(logEntry(21, { type: 'captured', order: capturedOrder('1001').order } as { type: string }))
  await projectActor(actors.env(), 'order', orderId)
  const everything = JSON.stringify(await dumpRows(db))
  for (const personal of ['Runa', 'Holm', 'Pier Road', 'runa@example.com', '555 0133', '04101']) {
    expect(everything).not.toContain(personal)
  }
})

it('ends in the same rows whatever the order, number and grouping of the wake-ups', async () => {
  const ids = ['1001', '1002', '1003'].map((id) => order(id, 20))
  await consume(...ids.map(wakeUp))
  const once = await dumpRows(db)
  const shuffled = [2, 0, 1, 1, 0, 2, 2].flatMap((index) => ids.slice(index, index + 1)).map(wakeUp)
  const result = await consume(...shuffled)
  expect(result.explicitAcks).toHaveLength(7)
  await Promise.all([consume(...shuffled), consume(...shuffled)])
  expect(await dumpRows(db)).toEqual(once)

  await emptyDb(db)
  for (const message of shuffled) await consume(message)
  expect(await dumpRows(db)).toEqual(once)
})

it('ends in the same rows when every stage of an order was projected and when only the last one was', async () => {
  const states = [capturedOrder('1001', 1), shippedOrder('1001', 2), { ...shippedOrder('1001', 3), intents: [] }]
  const orderId = capturedOrder('1001').orderId
  const fake = actors.order(orderId)
  for (const state of states) {
    fake.document = state
    fake.entries.push(logEntry(state.version, { type: 'looked_at' }))
    await consume(wakeUp(orderId))
  }
  const stepwise = await dumpRows(db)
  expect(stepwise.intents).toEqual([])
  await emptyDb(db)
  await consume(wakeUp(orderId))
  expect(await dumpRows(db)).toEqual(stepwise)
})

it('reads a log that is longer than a page to its end', async () => {
  const orderId = order('1001', 250)
  await consume(wakeUp(orderId))
  const first = await auditOf(db, { actorKind: 'order', actorName: orderId })
  expect(first.rows).toHaveLength(200)
  const rest = await auditOf(db, { actorKind: 'order', actorName: orderId, afterSeq: first.nextSeq ?? 0 })
  expect(rest.rows.at(-1)?.seq).toBe(250)
  expect(rest.nextSeq).toBeNull()
})

it('goes on with another message when a log is too long for one', async () => {
  const orderId = order('1001', 5_001)
  const result = await consume(wakeUp(orderId))
  expect(result.explicitAcks).toEqual(['m0'])
  expect(actors.sent).toEqual([wakeUp(orderId)])
  expect(actors.order(orderId).confirmedSeq).toBe(0)
  await consume(wakeUp(orderId))
  expect(actors.order(orderId).confirmedSeq).toBe(5_001)
  expect((await orderRow(db, orderId))?.version).toBe(5_001)
})

it('never lets a stale document overwrite a newer one', async () => {
  const orderId = capturedOrder('1001').orderId
  const fake = actors.order(orderId)
  fake.document = capturedOrder('1001', 1)
  fake.entries = [logEntry(1, { type: 'captured' })]
  // The slow consumer has read version 1; before it writes, another one reads and writes version 2.
  fake.afterPage = async () => {
    fake.afterPage = async () => {}
    fake.document = shippedOrder('1001', 2)
    fake.entries.push(logEntry(2, { type: 'shipment_recorded' }))
    await projectActor(actors.env(), 'order', orderId)
  }
  await projectActor(actors.env(), 'order', orderId)
  expect((await orderRow(db, orderId))?.version).toBe(2)
  expect(await db.select().from(shipments)).toHaveLength(1)
  expect(await db.select().from(reservations)).toHaveLength(2)
})

it('does not bring back parts that a newer document no longer has', async () => {
  const orderId = shippedOrder('1001', 1).orderId
  const fake = actors.order(orderId)
  fake.document = shippedOrder('1001', 1)
  fake.entries = [logEntry(1, { type: 'captured' })]
  fake.afterPage = async () => {
    fake.afterPage = async () => {}
    fake.document = { ...shippedOrder('1001', 2), reservations: [], shipments: [] }
    fake.entries.push(logEntry(2, { type: 'stock_refused' }))
    await projectActor(actors.env(), 'order', orderId)
  }
  await projectActor(actors.env(), 'order', orderId)
  expect(await db.select().from(reservations)).toEqual([])
  expect(await db.select().from(shipments)).toEqual([])
})

it('leaves no gap in the audit when the rows are dropped under a consumer at work', async () => {
  const orderId = order('1001', 20)
  const fake = actors.order(orderId)
  await projectActor(actors.env(), 'order', orderId)
  fake.entries.push(logEntry(21, { type: 'looked_at' }))
  fake.afterPage = async () => {
    fake.afterPage = async () => {}
    await emptyDb(db)
  }
  await projectActor(actors.env(), 'order', orderId)
  const audit = await auditOf(db, { actorKind: 'order', actorName: orderId })
  expect(audit.rows.map((row) => row.seq)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1))
})

it('retries the wake-ups of an actor that fails, later each time, and acknowledges its batch mates', async () => {
  const good = order('1001', 2)
  const bad = order('1002', 2)
  actors.order(bad).projectionPage = async () => {
    throw new Error('actor is overloaded')
  }
  const batch = wakeUps(wakeUp(good), wakeUp(bad), wakeUp(bad))
  const delays: (number | undefined)[] = []
  for (const message of batch.messages) {
    Object.defineProperty(message, 'attempts', { value: 3 })
    const retry = message.retry.bind(message)
    Object.defineProperty(message, 'retry', {
      value: (options?: QueueRetryOptions) => {
        delays.push(options?.delaySeconds)
        retry(options)
      },
    })
  }
  await consumeProjections(batch, actors.env())
  const result = await getQueueResult(batch, createExecutionContext())
  expect(result.explicitAcks).toEqual(['m0'])
  expect(result.retryMessages.map((message) => message.msgId)).toEqual(['m1', 'm2'])
  expect(delays).toEqual([8, 8])
})

it('retries when D1 fails, and writes nothing by halves', async () => {
  const orderId = order('1001', 3)
  const broken = { ...actors.env(), DB: failingAtBatch() }
  const batch = wakeUps(wakeUp(orderId))
  await consumeProjections(batch, broken)
  const result = await getQueueResult(batch, createExecutionContext())
  expect(result.retryMessages).toHaveLength(1)
  expect(actors.order(orderId).confirmedSeq).toBe(0)
  expect(await orderRow(db, orderId)).toBeNull()
})

/** D1 as it is on a bad day: reads answer, the write does not. */
function failingAtBatch(): D1Database {
  const real = actors.env().DB
  return new Proxy(real, {
    get(target, member) {
      if (member === 'batch') return () => Promise.reject(new Error('D1_ERROR: internal error'))
      const value: unknown = Reflect.get(target, member)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

it('asks D1 once for a batch of many, and writes pages whole, at most two hundred statements at a time', async () => {
  const orderIds = Array.from({ length: 25 }, (_, index) => order(`${2000 + index}`, 3))
  const calls: string[] = []
  const env = { ...actors.env(), DB: watched((call) => calls.push(call)) }
  await consumeProjections(wakeUps(...orderIds.map(wakeUp)), env)
  const batches = calls.filter((call) => call.startsWith('batch'))
  const sizes = batches.map((call) => Number(call.slice('batch '.length)))
  expect(Math.max(...sizes)).toBeLessThanOrEqual(200)
  // One more page would not have fitted in.
  const page = sizes.reduce((sum, size) => sum + size, 0) / orderIds.length
  for (const size of sizes.slice(0, -1)) expect(size).toBe(Math.floor(200 / page) * page)
  expect(calls.filter((call) => call === 'select')).toHaveLength(1)
  for (const orderId of orderIds) expect(actors.order(orderId).confirmedSeq).toBe(3)
})

it('writes the positions of a whole batch at once', async () => {
  const names = Array.from({ length: 38 }, (_, index) => `MANY-${index}@east`)
  for (const name of names) {
    const fake = actors.position(name)
    fake.entries = [logEntry(1, { type: 'moved' })]
    fake.document = positionView(name.split('@')[0] ?? '', 1, 40)
  }
  const calls: string[] = []
  const env = { ...actors.env(), DB: watched((call) => calls.push(call)) }
  const bodies = names.map((name) => ({ type: 'project', actor: 'stock', name, throughSeq: 1 }) as const)
  await consumeProjections(wakeUps(...bodies), env)
  expect(calls.filter((call) => call.startsWith('batch'))).toHaveLength(1)
  for (const name of names) expect(actors.position(name).confirmedSeq).toBe(1)
})

it('writes the others of a batch when D1 refuses the page of one', async () => {
  const [good, bad, alsoGood] = [order('3001', 3), order('3002', 3), order('3003', 3)]
  const state = actors.order(bad).document
  // No statement that D1 would take: a figure where a row needs text is refused by the table itself.
  actors.order(bad).document = state && { ...state, capturedAtMs: Number.NaN }
  const result = await consume(wakeUp(good), wakeUp(bad), wakeUp(alsoGood))
  expect(result.explicitAcks).toEqual(['m0', 'm2'])
  expect(result.retryMessages.map((message) => message.msgId)).toEqual(['m1'])
  expect(await orderRow(db, bad)).toBeNull()
  expect((await orderRow(db, alsoGood))?.version).toBe(3)
})

/** Tells of each batch with its size, and of each statement that reads. */
function watched(tell: (call: string) => void): D1Database {
  const real = actors.env().DB
  return new Proxy(real, {
    get(target, member) {
      const value: unknown = Reflect.get(target, member)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (member === 'batch') tell(`batch ${(args[0] as readonly unknown[]).length}`)
        if (member === 'prepare' && String(args[0]).startsWith('select')) tell('select')
        return Reflect.apply(value, target, args)
      }
    },
  })
}

it('takes orders and texts of any size without running out of parameters', async () => {
  const orderId = order('1001', 2)
  const fake = actors.order(orderId)
  const state = shippedOrder('1001', 2)
  const [first] = state.lines
  if (first === undefined) throw new Error('the fixture has lines')
  const lines = Array.from({ length: 500 }, (_, index) => ({ ...first, lineId: lineId(`L${index}`) }))
  const intents = state.intents.map((intent) => ({ ...intent, lastError: `\ud800 gone \u0000 ${'x'.repeat(900_000)}` }))
  fake.document = { ...state, lines, intents }
  const result = await consume(wakeUp(orderId))
  expect(result.explicitAcks).toEqual(['m0'])
  expect((await orderRows(db, orderId))?.lines).toHaveLength(500)
})

it('stores ids that look like SQL as what they are', async () => {
  const externalOrderId = "1');DROP-TABLE-orders;--"
  const state = shippedOrder(externalOrderId, 2)
  actors.order(state.orderId).document = state
  actors.order(state.orderId).entries = [logEntry(1, { type: "x'); delete from orders; --" })]
  await consume(wakeUp(state.orderId))
  expect((await orderRow(db, state.orderId))?.externalOrderId).toBe(externalOrderId)
  expect(await orderRow(db, "' or 1=1 --")).toBeNull()
})

it('mirrors a position by its newest version and keeps the time of its newest entry', async () => {
  const fake = actors.position('ROPE-10@east')
  fake.entries = [logEntry(1, { type: 'moved' }), logEntry(2, { type: 'moved' })]
  fake.document = positionView('ROPE-10', 2, 40)
  await projectActor(actors.env(), 'stock', 'ROPE-10@east')
  expect(await positionsOf(db, 'ROPE-10')).toMatchObject([
    { location: 'east', available: 40, version: 2, updatedAtMs: startMs + 120_000 },
  ])
})

it('opens no case for a drift within tolerance, and one for the drift beyond it, told by a real position', async () => {
  const stock = actor<StockApi>(testEnv.STOCK, 'DRIFT-1@east')
  const tolerance = { units: 2, percent: 0 }
  const told = (id: string, onHand: number, minute: number) =>
    stock.execute('DRIFT-1@east', snapshot(id, onHand, startMs + minute * 60_000, { tolerance }))
  const cases = async () => {
    await projectActor(testEnv, 'stock', 'DRIFT-1@east')
    const { rows } = await openExceptions(db, { status: 'all' })
    return rows.map(({ exceptionId, status, message }) => [exceptionId.split('/').at(-1), status, message])
  }
  await told('first', 100, 1)
  await told('within', 98, 2)
  expect(await cases()).toEqual([])
  expect(await positionsOf(db, 'DRIFT-1')).toMatchObject([{ onHand: 98 }])
  await told('beyond', 95, 3)
  const opened = 'Believed 98 on hand, snapshot beyond found 95 (-3).'
  expect(await cases()).toEqual([['beyond', 'open', opened]])
  await told('settling', 94, 4)
  expect(await cases()).toEqual([['beyond', 'resolved', opened]])
})

it('opens a case for each drift and settles it by the next absolute figure', async () => {
  const fake = actors.position('ROPE-10@east')
  const drifted = (reference: string) => ({ type: 'drifted', by: 'snapshot', reference, believed: 10, found: 7 })
  const rebased = (reference: string) => ({ type: 'rebased', by: 'snapshot', reference })
  fake.document = positionView('ROPE-10', 4, 7)
  const log = [drifted('S1'), rebased('S1'), rebased('S2'), drifted('S2'), drifted('S3'), rebased('S3')]
  fake.entries = log.slice(0, 2).map((event, index) => logEntry(index + 1, event))
  await projectActor(actors.env(), 'stock', 'ROPE-10@east')
  expect((await openExceptions(db, {})).rows.map((row) => row.exceptionId)).toEqual(['ROPE-10@east/inventory_drift/S1'])
  fake.entries = log.map((event, index) => logEntry(index + 1, event))
  await projectActor(actors.env(), 'stock', 'ROPE-10@east')
  const stepwise = await dumpRows(db)
  const cases = (await openExceptions(db, { status: 'all' })).rows
  expect(cases.map((row) => [row.exceptionId.split('/').at(-1), row.status, row.team])).toEqual([
    ['S3', 'open', 'inventory'],
    ['S2', 'resolved', 'inventory'],
    ['S1', 'resolved', 'inventory'],
  ])
  await emptyDb(db)
  await projectActor(actors.env(), 'stock', 'ROPE-10@east')
  expect(await dumpRows(db)).toEqual(stepwise)
})

it('has a case for a batch of a shard that was refused until it is taken over, whatever is counted', async () => {
  const fake = actors.position('ROPE-12@east')
  const refused = { type: 'escrow_refused', shard: 3, batch: 8, because: 'shard 3 settles batch 8 after 5' }
  const rebased = { type: 'rebased', by: 'snapshot', reference: 'S1' }
  fake.document = positionView('ROPE-12', 4, 7)
  const log = [refused, rebased, { type: 'escrow_mended', shard: 3, batch: 6 }]
  const seen: unknown[] = []
  for (let entries = 1; entries <= log.length; entries += 1) {
    fake.entries = log.slice(0, entries).map((event, index) => logEntry(index + 1, event))
    await projectActor(actors.env(), 'stock', 'ROPE-12@east')
    const { rows } = await openExceptions(db, { status: 'all' })
    seen.push(rows.map((row) => [row.exceptionId, row.status, row.message]))
  }
  const message = 'Shard 3 could not hand over batch 8: shard 3 settles batch 8 after 5.'
  const row = (status: string) => [['ROPE-12@east/inventory_drift/shard 3', status, message]]
  expect(seen).toEqual([row('open'), row('open'), row('resolved')])
})

it('follows a delivery from received through rejected and replayed to applied, and its case with it', async () => {
  const inbox = actors.inbox('shopify-us/3')
  const log = [
    received('d1'),
    settled('d1', { status: 'rejected', reason: 'malformed_json', message: 'not JSON' }),
    { type: 'delivery_replayed', delivery: facts('d1', { attempts: 1 }) },
    settled('d1', { status: 'rejected', reason: 'missing_field', message: 'no id', attempts: 2 }),
    settled('d1', { status: 'applied', subjects: ['shopify-us:1001'], attempts: 3 }),
  ]
  const seen: unknown[] = []
  for (const [index, event] of log.entries()) {
    inbox.entries.push(logEntry(index + 1, event))
    await projectActor(actors.env(), 'inbox', 'shopify-us/3')
    const [open] = (await openExceptions(db, { category: 'order_ingestion' })).rows
    seen.push([(await deliveryRow(db, 'd1'))?.status, open?.class ?? null, open?.openedAtMs ?? null])
  }
  const opened = startMs + 2 * 60_000
  expect(seen).toEqual([
    ['received', null, null],
    ['rejected', 'parse', opened],
    ['received', 'parse', opened],
    ['rejected', 'missing', opened],
    ['applied', null, null],
  ])
  expect((await deliveryRow(db, 'd1'))?.subjects).toEqual(['shopify-us:1001'])
  const [settledCase] = (await openExceptions(db, { status: 'resolved' })).rows
  expect(settledCase).toMatchObject({ deliveryId: 'd1', openedAtMs: opened, resolvedAtMs: startMs + 5 * 60_000 })
})

it('folds an inbox the same however its log is cut into pages', async () => {
  const kinds = ['applied', 'rejected', 'dead_lettered'] as const
  const log = Array.from({ length: 40 }, (_, index) => {
    const id = `d${index % 7}`
    return index < 7 ? received(id) : settled(id, { status: kinds[(index * 5) % 3] ?? 'applied', attempts: index })
  }).map((event, index) => logEntry(index + 1, event))
  const dumps: Rows[] = []
  for (const cut of [40, 1, 7, 13]) {
    await emptyDb(db)
    const inbox = actors.inbox('shopify-us/0')
    for (let through = cut; through < 40 + cut; through += cut) {
      inbox.entries = log.slice(0, through)
      await projectActor(actors.env(), 'inbox', 'shopify-us/0')
    }
    dumps.push(await dumpRows(db))
  }
  for (const dump of dumps) expect(dump).toEqual(dumps[0])
})

it('writes nothing for an order it has seen, and confirms it again', async () => {
  const orderId = order('1001', 5)
  await consume(wakeUp(orderId))
  actors.order(orderId).confirmedSeq = 0
  const before = await db.select().from(orders).where(eq(orders.orderId, orderId))
  await consume(wakeUp(orderId))
  expect(await db.select().from(orders).where(eq(orders.orderId, orderId))).toEqual(before)
  expect(actors.order(orderId).confirmedSeq).toBe(5)
})
