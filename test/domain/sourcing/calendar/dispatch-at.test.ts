import { describe, expect, it } from 'vitest'
import { type Calendar, calendarSchema } from '../../../../src/domain/config/location.ts'
import { dispatchAt, dispatchOn, workingDayOf } from '../../../../src/domain/sourcing/calendar/dispatch-at.ts'
import { isWorkingDay, workingDayFrom } from '../../../../src/domain/sourcing/calendar/working-day.ts'

const weekdaysOnly = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const
const site = (calendar: Partial<Calendar>, timeZone = 'America/New_York', handlingMinutes = 0) => ({
  timeZone,
  handlingMinutes,
  calendar: calendarSchema.parse(calendar),
})
const at = (instant: string) => Date.parse(instant)
const iso = (ms: number) => new Date(ms).toISOString()

/** 2026-11-25 is a Wednesday; New York is five hours behind UTC in winter, four in summer. */
describe('when an order leaves', () => {
  it('leaves at once where no calendar says otherwise', () => {
    const released = at('2026-11-29T04:59:00Z')
    expect(dispatchAt(site({}), released)).toEqual({ workDay: '2026-11-28', atMs: released, day: '2026-11-28' })
  })

  it('makes the cut-off until the minute before, by the local clock', () => {
    const place = site({ cutOff: '14:00', workingDays: [...weekdaysOnly] })
    expect(workingDayOf(place, at('2026-11-25T18:59:59Z'))).toBe('2026-11-25')
    expect(workingDayOf(place, at('2026-11-25T19:00:00Z'))).toBe('2026-11-26')
  })

  it('waits over the weekend after Friday’s cut-off', () => {
    const place = site({ cutOff: '14:00', workingDays: [...weekdaysOnly] })
    expect(dispatchAt(place, at('2026-11-27T20:00:00Z'))).toEqual({
      workDay: '2026-11-30',
      atMs: at('2026-11-30T05:00:00Z'),
      day: '2026-11-30',
    })
  })

  it('skips a holiday, and works on an opening that falls on a Sunday until its own cut-off', () => {
    const place = site({
      cutOff: '14:00',
      workingDays: [...weekdaysOnly],
      holidays: ['2026-12-25', '2026-12-28'],
      openings: [{ date: '2026-12-27', cutOff: '10:00' }],
    })
    expect(workingDayOf(place, at('2026-12-24T20:00:00Z'))).toBe('2026-12-27')
    expect(workingDayOf(place, at('2026-12-27T14:59:00Z'))).toBe('2026-12-27')
    expect(workingDayOf(place, at('2026-12-27T15:00:00Z'))).toBe('2026-12-29')
  })

  it('ends a working day early where an opening gives it another cut-off', () => {
    const place = site({ cutOff: '14:00', openings: [{ date: '2026-12-24', cutOff: '10:00' }] })
    expect(workingDayOf(place, at('2026-12-24T15:30:00Z'))).toBe('2026-12-25')
  })

  it('counts handling in working time: a weekend in between does not', () => {
    const place = site({ workingDays: [...weekdaysOnly] }, 'America/New_York', 24 * 60)
    const dispatch = dispatchAt(place, at('2026-11-27T15:00:00Z'))
    expect(dispatch).toEqual({ workDay: '2026-11-27', atMs: at('2026-11-30T15:00:00Z'), day: '2026-11-30' })
  })

  it('leaves later when it is taken up on a later day because earlier ones are full', () => {
    const place = site({ workingDays: [...weekdaysOnly] }, 'America/New_York', 60)
    const dispatch = dispatchOn(place, '2026-11-30', at('2026-11-25T15:00:00Z'))
    expect(iso(dispatch.atMs)).toBe('2026-11-30T06:00:00.000Z')
  })

  it('never counts a day that the zone left out: Samoa had no 30 December 2011', () => {
    const place = site({ workingDays: ['friday'] }, 'Pacific/Apia')
    expect(workingDayFrom(place, '2011-12-26')).toBe('2012-01-06')
  })

  it('finds the one working day behind a thousand holidays', () => {
    const holidays = Array.from({ length: 1_000 }, (_, index) =>
      iso(at('2026-01-05') + index * 86_400_000).slice(0, 10),
    )
    const place = site({ holidays }, 'UTC')
    expect(workingDayFrom(place, '2026-01-05')).toBe('2028-10-01')
    expect(isWorkingDay(place.calendar, '2028-09-30')).toBe(false)
  })
})

describe('clocks that change', () => {
  it('keeps the cut-off at the same local time on both sides of a change', () => {
    const place = site({ cutOff: '14:00' })
    // Summer time begins on 8 March 2026 and ends on 1 November 2026.
    expect(workingDayOf(place, at('2026-03-07T18:59:00Z'))).toBe('2026-03-07')
    expect(workingDayOf(place, at('2026-03-08T17:59:00Z'))).toBe('2026-03-08')
    expect(workingDayOf(place, at('2026-03-08T18:00:00Z'))).toBe('2026-03-09')
    expect(workingDayOf(place, at('2026-10-31T17:59:00Z'))).toBe('2026-10-31')
    expect(workingDayOf(place, at('2026-11-01T18:59:00Z'))).toBe('2026-11-01')
    expect(workingDayOf(place, at('2026-11-01T19:00:00Z'))).toBe('2026-11-02')
  })

  it('takes a cut-off that the clocks skip as long after midnight as on any other day', () => {
    const place = site({ cutOff: '02:30' })
    expect(workingDayOf(place, at('2026-03-08T07:29:59Z'))).toBe('2026-03-08')
    expect(workingDayOf(place, at('2026-03-08T07:30:00Z'))).toBe('2026-03-09')
  })

  it('takes the first of a cut-off that comes twice', () => {
    const place = site({ cutOff: '01:30' })
    expect(workingDayOf(place, at('2026-11-01T05:29:59Z'))).toBe('2026-11-01')
    expect(workingDayOf(place, at('2026-11-01T05:30:00Z'))).toBe('2026-11-02')
    expect(workingDayOf(place, at('2026-11-01T06:29:00Z'))).toBe('2026-11-02')
  })

  it('begins a day whose midnight the clocks skip when it begins: Cairo, 24 April 2026', () => {
    const place = site({ workingDays: ['friday'] }, 'Africa/Cairo')
    expect(iso(dispatchAt(place, at('2026-04-22T12:00:00Z')).atMs)).toBe('2026-04-23T22:00:00.000Z')
  })
})
