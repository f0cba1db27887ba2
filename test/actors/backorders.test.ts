/** Orders that wait, matched to what is announced over the network: real orders, positions and availability. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it, vi } from 'vitest'
import { type AvailabilityApi, actor } from '../../src/actor-apis.ts'
import type { StockCommand } from '../../src/domain/stock/stock-command.ts'
import { testEnv } from '../fixtures/d1.ts'
import { checkedOrders, receive, sellNewSku, stockAt, type TestOrder } from '../fixtures/order-actor-rig.ts'
import { announceSupply, cancelSupply, receiveSupply } from '../fixtures/stock-commands.ts'

const { newOrder } = checkedOrders()
const dayMs = 86_400_000
const placedAtMs = 1_790_000_000_000
const dueAtMs = Date.now() + 5 * dayMs

const tell = (sku: string, location: string, command: StockCommand) =>
  stockAt(sku, location).execute(`${sku}@${location}`, command)
const announce = (sku: string, quantity: number, sourceVersion: number, atMs = dueAtMs) =>
  tell(sku, 'east', announceSupply('PO-1', quantity, atMs, { sourceVersion }))
const availability = (sku: string) => actor<AvailabilityApi>(testEnv.AVAILABILITY, sku)

/** Order by order: what it is matched to. */
const line = async (sku: string) =>
  (await availability(sku).backorders(sku, null)).matches.map(({ orderId, matched, missing }) => ({
    orderId,
    matched: matched.map(({ supplyId, units, dueAtMs: due }) => [supplyId, units, due]),
    missing,
  }))
const looks = async (order: TestOrder) =>
  (await order.stored()).history.filter(({ type }) => type === 'retry_requested').length

async function waiting(sku: string, quantity: number, sinceMs: number): Promise<TestOrder> {
  const order = newOrder()
  await order.observe([{ sku, quantity }], { placedAtMs: sinceMs })
  await order.until((state) => (state.lines[0]?.quantities.backordered ?? 0) === quantity)
  return order
}
/** Matched and told: what changes from here on has to be heard of. */
async function settled(sku: string, orders: number): Promise<void> {
  await vi.waitFor(
    () =>
      runInDurableObject(testEnv.AVAILABILITY.get(testEnv.AVAILABILITY.idFromName(sku)), (_, { storage }) => {
        const told = storage.sql.exec('SELECT told FROM backorder WHERE units > 0 AND told IS NOT NULL').toArray()
        expect(told).toHaveLength(orders)
      }),
    { timeout: 15_000, interval: 50 },
  )
}

