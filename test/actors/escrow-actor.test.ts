/** A hot position and its shards in workerd: opened by load, never oversold, whole again when it cools. */
import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { callPosition } from '../../durable-objects/call-position.ts'
import type { EscrowActor } from '../../durable-objects/escrow-actor.ts'
import { actor } from '../../src/actor-apis.ts'
import type { PositionId } from '../../src/domain/shared/ids.ts'
import { doorOf, escrowedUnits, escrowOf, shardName, unitsAt } from '../../src/domain/stock/escrow.ts'
import type { LoadLimits } from '../../src/domain/stock/escrow-load.ts'
import type { Position } from '../../src/domain/stock/position.ts'
import type { EscrowApi } from '../../src/domain/stock/settlement.ts'
import type { StockCommand, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import { stockBreaches } from '../fixtures/check-stock.ts'
import { testEnv } from '../fixtures/d1.ts'
import { commit, extend, hold, move, release, setLotStatus, snapshot } from '../fixtures/stock-commands.ts'
import { checkedPositions, type TestPosition } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'

const newPosition = checkedPositions()

/** Any command at all opens the shards, two at a time; nothing closes them. */
const opensAtOnce: LoadLimits = {
  openAbovePerSecond: 0,
  openAfterMs: 0,
  closeBelowPerSecond: 0,
  closeAfterMs: 3_600_000,
}
const staysAsItIs: LoadLimits = { ...opensAtOnce, openAbovePerSecond: 1_000_000 }
const closesAtOnce: LoadLimits = { ...staysAsItIs, closeBelowPerSecond: 1_000_000, closeAfterMs: 0 }

beforeAll(async () => {
  await seedConfig()
})

/** An hour ahead, so that no alarm goes off by itself: shards hand over and give back when a test lets them. */
beforeEach(() => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
})

afterEach(() => {
  vi.restoreAllMocks()
})

const setLimits = (position: TestPosition, limits: LoadLimits) =>
  position.inside((instance) => {
    instance.escrow.limits = limits
  })

const figures = (position: TestPosition) =>
  position.inside((_, state) => {
    const [row] = state.storage.sql.exec<{ figures: string }>('SELECT figures FROM position').toArray()
    return JSON.parse(row?.figures ?? '{}') as Position
  })

/** A position of so many units with so many shards open. */
async function opened(units: number, shards = 4): Promise<TestPosition> {
  const position = newPosition()
  await position.send(move(`receipt-${position.name}`, 'receipt', units, Date.now()))
  await setLimits(position, opensAtOnce)
  for (let open = 0; open < shards; open = Math.max(2, open * 2)) await position.send(extend('nobody', Date.now()))
  await setLimits(position, staysAsItIs)
  expect(escrowOf(await figures(position)).shards).toBe(shards)
  return position
}

const call = (position: TestPosition, commands: readonly StockCommand[]) =>
  callPosition(testEnv, position.name as PositionId, commands)

const one = async (position: TestPosition, command: StockCommand): Promise<StockVerdict> => {
  const [verdict] = await call(position, [command])
  if (verdict === undefined) throw new Error('no verdict')
  return verdict
}

const shardApi = (position: TestPosition, shard: number) =>
  actor<EscrowApi>(testEnv.ESCROW, shardName(position.name as PositionId, shard))

const shardStub = (position: TestPosition, shard: number) =>
  // Cast justified: the bindings are typed without their classes, and this one's class is EscrowActor.
  testEnv.ESCROW.get(
    testEnv.ESCROW.idFromName(shardName(position.name as PositionId, shard)),
  ) as DurableObjectStub<EscrowActor>

/** Claims that the shard has granted and the position has not taken over. */
const openClaims = (position: TestPosition, shard: number) =>
  runInDurableObject(shardStub(position, shard), (_, state) => {
    const tables = state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'claim'").toArray()
    if (tables.length === 0) return 0
    return state.storage.sql.exec('SELECT * FROM claim WHERE settled_at_ms IS NULL').toArray().length
  })

