import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ReservationActor } from '../../durable-objects/reservation-actor.ts'
import { actor, type ReservationApi } from '../../src/actor-apis.ts'
import type { ReservationVerdict, ReserveInput } from '../../src/domain/stock/reservation-contract.ts'
import { reservationShard } from '../../src/domain/stock/reservation-shard.ts'
import { testEnv } from '../fixtures/d1.ts'
import { commit, hold, move, release, testCause } from '../fixtures/stock-commands.ts'
import { checkedPositions, type TestPosition } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'

const newPosition = checkedPositions()
const hourMs = 3_600_000
let carts = 0

/** The catalogue the tests draw on: positions are made fresh, so their SKUs must be known before they are asked for. */
const skus = Array.from({ length: 60 }, (_, index) => `SKU-${index + 1}`)

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    skus: [
      ...file.skus,
      ...skus.map((sku) => ({ ...file.skus[0], sku, title: sku }) as (typeof file.skus)[number]),
      { ...file.skus[0], sku: 'GIFT-WRAP', title: 'Gift wrap', stocked: false } as (typeof file.skus)[number],
    ],
    accounts: file.accounts.map((account) => (account.id === 'b2b' ? { ...account, network: ['west'] } : account)),
  }))
})

/** An hour ahead, so that no alarm goes off by itself: what died half-way is finished when a test lets it. */
beforeEach(() => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + hourMs)
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** One SKU with these units at each location. */
async function stocked(units: { east?: number; west?: number }) {
  const east = newPosition('east')
  const sku = east.name.split('@')[0] ?? ''
  const west = positionOf(sku, 'west')
  for (const [position, quantity] of [
    [east, units.east ?? 0],
    [west, units.west ?? 0],
  ] as const) {
    if (quantity > 0) await position.send(move(`receipt-${position.name}`, 'receipt', quantity, Date.now()))
  }
  return { sku, east, west }
}

function positionOf(sku: string, location: string): TestPosition {
  return newPosition(location, sku)
}

const line = (sku: string, quantity: number, location: string | null = null) => ({ sku, quantity, location })

function cart(lines: ReserveInput['lines'], options: Partial<ReserveInput> = {}): ReserveInput {
  const reservationId = `cart-${++carts}`
  const expiresAtMs = Date.now() + hourMs
  return { reservationId, channel: null, lines, expiresAtMs, allowPartial: false, cause: testCause, ...options }
}

const shardOf = (id: string) => actor<ReservationApi>(testEnv.RESERVATION, reservationShard(id))
const reserve = (input: ReserveInput) => shardOf(input.reservationId).reserve(input)
const stubOf = (id: string) => testEnv.RESERVATION.get(testEnv.RESERVATION.idFromName(reservationShard(id)))

function inside<Answer>(id: string, look: (shard: ReservationActor, state: DurableObjectState) => Answer) {
  // Cast justified: the bindings are typed without their classes, and this one's class is ReservationActor.
  return runInDurableObject(stubOf(id) as DurableObjectStub<ReservationActor>, look)
}

function granted(verdict: ReservationVerdict): readonly (readonly [string, number])[] {
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.error))
  return verdict.reservation.lines.flatMap(({ allocations }) =>
    allocations.map(({ location, quantity }) => [location, quantity] as const),
  )
}

