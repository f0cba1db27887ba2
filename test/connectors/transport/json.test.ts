import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonLengthMax, parseJson, parseJsonBytes } from '../../../src/connectors/transport/json.ts'

const refusal = (reason: string) => ({ ok: false, error: { reason } })
const bytes = (text: string) => new TextEncoder().encode(text)

describe('JSON from a stranger', () => {
  it('keeps the digits of an integer that a double cannot hold', () => {
    expect(parseJson('{"id":9007199254740993,"price":1.5}')).toEqual({
      ok: true,
      value: { id: '9007199254740993', price: 1.5 },
    })
  })

  it('leaves safe integers numbers, beside unsafe ones', () => {
    expect(parseJson('[9007199254740991,-9007199254740993]')).toEqual({
      ok: true,
      value: [9007199254740991, '-9007199254740993'],
    })
  })

  it('refuses depth before parsing it', () => {
    expect(parseJson('['.repeat(200_000))).toEqual(refusal('too_deep'))
    expect(parseJson(`${'['.repeat(41)}${']'.repeat(41)}`)).toEqual(refusal('too_deep'))
    expect(parseJson(`${'['.repeat(40)}${']'.repeat(40)}`).ok).toBe(true)
  })

  it('does not count brackets inside strings, escaped quotes included', () => {
    expect(parseJson(JSON.stringify({ note: `"\\${'['.repeat(500)}` })).ok).toBe(true)
  })

  it('refuses size by bytes and by text', () => {
    const textOf = (length: number, letter = 'x') => `"${letter.repeat(length - 2)}"`
    expect(parseJson(textOf(jsonLengthMax)).ok).toBe(true)
    expect(parseJson(textOf(jsonLengthMax + 1))).toEqual(refusal('too_large'))
    // Three bytes a letter.
    const third = Math.floor(jsonLengthMax / 3)
    expect(parseJsonBytes(bytes(textOf(third, '日'))).ok).toBe(true)
    expect(parseJsonBytes(bytes(textOf(third + 3, '日')))).toEqual(refusal('too_large'))
  })

  it('refuses what is not JSON and what is not UTF-8', () => {
    expect(parseJson('{"a":')).toEqual(refusal('malformed_json'))
    expect(parseJsonBytes(new Uint8Array([0x22, 0xff, 0x22]))).toEqual(refusal('malformed_json'))
  })

  it('equals JSON.parse for every value within the limits', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value)
        if (/\d{16}/.test(text)) return
        expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) })
      }),
    )
  })

  it('never throws on any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseJson(text)))
  })
})
