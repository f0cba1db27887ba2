import { describe, expect, it } from 'vitest'
import { type Calendar, calendarSchema, capacitySchema } from '../../../src/domain/config/location.ts'
import { capacityDay, type LocationSite } from '../../../src/domain/location/day-limit.ts'
import { decide, decideForget } from '../../../src/domain/location/decide.ts'
import type { LocationCommand, LocationCommandBody } from '../../../src/domain/location/location-command.ts'
import type { LocationEvent } from '../../../src/domain/location/location-event.ts'
import { type Claim, evolve, initialLocation } from '../../../src/domain/location/location-state.ts'
import { commandId, correlationId } from '../../../src/domain/shared/ids.ts'

const cause = { correlationId: correlationId('c1'), kind: 'saga', id: 's1' } as const
/** Wednesday noon in New York. */
const nowMs = Date.parse('2026-11-25T17:00:00Z')
const today = '2026-11-25'

const site = (capacity: object, calendar: Partial<Calendar> = {}): LocationSite => ({
  timeZone: 'America/New_York',
  calendar: calendarSchema.parse(calendar),
  capacity: capacitySchema.parse(capacity),
})
const command = (body: LocationCommandBody): LocationCommand => ({ ...body, commandId: commandId('x'), cause })
const reserve = (claimId: string, day = today, units = 5, overbook = false) =>
  command({ type: 'reserve_capacity', claimId, orderId: null, day, orders: 1, units, overbook })
const reserved = (claimId: string, day = today, units = 5): LocationEvent => ({
  type: 'capacity_reserved',
  claimId,
  orderId: null,
  day,
  orders: 1,
  units,
  overbooked: false,
})
const claim = (claimId: string, status: Claim['status'] = 'reserved'): Claim => ({
  claimId,
  orderId: null,
  day: today,
  orders: 1,
  units: 5,
  status,
})

function given(place: LocationSite, ...events: readonly LocationEvent[]) {
  const state = events.reduce((before, event) => evolve(before, event, nowMs), initialLocation)
  return {
    state,
    day: (day = today) => capacityDay(place, state, day),
    when: (asked: LocationCommand, existing: Claim | null = null) =>
      decide(asked, { state, site: place, nowMs, claim: existing }),
  }
}
const refused = (refusal: object) => ({ ok: false, error: refusal })
const records = (...events: readonly object[]) => ({ ok: true, value: events })

describe('capacity of a day', () => {
  it('takes claims up to the limit of orders, and names the next day with room beyond it', () => {
    const place = site({ ordersPerDay: 2 }, { workingDays: ['wednesday', 'friday'] })
    expect(given(place, reserved('a')).when(reserve('b'))).toEqual(records(reserved('b')))
    expect(given(place, reserved('a'), reserved('b')).when(reserve('c'))).toEqual(
      refused({ reason: 'capacity_full', day: today, ordersFree: 0, unitsFree: null, nextFreeDay: '2026-11-27' }),
    )
  })

  it('takes claims up to the limit of units, and says how many would fit', () => {
    const place = site({ unitsPerDay: 12 })
    expect(given(place, reserved('a'), reserved('b')).when(reserve('c', today, 3))).toEqual(
      refused({ reason: 'capacity_full', day: today, ordersFree: null, unitsFree: 2, nextFreeDay: '2026-11-26' }),
    )
    expect(given(place, reserved('a'), reserved('b')).when(reserve('c', today, 2))).toMatchObject({ ok: true })
  })

  it('names no day for a load that no day can take', () => {
    expect(given(site({ unitsPerDay: 4 })).when(reserve('a', today, 5))).toMatchObject(refused({ nextFreeDay: null }))
  })

  it('takes nothing on a day without work, and anything where no limit is configured', () => {
    const place = site({}, { workingDays: ['wednesday'] })
    expect(given(place).when(reserve('a', today, 1_000_000))).toMatchObject({ ok: true })
    expect(given(place).when(reserve('a', '2026-11-26'))).toMatchObject(
      refused({ reason: 'capacity_full', nextFreeDay: '2026-12-02' }),
    )
  })

  it('counts a claim beyond the limit when it is told to, and shows the day as over-booked', () => {
    const place = site({ ordersPerDay: 1 })
    const full = given(place, reserved('a'))
    expect(full.when(reserve('b', today, 5, true))).toEqual(records({ ...reserved('b'), overbooked: true }))
    expect(given(place, reserved('a'), { ...reserved('b'), overbooked: true } as LocationEvent).day()).toMatchObject({
      limit: { orders: 1 },
      used: { orders: 2, units: 10 },
    })
  })

  it('lets a limit that was lowered take effect at once and drops nothing', () => {
    const events = [reserved('a'), reserved('b'), reserved('c')]
    const lowered = given(site({ ordersPerDay: 2 }), ...events)
    expect(lowered.day()).toMatchObject({ limit: { orders: 2 }, used: { orders: 3 } })
    expect(lowered.when(reserve('d'))).toMatchObject(refused({ reason: 'capacity_full', ordersFree: -1 }))
    expect(given(site({ ordersPerDay: 4 }), ...events).when(reserve('d'))).toMatchObject({ ok: true })
  })

  it('refuses days that are over and days too far ahead', () => {
    const place = given(site({}))
    expect(place.when(reserve('a', '2026-11-24'))).toEqual(
      refused({ reason: 'day_out_of_range', day: '2026-11-24', firstDay: today, lastDay: '2027-11-26' }),
    )
    expect(place.when(reserve('a', '2027-11-27'))).toMatchObject(refused({ reason: 'day_out_of_range' }))
    expect(place.when(reserve('a', '2027-11-26'))).toMatchObject({ ok: true })
  })
})

