/** An order takes over a cart at a position that is hot: nobody gets the units while shards are asked in between. */
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { callPosition } from '../../durable-objects/call-position.ts'
import { actor } from '../../src/actor-apis.ts'
import type { PositionId } from '../../src/domain/shared/ids.ts'
import { doorOf, escrowedUnits, escrowOf, shardName } from '../../src/domain/stock/escrow.ts'
import type { Position } from '../../src/domain/stock/position.ts'
import type { EscrowApi } from '../../src/domain/stock/settlement.ts'
import { testEnv } from '../fixtures/d1.ts'
import { extend, hold, move, takeOver } from '../fixtures/stock-commands.ts'
import { checkedPositions, type TestPosition } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'

const newPosition = checkedPositions()
const units = 40
const shards = 2

beforeAll(async () => {
  await seedConfig()
})
/** An hour ahead, so that no alarm goes off by itself: nobody asks the shards but who takes the cart over. */
beforeEach(() => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
})
afterEach(() => {
  vi.restoreAllMocks()
})

const figures = (position: TestPosition) =>
  position.inside((_, state) => {
    const [row] = state.storage.sql.exec<{ figures: string }>('SELECT figures FROM position').toArray()
    return JSON.parse(row?.figures ?? '{}') as Position
  })

/** Ids that belong to this door. */
const idAt = (name: string, door: number): string => {
  for (let at = 0; ; at += 1) if (doorOf(`${name}-${at}`, shards) === door) return `${name}-${at}`
}

/** The cart has all that the position has beside what its shards have at hand. */
async function cartOfAll(cart: string): Promise<{ position: TestPosition; quantity: number }> {
  const position = newPosition()
  await position.send(move(`receipt-${position.name}`, 'receipt', units, Date.now()))
  const never = { openAfterMs: 0, closeBelowPerSecond: 0, closeAfterMs: 3_600_000 }
  await position.inside((instance) => {
    instance.escrow.limits = { ...never, openAbovePerSecond: 0 }
  })
  await position.send(extend('nobody', Date.now()))
  await position.inside((instance) => {
    instance.escrow.limits = { ...never, openAbovePerSecond: 1_000_000 }
  })
  for (let shard = 0; shard < shards; shard += 1) {
    const name = shardName(position.name as PositionId, shard)
    await actor<EscrowApi>(testEnv.ESCROW, name).applyMany(name, [hold(idAt('early', shard), 1)])
  }
  const known = await figures(position)
  expect(escrowOf(known).shards).toBe(shards)
  expect(escrowedUnits(known)).toBeGreaterThan(0)
  const quantity = units - shards - escrowedUnits(known)
  expect(await position.send(hold(cart, quantity))).toMatchObject({ ok: true, granted: quantity })
  return { position, quantity }
}

/** Whoever comes while shards are asked finds nothing: the units never were anybody's. */
async function watched(position: TestPosition, quantity: number): Promise<readonly unknown[]> {
  const meanwhile: unknown[] = []
  let isAsking = false
  await position.inside((instance) => {
    const collect = instance.escrow.collect.bind(instance.escrow)
    vi.spyOn(instance.escrow, 'collect').mockImplementation(async (asking) => {
      if (!isAsking) {
        isAsking = true
        meanwhile.push(await instance.execute(position.name, hold(`buyer-${meanwhile.length}`, quantity)))
        isAsking = false
      }
      return collect(asking)
    })
  })
  return meanwhile
}

it.each([
  ['one door', 0, 0],
  ['two doors', 0, 1],
])('through %s', async (_, doorOfCart, doorOfOrder) => {
  const [cart, order] = [idAt('cart', doorOfCart), idAt('order', doorOfOrder)]
  const { position, quantity } = await cartOfAll(cart)
  const meanwhile = await watched(position, quantity)
  // The first call only learns of the doors.
  await callPosition(testEnv, position.name as PositionId, [extend('nobody', Date.now())])
  const verdicts = await callPosition(testEnv, position.name as PositionId, [takeOver(cart, order, quantity)])
  expect(verdicts).toMatchObject([{ ok: true, granted: quantity }])
  expect(meanwhile.length).toBeGreaterThan(0)
  for (const verdict of meanwhile) expect(verdict).toMatchObject({ error: { reason: 'insufficient_stock' } })
})

it('with units missing by now', async () => {
  const [cart, order] = [idAt('cart', 0), idAt('order', 0)]
  const { position, quantity } = await cartOfAll(cart)
  await position.send(move(`loss-${position.name}`, 'adjustment', -1, Date.now()))
  const meanwhile = await watched(position, quantity)
  const verdicts = await callPosition(testEnv, position.name as PositionId, [takeOver(cart, order, quantity)])
  expect(verdicts).toMatchObject([{ ok: true, granted: quantity }])
  expect(meanwhile.length).toBeGreaterThan(0)
  for (const verdict of meanwhile) expect(verdict).toMatchObject({ error: { reason: 'insufficient_stock' } })
})
