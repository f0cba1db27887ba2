import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LocationActor } from '../../durable-objects/location-actor.ts'
import { actor, type LocationApi } from '../../src/actor-apis.ts'
import { forgetConfig } from '../../src/config/active-config.ts'
import type { LocationCommandBody } from '../../src/domain/location/location-command.ts'
import type { LocationEvent } from '../../src/domain/location/location-event.ts'
import { evolve, initialLocation } from '../../src/domain/location/location-state.ts'
import { commandId, correlationId, orderIdFrom } from '../../src/domain/shared/ids.ts'
import { dayAfter, dayKeyAt } from '../../src/domain/sourcing/calendar/local-day.ts'
import { hasTables } from '../fixtures/check-stock.ts'
import { testEnv } from '../fixtures/d1.ts'
import { seedConfig } from '../http/seed-config.ts'

const zone = 'America/New_York'
const today = () => dayKeyAt(zone, Date.now())
const tomorrow = () => dayAfter(today())

let places = 0
let location = ''

/** Each test has a location of its own, configured with the capacity it needs. */
async function openLocation(capacity: object = {}) {
  location = `depot-${++places}`
  await configure(capacity)
}

async function configure(capacity: object) {
  await seedConfig((file) => ({
    ...file,
    locations: [
      {
        ...(file.locations[0] ?? never()),
        id: location,
        capacity: { ordersPerDay: null, unitsPerDay: null, ...capacity },
      },
    ],
  }))
}
function never(): never {
  throw new Error('the test configuration has no location')
}

const api = () => actor<LocationApi>(testEnv.LOCATION, location)
// Cast justified: the bindings are typed without their classes, and this one's class is LocationActor.
const stub = () => testEnv.LOCATION.get(testEnv.LOCATION.idFromName(location)) as DurableObjectStub<LocationActor>
let commands = 0
const send = (body: LocationCommandBody, id = `c${++commands}`) =>
  api().execute(location, {
    ...body,
    commandId: commandId(id),
    cause: { correlationId: correlationId('test'), kind: 'saga', id: 'test' },
  })
const reserve = (claimId: string, day = today(), orderId: string | null = null) =>
  send({
    type: 'reserve_capacity',
    claimId,
    orderId: orderId === null ? null : orderIdFrom(orderId),
    day,
    orders: 1,
    units: 2,
    overbook: false,
  })
const usedOn = async (day = today()) => (await api().view(location, [day]))?.days[0]?.used
const refusal = (reason: string) => ({ ok: false, error: { reason } })

/** What is stored is what the log says, and the log verifies. */
async function breaches(): Promise<readonly string[]> {
  return runInDurableObject(stub(), async (instance, state) => {
    if (!hasTables(state)) return []
    const { entries } = await instance.projectionPage(0, 200)
    if (entries.length === 200) return []
    const replayed = entries.reduce(
      (before, { event, atMs }) => evolve(before, JSON.parse(event) as LocationEvent, atMs),
      initialLocation,
    )
    const rows = state.storage.sql
      .exec<{ day: string; orders: number; units: number }>('SELECT day, orders, units FROM capacity_day ORDER BY day')
      .toArray()
    const logged = [...replayed.days]
      .map(([day, { used }]) => ({ day, ...used }))
      .sort((a, b) => (a.day < b.day ? -1 : 1))
    const pending = state.storage.sql.exec('SELECT id FROM outbox').toArray().length
    return [
      ...(JSON.stringify(rows) === JSON.stringify(logged) ? [] : [`stored ${JSON.stringify(rows)}, logged otherwise`]),
      ...((await instance.verifyAudit()).valid ? [] : ['the log does not verify']),
      ...(pending > 0 && (await state.storage.getAlarm()) === null ? ['rows pending and no alarm'] : []),
    ]
  })
}