describe('reserving', () => {
  it('takes all units of a line from the first location by priority that has them', async () => {
    const { sku, east, west } = await stocked({ east: 10, west: 10 })
    expect(granted(await reserve(cart([line(sku, 4)])))).toEqual([['east', 4]])
    expect([await east.available(), await west.available()]).toEqual([6, 10])
  })

  it('prefers one location further down over a split', async () => {
    const { sku } = await stocked({ east: 3, west: 5 })
    expect(granted(await reserve(cart([line(sku, 4)])))).toEqual([['west', 4]])
  })

  it('splits when no single location has enough, largest part first', async () => {
    const { sku } = await stocked({ east: 3, west: 5 })
    expect(granted(await reserve(cart([line(sku, 7)])))).toEqual([
      ['west', 5],
      ['east', 2],
    ])
  })

  it('sums lines of one SKU before it asks, so that both cannot count the same units', async () => {
    const { sku, east } = await stocked({ east: 5 })
    const verdict = await reserve(cart([line(sku, 3), line(sku, 3)]))
    expect(verdict).toEqual({
      ok: false,
      error: { reason: 'insufficient_stock', lines: [{ sku, requested: 6, available: 5 }] },
    })
    expect(await east.available()).toBe(5)
  })

  it('serves a named location from there and nowhere else', async () => {
    const { sku, west } = await stocked({ east: 10, west: 2 })
    expect(await reserve(cart([line(sku, 3, 'west')]))).toMatchObject({ ok: false })
    expect(granted(await reserve(cart([line(sku, 2, 'west')])))).toEqual([['west', 2]])
    expect(await west.available()).toBe(0)
  })

  it('claims named and free units of one location together', async () => {
    const { sku, east } = await stocked({ east: 5, west: 1 })
    expect(granted(await reserve(cart([line(sku, 2, 'east'), line(sku, 3)])))).toEqual([['east', 5]])
    expect(await east.available()).toBe(0)
  })

  it("asks only locations of the channel's network", async () => {
    const { sku } = await stocked({ east: 10, west: 2 })
    expect(granted(await reserve(cart([line(sku, 2)], { channel: 'b2b' })))).toEqual([['west', 2]])
    const named = await reserve(cart([line(sku, 1, 'east')], { channel: 'b2b' }))
    expect(named).toEqual({ ok: false, error: { reason: 'unknown_location', location: 'east' } })
  })

  it('gives everything back when one line falls short', async () => {
    const plenty = await stocked({ east: 10 })
    const scarce = await stocked({ east: 1 })
    const verdict = await reserve(cart([line(plenty.sku, 5), line(scarce.sku, 2)]))
    expect(verdict).toMatchObject({
      ok: false,
      error: { reason: 'insufficient_stock', lines: [{ sku: scarce.sku, requested: 2, available: 1 }] },
    })
    expect([await plenty.east.available(), await scarce.east.available()]).toEqual([10, 1])
  })

  it('grants what there is when a part is welcome, and refuses when there is nothing at all', async () => {
    const { sku } = await stocked({ east: 3, west: 1 })
    const some = await reserve(cart([line(sku, 10)], { allowPartial: true }))
    expect(some).toMatchObject({ ok: true, reservation: { lines: [{ requested: 10, granted: 4 }] } })
    const none = await reserve(cart([line(sku, 10)], { allowPartial: true }))
    expect(none).toMatchObject({ ok: false, error: { reason: 'insufficient_stock' } })
  })

  it('grants what needs no stock without asking anybody', async () => {
    const verdict = await reserve(cart([line('GIFT-WRAP', 2)]))
    expect(verdict).toMatchObject({ ok: true, reservation: { lines: [{ granted: 2, allocations: [] }] } })
  })

  it('never touches a position of an unknown SKU', async () => {
    const input = cart([line('NOBODY-KNOWS', 1)])
    expect(await reserve(input)).toEqual({ ok: false, error: { reason: 'unknown_sku', sku: 'NOBODY-KNOWS' } })
  })

  it('leaves locations untouched that never had the SKU', async () => {
    const { sku, west } = await stocked({ east: 1 })
    await reserve(cart([line(sku, 5)]))
    const tables = await west.inside((_, state) => [...state.storage.sql.exec('SELECT name FROM sqlite_master')].length)
    expect(tables).toBe(0)
  })

  it('costs one call to one position in the usual case', async () => {
    const { sku, east } = await stocked({ east: 10 })
    const before = await east.inside((instance) => instance.execution.items)
    await reserve(cart([line(sku, 2)]))
    expect((await east.inside((instance) => instance.execution.items)) - before).toBe(1)
  })
})

