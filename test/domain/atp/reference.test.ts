/** The formulas against the slow reference, position by position. fast-check prints the seed of one that differs. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { atfOf, atpOf, promiseTerms } from '../../../src/domain/atp/atp-of.ts'
import { atsOf } from '../../../src/domain/atp/ats-of.ts'
import { freeUnits } from '../../../src/domain/atp/free-units.ts'
import { locationId, sku } from '../../../src/domain/shared/ids.ts'
import { initialPosition } from '../../../src/domain/stock/position.ts'
import { statesOf } from '../../../src/domain/stock/states.ts'
import { anyAsk, anyFigures, lastMs, nowMs } from './any-figures.ts'
import { slowAtp, slowFree } from './slow-promise.ts'

const byMs = fc.integer({ min: nowMs - 2, max: lastMs })

it('ATP of 10,000 positions, for any date, life and group, is what the slow reference finds', () => {
  fc.assert(
    fc.property(anyFigures, anyAsk, byMs, (figures, ask, date) => {
      expect(atpOf(figures, ask, date)).toBe(slowAtp(figures, ask, date))
    }),
    { numRuns: 10_000 },
  )
})

it('what is free of the stock on hand, and what is available to fulfil, is what the slow reference finds', () => {
  fc.assert(
    fc.property(anyFigures, anyAsk, (figures, ask) => {
      expect(freeUnits(figures, ask)).toBe(slowFree(figures, ask))
      expect(atfOf(figures, ask)).toBe(slowAtp(figures, ask, nowMs))
      expect(atfOf(figures, ask)).toBeLessThanOrEqual(Math.max(0, freeUnits(figures, ask)))
    }),
    { numRuns: 3_000 },
  )
})

it('the terms of an answer add up to it', () => {
  fc.assert(
    fc.property(anyFigures, anyAsk, byMs, (figures, ask, date) => {
      const terms = promiseTerms(figures, ask, date)
      const { onHand, supply, promised, waiting, safetyStock, protectedForOthers } = terms
      expect(terms.units).toBe(Math.max(0, onHand + supply - promised - waiting - safetyStock - protectedForOthers))
      expect(Math.min(onHand, supply, promised, waiting, safetyStock, protectedForOthers)).toBeGreaterThanOrEqual(0)
    }),
  )
})

it('ATS of 10,000 positions in networks of four is the clamped sum of what the slow reference finds at each', () => {
  const rules = fc.record({
    excluded: fc.nat({ max: 9 }).map((dice) => dice === 0),
    threshold: fc.nat({ max: 4 }),
    unrouted: fc.nat({ max: 3 }),
    cap: fc.option(fc.nat({ max: 8 })),
    buffer: fc.nat({ max: 3 }),
  })
  const network = fc.array(anyFigures, { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(network, anyAsk, rules, (positions, { keepBack, ...ask }, told) => {
      const summaries = positions.map((figures, index) => ({
        sku: sku('ROPE'),
        location: locationId(`wh-${index}`),
        version: 1,
        asOfMs: nowMs,
        states: statesOf(initialPosition),
        figures,
      }))
      let expected = positions.reduce((sum, figures) => sum + slowAtp(figures, { ...ask, keepBack }, nowMs), 0)
      expected = Math.max(0, expected - told.threshold - told.unrouted)
      if (told.cap !== null) expected = Math.min(expected, told.cap)
      expected = told.excluded ? 0 : Math.max(0, expected - told.buffer)
      expect(atsOf({ summaries, ask, rules: { ...told, keepBackAt: () => keepBack } }).ats).toBe(expected)
    }),
    { numRuns: 2_500 },
  )
})
