/** An order whose position does not answer: tried again for as long as it takes, and after a while somebody's case. */
import { runInDurableObject } from 'cloudflare:test'
import { expect, it, vi } from 'vitest'
import type { StockActor } from '../../durable-objects/stock-actor.ts'
import type { OrderState } from '../../src/domain/order/order-state.ts'
import { stuckAfterMs } from '../../src/domain/order/stuck.ts'
import { testEnv } from '../fixtures/d1.ts'
import { checkedOrders, receive, sellNewSku, type TestOrder } from '../fixtures/order-actor-rig.ts'

const { newOrder } = checkedOrders()

/** Returns what lets it answer again. */
async function silence(sku: string): Promise<() => void> {
  const stub = testEnv.STOCK.get(testEnv.STOCK.idFromName(`${sku}@east`))
  // Cast justified: the bindings are typed without their classes, and this one's class is StockActor.
  const spy = await runInDurableObject(stub as DurableObjectStub<StockActor>, ({ execution }) =>
    vi.spyOn(execution, 'joinAll').mockReturnValue(null),
  )
  return () => spy.mockRestore()
}

const casesOf = ({ exceptions }: OrderState) =>
  exceptions.map(({ category, resolvedAtMs }) => [category, resolvedAtMs === null ? 'open' : 'resolved'])

async function later(order: TestOrder, ms: number): Promise<void> {
  const nowMs = Date.now()
  await order.evict()
  await order.state()
  const clock = vi.spyOn(Date, 'now').mockReturnValue(nowMs + ms)
  await order.alarm()
  clock.mockRestore()
}

async function stuckOrder() {
  const sku = await sellNewSku()
  await receive(sku, 'east', 5)
  const answerAgain = await silence(sku)
  const order = newOrder()
  await order.observe([{ sku, quantity: 2 }])
  await order.until((state) => state.saga.holding)
  return { order, answerAgain }
}

it("is nobody's case while it fails for a moment", async () => {
  const { order, answerAgain } = await stuckOrder()
  await later(order, stuckAfterMs / 2)
  expect(casesOf(await order.state())).toEqual([])
  answerAgain()
  await later(order, stuckAfterMs)
  const reserved = await order.until(({ stage }) => stage === 'reserved')
  expect([casesOf(reserved), reserved.saga.stuck ?? null]).toEqual([[], null])
})

it('is a case that says what does not answer and since when, and that closes once it does', async () => {
  const startedAtMs = Date.now()
  const { order, answerAgain } = await stuckOrder()
  // Failed once before the actor went away, so that it remembers by its rows alone.
  await later(order, 10_000)
  await later(order, stuckAfterMs + 20_000)
  const stuck = await order.state()
  expect(casesOf(stuck)).toEqual([['stuck_order', 'open']])
  const [found] = stuck.exceptions
  expect(found?.message).toMatch(/^Nothing has come of this order since .*@east left 1 commands unanswered$/)
  expect(Math.abs((stuck.saga.stuck?.sinceMs ?? 0) - startedAtMs)).toBeLessThan(stuckAfterMs)
  await later(order, 2 * stuckAfterMs + 30_000)
  expect(casesOf(await order.state())).toEqual([['stuck_order', 'open']])
  answerAgain()
  await later(order, 3 * stuckAfterMs)
  const reserved = await order.until(({ stage }) => stage === 'reserved')
  expect([casesOf(reserved), reserved.saga.stuck]).toEqual([[['stuck_order', 'resolved']], null])
})

it('is found as well when something else happens to the order just when its time is over', async () => {
  const { order } = await stuckOrder()
  await later(order, 10_000)
  // Still awake, so that it remembers how its last try ended.
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + stuckAfterMs + 20_000)
  await order.send({ type: 'place_hold', holdId: 'h-1', kind: 'manual', reason: 'the buyer called' })
  await order.alarm()
  clock.mockRestore()
  expect(casesOf(await order.state())).toContainEqual(['stuck_order', 'open'])
})

it('is over when the order is cancelled and everything of it has ended', async () => {
  const { order, answerAgain } = await stuckOrder()
  await later(order, 10_000)
  await later(order, stuckAfterMs + 20_000)
  expect(casesOf(await order.state())).toEqual([['stuck_order', 'open']])
  await order.send({ type: 'cancel', reason: 'the buyer has waited long enough' })
  answerAgain()
  await later(order, 2 * stuckAfterMs)
  const ended = await order.until(({ stage }) => stage === 'cancelled')
  expect(casesOf(ended)).toEqual([['stuck_order', 'resolved']])
})
