/** Units that no position has heard of reach the availability of their SKU, and leave it. */
import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it, vi } from 'vitest'
import { type AvailabilityApi, actor } from '../../src/actor-apis.ts'
import { testEnv } from '../fixtures/d1.ts'
import { checkedOrders, receive, sellNewSku, type TestOrder } from '../fixtures/order-actor-rig.ts'
import { startMs } from '../fixtures/order-commands.ts'

const { newOrder } = checkedOrders()
/** What an order owes leaves by its alarm, and whoever hears it is woken for it. */
const patience = { timeout: 15_000, interval: 50 }

const unrouted = async (sku: string) =>
  (await actor<AvailabilityApi>(testEnv.AVAILABILITY, sku).read(sku, [], 60_000)).unrouted

/** Rows stay for a day after an order came to zero. */
const notesOf = (sku: string) =>
  runInDurableObject(testEnv.AVAILABILITY.get(testEnv.AVAILABILITY.idFromName(sku)), (_, { storage }) => {
    const tables = storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'unrouted'").toArray()
    return tables.length === 0 ? [] : storage.sql.exec('SELECT order_id FROM unrouted').toArray()
  })

const owed = async (order: TestOrder) =>
  (await order.stored()).tables === 0 ? [] : await order.outboxRows((id) => id.startsWith('unrouted/'))

describe('an order that waits', () => {
  it('is counted by the availability of its SKU until its units are at positions', async () => {
    const sku = await sellNewSku()
    await receive(sku, 'east', 9)
    const order = newOrder()
    await order.observe(
      [
        { sku, quantity: 4 },
        { sku, quantity: 1 },
      ],
      { payment: 'failed' },
    )
    await vi.waitFor(async () => expect(await unrouted(sku)).toBe(5), patience)
    expect(await notesOf(sku)).toHaveLength(1)
    await order.observe(
      [
        { sku, quantity: 4 },
        { sku, quantity: 1 },
      ],
      { payment: 'paid', sourceVersionMs: startMs + 1 },
    )
    await order.until((state) => state.stage === 'reserved')
    await vi.waitFor(async () => expect(await unrouted(sku)).toBe(0), patience)
    await vi.waitFor(async () => expect(await owed(order)).toEqual([]), patience)
  })

  it('knows after an eviction what it told, and takes it back when it is cancelled', async () => {
    const sku = await sellNewSku()
    const order = newOrder()
    await order.observe([{ sku, quantity: 4 }], { payment: 'failed' })
    await vi.waitFor(async () => expect(await unrouted(sku)).toBe(4), patience)
    await order.evict()
    expect(await owed(order)).toEqual([`unrouted/${sku}`])
    await order.send({ type: 'cancel', reason: 'never mind' })
    await vi.waitFor(async () => expect(await unrouted(sku)).toBe(0), patience)
  })

  it('for units that nobody has is not counted: they are backordered at positions', async () => {
    const sku = await sellNewSku()
    const order = newOrder()
    await order.observe([{ sku, quantity: 4 }])
    await order.until((state) => (state.lines[0]?.quantities.backordered ?? 0) === 4)
    expect(await owed(order)).toEqual([])
  })
})

it('an order that is reserved at once costs its availability no call', async () => {
  const sku = await sellNewSku()
  await receive(sku, 'east', 9)
  const order = newOrder()
  await order.observe([{ sku, quantity: 4 }])
  await order.settle('released')
  await order.alarm()
  expect(await notesOf(sku)).toEqual([])
})