const settlesAtMs = (position: TestPosition, shard: number) =>
  runInDurableObject(shardStub(position, shard), (_, state) => {
    const query = "SELECT due_ms FROM timer WHERE name = 'settle'"
    return state.storage.sql.exec<{ due_ms: number }>(query).one().due_ms
  })

/** Reservation ids of one shard. */
function idsAt(shard: number, shards: number, count: number): readonly string[] {
  const ids: string[] = []
  for (let at = 0; ids.length < count; at += 1) if (doorOf(`r-${at}`, shards) === shard) ids.push(`r-${at}`)
  return ids
}

/** One claim passed on, so that the shard knows its terms and has units of its own. */
async function warmed(position: TestPosition, shard: number, shards: number): Promise<readonly string[]> {
  const [first = '', ...ids] = idsAt(shard, shards, 12)
  await shardApi(position, shard).applyMany(shardName(position.name as PositionId, shard), [hold(first, 1)])
  return ids
}

const atShard = async (position: TestPosition, shard: number, command: StockCommand) => {
  const [verdict] = await shardApi(position, shard).applyMany(shardName(position.name as PositionId, shard), [command])
  return verdict
}

const granted = (verdicts: readonly StockVerdict[]) =>
  verdicts.reduce((sum, verdict) => sum + (verdict.ok ? verdict.granted : 0), 0)

describe('under load', () => {
  it('opens by itself, doubles, and tells its callers how many doors there are', async () => {
    const position = newPosition()
    await position.send(move('m', 'receipt', 1_000, Date.now()))
    await setLimits(position, { ...staysAsItIs, openAbovePerSecond: 5, openAfterMs: 0 })
    const holds = Array.from({ length: 40 }, (_, at) => hold(`r-${at}`, 1))
    const verdicts = await Promise.all(holds.map((command) => one(position, command)))
    expect(granted(verdicts)).toBe(40)
    expect(escrowOf(await figures(position)).shards).toBe(2)
    await one(position, hold('later', 1))
    expect(escrowOf(await figures(position)).shards).toBeGreaterThan(2)
    expect((await position.send(extend('r-1', Date.now()))).shards).toBe(escrowOf(await figures(position)).shards)
  })

  it('grants exactly what there is to 2,000 claims at once', async () => {
    const position = await opened(100, 8)
    await one(position, hold('first', 1))
    const holds = Array.from({ length: 2_000 }, (_, at) => hold(`r-${at}`, 1))
    const verdicts = await Promise.all(holds.map((command) => one(position, command)))
    expect(granted(verdicts)).toBe(99)
    const refused = verdicts.filter((verdict) => !verdict.ok)
    expect(new Set(refused.map((verdict) => (verdict.ok ? null : verdict.error.reason)))).toEqual(
      new Set(['insufficient_stock']),
    )
    const { states } = await position.api.view(position.name)
    expect(states).toMatchObject({ onHand: 100, reserved: 100, available: 0, backordered: 0 })
  })

  it('lets shards promise without the position, and hands their claims over behind the answer', async () => {
    const position = await opened(1_000)
    const [id = ''] = await warmed(position, 1, 4)
    const before = await position.inside((instance) => instance.execution.items)
    const granted = { ok: true, effect: 'applied', granted: 2, shards: 4 }
    expect(await atShard(position, 1, hold(id, 2))).toMatchObject(granted)
    expect(await position.inside((instance) => instance.execution.items)).toBe(before)
    expect(await openClaims(position, 1)).toBe(1)
    const settlesAt = await settlesAtMs(position, 1)
    expect(settlesAt - Date.now()).toBeLessThanOrEqual(200)
    vi.mocked(Date.now).mockReturnValue(settlesAt)
    expect(await runDurableObjectAlarm(shardStub(position, 1))).toBe(true)
    expect(await openClaims(position, 1)).toBe(0)
    const ledger = await position.api.ledger(50, null)
    expect(ledger.filter(({ type, reference }) => type === 'held' && reference === id)).toHaveLength(1)
  })
})

