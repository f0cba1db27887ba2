import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AvailabilityActor } from '../../durable-objects/availability-actor.ts'
import { StockWakeUps } from '../../durable-objects/stock-wake-ups.ts'
import { doneKeptMs } from '../../durable-objects/unrouted-table.ts'
import { type AvailabilityApi, actor } from '../../src/actor-apis.ts'
import { healDelayMinMs } from '../../src/domain/atp/judge-news.ts'
import { testEnv } from '../fixtures/d1.ts'
import { summaryOf } from '../fixtures/position-summaries.ts'
import { move } from '../fixtures/stock-commands.ts'
import { TestPosition } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'

const skus = Array.from({ length: 40 }, (_, index) => `TOLD-${index + 1}`)
let used = 0

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    skus: [...file.skus, ...skus.map((sku) => ({ ...file.skus[0], sku, title: sku }) as (typeof file.skus)[number])],
  }))
})

/** An hour ahead, so that no alarm goes off by itself before a test lets it; and positions push what a test pushes. */
beforeEach(() => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
  vi.spyOn(StockWakeUps.prototype, 'pushSummary').mockResolvedValue()
})
afterEach(() => {
  vi.restoreAllMocks()
})
const laterBy = (ms: number) => vi.mocked(Date.now).mockReturnValue(Date.now() + ms)

const strict = 0
const relaxed = 60_000
const both = ['east', 'west']

function newAvailability(sku = skus[used++] ?? 'TOLD-1') {
  // Cast justified: the bindings are typed without their classes, and this one's class is AvailabilityActor.
  const stub = () =>
    testEnv.AVAILABILITY.get(testEnv.AVAILABILITY.idFromName(sku)) as DurableObjectStub<AvailabilityActor>
  const api = () => actor<AvailabilityApi>(testEnv.AVAILABILITY, sku)
  const told = (version: number, sellable: number, location = 'east') =>
    summaryOf({ sku, location, version, asOfMs: Date.now(), figures: { sellable } })
  return {
    sku,
    stub,
    push: (version: number, sellable: number, previousVersion = version - 1, location = 'east') =>
      api().push(sku, told(version, sellable, location), previousVersion),
    note: (orderId: string, version: number, quantity: number) => api().noteUnrouted(sku, orderId, version, quantity),
    read: (maxStalenessMs: number, locations: readonly string[] = both) => api().read(sku, locations, maxStalenessMs),
    receive: (id: string, units: number, location = 'east') =>
      new TestPosition(`${sku}@${location}`).send(move(id, 'receipt', units, Date.now())),
    inside: <Answer>(look: (instance: AvailabilityActor, state: DurableObjectState) => Answer | Promise<Answer>) =>
      runInDurableObject(stub(), look),
  }
}
type Availability = ReturnType<typeof newAvailability>

const sellable = async (availability: Availability, maxStalenessMs = relaxed) =>
  (await availability.read(maxStalenessMs)).summaries.map(({ location, figures }) => [location, figures.sellable])

/** Names of the positions asked from now on. */
function positionsAsked(): string[] {
  const asked: string[] = []
  const idFromName = testEnv.STOCK.idFromName.bind(testEnv.STOCK)
  vi.spyOn(testEnv.STOCK, 'idFromName').mockImplementation((name) => {
    asked.push(name)
    return idFromName(name)
  })
  return asked
}

function failPositions(): void {
  vi.spyOn(testEnv.STOCK, 'get').mockImplementation(() => {
    throw new Error('the position is restarting')
  })
}

const anomalies = (availability: Availability) =>
  availability.inside((_, state) => {
    const rows = state.storage.sql.exec<{ value: string }>("SELECT value FROM actor_fact WHERE name = 'anomalies'")
    return Number(rows.toArray()[0]?.value ?? 0)
  })

