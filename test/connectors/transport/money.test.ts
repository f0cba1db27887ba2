import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { currencyExponent, decimalOf, minorUnitsOf } from '../../../src/connectors/transport/money.ts'

describe('decimal text becomes minor units', () => {
  it.each([
    ['19.90', 'USD', 1990],
    ['19.9', 'USD', 1990],
    ['0.29', 'USD', 29],
    ['1000', 'JPY', 1000],
    ['1000.00', 'JPY', 1000],
    ['1.234', 'KWD', 1234],
    ['1.5', 'KWD', 1500],
    ['-5.00', 'USD', -500],
    ['12.30', 'MGA', 1230],
  ])('reads %s %s as %d', (text, currency, minor) => {
    expect(minorUnitsOf(text, currency)).toEqual({ ok: true, value: minor })
  })

  it.each([
    ['19.999', 'USD', 'inexact'],
    ['10.5', 'JPY', 'inexact'],
    ['1e3', 'USD', 'not_a_decimal'],
    ['1,000.00', 'USD', 'not_a_decimal'],
    ['', 'USD', 'not_a_decimal'],
    ['NaN', 'USD', 'not_a_decimal'],
    ['.5', 'USD', 'not_a_decimal'],
    ['1.00', 'ZZZ', 'unknown_currency'],
    ['99999999999.99', 'USD', 'out_of_range'],
  ])('refuses %s %s as %s', (text, currency, reason) => {
    expect(minorUnitsOf(text, currency)).toEqual({ ok: false, error: { reason } })
  })

  it('has no negative zero', () => {
    const zero = minorUnitsOf('-0.00', 'USD')
    expect(zero.ok && Object.is(zero.value, 0)).toBe(true)
  })

  it('comes back from any amount of any currency as it was', () => {
    const currency = fc.constantFrom('USD', 'JPY', 'KWD', 'EUR', 'CLF')
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 }), currency, (minor, code) => {
        expect(minorUnitsOf(decimalOf(minor, code), code)).toEqual({ ok: true, value: minor === 0 ? 0 : minor })
      }),
    )
  })

  it('never throws on text', () => {
    fc.assert(fc.property(fc.string(), fc.string({ maxLength: 3 }), (text, code) => void minorUnitsOf(text, code)))
  })

  it('knows the exponents that trip adapters', () => {
    expect(['JPY', 'USD', 'KWD', 'CLF', 'QQQ'].map(currencyExponent)).toEqual([0, 2, 3, 4, null])
  })
})
