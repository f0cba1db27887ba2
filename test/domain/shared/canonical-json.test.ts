import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalJson } from '../../../src/domain/shared/canonical-json.ts'

it('spells equal values equally, whatever the order of their members', () => {
  expect(canonicalJson({ b: 1, a: { d: [1, 2], c: null } })).toBe('{"a":{"c":null,"d":[1,2]},"b":1}')
  expect(canonicalJson({ a: { c: null, d: [1, 2] }, b: 1 })).toBe('{"a":{"c":null,"d":[1,2]},"b":1}')
})

it('leaves out members that are undefined, as JSON does, and keeps their places in arrays', () => {
  expect(canonicalJson({ a: undefined, b: [undefined, 1] })).toBe('{"b":[null,1]}')
})

it('sorts by code unit, not by locale', () => {
  const members = { '\u00e9': 1, z: 2, Z: 3, '\u{1f600}': 4, '\ufb33': 5 }
  expect(canonicalJson(members)).toBe('{"Z":3,"z":2,"\u00e9":1,"\u{1f600}":4,"\ufb33":5}')
})

it('writes numbers and strings as RFC 8785 asks', () => {
  expect(canonicalJson([-0, 1e21, 1e-7, 0.1, 'a\u2028"\u0007'])).toBe('[0,1e+21,1e-7,0.1,"a\u2028\\"\\u0007"]')
})

it('refuses what JSON cannot say instead of hashing it as null', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, () => 1, Symbol('s'), undefined]) {
    expect(() => canonicalJson(value)).toThrow('not representable')
  }
  expect(() => canonicalJson({ amount: 1n })).toThrow()
})

it('survives a round trip through JSON unchanged', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value)
      expect(canonicalJson(JSON.parse(text))).toBe(text)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
