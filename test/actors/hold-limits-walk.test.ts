/**
 * A key that tries everything to hold more than it may: small carts by the dozen, extensions without end, parts, ids
 * that come again, positions and shards that fail in between. What is counted against it is what positions hold.
 */
import { evictDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { actor, type ReservationApi } from '../../src/actor-apis.ts'
import { catalogSkuSchema } from '../../src/domain/config/config.ts'
import type { ReserveInput } from '../../src/domain/stock/reservation-contract.ts'
import { reservationShard, reservationShards } from '../../src/domain/stock/reservation-shard.ts'
import { testEnv } from '../fixtures/d1.ts'
import { move, testCause } from '../fixtures/stock-commands.ts'
import { checkedPositions, type TestPosition } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'
import { seededRandom } from '../simulation/random.ts'

const newPosition = checkedPositions()
const unitsMax = 30
const holdsMax = 12
const minuteMs = 60_000

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    skus: Array.from({ length: 40 }, (_, index) => catalogSkuSchema.parse({ sku: `SKU-${index + 1}`, title: '' })),
    listings: [],
    promising: { ...file.promising, holdUnitsPerKeyMax: unitsMax, holdsPerKeyMax: holdsMax },
  }))
})
afterEach(() => {
  vi.restoreAllMocks()
})

const shardOf = (id: string) => actor<ReservationApi>(testEnv.RESERVATION, reservationShard(id))

/** What all shards count against the key. */
async function countedOf(holder: string) {
  const shards = Array.from({ length: reservationShards }, (_, index) => `${index}`)
  const all = await Promise.all(
    shards.map((name) => actor<ReservationApi>(testEnv.RESERVATION, name).recallHolds(holder)),
  )
  return all.reduce((sum, each) => ({ units: sum.units + each.units, holds: sum.holds + each.holds }), {
    units: 0,
    holds: 0,
  })
}

/** What the position holds and has not committed, by the claims of carts. */
async function heldAt(position: TestPosition): Promise<number> {
  await position.available()
  return position.inside((_, state) => {
    const query = `SELECT COALESCE(SUM(quantity - shipped - released), 0) AS units FROM reservation
      WHERE status = 'held' AND reservation_id LIKE 'cart/%'`
    return state.storage.sql.exec<{ units: number }>(query).one().units
  })
}

it.each([1, 2, 3, 4])('walk %i', async (seed) => {
  const random = seededRandom(seed)
  const position = newPosition()
  const sku = position.name.split('@')[0] ?? ''
  await position.send(move(`in-${sku}`, 'receipt', 200, Date.now()))
  const holder = `api_key/walker-${seed}`
  // The walk before ended half an hour later than this: shards that live on see their clock set back.
  let nowMs = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => nowMs)
  const ids = Array.from({ length: 18 }, (_, index) => `walk-${seed}-${index}`)
  for (let step = 0; step < 70; step += 1) {
    const id = random.pick(ids)
    const shard = shardOf(id)
    const what = random.pick(['reserve', 'reserve', 'reserve', 'part', 'extend', 'extend', 'commit', 'release', 'fail'])
    if (what === 'fail') {
      const isPosition = random.chance(0.5)
      if (isPosition) {
        await position.inside(({ execution }) => void vi.spyOn(execution, 'joinAll').mockReturnValueOnce(null))
      } else await evictDurableObject(testEnv.RESERVATION.get(testEnv.RESERVATION.idFromName(reservationShard(id))))
    } else if (what === 'extend') await shard.extend(id, nowMs + random.between(1, 5) * minuteMs, testCause)
    else if (what === 'commit') await shard.commit(id, testCause)
    else if (what === 'release') await shard.release(id, testCause)
    else {
      const quantity = what === 'part' ? 25 : random.between(1, 6)
      const lines: ReserveInput['lines'] = [{ sku, quantity, location: null }]
      const expiresAtMs = nowMs + random.between(1, 4) * minuteMs
      const options = { channel: null, allowPartial: what === 'part', cause: testCause, holder }
      await shard.reserve({ reservationId: id, lines, expiresAtMs, ...options })
    }
    // Often to the very millisecond at which some cart ends.
    nowMs += random.pick([0, 0, 1, 20_000, minuteMs])
    const counted = await countedOf(holder)
    expect(counted.units).toBeLessThanOrEqual(unitsMax)
    expect(counted.holds).toBeLessThanOrEqual(holdsMax)
  }
  // A position that was too busy to take a claim back keeps it until it ends; so does a change that died half-way.
  nowMs += 20 * minuteMs
  for (const id of ids) await shardOf(id).release(id, testCause)
  expect(await countedOf(holder)).toEqual({ units: 0, holds: 0 })
  expect(await heldAt(position)).toBe(0)
  const late = ids.map((id) => `${id}-again`)
  for (const id of late) {
    const lines: ReserveInput['lines'] = [{ sku, quantity: 2, location: null }]
    const asked = { channel: null, allowPartial: false, cause: testCause, holder, expiresAtMs: nowMs + minuteMs }
    const reserve = () => shardOf(id).reserve({ reservationId: id, lines, ...asked })
    const verdict = await reserve()
    // What the walk left behind: a position that is too busy once.
    if (!verdict.ok && verdict.error.reason === 'overloaded') await reserve()
  }
  expect(await countedOf(holder)).toEqual({ units: 2 * holdsMax, holds: holdsMax })
  expect(await heldAt(position)).toBe(2 * holdsMax)
})