describe('what positions push', () => {
  it('is held at its newest version, in whatever order it comes', async () => {
    const availability = newAvailability()
    await availability.push(3, 30, 2)
    await availability.push(2, 20, 1)
    await availability.push(1, 10, 0)
    await availability.push(3, 30, 2)
    expect(await sellable(availability)).toEqual([['east', 30]])
  })

  it('makes the answer’s version grow, and what changes nothing does not', async () => {
    const availability = newAvailability()
    await availability.push(1, 10)
    const { version } = await availability.read(relaxed)
    await availability.push(1, 10)
    expect((await availability.read(relaxed)).version).toBe(version)
    await availability.push(2, 11)
    expect((await availability.read(relaxed)).version).toBeGreaterThan(version)
  })

  it('shows when a push was lost, and is right again with the next', async () => {
    const availability = newAvailability()
    await availability.push(1, 10, 0)
    expect(await anomalies(availability)).toBe(0)
    await availability.push(7, 70, 5)
    expect(await anomalies(availability)).toBe(1)
    expect(await sellable(availability)).toEqual([['east', 70]])
    await availability.push(8, 80, 7)
    expect(await anomalies(availability)).toBe(1)
  })

  it('survives an eviction with its confirmed times and its version', async () => {
    const availability = newAvailability()
    await availability.receive('r1', 10)
    await availability.push(1, 10)
    const before = await availability.read(relaxed, ['east'])
    await evictDurableObject(availability.stub())
    const asked = positionsAsked()
    expect(await availability.read(relaxed, ['east'])).toEqual(before)
    expect(asked).toEqual([])
  })

  it('shares one commit when it comes together', async () => {
    const availability = newAvailability()
    await availability.push(1, 10)
    const commits = await availability.inside(async (instance, { storage }) => {
      const spy = vi.spyOn(storage, 'transactionSync')
      const pushes = Array.from({ length: 20 }, (_, index) =>
        instance.push(availability.sku, summaryOf({ sku: availability.sku, version: index + 2 }), index + 1),
      )
      await Promise.all(pushes)
      return spy.mock.calls.length
    })
    expect(commits).toBe(1)
  })

  it('of a busy SKU costs no commit each: two within a minute, and then none until it looks after itself', async () => {
    const availability = newAvailability()
    const written = await availability.inside(async (instance, { storage }) => {
      const spy = vi.spyOn(storage, 'transactionSync')
      for (let version = 1; version <= 20; version++) {
        const told = summaryOf({ sku: availability.sku, version, figures: { sellable: version } })
        await instance.push(availability.sku, told, version - 1)
      }
      return spy.mock.calls.length
    })
    expect(written).toBe(2)
    expect(await sellable(availability)).toEqual([['east', 20]])
    laterBy(healDelayMinMs + 1)
    await availability.push(21, 21)
    await runDurableObjectAlarm(availability.stub())
    await evictDurableObject(availability.stub())
    const asked = positionsAsked()
    expect(await sellable(availability, relaxed)).toEqual([['east', 21]])
    expect(asked).toEqual([`${availability.sku}@west`])
  })

  it('that was lost with a busy actor is asked for before anything is answered, whatever age is accepted', async () => {
    const availability = newAvailability()
    for (const [version, id] of ['r1', 'r2', 'r3'].entries()) {
      await availability.receive(id, 10)
      await availability.push(version + 1, 10 * (version + 1))
    }
    const { version } = await availability.read(relaxed, ['east'])
    await evictDurableObject(availability.stub())
    const asked = positionsAsked()
    const answer = await availability.read(relaxed, ['east'])
    expect(answer.summaries).toMatchObject([{ version: 3, figures: { sellable: 30 } }])
    expect(answer.version).toBeGreaterThanOrEqual(version)
    expect(asked).toEqual([`${availability.sku}@east`])
    await availability.read(relaxed, ['east'])
    expect(asked).toHaveLength(1)
  })

  it('that was lost with a busy actor is no gap, and what is told next dispels the doubt', async () => {
    const availability = newAvailability()
    for (const version of [1, 2, 3]) await availability.push(version, 10 * version)
    await evictDurableObject(availability.stub())
    await availability.push(4, 40)
    const asked = positionsAsked()
    expect(await sellable(availability)).toEqual([['east', 40]])
    expect(asked).not.toContain(`${availability.sku}@east`)
    expect(await anomalies(availability)).toBe(0)
  })

  it('by a position that has no row yet is saved at once, however busy the SKU is', async () => {
    const availability = newAvailability()
    for (const version of [1, 2, 3]) await availability.push(version, 10 * version)
    await availability.push(1, 5, 0, 'west')
    const rows = await availability.inside((_, { storage }) =>
      storage.sql.exec<{ location: string }>('SELECT location FROM position_summary ORDER BY location').toArray(),
    )
    expect(rows.map(({ location }) => location)).toEqual(['east', 'west'])
  })

  it('when it was lost is doubted for as long as its position is silent, and told with its age', async () => {
    const availability = newAvailability()
    const confirmedAtMs = Date.now()
    for (const version of [1, 2]) await availability.push(version, 10 * version)
    laterBy(1_000)
    await availability.push(3, 30)
    await evictDurableObject(availability.stub())
    failPositions()
    const { summaries } = await availability.read(relaxed, ['east'])
    expect(summaries).toMatchObject([{ version: 2, confirmedAtMs }])
    await availability.note('b2b:1', 3, 5)
    await evictDurableObject(availability.stub())
    const asked = positionsAsked()
    await availability.read(relaxed, ['east'])
    expect(asked).toEqual([`${availability.sku}@east`])
  })

  it('that was lost is asked for before orders that wait are matched to it', async () => {
    const availability = newAvailability()
    for (const [version, id] of ['r1', 'r2', 'r3'].entries()) {
      await availability.receive(id, 10)
      await availability.push(version + 1, 10 * (version + 1))
    }
    await evictDurableObject(availability.stub())
    const turn = { priority: 100, sinceMs: 0, promisedByMs: null, notBeforeMs: null }
    const waits = { orderId: 'b2b:1', version: 1, units: 25, ...turn, locations: ['east'] }
    const api = actor<AvailabilityApi>(testEnv.AVAILABILITY, availability.sku)
    await api.noteBackorder(availability.sku, waits)
    const { matches } = await api.backorders(availability.sku, null)
    // The rows know of twenty.
    expect(matches.map(({ matched }) => matched.map(({ units }) => units))).toEqual([[25]])
  })

  it('of another SKU is a bug and changes nothing', async () => {
    const availability = newAvailability()
    await availability.push(1, 10)
    await availability.inside(async (instance) => {
      const pushed = instance.push('OTHER', summaryOf({ sku: 'OTHER', version: 9 }), 8)
      await expect(pushed).rejects.toThrow('not OTHER')
    })
    expect(await sellable(availability)).toEqual([['east', 10]])
  })

  it('is forgotten together when the commit fails, and taken when it is pushed again', async () => {
    const availability = newAvailability()
    await availability.push(1, 10)
    await availability.inside(async (instance, { storage }) => {
      vi.spyOn(storage, 'transactionSync').mockImplementationOnce((work) => {
        work()
        throw new Error('the disk is full')
      })
      const push = () => instance.push(availability.sku, summaryOf({ sku: availability.sku, version: 2 }), 1)
      await expect(push()).rejects.toThrow('disk')
      await push()
    })
    expect((await availability.read(relaxed, ['east'])).summaries[0]?.version).toBe(2)
  })
})