describe('to a reader', () => {
  it('is one position: unused units are available, claims are reserved at once', async () => {
    const position = await opened(1_000)
    const ids = await warmed(position, 2, 4)
    expect(escrowedUnits(await figures(position))).toBeGreaterThan(0)
    for (const id of ids.slice(0, 3)) await atShard(position, 2, hold(id, 2))
    const { states } = await position.api.view(position.name)
    expect(states).toMatchObject({ onHand: 1_000, reserved: 7, available: 993, committed: 0 })
    expect(await position.api.reservation(ids[0] ?? '')).toMatchObject({ status: 'held', quantity: 2 })
  })
})

describe('a command about a reservation', () => {
  it('finds it at every door, also before the position has heard of it', async () => {
    const position = await opened(1_000)
    const [id = '', other = '', third = ''] = await warmed(position, 3, 4)
    await atShard(position, 3, hold(id, 2))
    expect(await position.send(commit(id))).toMatchObject({ ok: true, granted: 2 })
    await atShard(position, 3, hold(other, 2))
    expect(await atShard(position, 0, release(other))).toMatchObject({ ok: true, granted: 2 })
    await atShard(position, 3, hold(third, 2))
    expect(await atShard(position, 3, commit(third))).toMatchObject({ ok: true, granted: 2 })
  })

  it('is answered once, whichever door it comes through again', async () => {
    const position = await opened(1_000)
    const [id = ''] = await warmed(position, 1, 4)
    const asked = hold(id, 5)
    expect(await atShard(position, 1, asked)).toMatchObject({ effect: 'applied', granted: 5 })
    expect(await atShard(position, 1, asked)).toMatchObject({ effect: 'applied', granted: 5 })
    expect(await position.send(asked)).toMatchObject({ ok: true, granted: 5 })
    expect(await position.send(hold(id, 5))).toMatchObject({ effect: 'unchanged', granted: 5 })
    expect(await atShard(position, 1, hold(id, 5))).toMatchObject({ effect: 'unchanged', granted: 5 })
    expect(await position.available()).toBe(1_000 - 1 - 5)
  })

  it('takes over a claim whose reservation the position has already only once', async () => {
    const position = await opened(1_000)
    const ids = await warmed(position, 1, 4)
    const [id = ''] = ids
    await position.send(hold(id, 5))
    expect(await atShard(position, 1, hold(id, 5))).toMatchObject({ ok: true, granted: 5 })
    expect(await position.available()).toBe(1_000 - 1 - 5)
    expect((await figures(position)).heldUnits).toBe(6)
  })
})

it('hears the door of a claim although an older settlement of it comes late', async () => {
  const position = await opened(1_000)
  const name = position.name as PositionId
  const [id = '', ...others] = await warmed(position, 3, 4)
  for (const other of others.slice(0, 2)) {
    await atShard(position, 3, hold(other, 1))
    await shardApi(position, 3).handOver(shardName(name, 3), false)
  }
  await atShard(position, 3, hold(id, 2))
  // What is claimed stays there until somebody asks.
  await runInDurableObject(shardStub(position, 3), (_, { storage }) => storage.deleteAlarm())
  await setLimits(position, closesAtOnce)
  await position.send(extend('nobody', Date.now()))
  expect(escrowOf(await figures(position)).shards).toBe(2)
  await setLimits(position, staysAsItIs)
  const late = { number: 1, claims: [], returned: 0 }
  await position.api.settle(name, { shard: 3, heardAt: 1, batch: late, wants: 0, asked: 0 })
  expect(await position.send(commit(id))).toMatchObject({ ok: true, granted: 2 })
})

