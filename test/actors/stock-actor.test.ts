import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { StockCommand, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import { hasTables } from '../fixtures/check-stock.ts'
import { commit, extend, hold, move, release, setSafetyStock, ship, snapshot } from '../fixtures/stock-commands.ts'
import { checkedPositions, type TestPosition } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'

const newPosition = checkedPositions()
const refusal = (reason: string) => ({ ok: false, error: { reason } })
const minuteMs = 60_000
/** What an overloaded answer asks of its caller; a shorter time only makes the test busier. */
const retryAfterMs = 50

/** What a position owes the outside is sent while the tests run: the receiving end must be there. */
beforeAll(async () => {
  await seedConfig()
})

afterEach(() => {
  vi.restoreAllMocks()
})

async function stocked(units: number): Promise<TestPosition> {
  const position = newPosition()
  await position.send(move(`receipt-${position.name}`, 'receipt', units, Date.now()))
  return position
}

const countRows = (position: TestPosition, table: string) =>
  position.inside((_, state) => state.storage.sql.exec(`SELECT * FROM ${table}`).toArray().length)

describe('a position', () => {
  it('answers every read of an untouched position without creating anything', async () => {
    const position = newPosition()
    const view = await position.api.view(position.name)
    expect(view).toMatchObject({ known: false, version: 0, states: { available: 0, onHand: 0 } })
    expect(await position.api.reservation('none')).toBeNull()
    expect(await position.api.ledger(10, null)).toEqual([])
    expect(await position.api.projectionPage(0, 10)).toEqual({
      document: null,
      entries: [],
      throughSeq: 0,
      more: false,
    })
    expect(await position.api.verifyAudit()).toMatchObject({ valid: true, entries: 0 })
    await position.api.projected(5)
    await position.api.reproject()
    expect(await position.inside((_, state) => hasTables(state))).toBe(false)
    expect(await position.inside((_, state) => state.storage.getAlarm())).toBeNull()
  })

  it('takes a reservation from hold to shipment and tells it in its ledger', async () => {
    const position = await stocked(10)
    expect(await position.send(hold('r1', 4))).toMatchObject({ ok: true, effect: 'applied', granted: 4, available: 6 })
    expect(await position.send(commit('r1'))).toMatchObject({ ok: true, granted: 4 })
    expect(await position.send(ship('r1', 's1', 3))).toMatchObject({ ok: true, granted: 3, available: 6 })
    const { states } = await position.api.view(position.name)
    expect(states).toMatchObject({ onHand: 7, committed: 1, reserved: 0, available: 6, backordered: 0 })
    const ledger = await position.api.ledger(10, null)
    expect(ledger.map(({ type, quantity, onHandAfter }) => [type, quantity, onHandAfter])).toEqual([
      ['shipped', 3, 7],
      ['committed', 4, 10],
      ['held', 4, 10],
      ['receipt', 10, 10],
    ])
    expect(await position.api.ledger(2, ledger[1]?.seq ?? 0)).toEqual(ledger.slice(2))
    expect(await position.api.reservation('r1')).toMatchObject({ status: 'committed', quantity: 4, shipped: 3 })
  })

  it('gives the same command the same verdict, also a refusal that would be granted by now', async () => {
    const position = await stocked(1)
    const early = hold('r1', 5)
    const first = await position.send(early)
    expect(first).toMatchObject(refusal('insufficient_stock'))
    await position.send(move('m2', 'receipt', 10, Date.now()))
    expect(await position.send(early)).toEqual(first)
    expect(await position.send(hold('r1', 5))).toMatchObject({ ok: true, granted: 5 })
  })

  it('keeps everything over an eviction', async () => {
    const position = await stocked(10)
    const held = hold('r1', 4)
    const verdict = await position.send(held)
    await position.send(setSafetyStock(3))
    const before = await position.api.view(position.name)
    await evictDurableObject(position.stub)
    const { asOfMs: _, ...after } = await position.api.view(position.name)
    expect(after).toEqual({ ...after, version: before.version, states: before.states })
    expect(await position.send(held)).toEqual(verdict)
    expect(await position.send(commit('r1'))).toMatchObject({ ok: true })
  })

  it('keeps what was acknowledged over a crash', async () => {
    const position = await stocked(10)
    const held = hold('r1', 4)
    const verdict = await position.send(held)
    await abortAllDurableObjects()
    expect(await position.available()).toBe(6)
    expect(await position.send(held)).toEqual(verdict)
  })

  it('arms its alarm again when work is pending and the alarm was lost', async () => {
    const position = await stocked(10)
    await position.send(hold('r1', 1, { expiresAtMs: Date.now() + minuteMs }))
    await position.inside((_, state) => state.storage.deleteAlarm())
    await evictDurableObject(position.stub)
    // While it is being handled none is set.
    await vi.waitFor(async () => expect(await nextAlarmMs(position)).not.toBeNull(), { timeout: 15_000 })
  })

  it('serves one name for life', async () => {
    const position = await stocked(10)
    const [outcome] = await Promise.allSettled([position.api.execute('OTHER@west', hold('r1', 1))])
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { message: `this actor is ${position.name}, not OTHER@west` },
    })
    expect(await position.available()).toBe(10)
  })

  it('answers a batch in order, a refused item beside the others', async () => {
    const position = newPosition()
    const verdicts = await position.api.applyMany(position.name, [
      move('m1', 'receipt', 5, Date.now()),
      hold('r1', 3),
      hold('r2', 3),
      hold('r3', 2),
      move('m1', 'receipt', 6, Date.now()),
    ])
    expect(verdicts).toMatchObject([
      { ok: true },
      { ok: true, granted: 3 },
      refusal('insufficient_stock'),
      { ok: true, granted: 2, available: 0 },
      refusal('movement_conflict'),
    ])
  })

  it('does not let a broken command take its neighbours in the batch down', async () => {
    const position = await stocked(10)
    const broken: StockCommand = { ...hold('r1', 1), quantity: 0.5 }
    const [good, bad, alsoGood] = await Promise.allSettled([
      position.send(hold('r2', 1)),
      position.send(broken),
      position.send(hold('r3', 1)),
    ])
    expect([good?.status, bad?.status, alsoGood?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await position.available()).toBe(8)
  })

  it('rolls the whole batch back when storage fails, and believes nothing it remembered', async () => {
    const position = await stocked(10)
    await position.inside((_, state) => {
      state.storage.sql.exec(`CREATE TRIGGER full_disk BEFORE INSERT ON reservation WHEN NEW.reservation_id = 'poison'
        BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
    })
    const sent = [hold('r1', 2), hold('poison', 2)]
    const outcomes = await Promise.allSettled(sent.map((command) => position.send(command)))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await position.available()).toBe(10)
    await position.inside((_, state) => {
      state.storage.sql.exec('DROP TRIGGER full_disk')
    })
    expect(await position.send(hold('r1', 2))).toMatchObject({ ok: true, available: 8 })
  })
})

describe('expiry', () => {
  it('is exact: the hold counts until the last millisecond before, and not at the instant itself', async () => {
    const position = await stocked(5)
    const expiresAtMs = Date.now() + minuteMs
    await position.send(hold('r1', 5, { expiresAtMs }))
    const clock = vi.spyOn(Date, 'now').mockReturnValue(expiresAtMs - 1)
    expect(await position.available()).toBe(0)
    clock.mockReturnValue(expiresAtMs)
    expect(await position.available()).toBe(5)
    expect(await position.api.reservation('r1')).toMatchObject({ status: 'expired' })
    expect(await position.send(commit('r1'))).toMatchObject({
      ok: false,
      error: { reason: 'reservation_expired', expiredAtMs: expiresAtMs },
    })
    expect(await position.send(hold('r2', 5))).toMatchObject({ ok: true, granted: 5 })
  })

  it('is tidied by the alarm, which is set for the earliest hold', async () => {
    const position = await stocked(5)
    const startMs = Date.now()
    await position.send(hold('late', 1, { expiresAtMs: startMs + 2 * minuteMs }))
    await position.send(hold('soon', 1, { expiresAtMs: startMs + minuteMs }))
    await drained(position)
    expect(await nextAlarmMs(position)).toBeLessThanOrEqual(startMs + minuteMs)
    const clock = vi.spyOn(Date, 'now').mockReturnValue(startMs + minuteMs)
    await runDurableObjectAlarm(position.stub)
    expect((await position.api.ledger(1, null))[0]).toMatchObject({ type: 'expired', reference: 'soon' })
    expect(await position.inside(readFigures)).toMatchObject({ heldUnits: 1 })
    clock.mockReturnValue(startMs + 2 * minuteMs)
    await runDurableObjectAlarm(position.stub)
    expect(await position.inside(readFigures)).toMatchObject({ heldUnits: 0 })
    expect(await countRows(position, 'timer')).toBe(0)
  })

  it('moves with an extension and ends with a commit', async () => {
    const position = await stocked(5)
    const startMs = Date.now()
    await position.send(hold('r1', 2, { expiresAtMs: startMs + minuteMs }))
    await position.send(hold('r2', 2, { expiresAtMs: startMs + minuteMs }))
    await position.send(extend('r1', startMs + 5 * minuteMs))
    await position.send(commit('r2'))
    vi.spyOn(Date, 'now').mockReturnValue(startMs + 2 * minuteMs)
    expect(await position.send(commit('r1'))).toMatchObject({ ok: true, granted: 2 })
    expect(await position.available()).toBe(1)
  })

  it('tidies a thousand carts that end in the same millisecond before it decides anything else', async () => {
    const position = await stocked(1_000)
    const expiresAtMs = Date.now() + minuteMs
    const holds = Array.from({ length: 1_000 }, (_, index) => hold(`r${index}`, 1, { expiresAtMs }))
    await position.api.applyMany(position.name, holds)
    vi.spyOn(Date, 'now').mockReturnValue(expiresAtMs)
    expect(await position.send(hold('next', 1_000))).toMatchObject({ ok: true, available: 0 })
  })
})

describe('a command that says it is unrepeated', () => {
  const once = <Sent extends StockCommand>(command: Sent) => ({ ...command, unrepeated: true }) as const

  it('leaves nothing in the command memory, alone or beside others that do', async () => {
    const position = newPosition()
    await position.api.applyMany(position.name, [once(move('m1', 'receipt', 10, Date.now())), hold('r1', 1)])
    await position.send(once(hold('r2', 1)))
    expect(await countRows(position, 'command_memory')).toBe(1)
  })

  it('is answered by what it names when it comes again after all, in the same batch or later', async () => {
    const position = newPosition()
    const receipt = once(move('m1', 'receipt', 10, Date.now()))
    const claim = once(hold('r1', 4))
    const verdicts = await position.api.applyMany(position.name, [receipt, receipt, claim, claim])
    expect(verdicts.map((verdict) => verdict.ok && verdict.effect)).toEqual([
      ...['applied', 'unchanged', 'applied', 'unchanged'],
    ])
    expect(await position.send(claim)).toMatchObject({ ok: true, effect: 'unchanged', granted: 4, available: 6 })
  })

  it('is decided anew when that has ended meanwhile, where a remembered one has its verdict for ever', async () => {
    const position = newPosition()
    const [fresh, kept] = [once(hold('r1', 1)), hold('r2', 1)]
    await position.api.applyMany(position.name, [move('m1', 'receipt', 10, Date.now()), fresh, kept])
    await position.api.applyMany(position.name, [release('r1'), release('r2')])
    expect(await position.send(kept)).toMatchObject({ ok: true, granted: 1 })
    expect(await position.send(fresh)).toMatchObject({ ok: false, error: { reason: 'reservation_released' } })
  })
})

describe('many callers', () => {
  it('sells the last 100 units to exactly 100 of 2,000 buyers who each send three times', async () => {
    const position = await stocked(100)
    const buyers = Array.from({ length: 2_000 }, (_, index) => hold(`buyer-${index}`, 1))
    const rounds = await Promise.all(
      [0, 1, 2].map(() => Promise.all(buyers.map((buyer) => askedTillHeard(position, buyer)))),
    )
    const winners = rounds[0]?.filter((verdict) => verdict.ok) ?? []
    expect(winners).toHaveLength(100)
    for (const loser of rounds[0]?.filter((verdict) => !verdict.ok) ?? []) {
      expect(loser).toEqual({ ok: false, error: { reason: 'insufficient_stock', requested: 1, available: 0 } })
    }
    expect(rounds[1]).toEqual(rounds[0])
    expect(rounds[2]).toEqual(rounds[0])
    expect((await position.api.view(position.name)).states).toMatchObject({ reserved: 100, available: 0 })
  }, 240_000)

  it('shares commits: at 32 parked callers at most one in ten reservations costs one', async () => {
    const position = await stocked(10_000)
    const count = () =>
      position.inside(({ execution }) => ({ commits: execution.batches, reservations: execution.items }))
    const before = await count()
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 32 }, (_, index) => position.send(hold(`r${round}-${index}`, 1))))
    }
    const after = await count()
    const reservations = after.reservations - before.reservations
    expect(reservations).toBe(640)
    expect((after.commits - before.commits) / reservations).toBeLessThanOrEqual(0.1)
  })

  it('writes each batch in one transaction, with one row of totals', async () => {
    const position = await stocked(1_000)
    const transactions = await position.inside(async (instance, state) => {
      const spy = vi.spyOn(state.storage, 'transactionSync')
      await Promise.all(Array.from({ length: 32 }, (_, i) => instance.execute(position.name, hold(`r${i}`, 1))))
      return spy.mock.calls.length
    })
    expect(transactions).toBe(1)
  })

  it('refuses what it cannot park, changes nothing for it, and takes it later', async () => {
    const position = await stocked(10_000)
    const commands = Array.from({ length: 2_049 }, (_, index) => hold(`r${index}`, 1))
    const verdicts = await position.api.applyMany(position.name, commands)
    expect(new Set(verdicts.map((verdict) => JSON.stringify(verdict)))).toEqual(
      new Set([JSON.stringify(refusal('overloaded'))]),
    )
    expect(await position.available()).toBe(10_000)
    expect(await position.send(commands[0] as StockCommand)).toMatchObject({ ok: true })
  })

  it('answers a view from memory once it is warm', async () => {
    const position = await stocked(10)
    const statements = await position.inside(async (instance, state) => {
      await instance.view(position.name)
      const spy = vi.spyOn(state.storage.sql, 'exec')
      await instance.view(position.name)
      return spy.mock.calls.length
    })
    expect(statements).toBe(0)
  })

  it('decides with the same number of statements, however many reservations are open', async () => {
    // The clock stands still, and each is counted behind another one: wake-ups are owed already and none is sent.
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
    const position = await stocked(100_000)
    const statementsFor = (command: StockCommand) =>
      position.inside(async (instance, state) => {
        await instance.execute(position.name, hold(`before-${command.commandId}`, 1))
        const spy = vi.spyOn(state.storage.sql, 'exec')
        await instance.execute(position.name, command)
        const statements = spy.mock.calls.length
        spy.mockRestore()
        return statements
      })
    await statementsFor(hold('warm', 1))
    const few = await statementsFor(hold('first', 1))
    await position.api.applyMany(
      position.name,
      Array.from({ length: 2_000 }, (_, index) => hold(`r${index}`, 1)),
    )
    expect(await statementsFor(hold('last', 1))).toBe(few)
  })
})

describe('reports', () => {
  it('are recognised by their id over an eviction, whatever command brings them', async () => {
    const position = await stocked(10)
    const atMs = Date.now()
    await position.send(hold('r1', 4))
    await position.send(commit('r1'))
    await position.send(ship('r1', 's1', 4))
    await position.send(move('m1', 'receipt', 5, atMs))
    await position.send(snapshot('f1', 11, atMs + 1))
    await evictDurableObject(position.stub)
    expect(await position.send(ship('r1', 's1', 4))).toMatchObject({ ok: true, effect: 'unchanged' })
    expect(await position.send(ship('r1', 's1', 3))).toMatchObject(refusal('movement_conflict'))
    expect(await position.send(move('m1', 'receipt', 5, atMs))).toMatchObject({ effect: 'unchanged' })
    expect(await position.send(snapshot('f1', 11, atMs + 1))).toMatchObject({ effect: 'unchanged' })
    expect(await position.send(snapshot('f1', 12, atMs + 1))).toMatchObject(refusal('movement_conflict'))
  })

  it('rebases a snapshot on the movements after it and says by how much it differs', async () => {
    const position = newPosition()
    const startMs = Date.now() - minuteMs
    await position.send(snapshot('f1', 100, startMs))
    await position.send(move('m1', 'shipment', 10, startMs + 30))
    await position.send(move('m2', 'receipt', 5, startMs + 10))
    expect(await position.send(snapshot('f2', 102, startMs + 20))).toMatchObject({ effect: 'applied', available: 92 })
    expect(await position.send(snapshot('f0', 500, startMs - 1))).toMatchObject({ effect: 'stale', available: 92 })
    const { entries } = await position.api.projectionPage(0, 200)
    const drifts = entries.filter(({ type }) => type === 'drifted').map(({ event }) => JSON.parse(event))
    expect(drifts).toMatchObject([{ by: 'snapshot', reference: 'f2', believed: 95, found: 92, difference: -3 }])
    expect(entries.at(-1)?.type).toBe('figure_ignored')
  })
})

/** Without what a verdict says of shards: a rush opens them, and that changes nothing of what is decided. */
async function askedTillHeard(position: TestPosition, command: StockCommand): Promise<StockVerdict> {
  for (;;) {
    const { shards: _, ...verdict } = await position.send(command)
    if (verdict.ok || verdict.error.reason !== 'overloaded') return verdict
    await scheduler.wait(retryAfterMs)
  }
}

/** The wake-ups are out of the way: only timers are left to set the alarm. */
const drained = (position: TestPosition) =>
  position.inside((_, state) => {
    state.storage.sql.exec('DELETE FROM outbox')
  })

const nextAlarmMs = (position: TestPosition) => position.inside((_, state) => state.storage.getAlarm())

const readFigures = (_: unknown, state: DurableObjectState) =>
  JSON.parse(state.storage.sql.exec<{ figures: string }>('SELECT figures FROM position').one().figures) as object