describe('orders that wait', () => {
  it('are matched by age to what is announced, also after an eviction', async () => {
    const sku = await sellNewSku()
    await announce(sku, 5, 1)
    const young = await waiting(sku, 4, placedAtMs + 9)
    const old = await waiting(sku, 3, placedAtMs)
    const expected = [
      { orderId: old.name, matched: [['PO-1', 3, dueAtMs]], missing: 0 },
      { orderId: young.name, matched: [['PO-1', 2, dueAtMs]], missing: 2 },
    ]
    await vi.waitFor(async () => expect(await line(sku)).toEqual(expected), { timeout: 15_000 })
    await evictDurableObject(testEnv.AVAILABILITY.get(testEnv.AVAILABILITY.idFromName(sku)))
    expect(await line(sku)).toEqual(expected)
    expect((await availability(sku).backorders(sku, young.name)).matches).toMatchObject([{ orderId: young.name }])
  })

  it.each<[string, (sku: string) => Promise<unknown>]>([
    ['is re-dated', (sku) => announce(sku, 5, 2, dueAtMs + dayMs)],
    ['shrinks', (sku) => announce(sku, 1, 2)],
    ['is cancelled', (sku) => tell(sku, 'east', cancelSupply('PO-1'))],
  ])('look again at once when the supply they are matched to %s', async (_what, change) => {
    const sku = await sellNewSku()
    await announce(sku, 5, 1)
    const order = await waiting(sku, 3, placedAtMs)
    await settled(sku, 1)
    const before = await looks(order)
    await change(sku)
    await vi.waitFor(async () => expect(await looks(order)).toBe(before + 1), { timeout: 15_000, interval: 50 })
  })

  it('look again when more of it is announced than reached them before, and others do not', async () => {
    const sku = await sellNewSku()
    await announce(sku, 3, 1)
    const first = await waiting(sku, 3, placedAtMs)
    const second = await waiting(sku, 3, placedAtMs + 1)
    await settled(sku, 2)
    const before = [await looks(first), await looks(second)] as const
    await announce(sku, 8, 2)
    await vi.waitFor(async () => expect(await looks(second)).toBe(before[1] + 1), { timeout: 15_000, interval: 50 })
    expect(await looks(first)).toBe(before[0])
  })

  it('are served in turn when it arrives: the oldest first, and it waits no more', async () => {
    const sku = await sellNewSku()
    await announce(sku, 9, 1)
    const young = await waiting(sku, 3, placedAtMs + 1)
    const old = await waiting(sku, 3, placedAtMs)
    await settled(sku, 2)
    await tell(sku, 'east', receiveSupply('R-1', 'PO-1', 3, Date.now()))
    await old.until((state) => state.lines[0]?.quantities.backordered === 0)
    expect((await young.state()).lines[0]?.quantities.backordered).toBe(3)
    const left = [{ orderId: young.name, matched: [['PO-1', 3, dueAtMs]], missing: 0 }]
    await vi.waitFor(async () => expect(await line(sku)).toEqual(left), { timeout: 15_000 })
  })

  it('leave the line when they are cancelled', async () => {
    const sku = await sellNewSku()
    const order = await waiting(sku, 3, placedAtMs)
    await vi.waitFor(async () => expect(await line(sku)).toHaveLength(1), { timeout: 15_000 })
    await order.send({ type: 'cancel', reason: 'never mind' })
    await vi.waitFor(async () => expect(await line(sku)).toEqual([]), { timeout: 15_000 })
  })

  it('wait for what keeps as long as the SKU needs, and pass over what does not', async () => {
    const sku = await sellNewSku({ shelfLifeDays: 5 })
    await tell(sku, 'east', announceSupply('PO-1', 5, dueAtMs, { goodUntilMs: dueAtMs + 4 * dayMs }))
    await tell(sku, 'east', announceSupply('PO-2', 5, dueAtMs + dayMs, { goodUntilMs: dueAtMs + 9 * dayMs }))
    const order = await waiting(sku, 3, placedAtMs)
    const expected = [{ orderId: order.name, matched: [['PO-2', 3, dueAtMs + dayMs]], missing: 0 }]
    await vi.waitFor(async () => expect(await line(sku)).toEqual(expected), { timeout: 15_000 })
  })

  it('behind the first thousand are counted, and not matched yet', async () => {
    const sku = await sellNewSku()
    const turn = { units: 1, priority: 100, promisedByMs: null, notBeforeMs: null, locations: ['east'] }
    const all = Array.from({ length: 1_003 }, (_, sinceMs) => ({ ...turn, orderId: `b2b:W-${sinceMs}`, sinceMs }))
    await Promise.all(all.map((note) => availability(sku).noteBackorder(sku, { ...note, version: 1 })))
    const { matches, ...counts } = await availability(sku).backorders(sku, null)
    expect(counts).toEqual({ orders: 1_003, unmatched: 3, units: 1_003 })
    expect((await availability(sku).backorders(sku, 'b2b:W-999')).matches).toHaveLength(1)
    expect((await availability(sku).backorders(sku, 'b2b:W-1000')).matches).toEqual([])
    const served = all.slice(0, 3).map((note) => ({ ...note, version: 2, units: 0, locations: [] }))
    await Promise.all(served.map((note) => availability(sku).noteBackorder(sku, note)))
    expect(await availability(sku).backorders(sku, null)).toMatchObject({ orders: 1_000, unmatched: 0 })
    expect(matches).toHaveLength(200)
  })
})

it('an order that is served at once costs its availability no word of it', async () => {
  const sku = await sellNewSku()
  await receive(sku, 'east', 9)
  const order = newOrder()
  await order.observe([{ sku, quantity: 4 }])
  await order.settle('released')
  expect(await order.outboxRows((id) => id.startsWith('backorder/'))).toEqual([])
})