describe('a settlement that cannot be right', () => {
  const wrong = (number: number, returned: number) => ({
    shard: 1,
    heardAt: null,
    batch: { number, claims: [], returned },
    wants: 0,
    asked: 0,
  })

  it.each([
    ['gives back what was never lent', 1, 5_000],
    ['leaves a batch out', 7, 0],
  ])('and %s is refused by itself: what shares its commit is done', async (_, number, returned) => {
    const position = await opened(1_000)
    const outcomes = await position.inside((instance) =>
      Promise.allSettled([
        instance.execute(position.name, hold('before', 2)),
        instance.settle(position.name, wrong(number, returned)),
        instance.execute(position.name, hold('after', 3)),
        instance.settle(position.name, { ...wrong(0, 0), shard: 2, batch: null, wants: 5 }),
      ]),
    )
    expect(outcomes).toMatchObject([
      { value: { ok: true, granted: 2 } },
      { value: { refused: expect.stringContaining('shard 1 settle') } },
      { value: { ok: true, granted: 3 } },
      { value: { granted: 5 } },
    ])
    expect((await position.api.view(position.name)).states).toMatchObject({ onHand: 1_000, reserved: 5 })
    await position.api.settle(position.name, wrong(number, returned))
    const told = async () =>
      (await position.api.ledger(50, null)).filter(({ type }) => type === 'escrow_refused' || type === 'escrow_mended')
    expect(await told()).toMatchObject([{ type: 'escrow_refused', reference: 'shard/1' }])
    // The shard's own batch is the next, and right.
    const [id = ''] = await warmed(position, 1, 4)
    await atShard(position, 1, hold(id, 2))
    expect((await position.api.view(position.name)).states).toMatchObject({ reserved: 8 })
    expect(await told()).toMatchObject([{ type: 'escrow_mended' }, { type: 'escrow_refused' }])
  })

  it('stays with its shard, which promises no more meanwhile and asks ever more rarely', async () => {
    const position = await opened(1_000)
    const name = shardName(position.name as PositionId, 1)
    const [id = '', next = ''] = await warmed(position, 1, 4)
    await atShard(position, 1, hold(id, 2))
    const refusing = await position.inside((instance) =>
      vi.spyOn(instance.execution, 'join').mockResolvedValue({ refused: 'it cannot be right' }),
    )
    for (const againMs of [1_000, 2_000, 4_000]) {
      const [outcome] = await Promise.allSettled([shardApi(position, 1).handOver(name, false)])
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('be right') } })
      expect((await settlesAtMs(position, 1)) - Date.now()).toBe(againMs)
    }
    expect(await atShard(position, 1, hold(next, 1))).toMatchObject({ ok: false, error: { reason: 'overloaded' } })
    expect(await openClaims(position, 1)).toBe(1)
    refusing.mockRestore()
    await shardApi(position, 1).handOver(name, false)
    expect(await openClaims(position, 1)).toBe(0)
    expect(await atShard(position, 1, hold(next, 1))).toMatchObject({ ok: true, granted: 1 })
  })

  it('is asked for a second later by a shard whose position is out of reach, not at once', async () => {
    const position = await opened(1_000)
    const [id = ''] = await warmed(position, 1, 4)
    await atShard(position, 1, hold(id, 2))
    await position.inside((instance) => {
      vi.spyOn(instance.execution, 'join').mockRejectedValueOnce(new Error('out of reach'))
    })
    await Promise.allSettled([shardApi(position, 1).handOver(shardName(position.name as PositionId, 1), false)])
    expect((await settlesAtMs(position, 1)) - Date.now()).toBe(1_000)
    expect(await openClaims(position, 1)).toBe(1)
  })
})

describe('commands that build on each other', () => {
  it.each(['the position', 'a shard'])('are decided in their order by %s, when units are collected', async (door) => {
    const position = await opened(100)
    for (const shard of [0, 1, 2, 3]) await warmed(position, shard, 4)
    const asked = [hold('large', 90), commit('large')]
    const shard = doorOf('large', 4)
    const verdicts =
      door === 'a shard'
        ? await shardApi(position, shard).applyMany(shardName(position.name as PositionId, shard), asked)
        : await position.api.applyMany(position.name, asked)
    expect(verdicts).toMatchObject([
      { ok: true, granted: 90 },
      { ok: true, granted: 90 },
    ])
    expect((await position.api.view(position.name)).states).toMatchObject({ committed: 90, reserved: 4 })
  })
})