describe('the same id', () => {
  it('gets the same verdict for the same content, whatever time the repetition names', async () => {
    const { sku, east } = await stocked({ east: 10 })
    const input = cart([line(sku, 4)])
    const first = await reserve(input)
    const again = await reserve({ ...input, expiresAtMs: input.expiresAtMs + 5_000 })
    expect(first).toMatchObject({ ok: true, created: true })
    expect(again).toEqual({ ...first, created: false })
    expect(await east.available()).toBe(6)
  })

  it('gets the same refusal, even when stock has come in since', async () => {
    const { sku, east } = await stocked({ east: 1 })
    const input = cart([line(sku, 4)])
    const refused = await reserve(input)
    await east.send(move('later', 'receipt', 10, Date.now()))
    expect(await reserve(input)).toEqual(refused)
    expect(await shardOf(input.reservationId).read(input.reservationId)).toMatchObject({
      error: { reason: 'reservation_not_found' },
    })
  })

  it('is a conflict with other content', async () => {
    const { sku } = await stocked({ east: 10 })
    const input = cart([line(sku, 4)])
    await reserve(input)
    expect(await reserve({ ...input, lines: [line(sku, 5)] })).toEqual({
      ok: false,
      error: { reason: 'reservation_conflict', reservationId: input.reservationId },
    })
  })

  it('is one reservation when it is sent many times at once', async () => {
    const { sku, east } = await stocked({ east: 10 })
    const input = cart([line(sku, 4)])
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => reserve(input)))
    expect(verdicts.filter((verdict) => verdict.ok && verdict.created)).toHaveLength(1)
    expect(verdicts.every((verdict) => verdict.ok)).toBe(true)
    expect(await east.available()).toBe(6)
  })

  it('survives an eviction and a crash', async () => {
    const { sku } = await stocked({ east: 10 })
    const input = cart([line(sku, 4)])
    const first = await reserve(input)
    await evictDurableObject(stubOf(input.reservationId))
    expect(await reserve(input)).toEqual({ ...first, created: false })
    await abortAllDurableObjects()
    expect(await reserve(input)).toEqual({ ...first, created: false })
  })

  it('takes over what a try that was cut off had claimed', async () => {
    const { sku, east } = await stocked({ east: 4 })
    const input = cart([line(sku, 4)])
    const expiresAtMs = Date.now() + 60_000
    await east.send(hold(`cart/${input.reservationId}/1`, 4, { expiresAtMs }))
    expect(granted(await reserve(input))).toEqual([['east', 4]])
    const [claim] = await east.inside((_, state) =>
      state.storage.sql.exec<{ expires_at_ms: number }>('SELECT expires_at_ms FROM reservation').toArray(),
    )
    expect(claim?.expires_at_ms).toBe(input.expiresAtMs)
  })

  it('gives back what a try that was cut off had claimed of another quantity', async () => {
    const { sku, east } = await stocked({ east: 6 })
    const input = cart([line(sku, 4)])
    await east.send(hold(`cart/${input.reservationId}/1`, 2, { expiresAtMs: Date.now() + 60_000 }))
    expect(granted(await reserve(input))).toEqual([['east', 4]])
    expect(await east.available()).toBe(2)
  })
})

