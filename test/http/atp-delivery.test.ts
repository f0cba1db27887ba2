/** Promises with a destination or a date: days with room, carriers, and what both cost in calls. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { actor, type LocationApi } from '../../src/actor-apis.ts'
import { commandId, correlationId } from '../../src/domain/shared/ids.ts'
import { dayAfter, dayKeyAt } from '../../src/domain/sourcing/calendar/local-day.ts'
import type { AvailabilityDocument } from '../../src/http/wire/atp-answer.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const dayMs = 86_400_000
/** Of the location: its days are what is claimed, whatever the hour in Greenwich. */
const timeZone = 'America/New_York'
const service = (id: string, costMinor: number, p50Days: number, p90Days: number) => ({
  ...{ id, carrier: '', currency: 'USD', deliveryMethod: 'ship' as const, origins: ['east'] },
  prices: [{ zone: 1, gramsMax: 30_000, costMinor }],
  transit: [{ zone: 1, p50Days, p90Days }],
})

/** It stands still, an hour ahead: no day ends in the middle of a test, and no alarm goes off by itself. */
beforeAll(async () => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
  await seedConfig((file) => ({
    ...file,
    locations: file.locations.map((location) =>
      location.id === 'east'
        ? { ...location, timeZone, capacity: { ordersPerDay: null, unitsPerDay: 10 }, handlingMinutes: 30 }
        : location,
    ),
    skus: file.skus.map((entry) => ({ ...entry, weightGrams: 800 })),
    rates: {
      zones: [{ zone: 1, origins: [], country: 'US', postalPrefixes: [] }],
      services: [service('ground', 400, 3, 5), service('air', 2_000, 1, 2)],
    },
  }))
  await post('/v1/inventory/movements', {
    movements: [
      {
        ...{ movement: 'receipt', occurredAt: '2026-03-01T00:00:00Z', sku: 'ROPE-10', quantity: 50 },
        ...{ location: 'east', eventId: 'delivery-seed' },
      },
    ],
  })
})

afterAll(() => vi.restoreAllMocks())

async function promised(query: string): Promise<NonNullable<AvailabilityDocument['promise']>> {
  const response = await get(`/v1/atp?sku=ROPE-10&maxStalenessMs=0&${query}`)
  const { skus } = (await response.json()) as { skus: AvailabilityDocument[] }
  const promise = skus[0]?.promise
  if (promise === null || promise === undefined) throw new Error('nothing was promised')
  return promise
}
const daysFromNow = (instant: string) => (Date.parse(instant) - Date.now()) / dayMs
const claim = (day: string, units: number) =>
  actor<LocationApi>(bindings.LOCATION, 'east').execute('east', {
    ...{ type: 'reserve_capacity', claimId: `full/${day}`, orderId: null, day, orders: 1, units, overbook: false },
    ...{ commandId: commandId(`full/${day}`), cause: { correlationId: correlationId('c'), kind: 'api', id: 't' } },
  })

describe('a promise', () => {
  it('without a destination says when goods leave', async () => {
    const promise = await promised('quantity=2')
    expect(promise).toMatchObject({ dateOf: 'departure', confidencePercent: 100, plan: [{ service: null }] })
    expect(daysFromNow(promise.date)).toBeLessThan(0.1)
  })

  it('with one says when they are there, by the cheapest service, and how surely', async () => {
    const promise = await promised('quantity=2&shipTo=US-07101')
    expect(promise).toMatchObject({ dateOf: 'delivery', confidencePercent: 90, plan: [{ service: 'ground' }] })
    const [place] = promise.plan
    expect(Date.parse(promise.date) - Date.parse(place?.departs ?? '')).toBe(5 * dayMs)
    expect(Date.parse(promise.likelyDate) - Date.parse(place?.departs ?? '')).toBe(3 * dayMs)
  })

  it('for a date takes the service that is there by then, and says when none is', async () => {
    const by = (days: number) => new Date(Date.now() + days * dayMs).toISOString()
    const soon = await promised(`quantity=2&shipTo=US-07101&by=${by(3)}`)
    expect(soon).toMatchObject({ inTime: true, confidencePercent: 99, plan: [{ service: 'air' }] })
    expect(await promised(`quantity=2&shipTo=US-07101&by=${by(1)}`)).toMatchObject({ inTime: false })
  })

  it('counts from the first day on which the location has room', async () => {
    const today = dayKeyAt(timeZone, Date.now())
    for (const ahead of [0, 1]) expect(await claim(dayAfter(today, ahead), 9)).toMatchObject({ ok: true })
    const leaves = async (quantity: number) => {
      const [place] = (await promised(`quantity=${quantity}&shipTo=US-07101`)).plan
      return dayKeyAt(timeZone, Date.parse(place?.departs ?? ''))
    }
    expect(await leaves(2)).toBe(dayAfter(today, 2))
    expect([today, dayAfter(today)]).toContain(await leaves(1))
  })

  it('reckons with room by a date alone as with a destination, and by quantity alone with calendars', async () => {
    const today = dayKeyAt(timeZone, Date.now())
    const full = [0, 1, 2, 3].map((ahead) => dayAfter(today, ahead))
    const say = async (limit: object) => {
      for (const day of full) {
        expect((await post('/v1/locations/east/capacity', { day, ...limit })).status).toBe(200)
      }
    }
    await say({ unitsPerDay: 0 })
    onTestFinished(() => say({}))
    const leaves = async (query: string) => {
      const [place] = (await promised(`quantity=2${query}`)).plan
      return dayKeyAt(timeZone, Date.parse(place?.departs ?? ''))
    }
    const by = `&by=${new Date(Date.now() + 20 * dayMs).toISOString()}`
    expect(await leaves(by)).toBe(dayAfter(today, 4))
    expect(await leaves(`${by}&shipTo=US-07101`)).toBe(dayAfter(today, 4))
    expect([today, dayAfter(today)]).toContain(await leaves(''))
  })
})

describe('what it costs', () => {
  it('is no call to a location unless a date or a destination is named', async () => {
    const asked = vi.spyOn(bindings.LOCATION, 'get')
    onTestFinished(() => asked.mockRestore())
    await get('/v1/atp?sku=ROPE-10&quantity=2')
    await get('/v1/atp?sku=ROPE-10&shipTo=US-07101')
    expect(asked).not.toHaveBeenCalled()
    await get('/v1/atp?sku=ROPE-10&quantity=2&shipTo=US-07101&maxStalenessMs=0')
    expect(asked).toHaveBeenCalled()
  })
})
