import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { constantTimeEqual, hmacSha256, toHex, verifyHmac } from '../../../src/connectors/transport/hmac.ts'
import { signStandardWebhook, verifyStandardWebhook } from '../../../src/connectors/transport/standard-webhooks.ts'
import { corpusFiles, corpusIsThere, sayIfCorpusIsMissing } from '../../fixtures/corpus.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('a keyed hash', () => {
  it('equals the second test case of RFC 4231', async () => {
    const digest = await hmacSha256(bytes('Jefe'), bytes('what do ya want for nothing?'))
    expect(toHex(digest)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  })

  it.each([
    ['no secret', undefined, 'x'],
    ['an empty secret', '', 'x'],
    ['no signature', 'secret', undefined],
    ['an empty signature', 'secret', ''],
    ['a signature of another length', 'secret', 'short'],
  ])('fails closed for %s', async (_why, secret, signature) => {
    expect(await verifyHmac({ secret, signature, body: bytes('body'), encoding: 'base64' })).toBe(false)
  })

  it('compares texts of any length without throwing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (left, right) => {
        expect(await constantTimeEqual(left, right)).toBe(left === right)
      }),
    )
  })
})

const secret = 'whsec_c2FuZGJveC1lYXN0LWluYm91bmQtc2VjcmV0LTAwMQ=='
const nowMs = 1_793_545_200_000
const signed = (body: string) => ({
  headers: { ...signStandardWebhook(secret, 'msg_1', nowMs, body) },
  body: bytes(body),
})

describe('a Standard Webhooks signature', () => {
  it('verifies what was signed', async () => {
    expect(await verifyStandardWebhook(signed('{"a":1}'), secret, nowMs)).toBe(true)
  })

  it('verifies one of several signatures, as a sender rotating secrets sends them', async () => {
    const request = signed('{}')
    const list = `v1,AAAA v1a,BBBB ${request.headers['webhook-signature']}`
    const rotated = { ...request, headers: { ...request.headers, 'webhook-signature': list } }
    expect(await verifyStandardWebhook(rotated, secret, nowMs)).toBe(true)
  })

  it('refuses another body, id, secret, or a clock more than five minutes away', async () => {
    const request = signed('{"a":1}')
    const other = { ...request, body: bytes('{"a":2}') }
    const renamed = { ...request, headers: { ...request.headers, 'webhook-id': 'msg_2' } }
    expect(await verifyStandardWebhook(other, secret, nowMs)).toBe(false)
    expect(await verifyStandardWebhook(renamed, secret, nowMs)).toBe(false)
    expect(await verifyStandardWebhook(request, 'whsec_b3RoZXI=', nowMs)).toBe(false)
    expect(await verifyStandardWebhook(request, secret, nowMs + 301_000)).toBe(false)
    expect(await verifyStandardWebhook(request, secret, nowMs - 301_000)).toBe(false)
    expect(await verifyStandardWebhook(request, secret, nowMs + 299_000)).toBe(true)
  })

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('fails closed without %s', async (name) => {
    const { headers, body } = signed('{}')
    const rest = Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name))
    expect(await verifyStandardWebhook({ headers: rest, body }, secret, nowMs)).toBe(false)
  })

  it('fails closed for a missing or unusable secret and for bytes that are not UTF-8', async () => {
    expect(await verifyStandardWebhook(signed('{}'), undefined, nowMs)).toBe(false)
    expect(await verifyStandardWebhook(signed('{}'), 'whsec_', nowMs)).toBe(false)
    expect(await verifyStandardWebhook(signed('{}'), 'whsec_%%%', nowMs)).toBe(false)
    expect(await verifyStandardWebhook({ ...signed('{}'), body: new Uint8Array([0xff]) }, secret, nowMs)).toBe(false)
  })
})

sayIfCorpusIsMissing('published signature vectors')
describe.skipIf(!corpusIsThere)('published signature vectors', () => {
  it('reproduces the Standard Webhooks vector', async () => {
    const file = corpusFiles('standards').find((each) => each.name === 'standard-webhooks.sign-vector.json')
    const vector = JSON.parse(file?.text ?? '{}')
    const atMs = Number(vector['webhook-timestamp']) * 1000
    const { 'webhook-signature': signature } = vector
    expect(signStandardWebhook(vector.secret, vector['webhook-id'], atMs, vector.payload)).toEqual({
      'webhook-id': vector['webhook-id'],
      'webhook-timestamp': vector['webhook-timestamp'],
      'webhook-signature': signature,
    })
    const request = { headers: vector, body: bytes(vector.payload) }
    expect(await verifyStandardWebhook(request, vector.secret, atMs)).toBe(true)
  })
})