describe('rebalancing', () => {
  it('refuses nothing while units exist: they are collected from the other shards first', async () => {
    const position = await opened(100)
    for (const shard of [0, 1, 2, 3]) await warmed(position, shard, 4)
    expect(escrowedUnits(await figures(position))).toBeGreaterThan(0)
    expect(await one(position, hold('large', 96))).toMatchObject({ ok: true, granted: 96 })
    expect(await one(position, hold('one-more', 1))).toMatchObject({ ok: false })
  })

  it('tells whoever asks for more than there is how much there is in all', async () => {
    const position = await opened(100)
    await warmed(position, 0, 4)
    const verdict = await position.send(hold('too-large', 500))
    expect(verdict).toMatchObject({ ok: false, error: { reason: 'insufficient_stock', available: 99 } })
  })

  it('covers a count that finds less by taking available units first, wherever they are', async () => {
    const position = await opened(100)
    const [id = ''] = await warmed(position, 2, 4)
    await atShard(position, 2, hold(id, 2))
    await position.send(snapshot('s1', 2, Date.now() + 1))
    const { states } = await position.api.view(position.name)
    expect(states).toMatchObject({ onHand: 2, reserved: 2, backordered: 1, available: 0 })
    expect(await one(position, hold('late', 1))).toMatchObject({ ok: false })
  })
})

describe('stock that is gone', () => {
  it('is called in from the shards that it was set aside for: they promise no unit of it', async () => {
    const position = await opened(1_000)
    const ids = await warmed(position, 2, 4)
    expect(escrowedUnits(await figures(position))).toBeGreaterThan(3)
    await position.send(snapshot('s1', 3, Date.now() + 1))
    expect(await position.inside((_, { storage }) => storage.getAlarm())).toBeLessThanOrEqual(Date.now() + 50)
    await runDurableObjectAlarm(position.stub)
    expect(escrowedUnits(await figures(position))).toBe(0)
    const verdicts = await Promise.all(ids.map((id) => atShard(position, 2, hold(id, 1))))
    expect(granted(verdicts.flatMap((verdict) => verdict ?? []))).toBe(2)
    expect((await position.api.view(position.name)).states).toMatchObject({ reserved: 3, available: 0, backordered: 0 })
  })

  const ofLot = (units: number, goodUntilMs: number | null) => ({
    ...move('of-a-lot', 'receipt', units, Date.now()),
    lots: [{ lotId: 'L', quantity: units, goodUntilMs }],
  })

  it.each(['recalled', 'quality_hold'] as const)(
    'with a lot that is %s is called in, and lent again',
    async (status) => {
      const position = await opened(0)
      await position.send(ofLot(1_000, null))
      const ids = await warmed(position, 2, 4)
      expect(escrowedUnits(await figures(position))).toBeGreaterThan(3)
      await position.send(setLotStatus('L', status))
      await runDurableObjectAlarm(position.stub)
      expect(escrowedUnits(await figures(position))).toBe(0)
      const verdicts = await Promise.all(ids.map((id) => atShard(position, 2, hold(id, 1))))
      expect(granted(verdicts.flatMap((verdict) => verdict ?? []))).toBe(0)
      const { states } = await position.api.view(position.name)
      expect(states).toMatchObject({ available: 0, backordered: 1, qualityControl: 1_000 })
      await position.send(setLotStatus('L', 'sellable'))
      expect(await atShard(position, 2, hold('again', 1))).toMatchObject({ ok: true, granted: 1 })
    },
  )

  it('with a lot that expires is called in before it does', async () => {
    const position = await opened(0)
    const nowMs = Date.now()
    await position.send(ofLot(1_000, nowMs + 60_000))
    const ids = await warmed(position, 2, 4)
    expect(escrowedUnits(await figures(position))).toBeGreaterThan(3)
    vi.spyOn(Date, 'now').mockReturnValue(nowMs + 60_000 - 4_000)
    await runDurableObjectAlarm(position.stub)
    await runDurableObjectAlarm(position.stub)
    expect(escrowedUnits(await figures(position))).toBe(0)
    expect(await atShard(position, 2, hold(ids[0] ?? '', 1))).toMatchObject({ ok: true, granted: 1 })
    expect(escrowedUnits(await figures(position))).toBe(0)
    vi.spyOn(Date, 'now').mockReturnValue(nowMs + 60_000)
    const verdicts = await Promise.all(ids.slice(1).map((id) => atShard(position, 2, hold(id, 1))))
    expect(granted(verdicts.flatMap((verdict) => verdict ?? []))).toBe(0)
  })
})

