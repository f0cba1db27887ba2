/** Reservations beyond the first claim: extended, limited per API key, of bundles, in other units, for an address. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { actor, type ReservationApi } from '../../src/actor-apis.ts'
import { sku } from '../../src/domain/shared/ids.ts'
import type { ReserveInput } from '../../src/domain/stock/reservation-contract.ts'
import { reservationShard } from '../../src/domain/stock/reservation-shard.ts'
import { testEnv } from '../fixtures/d1.ts'
import { ringAlarm } from '../fixtures/ring-alarm.ts'
import { move, release, testCause } from '../fixtures/stock-commands.ts'
import { checkedPositions } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'

const newPosition = checkedPositions()
const hourMs = 3_600_000
let carts = 0

const skus = Array.from({ length: 40 }, (_, index) => `SKU-${index + 1}`)
type Entry = Parameters<Parameters<typeof seedConfig>[0] & object>[0]['skus'][number]

beforeAll(async () => {
  await seedConfig((file) => {
    const entry = (sku: string, change: Partial<Entry> = {}) =>
      ({ ...file.skus[0], sku, title: sku, ...change }) as Entry
    const components = (of: Readonly<Record<string, number>>) =>
      Object.entries(of).map(([name, quantity]) => ({ sku: sku(name), quantity }))
    const kit = { 'KIT-ROPE': 2, 'KIT-HOOK': 1, 'KIT-CARE': 1 }
    return {
      ...file,
      skus: [
        ...file.skus,
        ...skus.map((sku) => entry(sku, { units: { CS: 12 } })),
        entry('KIT-ROPE'),
        entry('KIT-HOOK'),
        entry('KIT-CARE', { stocked: false }),
        entry('KIT', { components: components(kit) }),
        entry('DOUBLE-KIT', { components: components({ KIT: 2 }) }),
      ],
      locations: file.locations.map((location) =>
        location.id === 'west'
          ? { ...location, serves: [{ country: 'US', regions: [], postalPrefixes: ['9'] }] }
          : location,
      ),
      promising: { ...file.promising, holdUnitsPerKeyMax: 40, holdsPerKeyMax: 20 },
    }
  })
})

afterEach(() => {
  vi.restoreAllMocks()
})

async function stocked(units: Readonly<Record<string, number>>, sku = newPosition().name.split('@')[0] ?? '') {
  for (const [location, quantity] of Object.entries(units)) {
    const position = newPosition(location, sku)
    await position.send(move(`receipt-${crypto.randomUUID()}`, 'receipt', quantity, Date.now()))
  }
  return { sku, at: (location: string) => newPosition(location, sku) }
}

const line = (sku: string, quantity: number, change: Partial<ReserveInput['lines'][number]> = {}) => ({
  sku,
  quantity,
  location: null,
  ...change,
})

function cart(lines: ReserveInput['lines'], options: Partial<ReserveInput> = {}): ReserveInput {
  const reservationId = `holds-${++carts}`
  const expiresAtMs = Date.now() + hourMs
  return { reservationId, channel: null, lines, expiresAtMs, allowPartial: false, cause: testCause, ...options }
}

const shardOf = (id: string) => actor<ReservationApi>(testEnv.RESERVATION, reservationShard(id))
const stubOf = (id: string) => testEnv.RESERVATION.get(testEnv.RESERVATION.idFromName(reservationShard(id)))
const reserve = (input: ReserveInput) => shardOf(input.reservationId).reserve(input)
const extend = (id: string, untilMs: number) => shardOf(id).extend(id, untilMs, testCause)

describe('extending', () => {
  it('gives every position the longer time, and the hold outlives its first end', async () => {
    const { sku, at } = await stocked({ east: 3, west: 5 })
    const input = cart([line(sku, 7)])
    await reserve(input)
    const untilMs = input.expiresAtMs + hourMs
    expect(await extend(input.reservationId, untilMs)).toMatchObject({
      ok: true,
      reservation: { status: 'held', expiresAtMs: untilMs },
    })
    const clock = vi.spyOn(Date, 'now').mockReturnValue(untilMs - 1)
    expect([await at('east').available(), await at('west').available()]).toEqual([1, 0])
    clock.mockReturnValue(untilMs)
    expect([await at('east').available(), await at('west').available()]).toEqual([3, 5])
    expect(await shardOf(input.reservationId).read(input.reservationId)).toMatchObject({
      reservation: { status: 'expired' },
    })
  })

  it('never shortens', async () => {
    const { sku } = await stocked({ east: 3 })
    const input = cart([line(sku, 1)])
    await reserve(input)
    expect(await extend(input.reservationId, input.expiresAtMs - 1)).toMatchObject({
      ok: true,
      reservation: { expiresAtMs: input.expiresAtMs },
    })
  })

  it('is refused from the exact millisecond of the end, and for what is not held', async () => {
    const { sku } = await stocked({ east: 9 })
    const [ended, sold, returned] = [cart([line(sku, 1)]), cart([line(sku, 1)]), cart([line(sku, 1)])]
    for (const input of [ended, sold, returned]) await reserve(input)
    await shardOf(sold.reservationId).commit(sold.reservationId, testCause)
    await shardOf(returned.reservationId).release(returned.reservationId, testCause)
    vi.spyOn(Date, 'now').mockReturnValue(ended.expiresAtMs)
    const reasons = [ended, sold, returned].map(({ reservationId }) =>
      extend(reservationId, ended.expiresAtMs + hourMs),
    )
    expect(await Promise.all([...reasons, extend('never-made', 0)])).toMatchObject([
      { error: { reason: 'reservation_expired' } },
      { error: { reason: 'reservation_committed' } },
      { error: { reason: 'reservation_released' } },
      { error: { reason: 'reservation_not_found' } },
    ])
  })

  it('ends the whole reservation when one position had let go: no part is held longer', async () => {
    const { sku, at } = await stocked({ east: 3, west: 5 })
    const input = cart([line(sku, 7)])
    await reserve(input)
    await at('west').send(release(`cart/${input.reservationId}/1`))
    const verdict = await extend(input.reservationId, input.expiresAtMs + hourMs)
    expect(verdict).toMatchObject({ ok: false, error: { reason: 'reservation_released' } })
    expect([await at('east').available(), await at('west').available()]).toEqual([3, 5])
  })

  it('is finished by the alarm when it died between two positions', async () => {
    const { sku, at } = await stocked({ east: 3, west: 5 })
    const input = cart([line(sku, 7)])
    await reserve(input)
    await at('west').inside(({ execution }) => {
      vi.spyOn(execution, 'joinAll').mockReturnValueOnce(null)
    })
    const untilMs = input.expiresAtMs + hourMs
    expect(await extend(input.reservationId, untilMs)).toEqual({ ok: false, error: { reason: 'overloaded' } })
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 11_000)
    await ringAlarm(stubOf(input.reservationId))
    expect(await shardOf(input.reservationId).read(input.reservationId)).toMatchObject({
      reservation: { status: 'held', expiresAtMs: untilMs },
    })
    vi.spyOn(Date, 'now').mockReturnValue(untilMs - 1)
    expect([await at('east').available(), await at('west').available()]).toEqual([1, 0])
  })
})

describe('limits of an API key', () => {
  const newHolder = () => `api_key/${crypto.randomUUID()}`

  it('admit exactly as many carts as the key may hold, over all shards and however many come at once', async () => {
    const { sku, at } = await stocked({ east: 500 })
    const holder = newHolder()
    const inputs = Array.from({ length: 60 }, () => cart([line(sku, 1)], { holder }))
    const verdicts = await Promise.all(inputs.map(reserve))
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(20)
    const refused = verdicts.find(({ ok }) => !ok)
    expect(refused).toMatchObject({
      error: { reason: 'hold_limit_reached', heldReservations: 20, reservationsMax: 20, requestedUnits: 1 },
    })
    expect(await at('east').available()).toBe(480)
  })

  it('count base units as well, and say what is held', async () => {
    const { sku } = await stocked({ east: 500 })
    const holder = newHolder()
    expect(await reserve(cart([line(sku, 30)], { holder }))).toMatchObject({ ok: true })
    expect(await reserve(cart([line(sku, 11)], { holder }))).toMatchObject({
      error: { reason: 'hold_limit_reached', heldUnits: 30, requestedUnits: 11, unitsMax: 40 },
    })
    expect(await reserve(cart([line(sku, 10)], { holder }))).toMatchObject({ ok: true })
  })

  it('are free again with the release, the commit and the last millisecond of a cart', async () => {
    const { sku } = await stocked({ east: 500 })
    const holder = newHolder()
    const [released, committed, expired] = [20, 10, 10].map((units) => cart([line(sku, units)], { holder }))
    if (!released || !committed || !expired) throw new Error('three carts')
    for (const input of [released, committed, expired]) expect(await reserve(input)).toMatchObject({ ok: true })
    const more = (units: number) => reserve(cart([line(sku, units)], { holder, expiresAtMs: Date.now() + 9 * hourMs }))
    expect(await more(1)).toMatchObject({ ok: false })
    await shardOf(released.reservationId).release(released.reservationId, testCause)
    expect(await more(20)).toMatchObject({ ok: true })
    await shardOf(committed.reservationId).commit(committed.reservationId, testCause)
    expect(await more(10)).toMatchObject({ ok: true })
    const clock = vi.spyOn(Date, 'now').mockReturnValue(expired.expiresAtMs - 1)
    expect(await more(10)).toMatchObject({ error: { reason: 'hold_limit_reached', retryAfterSeconds: 1 } })
    clock.mockReturnValue(expired.expiresAtMs)
    expect(await more(10)).toMatchObject({ ok: true })
    expect(await more(1)).toMatchObject({ ok: false })
  })

  it('survive an eviction: what is held is counted from its rows', async () => {
    const { sku } = await stocked({ east: 500 })
    const holder = newHolder()
    const first = cart([line(sku, 40)], { holder })
    await reserve(first)
    await evictDurableObject(stubOf(first.reservationId))
    await evictDurableObject(testEnv.HOLD_QUOTA.get(testEnv.HOLD_QUOTA.idFromName(holder)))
    expect(await reserve(cart([line(sku, 1)], { holder }))).toMatchObject({ error: { heldUnits: 40 } })
  })

  it('leave no trace of what was refused for want of stock', async () => {
    const { sku } = await stocked({ east: 1 })
    const holder = newHolder()
    expect(await reserve(cart([line(sku, 40)], { holder }))).toMatchObject({ error: { reason: 'insufficient_stock' } })
    const plenty = await stocked({ east: 500 })
    expect(await reserve(cart([line(plenty.sku, 40)], { holder }))).toMatchObject({ ok: true })
  })
})

describe('a bundle', () => {
  it('is held as its components, counted in bundles, and committed and given back whole', async () => {
    const rope = await stocked({ east: 5 }, 'KIT-ROPE')
    const hook = await stocked({ east: 3 }, 'KIT-HOOK')
    const input = cart([line('KIT', 2)])
    expect(await reserve(input)).toMatchObject({
      ok: true,
      reservation: {
        lines: [{ sku: 'KIT', requested: 2, granted: 2, allocations: [{ location: 'east', quantity: 2 }] }],
      },
    })
    expect([await rope.at('east').available(), await hook.at('east').available()]).toEqual([1, 1])
    const shard = shardOf(input.reservationId)
    expect(await shard.commit(input.reservationId, testCause)).toMatchObject({ reservation: { status: 'committed' } })
    expect((await rope.at('east').api.view('KIT-ROPE@east')).states.committed).toBe(4)
    await shard.release(input.reservationId, testCause)
    expect([await rope.at('east').available(), await hook.at('east').available()]).toEqual([5, 3])
  })

  it('and a line of its component are summed before anything is asked', async () => {
    const rope = newPosition('east', 'KIT-ROPE')
    const both = cart([line('KIT', 2), line('KIT-ROPE', 2)])
    expect(await reserve(both)).toMatchObject({
      error: { reason: 'insufficient_stock', lines: [{ sku: 'KIT-ROPE', requested: 2, available: 1 }] },
    })
    expect(await rope.available()).toBe(5)
    expect(await reserve(cart([line('KIT', 2), line('KIT-ROPE', 1)]))).toMatchObject({ ok: true })
    expect(await rope.available()).toBe(0)
  })

  it('of bundles takes what its bundles hold, and comes from one location whole', async () => {
    await stocked({ east: 5, west: 4 }, 'KIT-ROPE')
    await stocked({ west: 1 }, 'KIT-HOOK')
    const short = await reserve(cart([line('DOUBLE-KIT', 1, { location: 'west' })]))
    expect(short).toMatchObject({ error: { lines: [{ sku: 'DOUBLE-KIT', requested: 1, available: 0 }] } })
    await stocked({ west: 1 }, 'KIT-HOOK')
    expect(await reserve(cart([line('DOUBLE-KIT', 1)]))).toMatchObject({
      reservation: { lines: [{ granted: 1, allocations: [{ location: 'west', quantity: 1 }] }] },
    })
  })
})

describe('what a request may say besides', () => {
  it('a unit of measure, converted to base units; one that the catalogue does not know is refused', async () => {
    const { sku, at } = await stocked({ east: 30 })
    expect(await reserve(cart([line(sku, 2, { unit: 'CS' }), line(sku, 1)]))).toMatchObject({
      reservation: { lines: [{ requested: 25, granted: 25 }] },
    })
    expect(await at('east').available()).toBe(5)
    expect(await reserve(cart([line(sku, 1, { unit: 'PAL' })]))).toEqual({
      ok: false,
      error: { reason: 'unknown_unit', sku, unit: 'PAL' },
    })
  })

  it('an address: only locations that ship there serve', async () => {
    const { sku } = await stocked({ east: 1, west: 9 })
    const to = (postalCode: string) => ({ shipTo: { country: 'US', region: null, postalCode } })
    expect(await reserve(cart([line(sku, 2)], to('04101')))).toMatchObject({ ok: false })
    expect(await reserve(cart([line(sku, 2)], to('94107')))).toMatchObject({
      reservation: { lines: [{ allocations: [{ location: 'west', quantity: 2 }] }] },
    })
  })
})

describe('the limits of a busy key', () => {
  it('cost the usual reservation no call: a shard asks when its lease is used up', async () => {
    const { sku } = await stocked({ east: 500 })
    await seedConfig((file) => ({
      ...file,
      skus: [...file.skus, ...skus.map((name) => ({ ...file.skus[0], sku: name, title: name }) as Entry)],
    }))
    const holder = `api_key/${crypto.randomUUID()}`
    const shard = Array.from({ length: 200 }, () => cart([line(sku, 1)], { holder }))
      .filter(({ reservationId }) => reservationShard(reservationId) === '3')
      .slice(0, 8)
    const quota = testEnv.HOLD_QUOTA.get(testEnv.HOLD_QUOTA.idFromName(holder))
    await reserve(shard[0] ?? cart([]))
    const leases = await runInDurableObject(quota, (instance) => vi.spyOn(instance as never, 'lease' as never))
    for (const input of shard.slice(1)) expect(await reserve(input)).toMatchObject({ ok: true })
    expect(leases).not.toHaveBeenCalled()
  })
})