describe('a claim', () => {
  const place = given(site({ ordersPerDay: 1 }), reserved('a'))

  it('is granted once, however often it is asked for', () => {
    expect(place.when(reserve('a'), claim('a'))).toEqual(records())
  })

  it('is one claim for ever: other content is a conflict, a released one is not granted again', () => {
    expect(place.when(reserve('a', today, 6), claim('a'))).toMatchObject(refused({ reason: 'claim_conflict' }))
    expect(place.when(reserve('a', '2026-11-26'), claim('a'))).toMatchObject(refused({ reason: 'claim_conflict' }))
    expect(place.when(reserve('a'), claim('a', 'released'))).toEqual(
      refused({ reason: 'claim_released', claimId: 'a' }),
    )
  })

  it('gives its part of the day back once', () => {
    const release = command({ type: 'release_capacity', claimId: 'a' })
    const event = { type: 'capacity_released', claimId: 'a', day: today, orders: 1, units: 5 } as const
    expect(place.when(release, claim('a'))).toEqual(records(event))
    expect(place.when(release, claim('a', 'released'))).toEqual(records())
    expect(place.when(release)).toEqual(refused({ reason: 'claim_not_found', claimId: 'a' }))
    const after = given(site({ ordersPerDay: 1 }), reserved('a'), event)
    expect(after.day().used).toEqual({ orders: 0, units: 0 })
    expect(after.when(reserve('b'))).toMatchObject({ ok: true })
  })

  it('never gives back more than the day has', () => {
    const twice = { type: 'capacity_released', claimId: 'a', day: today, orders: 1, units: 5 } as const
    expect(() => given(site({}), reserved('a'), twice, twice)).toThrow(/invariant/)
  })
})

describe('what an operator says of a day', () => {
  const override = (body: { readonly orders?: number | null; readonly units?: number | null }) =>
    command({ type: 'override_capacity', day: today, ...body })

  it('replaces the limits that it names and no other', () => {
    const place = site({ ordersPerDay: 10, unitsPerDay: 100 })
    expect(given(place).when(override({ orders: 3 }))).toEqual(
      records({ type: 'capacity_overridden', day: today, override: { orders: 3 } }),
    )
    const after = given(place, { type: 'capacity_overridden', day: today, override: { orders: 3 } })
    expect(after.day()).toMatchObject({ limit: { orders: 3, units: 100 }, overridden: true })
    expect(after.when(override({ orders: 3 }))).toEqual(records())
    expect(after.when(override({}))).toEqual(records({ type: 'capacity_overridden', day: today, override: null }))
  })

  it('opens a day without work, closes a working day, lifts a limit', () => {
    const closed = site({ ordersPerDay: 10 }, { workingDays: ['monday'] })
    const says = (value: object): LocationEvent => ({ type: 'capacity_overridden', day: today, override: value })
    expect(given(closed, says({ orders: 5, units: null })).when(reserve('a'))).toMatchObject({ ok: true })
    expect(given(site({}), says({ orders: 0 })).when(reserve('a'))).toMatchObject(refused({ reason: 'capacity_full' }))
    expect(given(site({ ordersPerDay: 0 }), says({ orders: null })).when(reserve('a'))).toMatchObject({ ok: true })
  })
})

describe('a location that is down', () => {
  const say = (status: 'up' | 'down', reason: string) => command({ type: 'set_availability', status, reason })
  const down = { type: 'availability_changed', status: 'down', reason: 'flood' } as const

  it('takes no claims, says since when and why, and still gives back what it had', () => {
    const place = given(site({}), reserved('a'), down)
    expect(place.when(reserve('b'))).toEqual(refused({ reason: 'location_down', why: 'flood', sinceMs: nowMs }))
    expect(place.when(command({ type: 'release_capacity', claimId: 'a' }), claim('a'))).toMatchObject({ ok: true })
    expect(place.when(reserve('a'), claim('a'))).toEqual(records())
  })

  it('goes down and up once, however often it is said', () => {
    expect(given(site({})).when(say('down', 'flood'))).toEqual(records(down))
    expect(given(site({}), down).when(say('down', 'flood'))).toEqual(records())
    expect(given(site({}), down).when(say('down', 'fire'))).toEqual(records({ ...down, reason: 'fire' }))
    expect(given(site({})).when(say('up', 'fine'))).toEqual(records())
    expect(given(site({}), down).when(say('up', 'dry'))).toEqual(records({ ...down, status: 'up', reason: 'dry' }))
  })
})

it('forgets days a week after they are over', () => {
  const kept = evolve(initialLocation, reserved('a', '2026-11-18'), nowMs)
  expect(decideForget({ state: kept, site: site({}), nowMs })).toBeNull()
  const old = evolve(kept, reserved('b', '2026-11-17'), nowMs)
  const event = decideForget({ state: old, site: site({}), nowMs })
  expect(event).toEqual({ type: 'days_forgotten', before: '2026-11-18' })
  if (event) expect([...evolve(old, event, nowMs).days.keys()]).toEqual(['2026-11-18'])
})