describe('a read', () => {
  it('asks no position and no row while everything is young enough', async () => {
    const availability = newAvailability()
    await availability.push(1, 10)
    await availability.push(1, 5, 0, 'west')
    const asked = positionsAsked()
    const statements = await availability.inside(async (instance, { storage }) => {
      await instance.read(availability.sku, both, relaxed)
      const exec = vi.spyOn(storage.sql, 'exec')
      await instance.read(availability.sku, both, relaxed)
      return exec.mock.calls.length
    })
    expect(statements).toBe(0)
    expect(asked).toEqual([])
  })

  it('asks what it has never heard of, once, and leaves out where nothing ever happened', async () => {
    const availability = newAvailability()
    await availability.receive('r1', 10)
    const asked = positionsAsked()
    expect(await sellable(availability)).toEqual([['east', 10]])
    expect(asked).toEqual(both.map((location) => `${availability.sku}@${location}`))
    expect(await sellable(availability)).toEqual([['east', 10]])
    expect(asked).toHaveLength(2)
  })

  it('asks what was confirmed longer ago than it accepts, and tells when that was', async () => {
    const availability = newAvailability()
    await availability.receive('r1', 10)
    await availability.push(1, 99, 0)
    const confirmedAtMs = Date.now()
    laterBy(5_001)
    expect((await availability.read(5_001, ['east'])).summaries[0]).toMatchObject({ confirmedAtMs })
    const asked = positionsAsked()
    const answer = await availability.read(5_000, ['east'])
    expect(asked).toEqual([`${availability.sku}@east`])
    expect(answer.summaries[0]?.confirmedAtMs).toBe(Date.now())
  })

  it('with no staleness asks every position, and sees what was not pushed yet', async () => {
    const availability = newAvailability()
    await availability.receive('r1', 10)
    await availability.push(1, 10)
    await availability.receive('r2', 5)
    await availability.receive('w1', 2, 'west')
    expect(await sellable(availability, strict)).toEqual([
      ['east', 15],
      ['west', 2],
    ])
  })

  it('shares reads of positions with those who ask in the same turn, never with ones begun before', async () => {
    const availability = newAvailability()
    await availability.receive('r1', 10)
    const asked = positionsAsked()
    await availability.inside(async (instance) => {
      const read = () => instance.read(availability.sku, ['east'], strict)
      await Promise.all(Array.from({ length: 30 }, read))
      expect(asked).toHaveLength(1)
      const begun = read()
      while (asked.length === 1) await new Promise((resolve) => setTimeout(resolve, 0))
      await Promise.all([begun, read()])
    })
    expect(asked).toHaveLength(3)
  })

  it('of a SKU that nobody entered touches no position', async () => {
    const availability = newAvailability('NOBODY-ENTERED')
    const asked = positionsAsked()
    expect(await availability.read(strict)).toEqual({ version: 0, summaries: [], unrouted: 0 })
    expect(asked).toEqual([])
    expect(await availability.inside((_, { storage }) => storage.getAlarm())).toBeNull()
  })

  it('is answered with what is held when a position is silent, unless the truth of now is asked for', async () => {
    const availability = newAvailability()
    await availability.push(1, 10)
    const confirmedAtMs = Date.now()
    laterBy(60_000)
    failPositions()
    expect((await availability.read(1_000, ['east'])).summaries[0]).toMatchObject({ version: 1, confirmedAtMs })
    await availability.inside(async (instance) => {
      await expect(instance.read(availability.sku, ['east'], strict)).rejects.toThrow('restarting')
      await expect(instance.read(availability.sku, both, 1_000)).rejects.toThrow('restarting')
    })
  })

  it('believes a position that has fallen behind what it once told', async () => {
    const availability = newAvailability()
    await availability.receive('r1', 10)
    await availability.push(50, 500, 0)
    expect(await sellable(availability, strict)).toEqual([['east', 10]])
    await availability.push(2, 12, 1)
    expect(await sellable(availability)).toEqual([['east', 12]])
    expect(await anomalies(availability)).toBe(1)
  })
})

