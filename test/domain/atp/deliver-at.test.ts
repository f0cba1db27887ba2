/** From release to the buyer's door: calendars, full days, the way, and how sure all of it is. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DeliverySite, type DeliveryTerms, deliveries } from '../../../src/domain/atp/deliver-at.ts'
import { locationSchema } from '../../../src/domain/config/location.ts'
import type { CapacityDay } from '../../../src/domain/location/location-command.ts'
import type { Lane } from '../../../src/domain/sourcing/request.ts'

const dayMs = 86_400_000
/** A Monday, UTC. */
const mondayMs = Date.parse('2026-03-02T08:00:00Z')
const dayOf = (ahead: number) => new Date(mondayMs + ahead * dayMs).toISOString().slice(0, 10)

const site = (change: Partial<DeliverySite> = {}, location: object = {}): DeliverySite => ({
  location: locationSchema.parse({ id: 'east', name: '', kind: 'warehouse', country: 'US', ...location }),
  isUp: true,
  days: [],
  lanes: [],
  ...change,
})
const terms = (change: Partial<DeliveryTerms> = {}): DeliveryTerms => ({
  ...{ currency: 'USD', service: null, grams: 500, units: 1, byMs: null },
  ...change,
})
const day = (ahead: number, limit: number | null, used: number): CapacityDay => ({
  day: dayOf(ahead),
  isWorkingDay: true,
  limit: { orders: null, units: limit },
  used: { orders: 0, units: used },
  overridden: false,
})
const lane = (service: string, p50Days: number, p90Days: number, costMinor = 400): Lane => ({
  ...{ service, currency: 'USD', p50Days, p90Days, brackets: [{ gramsMax: 10_000, costMinor }] },
})
const from = (sites: readonly DeliverySite[], change: Partial<DeliveryTerms> = {}, atMs = mondayMs) =>
  deliveries(sites, terms(change)).deliver('east', atMs)

