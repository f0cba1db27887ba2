import { listDurableObjectIds } from 'cloudflare:test'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { dayAfter, dayKeyAt } from '../../src/domain/sourcing/calendar/local-day.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const eastKey = { authorization: 'Bearer warehouse-east-key-0123456789abcd' }
const readerKey = { authorization: 'Bearer reader-key-0123456789abcdefghi' }
const today = () => dayKeyAt('America/New_York', Date.now())
const bodyOf = async (response: Promise<Response>) => (await (await response).json()) as Record<string, unknown>

/** It stands still, an hour ahead: no day ends in the middle of a test, and no alarm goes off by itself. */
beforeAll(async () => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
  await seedConfig((file) => ({
    ...file,
    locations: file.locations.map((place) => ({ ...place, capacity: { ordersPerDay: 40, unitsPerDay: null } })),
    apiKeys: [
      ...file.apiKeys,
      {
        id: 'east',
        name: '',
        key: 'warehouse-east-key-0123456789abcd',
        scopes: ['inventory:read', 'operations:write'],
        account: 'wh-east',
      },
      { id: 'reader', name: '', key: 'reader-key-0123456789abcdefghi', scopes: ['inventory:read'] },
    ],
  }))
})

afterAll(() => vi.restoreAllMocks())

describe('a location', () => {
  it('shows its next days in its own zone, with their limits', async () => {
    const body = await bodyOf(get('/v1/locations/east?days=2'))
    const day = {
      ordersPerDay: 40,
      unitsPerDay: null,
      ordersUsed: 0,
      unitsUsed: 0,
      isWorkingDay: true,
      overridden: false,
    }
    expect(body).toEqual({
      location: 'east',
      status: 'up',
      reason: null,
      since: null,
      timeZone: 'America/New_York',
      days: [
        { day: today(), ...day },
        { day: dayAfter(today()), ...day },
      ],
    })
  })

  it('takes what an operator says of one day, and goes back to what is configured', async () => {
    const day = dayAfter(today())
    const said = await bodyOf(post('/v1/locations/east/capacity', { day, ordersPerDay: 5 }))
    expect(said.days).toContainEqual(
      expect.objectContaining({ day, ordersPerDay: 5, unitsPerDay: null, overridden: true }),
    )
    const back = await bodyOf(post('/v1/locations/east/capacity', { day }))
    expect(back.days).toContainEqual(expect.objectContaining({ day, ordersPerDay: 40, overridden: false }))
  })

  it('goes down with a reason and comes back up', async () => {
    const reason = 'Power cut'
    expect(await bodyOf(post('/v1/locations/west/availability', { status: 'down', reason }))).toMatchObject({
      status: 'down',
      reason,
      since: expect.stringMatching(/Z$/),
    })
    expect(await bodyOf(get('/v1/locations/west/availability'))).toMatchObject({ location: 'west', status: 'down' })
    await post('/v1/locations/west/availability', { status: 'up', reason: 'Repaired' })
    expect(await bodyOf(get('/v1/locations/west'))).toMatchObject({ status: 'up', reason: 'Repaired' })
  })

  it('refuses a day that is over, one that does not exist, and an unknown field', async () => {
    const send = (body: object) => post('/v1/locations/east/capacity', body)
    expect(await bodyOf(send({ day: '2020-01-01' }))).toMatchObject({ status: 422, reason: 'day_out_of_range' })
    expect(await bodyOf(send({ day: '2026-02-30' }))).toMatchObject({ status: 422, reason: 'invalid_body' })
    expect(await bodyOf(send({ day: today(), orders: 3 }))).toMatchObject({ status: 422, reason: 'invalid_body' })
    expect(await bodyOf(send({ day: today(), ordersPerDay: -1 }))).toMatchObject({ reason: 'invalid_body' })
  })

  it('is nowhere unless it is configured, and asking leaves no trace', async () => {
    const before = (await listDurableObjectIds(bindings.LOCATION)).length
    expect(await bodyOf(get('/v1/locations/nowhere'))).toMatchObject({ reason: 'unknown_location' })
    const down = { status: 'down', reason: 'x' }
    expect((await post('/v1/locations/nowhere/availability', down)).status).toBe(422)
    expect(await listDurableObjectIds(bindings.LOCATION)).toHaveLength(before)
  })
})

describe('who may say so', () => {
  it('lets a warehouse speak for its own location alone', async () => {
    const down = { status: 'down', reason: 'Stocktaking' }
    expect((await post('/v1/locations/east/availability', down, eastKey)).status).toBe(200)
    expect((await post('/v1/locations/east/availability', { status: 'up', reason: 'Done' }, eastKey)).status).toBe(200)
    expect(await bodyOf(post('/v1/locations/west/availability', down, eastKey))).toMatchObject({
      status: 403,
      reason: 'account_not_allowed',
    })
    expect((await get('/v1/locations/west', eastKey)).status).toBe(403)
  })

  it('lets a reader read', async () => {
    expect((await get('/v1/locations/east', readerKey)).status).toBe(200)
    const refused = await bodyOf(post('/v1/locations/east/capacity', { day: today() }, readerKey))
    expect(refused).toMatchObject({ status: 403, reason: 'insufficient_scope', scope: 'operations:write' })
  })
})

it('keeps an audit trail that verifies', async () => {
  await post('/v1/locations/east/capacity', { day: today(), ordersPerDay: 7 })
  expect(await bodyOf(get('/v1/audit/location%3Aeast/verify'))).toMatchObject({ valid: true, actor: 'location:east' })
})