describe('a crash', () => {
  it('loses no claim that was answered and grants none twice', async () => {
    const position = await opened(1_000)
    const ids = await warmed(position, 1, 4)
    for (const id of ids.slice(0, 4)) await atShard(position, 1, hold(id, 3))
    await abortAllDurableObjects()
    for (const id of ids.slice(0, 4)) expect(await atShard(position, 1, commit(id))).toMatchObject({ granted: 3 })
    expect((await position.api.view(position.name)).states).toMatchObject({ committed: 12, reserved: 1 })
  })

  it('between cutting a batch and its answer settles that batch once', async () => {
    const position = await opened(1_000)
    const ids = await warmed(position, 1, 4)
    await atShard(position, 1, hold(ids[0] ?? '', 3))
    await position.inside((instance) => {
      // The position takes the batch over, and the answer is lost.
      const join = instance.execution.join.bind(instance.execution)
      vi.spyOn(instance.execution, 'join').mockImplementationOnce(async (asked) => {
        await join(asked)
        throw new Error('the answer was lost')
      })
    })
    const name = shardName(position.name as PositionId, 1)
    const [outcome] = await Promise.allSettled([shardApi(position, 1).handOver(name, false)])
    expect(outcome?.status).toBe('rejected')
    await evictDurableObject(shardStub(position, 1))
    expect((await position.api.view(position.name)).states).toMatchObject({ reserved: 4, available: 996 })
    expect(await openClaims(position, 1)).toBe(0)
  })
})

describe('when it cools', () => {
  it('closes, takes every claim over and gets every unit back, by its own alarm', async () => {
    vi.restoreAllMocks()
    const position = await opened(1_000)
    for (const shard of [0, 1, 2, 3]) {
      const [id = ''] = await warmed(position, shard, 4)
      await atShard(position, shard, hold(`${id}`, 2))
    }
    await setLimits(position, closesAtOnce)
    for (let step = 0; step < 3; step += 1) await position.send(extend('nobody', Date.now()))
    expect(escrowOf(await figures(position)).shards).toBe(0)
    await vi.waitFor(async () => expect(escrowedUnits(await figures(position))).toBe(0), { timeout: 15_000 })
    expect((await position.api.view(position.name)).states).toMatchObject({ reserved: 12, available: 988 })
    expect((await position.send(extend('nobody', Date.now()))).shards).toBeUndefined()
    const [, id = ''] = idsAt(0, 4, 40).slice(20)
    expect(await atShard(position, 0, hold(id, 2))).toMatchObject({ ok: true, granted: 2 })
    expect((await figures(position)).heldUnits).toBe(14)
  })
})

describe('the check of its units', () => {
  /** Its state as stored, read by a fresh actor that nothing wakes meanwhile; answers what it was. */
  async function tamper(position: TestPosition, set: string): Promise<string> {
    await evictDurableObject(shardStub(position, 0))
    return runInDurableObject(shardStub(position, 0), async (_, { storage }) => {
      await storage.deleteAlarm()
      const { state } = storage.sql.exec<{ state: string }>('SELECT state FROM shard').one()
      storage.sql.exec(`UPDATE shard SET state = ${set}`)
      return state
    })
  }

  it.each([
    ['has a unit more than it was lent', 1],
    ['has lost a unit', -1],
  ])('tells when a shard %s', async (_, units) => {
    const position = await opened(40)
    const [id = ''] = await warmed(position, 0, 4)
    await atShard(position, 0, hold(id, 1))
    expect(await stockBreaches(position.name)).toEqual([])
    const sound = await tamper(position, `json_set(state, '$.unused', json_extract(state, '$.unused') + ${units})`)
    const lent = unitsAt(await figures(position), 0)
    expect(await stockBreaches(position.name)).toEqual([`I2: shard 0 has ${lent + units} of ${lent} units`])
    await tamper(position, `'${sound}'`)
    expect(await stockBreaches(position.name)).toEqual([])
    // Whole again, it goes on where it was.
    expect((await position.api.view(position.name)).states).toMatchObject({ reserved: 2, available: 38 })
  })
})