describe('healing', () => {
  it('reads positions again that nothing was heard of for a while', async () => {
    const availability = newAvailability()
    await availability.receive('r1', 10)
    await availability.push(1, 10)
    await availability.receive('lost', 7)
    laterBy(healDelayMinMs + 1)
    expect(await runDurableObjectAlarm(availability.stub())).toBe(true)
    const asked = positionsAsked()
    expect(await sellable(availability)).toEqual([['east', 17]])
    expect(asked).toEqual([`${availability.sku}@west`])
  })

  it('leaves alone whatever was confirmed meanwhile', async () => {
    const availability = newAvailability()
    await availability.push(1, 10)
    laterBy(healDelayMinMs + 1)
    await availability.push(2, 11)
    const asked = positionsAsked()
    await runDurableObjectAlarm(availability.stub())
    expect(asked).toEqual([])
  })

  it('comes back, and more rarely while nobody asks', async () => {
    const availability = newAvailability()
    await availability.receive('r1', 10)
    await availability.push(1, 10)
    const delays: number[] = []
    for (let round = 0; round < 4; round++) {
      const dueMs = (await availability.inside((_, { storage }) => storage.getAlarm())) ?? 0
      delays.push(dueMs - Date.now())
      laterBy(dueMs - Date.now() + 1)
      if (round === 2) await availability.read(relaxed)
      await evictUnlessAsked(availability, round)
      await runDurableObjectAlarm(availability.stub())
    }
    expect(delays).toEqual([1, 2, 4, 1].map((times) => healDelayMinMs * times))
  })

  async function evictUnlessAsked(availability: Availability, round: number): Promise<void> {
    if (round !== 2) await evictDurableObject(availability.stub())
  }

  it('survives positions that do not answer', async () => {
    const availability = newAvailability()
    await availability.push(1, 10)
    laterBy(healDelayMinMs + 1)
    failPositions()
    expect(await runDurableObjectAlarm(availability.stub())).toBe(true)
    expect(await availability.inside((_, { storage }) => storage.getAlarm())).not.toBeNull()
  })

  it('arms its alarm again when it wakes without one', async () => {
    const availability = newAvailability()
    await availability.push(1, 10)
    await availability.inside((_, { storage }) => storage.deleteAlarm())
    await evictDurableObject(availability.stub())
    expect(await availability.inside((_, { storage }) => storage.getAlarm())).not.toBeNull()
  })
})

