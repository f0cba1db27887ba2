/** What a position owes to orders whose claims lost their cover, until each is known to know. */
import { evictDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { orderIdFrom } from '../../src/domain/shared/ids.ts'
import { hold, move, snapshot } from '../fixtures/stock-commands.ts'
import { checkedPositions } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'

const newPosition = checkedPositions()
const orderId = orderIdFrom('b2b:1')

beforeAll(() => seedConfig())
/** An hour ahead, so that no alarm goes off by itself: what is owed stays until somebody confirms it. */
beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000))
afterEach(() => void vi.restoreAllMocks())

async function short() {
  const position = newPosition()
  await position.send(move('in', 'receipt', 5, 1))
  await position.send(hold('b2b:1/L1/1', 5, { orderId }))
  await position.send(snapshot('s1', 3, Date.now() - 1_000))
  return position
}

it('owes it until the newest word was confirmed, not one that came before', async () => {
  const position = await short()
  const first = await position.api.coverOf(orderId)
  expect(first.claims).toEqual([{ reservationId: 'b2b:1/L1/1', units: 2 }])
  await position.send(snapshot('s2', 2, Date.now() - 900))
  await position.api.coverTold(orderId, first.revision ?? 0)
  const second = await position.api.coverOf(orderId)
  expect(second).toMatchObject({ revision: expect.any(Number), claims: [{ units: 3 }] })
  await position.api.coverTold(orderId, second.revision ?? 0)
  expect((await position.api.coverOf(orderId)).revision).toBeNull()
})

it('is not confirmed by somebody late, whose word another had confirmed already', async () => {
  const position = await short()
  const { revision } = await position.api.coverOf(orderId)
  await position.api.coverTold(orderId, revision ?? 0)
  await position.send(snapshot('s2', 2, Date.now() - 900))
  await position.api.coverTold(orderId, revision ?? 0)
  expect((await position.api.coverOf(orderId)).revision).not.toBeNull()
})

it('is still owed, and told the same, when the position wakes anew', async () => {
  const position = await short()
  const before = await position.api.coverOf(orderId)
  await evictDurableObject(position.stub)
  expect(await position.api.coverOf(orderId)).toEqual(before)
  await position.send(move('found', 'adjustment', 2, Date.now()))
  expect(await position.api.coverOf(orderId)).toMatchObject({ revision: expect.any(Number), claims: [] })
})
