/** Tries to fill a cart that die after positions were asked: what they claimed comes back, repeated or not. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { ReservationActor } from '../../durable-objects/reservation-actor.ts'
import { actor, type ReservationApi } from '../../src/actor-apis.ts'
import type { ReserveInput } from '../../src/domain/stock/reservation-contract.ts'
import { reservationShard } from '../../src/domain/stock/reservation-shard.ts'
import { testEnv } from '../fixtures/d1.ts'
import { ringAlarm } from '../fixtures/ring-alarm.ts'
import { move, testCause } from '../fixtures/stock-commands.ts'
import { checkedPositions, type TestPosition } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'

const newPosition = checkedPositions()
const hourMs = 3_600_000
const skus = Array.from({ length: 10 }, (_, index) => `SKU-${index + 1}`)
let carts = 0

beforeAll(() =>
  seedConfig((file) => {
    const [any] = file.skus
    if (any === undefined) throw new Error('the configuration has no articles')
    // Cast justified: names of the test's own, checked by the schema when they are seeded.
    const entry = (sku: string, change: object) => ({ ...any, sku, title: sku, ...change }) as typeof any
    const kits = skus.map((sku) => entry(`KIT-${sku}`, { stocked: false, components: [{ sku, quantity: 2 }] }))
    return { ...file, skus: [...file.skus, ...skus.map((sku) => entry(sku, {})), ...kits] }
  }),
)
afterEach(() => {
  vi.restoreAllMocks()
})

async function stocked(units: { east: number; west: number }) {
  const east = newPosition('east')
  const sku = east.name.split('@')[0] ?? ''
  const west = newPosition('west', sku)
  await receive(east, units.east)
  await receive(west, units.west)
  const available = async () => [await east.available(), await west.available()]
  return { sku, east, west, available }
}

const receive = async (position: TestPosition, quantity: number) =>
  void (await position.send(move(crypto.randomUUID(), 'receipt', quantity, Date.now())))

function cartOf(sku: string, quantity: number): ReserveInput {
  const reservationId = `attempt-${++carts}`
  const lines = [{ sku, quantity, location: null }]
  const expiresAtMs = Date.now() + hourMs
  return { reservationId, channel: null, lines, expiresAtMs, allowPartial: false, cause: testCause }
}

const stubOf = (id: string) => testEnv.RESERVATION.get(testEnv.RESERVATION.idFromName(reservationShard(id)))
const reserve = (input: ReserveInput) =>
  actor<ReservationApi>(testEnv.RESERVATION, reservationShard(input.reservationId)).reserve(input)

function inside<Answer>(id: string, look: (shard: ReservationActor, state: DurableObjectState) => Answer) {
  // Cast justified: the bindings are typed without their classes, and this one's class is ReservationActor.
  return runInDurableObject(stubOf(id) as DurableObjectStub<ReservationActor>, look)
}

/** The positions have granted everything, and the shard dies before it has written the cart down. */
async function dieBeforeSaving(input: ReserveInput): Promise<void> {
  await inside(input.reservationId, ({ saving }) => void vi.spyOn(saving, 'join').mockReturnValueOnce(null))
  expect(await reserve(input)).toMatchObject({ ok: false, error: { reason: 'overloaded' } })
  await evictDurableObject(stubOf(input.reservationId))
}

async function halfAMinuteLater(id: string): Promise<void> {
  const nowMs = Date.now()
  await noted(id)
  vi.spyOn(Date, 'now').mockReturnValue(nowMs + 31_000)
  await ringAlarm(stubOf(id))
  vi.restoreAllMocks()
}

const noted = (id: string) =>
  inside(id, (_, state) => state.storage.sql.exec('SELECT * FROM cart_attempt WHERE reservation_id = ?', id).toArray())
const places = (verdict: Awaited<ReturnType<typeof reserve>>) =>
  verdict.ok ? verdict.reservation.lines.flatMap(({ allocations }) => allocations.map(({ location }) => location)) : []

it('gives back what it has elsewhere once the request is repeated and filled from another place', async () => {
  const { sku, east, available } = await stocked({ east: 0, west: 10 })
  const input = cartOf(sku, 4)
  await dieBeforeSaving(input)
  expect(await available()).toEqual([0, 6])
  await receive(east, 10)
  expect(places(await reserve(input))).toEqual(['east'])
  await halfAMinuteLater(input.reservationId)
  expect(await available()).toEqual([6, 10])
  expect(await noted(input.reservationId)).toEqual([])
  expect(await reserve(input)).toMatchObject({ ok: true, created: false, reservation: { status: 'held' } })
})

it('gives bundles back as well, whose place is chosen anew by what each location has', async () => {
  const { sku, west, east, available } = await stocked({ east: 6, west: 0 })
  const input = cartOf(`KIT-${sku}`, 3)
  await dieBeforeSaving(input)
  expect(await available()).toEqual([0, 0])
  await receive(west, 8)
  expect(places(await reserve(input))).toEqual(['west'])
  await halfAMinuteLater(input.reservationId)
  expect(await available()).toEqual([6, 2])
  expect((await east.api.view(east.name)).states).toMatchObject({ reserved: 0 })
})

it('gives everything back when nobody asks again, and lets the same request succeed afterwards', async () => {
  const { sku, available } = await stocked({ east: 3, west: 4 })
  const input = cartOf(sku, 6)
  await dieBeforeSaving(input)
  expect((await available()).reduce((sum, units) => sum + units, 0)).toBe(1)
  await halfAMinuteLater(input.reservationId)
  const [atEast, atWest] = await available()
  expect(atWest).toBe(4)
  // Where a repeated request is sure to ask first, it is waited for: there the claim runs out by itself.
  expect(atEast).toBeLessThanOrEqual(3)
  expect(await reserve(input)).toMatchObject({ ok: true, created: true })
  expect((await available()).reduce((sum, units) => sum + units, 0)).toBe(1)
})

it('keeps what the repeated request was filled with at the same place', async () => {
  const { sku, available } = await stocked({ east: 0, west: 10 })
  const input = cartOf(sku, 4)
  await dieBeforeSaving(input)
  expect(places(await reserve(input))).toEqual(['west'])
  await halfAMinuteLater(input.reservationId)
  expect(await available()).toEqual([0, 6])
})

it('asks again while a position is busy', async () => {
  const { sku, west, available } = await stocked({ east: 0, west: 10 })
  const input = cartOf(sku, 4)
  await dieBeforeSaving(input)
  await west.inside(({ execution }) => void vi.spyOn(execution, 'joinAll').mockReturnValueOnce(null))
  await inside(input.reservationId, async (shard) => {
    const nowMs = Date.now()
    vi.spyOn(Date, 'now').mockReturnValue(nowMs + 31_000)
    await shard.alarm()
  })
  vi.restoreAllMocks()
  expect(await noted(input.reservationId)).toHaveLength(1)
  expect(await available()).toEqual([0, 6])
  await halfAMinuteLater(input.reservationId)
  expect(await available()).toEqual([0, 10])
})

it('notes nothing for the usual cart, and forgets with the cart that is saved', async () => {
  const { sku } = await stocked({ east: 10, west: 10 })
  const usual = cartOf(sku, 4)
  await reserve(usual)
  const split = cartOf(sku, 13)
  await reserve(split)
  expect([await noted(usual.reservationId), await noted(split.reservationId)]).toEqual([[], []])
})
