import fc from 'fast-check'
import { expect, it } from 'vitest'
import { goodUntil } from '../../../src/domain/catalog/shelf-life.ts'
import { needsMax } from '../../../src/domain/stock/position.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const atMs = Date.UTC(2026, 10, 30, 9, 0, 1)

it('is for no particular time where nothing has to keep', () => expect(goodUntil(atMs, 0)).toBeNull())

it('is judged as to the millisecond by every lot that expires on the hour', () => {
  const asked = fc.tuple(fc.integer({ min: 0, max: 2_000 * dayMs }), fc.integer({ min: 1, max: 400 }), fc.nat(20_000))
  fc.assert(
    fc.property(asked, ([thereMs, days, hour]) => {
      const expiresMs = hour * hourMs
      expect(expiresMs >= (goodUntil(thereMs, days) ?? 0)).toBe(expiresMs >= thereMs + days * dayMs)
    }),
  )
})

it('tells few enough instants apart for a week of orders that come every minute', () => {
  const week = Array.from({ length: 7 * 24 * 60 }, (_, minute) => goodUntil(atMs + minute * 60_000, 30))
  expect(new Set(week).size).toBeLessThan(needsMax)
})