describe('committing and releasing', () => {
  it('commits every position once, and says so again', async () => {
    const { sku, east, west } = await stocked({ east: 3, west: 5 })
    const input = cart([line(sku, 7)])
    await reserve(input)
    const shard = shardOf(input.reservationId)
    const committed = await shard.commit(input.reservationId, testCause)
    expect(committed).toMatchObject({ ok: true, reservation: { status: 'committed' } })
    expect(await shard.commit(input.reservationId, testCause)).toEqual(committed)
    const states = await Promise.all([east, west].map(async (at) => (await at.api.view(at.name)).states))
    expect(states.map(({ committed: units, reserved }) => [units, reserved])).toEqual([
      [2, 0],
      [5, 0],
    ])
  })

  it('gives committed units back when they are released, once', async () => {
    const { sku, east, west } = await stocked({ east: 3, west: 5 })
    const input = cart([line(sku, 7)])
    await reserve(input)
    const shard = shardOf(input.reservationId)
    await shard.commit(input.reservationId, testCause)
    const released = await shard.release(input.reservationId, testCause)
    expect(released).toMatchObject({ ok: true, reservation: { status: 'released' } })
    expect(await shard.release(input.reservationId, testCause)).toEqual(released)
    expect(await Promise.all([east.available(), west.available()])).toEqual([3, 5])
    expect(await shard.commit(input.reservationId, testCause)).toMatchObject({
      error: { reason: 'reservation_released' },
    })
  })

  it('finishes a release of committed units that died between two positions', async () => {
    const { sku, east, west } = await stocked({ east: 3, west: 5 })
    const input = cart([line(sku, 7)])
    await reserve(input)
    const shard = shardOf(input.reservationId)
    await shard.commit(input.reservationId, testCause)
    await west.inside(({ execution }) => {
      vi.spyOn(execution, 'joinAll').mockReturnValueOnce(null)
    })
    expect(await shard.release(input.reservationId, testCause)).toEqual({ ok: false, error: { reason: 'overloaded' } })
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 11_000)
    expect(await runDurableObjectAlarm(stubOf(input.reservationId))).toBe(true)
    expect(await shard.read(input.reservationId)).toMatchObject({ ok: true, reservation: { status: 'released' } })
    expect(await Promise.all([east.available(), west.available()])).toEqual([3, 5])
  })

  it('finishes a commit that died between two positions', async () => {
    const { sku, east, west } = await stocked({ east: 3, west: 5 })
    const input = cart([line(sku, 7)])
    await reserve(input)
    await east.send(commit(`cart/${input.reservationId}/1`))
    await pretendCommitting(input.reservationId)
    await evictDurableObject(stubOf(input.reservationId))
    await shardOf(input.reservationId).read(input.reservationId)
    expect(await runDurableObjectAlarm(stubOf(input.reservationId))).toBe(true)
    const read = await shardOf(input.reservationId).read(input.reservationId)
    expect(read).toMatchObject({ ok: true, reservation: { status: 'committed' } })
    expect((await west.api.view(west.name)).states).toMatchObject({ committed: 5, reserved: 0 })
  })

  it('undoes a commit when one position had let go of its units', async () => {
    const { sku, east, west } = await stocked({ east: 3, west: 5 })
    const input = cart([line(sku, 7)])
    await reserve(input)
    await west.send(release(`cart/${input.reservationId}/1`))
    const verdict = await shardOf(input.reservationId).commit(input.reservationId, testCause)
    expect(verdict).toMatchObject({ ok: false, error: { reason: 'reservation_released' } })
    expect([await east.available(), await west.available()]).toEqual([3, 5])
  })

  it('gives every unit back once, and says so again', async () => {
    const { sku, east } = await stocked({ east: 9 })
    const input = cart([line(sku, 7)])
    await reserve(input)
    const shard = shardOf(input.reservationId)
    const released = await shard.release(input.reservationId, testCause)
    expect(released).toMatchObject({ ok: true, reservation: { status: 'released' } })
    expect(await shard.release(input.reservationId, testCause)).toEqual(released)
    expect(await east.available()).toBe(9)
    expect(await shard.commit(input.reservationId, testCause)).toMatchObject({
      error: { reason: 'reservation_released' },
    })
  })

  it('knows nothing of an id nobody reserved, and creates nothing for it', async () => {
    const shard = shardOf('nobody')
    for (const verdict of [
      await shard.read('nobody'),
      await shard.commit('nobody', testCause),
      await shard.release('nobody', testCause),
    ]) {
      expect(verdict).toEqual({ ok: false, error: { reason: 'reservation_not_found', reservationId: 'nobody' } })
    }
  })

  it('reads as expired from the exact millisecond and cannot be committed any more', async () => {
    const { sku, east } = await stocked({ east: 9 })
    const input = cart([line(sku, 7)])
    await reserve(input)
    const shard = shardOf(input.reservationId)
    const clock = vi.spyOn(Date, 'now').mockReturnValue(input.expiresAtMs - 1)
    expect(await shard.read(input.reservationId)).toMatchObject({ ok: true, reservation: { status: 'held' } })
    expect(await east.available()).toBe(2)
    clock.mockReturnValue(input.expiresAtMs)
    expect(await east.available()).toBe(9)
    expect(await shard.read(input.reservationId)).toMatchObject({ ok: true, reservation: { status: 'expired' } })
    expect(await shard.commit(input.reservationId, testCause)).toMatchObject({
      error: { reason: 'reservation_expired' },
    })
    expect(await shard.release(input.reservationId, testCause)).toMatchObject({
      ok: true,
      reservation: { status: 'expired' },
    })
  })
})

