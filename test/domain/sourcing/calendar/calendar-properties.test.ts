/** Over zones that change their clocks at noon, at midnight, by half an hour and not at all, against Intl as the oracle. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calendarSchema, weekdays } from '../../../../src/domain/config/location.ts'
import { dispatchAt, workingDayOf } from '../../../../src/domain/sourcing/calendar/dispatch-at.ts'
import { dayAfter, dayKeyAt, startOfDayMs } from '../../../../src/domain/sourcing/calendar/local-day.ts'
import { closesAtMs, isWorkingDay } from '../../../../src/domain/sourcing/calendar/working-day.ts'

const zones = [
  ...[
    'UTC',
    'America/New_York',
    'Europe/Berlin',
    'Europe/London',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'America/St_Johns',
  ],
  ...['Africa/Cairo', 'America/Santiago', 'Asia/Beirut', 'Pacific/Auckland', 'Pacific/Apia', 'America/Havana'],
]
const fromMs = Date.parse('2024-01-01')
const toMs = Date.parse('2032-01-01')
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

const instant = fc.integer({ min: fromMs / minuteMs, max: toMs / minuteMs }).map((minute) => minute * minuteMs)
const zone = fc.constantFrom(...zones)
const date = fc.integer({ min: fromMs / dayMs, max: toMs / dayMs }).map((day) => isoDate(day * dayMs))
const localTime = fc
  .integer({ min: 0, max: 24 * 60 - 1 })
  .map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`)
const cutOff = fc.option(localTime)
const calendar = fc
  .record({
    workingDays: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
    cutOff,
    holidays: fc.array(date, { maxLength: 30 }),
    openings: fc.array(fc.record({ date, cutOff }), { maxLength: 5 }),
  })
  .map((members) => calendarSchema.parse(members))
const site = fc.record({ timeZone: zone, calendar, handlingMinutes: fc.integer({ min: 0, max: 7 * 24 * 60 }) })

const isoDate = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const localDateByIntl = (timeZone: string, ms: number) =>
  new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(ms)

describe('days of any zone', () => {
  it('are those that Intl says', () => {
    fc.assert(
      fc.property(zone, instant, (timeZone, ms) => {
        expect(dayKeyAt(timeZone, ms)).toBe(localDateByIntl(timeZone, ms))
      }),
    )
  })

  it('begin with their first instant and follow each other without a gap', () => {
    fc.assert(
      fc.property(zone, date, (timeZone, day) => {
        const beginsMs = startOfDayMs(timeZone, day)
        expect(localDateByIntl(timeZone, beginsMs)).toBe(day)
        expect(localDateByIntl(timeZone, beginsMs - 1)).toBe(dayAfter(day, -1))
        expect(Math.abs(startOfDayMs(timeZone, dayAfter(day)) - beginsMs - dayMs)).toBeLessThanOrEqual(dayMs / 24)
      }),
    )
  })
})

describe('dispatch under any calendar', () => {
  it('takes an order up on a working day that still takes orders, the first there is', () => {
    fc.assert(
      fc.property(site, instant, (place, releasedAtMs) => {
        const workDay = workingDayOf(place, releasedAtMs)
        const today = localDateByIntl(place.timeZone, releasedAtMs)
        expect(isWorkingDay(place.calendar, workDay)).toBe(true)
        expect(releasedAtMs).toBeLessThan(closesAtMs(place, workDay))
        for (let day = dayAfter(today); day < workDay; day = dayAfter(day)) {
          expect(isWorkingDay(place.calendar, day)).toBe(false)
        }
        if (workDay > today && isWorkingDay(place.calendar, today)) {
          expect(closesAtMs(place, today)).toBeLessThanOrEqual(releasedAtMs)
        }
      }),
    )
  })

  it('leaves on a working day, never before it was released and handled', () => {
    fc.assert(
      fc.property(site, instant, (place, releasedAtMs) => {
        const { workDay, atMs, day } = dispatchAt(place, releasedAtMs)
        expect(atMs).toBeGreaterThanOrEqual(releasedAtMs + place.handlingMinutes * minuteMs)
        expect(isWorkingDay(place.calendar, day)).toBe(true)
        expect(day >= workDay).toBe(true)
        expect(day).toBe(localDateByIntl(place.timeZone, atMs))
      }),
    )
  })

  it('never lets an order that is released later leave earlier', () => {
    fc.assert(
      fc.property(site, instant, fc.integer({ min: 0, max: 3 * 24 * 60 }), (place, releasedAtMs, laterMinutes) => {
        const first = dispatchAt(place, releasedAtMs)
        const second = dispatchAt(place, releasedAtMs + laterMinutes * minuteMs)
        expect(second.atMs).toBeGreaterThanOrEqual(first.atMs)
        expect(second.workDay >= first.workDay).toBe(true)
      }),
    )
  })

  it('takes exactly the handling time where every day is a working day without a cut-off', () => {
    fc.assert(
      fc.property(zone, instant, fc.integer({ min: 0, max: 20_000 }), (timeZone, releasedAtMs, handlingMinutes) => {
        const place = { timeZone, calendar: calendarSchema.parse({}), handlingMinutes }
        expect(dispatchAt(place, releasedAtMs).atMs).toBe(releasedAtMs + handlingMinutes * minuteMs)
      }),
    )
  })
})