describe('unrouted units', () => {
  const unrouted = async (availability: Availability) => (await availability.read(relaxed, [])).unrouted

  it('are summed over orders, and an order is taken out by zero', async () => {
    const availability = newAvailability()
    await availability.note('b2b:1', 3, 5)
    await availability.note('b2b:2', 9, 2)
    expect(await unrouted(availability)).toBe(7)
    await availability.note('b2b:1', 4, 0)
    expect(await unrouted(availability)).toBe(2)
  })

  it('of an older version of an order change nothing, even after it was taken out', async () => {
    const availability = newAvailability()
    await availability.note('b2b:1', 4, 3)
    await availability.note('b2b:1', 3, 5)
    expect(await unrouted(availability)).toBe(3)
    await availability.note('b2b:1', 5, 0)
    await availability.note('b2b:1', 4, 3)
    expect(await unrouted(availability)).toBe(0)
  })

  it('are the same after an eviction', async () => {
    const availability = newAvailability()
    await availability.note('b2b:1', 4, 3)
    await evictDurableObject(availability.stub())
    expect(await unrouted(availability)).toBe(3)
    await availability.note('b2b:1', 5, 1)
    expect(await unrouted(availability)).toBe(1)
  })

  it('leave no row behind a day after an order came to zero, and then nothing wakes the actor', async () => {
    const availability = newAvailability()
    await availability.note('b2b:1', 4, 3)
    await availability.note('b2b:1', 5, 0)
    laterBy(doneKeptMs + 1)
    await runDurableObjectAlarm(availability.stub())
    const rows = await availability.inside((_, { storage }) => storage.sql.exec('SELECT * FROM unrouted').toArray())
    expect(rows).toEqual([])
    expect(await availability.inside((_, { storage }) => storage.getAlarm())).toBeNull()
  })
})