describe('a position that is busy', () => {
  it('makes the answer `overloaded`, leaves nothing held, and lets the same request succeed later', async () => {
    const free = await stocked({ east: 5 })
    const busy = await stocked({ east: 5 })
    const input = cart([line(free.sku, 2), line(busy.sku, 2)])
    await busy.east.inside(({ execution }) => {
      vi.spyOn(execution, 'joinAll').mockReturnValueOnce(null)
    })
    expect(await reserve(input)).toEqual({ ok: false, error: { reason: 'overloaded' } })
    expect([await free.east.available(), await busy.east.available()]).toEqual([5, 5])
    expect(await reserve(input)).toMatchObject({ ok: true, created: true })
    expect([await free.east.available(), await busy.east.available()]).toEqual([3, 3])
  })

  it('leaves a commit under way to be finished', async () => {
    const { sku, east } = await stocked({ east: 5 })
    const input = cart([line(sku, 2)])
    await reserve(input)
    await east.inside(({ execution }) => {
      vi.spyOn(execution, 'joinAll').mockReturnValueOnce(null)
    })
    const shard = shardOf(input.reservationId)
    expect(await shard.commit(input.reservationId, testCause)).toEqual({ ok: false, error: { reason: 'overloaded' } })
    const unfinished = await shard.release(input.reservationId, testCause)
    expect(unfinished).toMatchObject({ error: { reason: 'reservation_committed' } })
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 11_000)
    expect(await runDurableObjectAlarm(stubOf(input.reservationId))).toBe(true)
    expect(await shard.read(input.reservationId)).toMatchObject({ ok: true, reservation: { status: 'committed' } })
  })
})

describe('a shard under load', () => {
  it('sells the last units of two locations to as many buyers, and answers each the same three times', async () => {
    const { sku, east, west } = await stocked({ east: 25, west: 15 })
    const inputs = Array.from({ length: 200 }, () => cart([line(sku, 1)]))
    const rounds = await Promise.all([0, 1, 2].map(() => Promise.all(inputs.map(reserve))))
    const verdict = (round: number) => rounds[round]?.map((answer) => (answer.ok ? granted(answer) : answer.error))
    expect(rounds[0]?.filter((answer) => answer.ok)).toHaveLength(40)
    expect(verdict(1)).toEqual(verdict(0))
    expect(verdict(2)).toEqual(verdict(0))
    expect([await east.available(), await west.available()]).toEqual([0, 0])
  })

  it('saves carts that arrive together with one commit', async () => {
    const { sku } = await stocked({ east: 100 })
    const inputs = Array.from({ length: 400 }, () => cart([line(sku, 1)]))
    const shard = inputs.filter(({ reservationId }) => reservationShard(reservationId) === '7')
    await reserve(shard[0] ?? cart([line(sku, 1)]))
    const count = (id: string) => inside(id, ({ saving }) => ({ batches: saving.batches, items: saving.items }))
    const before = await count(shard[0]?.reservationId ?? '')
    await Promise.all(shard.slice(1).map(reserve))
    const after = await count(shard[0]?.reservationId ?? '')
    expect(shard.length).toBeGreaterThan(3)
    expect(after.items - before.items).toBe(shard.length - 1)
    expect(after.batches - before.batches).toBeLessThan(after.items - before.items)
  })
})

/** As if the process had died after it stored the wish to commit. */
function pretendCommitting(id: string) {
  return inside(id, (_, state) => {
    const update = `UPDATE cart SET document = json_set(document, '$.status', 'committing'), resume_at_ms = 1
      WHERE reservation_id = ?`
    state.storage.sql.exec(update, id)
    return state.storage.deleteAlarm()
  })
}