/** It stands still, an hour ahead: no day ends in the middle of a test, and no alarm goes off by itself. */
beforeEach(async () => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
  await openLocation()
})
afterEach(async () => {
  expect(await breaches()).toEqual([])
  vi.restoreAllMocks()
})
const laterBy = (ms: number) => vi.mocked(Date.now).mockReturnValue(Date.now() + ms)

describe('a location', () => {
  it('answers every read of an untouched location without creating anything', async () => {
    expect(await api().view(location, [today()])).toMatchObject({
      status: 'up',
      reason: null,
      days: [{ used: { orders: 0, units: 0 }, limit: { orders: null, units: null } }],
    })
    expect(await api().projectionPage(0, 10)).toMatchObject({ document: null, entries: [] })
    await api().reproject()
    expect(await runInDurableObject(stub(), (_, state) => hasTables(state))).toBe(false)
  })

  it('does not exist when it is not configured', async () => {
    const nowhere = actor<LocationApi>(testEnv.LOCATION, 'nowhere')
    expect(await nowhere.view('nowhere', [])).toBeNull()
    const verdict = await nowhere.execute('nowhere', {
      type: 'release_capacity',
      claimId: 'x',
      commandId: commandId('x'),
      cause: { correlationId: correlationId('x'), kind: 'api', id: 'x' },
    })
    expect(verdict).toMatchObject(refusal('unknown_location'))
  })

  it('counts a claim once, gives it back once, and keeps both over a crash', async () => {
    expect(await reserve('b2b:1/F1')).toEqual({ ok: true, effect: 'applied' })
    expect(await reserve('b2b:1/F1')).toEqual({ ok: true, effect: 'unchanged' })
    await abortAllDurableObjects()
    expect(await usedOn()).toEqual({ orders: 1, units: 2 })
    expect(await send({ type: 'release_capacity', claimId: 'b2b:1/F1' })).toEqual({ ok: true, effect: 'applied' })
    await evictDurableObject(stub())
    expect(await send({ type: 'release_capacity', claimId: 'b2b:1/F1' })).toEqual({ ok: true, effect: 'unchanged' })
    expect(await reserve('b2b:1/F1')).toMatchObject(refusal('claim_released'))
    expect(await usedOn()).toEqual({ orders: 0, units: 0 })
  })

  it('gives the same command the same verdict, also a refusal that would be granted by now', async () => {
    await openLocation({ ordersPerDay: 1 })
    await reserve('a')
    const asked = { type: 'reserve_capacity', claimId: 'b', orderId: null, day: today(), orders: 1, units: 1 } as const
    const first = await send({ ...asked, overbook: false }, 'same')
    expect(first).toMatchObject({ error: { reason: 'capacity_full', nextFreeDay: tomorrow() } })
    await send({ type: 'release_capacity', claimId: 'a' })
    expect(await send({ ...asked, overbook: false }, 'same')).toEqual(first)
    expect(await send({ ...asked, overbook: false })).toMatchObject({ ok: true })
  })

  it('grants exactly its limit to a thousand claims that come at once', async () => {
    await openLocation({ ordersPerDay: 100 })
    const verdicts = await Promise.all(Array.from({ length: 1_000 }, (_, index) => reserve(`claim-${index}`)))
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(100)
    expect(new Set(verdicts.flatMap((verdict) => (verdict.ok ? [] : [verdict.error.reason])))).toEqual(
      new Set(['capacity_full']),
    )
    expect(await usedOn()).toEqual({ orders: 100, units: 200 })
    const { batches, items } = await runInDurableObject(stub(), ({ execution }) => ({ ...execution }))
    expect(items).toBe(1_000)
    expect(batches).toBeLessThan(100)
  })

  it('follows the configured limit at once: what is over-booked is shown, nothing is dropped', async () => {
    await openLocation({ ordersPerDay: 3 })
    for (const claimId of ['a', 'b', 'c']) await reserve(claimId)
    await configure({ ordersPerDay: 1 })
    expect((await api().view(location, [today()]))?.days).toMatchObject([{ limit: { orders: 1 }, used: { orders: 3 } }])
    expect(await reserve('d')).toMatchObject(refusal('capacity_full'))
    await configure({ ordersPerDay: 4 })
    expect(await reserve('e')).toMatchObject({ ok: true })
  })

  it('takes what an operator says of one day before the configuration', async () => {
    await openLocation({ ordersPerDay: 10 })
    await send({ type: 'override_capacity', day: today(), orders: 1 })
    expect(await reserve('a')).toMatchObject({ ok: true })
    expect(await reserve('b')).toMatchObject({ error: { reason: 'capacity_full', nextFreeDay: tomorrow() } })
    await evictDurableObject(stub())
    expect((await api().view(location, [today()]))?.days).toMatchObject([{ limit: { orders: 1 }, overridden: true }])
    await send({ type: 'override_capacity', day: today() })
    expect(await reserve('c')).toMatchObject({ ok: true })
  })

  it('tells every order that it was to ship that it is down, late ones too, and then all that it is up', async () => {
    await reserve('b2b:1/F1', today(), 'b2b:1')
    await reserve('b2b:1/F2', tomorrow(), 'b2b:1')
    await reserve('b2b:2/F1', today(), 'b2b:2')
    await reserve('b2b:3/F1', today(), 'b2b:3')
    await send({ type: 'release_capacity', claimId: 'b2b:3/F1' })
    const late = "UPDATE capacity_claim SET day = '2026-01-05' WHERE order_id = 'b2b:2'"
    await runInDurableObject(stub(), (_, { storage }) => void storage.sql.exec(late))
    const sent: unknown[] = []
    const queue = { send: async () => {}, sendBatch: async (batch: unknown[]) => void sent.push(...batch) }
    const told = { ...queue, send: async (body: unknown) => void sent.push({ body }) }
    const env = { ...testEnv, INBOUND_ORDERS: told, PROJECTIONS: queue }
    // The actor's own bindings, with a queue that can be read.
    await runInDurableObject(stub(), (instance) => void Object.defineProperty(instance, 'env', { value: env }))
    await send({ type: 'set_availability', status: 'down', reason: 'flood' })
    laterBy(250)
    expect(await runDurableObjectAlarm(stub())).toBe(true)
    const why = `location ${location} is down`
    expect(sent).toEqual(
      ['b2b:1', 'b2b:2'].map((orderId) => ({ body: { type: 'wake_order', orderId, why, leaves: location } })),
    )
    expect(await reserve('b2b:4/F1')).toMatchObject(refusal('location_down'))
    sent.length = 0
    await send({ type: 'set_availability', status: 'up', reason: 'dry' })
    laterBy(250)
    expect(await runDurableObjectAlarm(stub())).toBe(true)
    // Whoever was told to leave may not have left yet.
    const up = `location ${location} is up`
    const again = ['b2b:1', 'b2b:2', 'b2b:3'].map((orderId) => ({
      body: { type: 'wake_order', orderId, why: up, returns: location },
    }))
    expect(sent).toEqual([...again, { body: { type: 'location_up', location } }])
  })

  it('serves one name for life', async () => {
    await reserve('a')
    const first = location
    const stranger = actor<LocationApi>(testEnv.LOCATION, first)
    await openLocation()
    const cause = { correlationId: correlationId('test'), kind: 'saga', id: 'test' } as const
    const command = { type: 'release_capacity', claimId: 'a', commandId: commandId('other'), cause } as const
    const [outcome] = await Promise.allSettled([stranger.execute(location, command)])
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { message: `this actor is ${first}, not ${location}` },
    })
  })
})

it('answers a rejected promise, and stores nothing, when there is no configuration', async () => {
  const key = await testEnv.CONFIG.get('config/active')
  await testEnv.CONFIG.delete('config/active')
  forgetConfig()
  const [outcome] = await Promise.allSettled([reserve('a')])
  expect(outcome).toMatchObject({ status: 'rejected' })
  if (key !== null) await testEnv.CONFIG.put('config/active', key)
  forgetConfig()
})