describe('without a destination or a service that goes there', () => {
  it('the date is that of the departure, and certain', () => {
    const { dateOf, deliver } = deliveries([site()], terms())
    expect(dateOf).toBe('departure')
    expect(deliver('east', mondayMs)).toEqual({
      ...{ departsAtMs: mondayMs, atMs: mondayMs, likelyAtMs: mondayMs, service: null, confidencePercent: 100 },
    })
  })

  it('a location that is down or that nobody knows never delivers', () => {
    expect(from([site({ isUp: false })]).atMs).toBe(Number.POSITIVE_INFINITY)
    expect(deliveries([site()], terms()).deliver('nowhere', mondayMs).atMs).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('a day that is full', () => {
  it('pushes what is released to the next day with room for all of it', () => {
    const days = [day(0, 10, 10), day(1, 10, 8), day(2, 10, 3)]
    expect(from([site({ days })], { units: 3 }).departsAtMs).toBe(Date.parse(dayOf(2)))
    expect(from([site({ days })], { units: 2 }).departsAtMs).toBe(Date.parse(dayOf(1)))
  })

  it('of those that are told, when none has room, gives way to the first that is not told', () => {
    const days = [day(0, 10, 10), day(1, 0, 0), day(2, 10, 10)]
    expect(from([site({ days })]).departsAtMs).toBe(Date.parse(dayOf(3)))
  })

  it('takes more than any day takes on a day that is empty', () => {
    const days = [day(0, 10, 1), day(1, 10, 0)]
    expect(from([site({ days })], { units: 25 }).departsAtMs).toBe(Date.parse(dayOf(1)))
  })

  it('is passed over before handling begins, in working time', () => {
    const days = [day(4, 10, 10), day(7, 10, 0)]
    const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday']
    const closed = site({ days }, { calendar: { workingDays: weekdays }, handlingMinutes: 90 })
    expect(from([closed], {}, mondayMs + 4 * dayMs).departsAtMs).toBe(Date.parse(dayOf(7)) + 90 * 60_000)
  })

  it('does not move what has claimed its day, unless that is over', () => {
    const { deliverOn } = deliveries([site({ days: [day(0, 10, 10), day(1, 10, 10)] })], terms())
    expect(deliverOn('east', dayOf(1), mondayMs).departsAtMs).toBe(Date.parse(dayOf(1)))
    expect(deliverOn('east', dayOf(-3), mondayMs).departsAtMs).toBe(mondayMs)
  })
})

describe('the way to the buyer', () => {
  it('is promised as long as nine in ten parcels take, and half are there sooner', () => {
    expect(from([site({ lanes: [lane('ground', 2, 4)] })])).toEqual({
      departsAtMs: mondayMs,
      likelyAtMs: mondayMs + 2 * dayMs,
      atMs: mondayMs + 4 * dayMs,
      service: 'ground',
      confidencePercent: 90,
    })
  })

  it('is surer the later it is wanted, and certain where it never varies', () => {
    const varying = [site({ lanes: [lane('ground', 2, 4)] })]
    expect(from(varying, { byMs: mondayMs + 5 * dayMs }).confidencePercent).toBe(95)
    expect(from(varying, { byMs: mondayMs + 9 * dayMs }).confidencePercent).toBe(100)
    expect(from([site({ lanes: [lane('courier', 1, 1)] })]).confidencePercent).toBe(100)
  })

  it('is the cheapest that is in time, and the one that was sold where one was', () => {
    const lanes = [lane('ground', 3, 5, 400), lane('air', 1, 2, 2_000)]
    expect(from([site({ lanes })]).service).toBe('ground')
    expect(from([site({ lanes })], { byMs: mondayMs + 3 * dayMs }).service).toBe('air')
    expect(from([site({ lanes })], { service: 'air' }).service).toBe('air')
  })

  it('that no service is known for counts as the slowest that is, and as uncertain', () => {
    const other = site({ lanes: [lane('ground', 2, 4), lane('slow', 3, 8)] }, { id: 'west' })
    const { dateOf, deliver } = deliveries([site(), other], terms())
    expect(dateOf).toBe('delivery')
    expect(deliver('east', mondayMs)).toMatchObject({
      atMs: mondayMs + 8 * dayMs,
      service: null,
      confidencePercent: 50,
    })
  })
})

const lanes = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 3 }))
    .map(([p50, more, cost]) => lane(`s${p50}-${more}-${cost}`, p50, p50 + more, cost)),
  { maxLength: 4 },
)
const used = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 8 })
const limit = fc.option(fc.integer({ min: 0, max: 12 }), { nil: null })
const asked = fc.record({
  lanes,
  used,
  limit,
  units: fc.integer({ min: 1, max: 15 }),
  hours: fc.integer({ max: 200, min: 0 }),
})
const sitesOf = (full: readonly number[], most: number | null, ways: readonly Lane[]) => [
  site({ days: full.map((taken, ahead) => day(ahead, most, taken)), lanes: ways }),
]

describe('whatever the days and services', () => {
  it('goods leave no sooner than they are released, and arrive no sooner than they leave', () => {
    fc.assert(
      fc.property(asked, ({ lanes: ways, used: full, limit: most, units, hours }) => {
        const releasedAtMs = mondayMs + hours * 3_600_000
        const delivery = from(sitesOf(full, most, ways), { units }, releasedAtMs)
        expect(delivery.departsAtMs).toBeGreaterThanOrEqual(releasedAtMs)
        expect(delivery.likelyAtMs).toBeGreaterThanOrEqual(delivery.departsAtMs)
        expect(delivery.atMs).toBeGreaterThanOrEqual(delivery.likelyAtMs)
        if (delivery.service !== null) expect(delivery.confidencePercent).toBeGreaterThanOrEqual(90)
      }),
    )
  })

  it('fuller days, more units and a later release never bring anything forward', () => {
    const more = fc.record({ used: fc.integer({ min: 0, max: 5 }), units: fc.integer({ min: 0, max: 5 }) })
    fc.assert(
      fc.property(
        asked,
        more,
        fc.integer({ min: 0, max: 90 }),
        ({ used: full, limit: most, units, hours }, by, later) => {
          const before = from(sitesOf(full, most, []), { units }, mondayMs + hours * 3_600_000)
          const fuller = sitesOf(
            full.map((taken) => taken + by.used),
            most,
            [],
          )
          const after = from(fuller, { units: units + by.units }, mondayMs + (hours + later) * 3_600_000)
          expect(after.departsAtMs).toBeGreaterThanOrEqual(before.departsAtMs)
        },
      ),
    )
  })
})
