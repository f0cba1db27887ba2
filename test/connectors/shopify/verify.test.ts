import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { verify } from '../../../src/connectors/shopify/verify.ts'
import { corpusFiles, corpusIsThere, sayIfCorpusIsMissing } from '../../fixtures/corpus.ts'
import { shopAccount, shopSecrets, signedRequest } from '../../fixtures/shopify/payloads.ts'

const check = (request: Parameters<typeof verify>[0], secrets: Readonly<Record<string, string>> = shopSecrets) =>
  verify(request, shopAccount, secrets)
const signature = (secret: string, body: string) => createHmac('sha256', secret).update(body).digest('base64')

describe('a Shopify delivery is verified', () => {
  it('over its raw bytes', async () => {
    expect(await check(signedRequest('orders/create', '{"id": 1}'))).toBe(true)
  })

  it('not when the same JSON is written differently', async () => {
    const header = { 'x-shopify-hmac-sha256': signature('shopify-secret', '{"id":1}') }
    expect(await check(signedRequest('orders/create', '{"id": 1}', header))).toBe(false)
  })

  it('with the older secret while a rotation settles', async () => {
    const header = { 'x-shopify-hmac-sha256': signature('older-secret', '{}') }
    expect(await check(signedRequest('orders/create', '{}', header))).toBe(false)
    const rotating = { ...shopSecrets, 'shopify-us-webhook-old': 'older-secret' }
    expect(await check(signedRequest('orders/create', '{}', header), rotating)).toBe(true)
  })

  it('not without a secret, a signature or a body', async () => {
    const unsigned = signedRequest('orders/create', '{}')
    const headers = Object.fromEntries(Object.entries(unsigned.headers).filter(([name]) => !name.includes('hmac')))
    expect(await check(signedRequest('orders/create', '{}'), {})).toBe(false)
    expect(await check({ ...unsigned, headers })).toBe(false)
    expect(await check(signedRequest('orders/create', ''))).toBe(false)
  })

  it('not in hexadecimal and not with a base64-decoded secret', async () => {
    const hex = createHmac('sha256', 'shopify-secret').update('{}').digest('hex')
    const decoded = createHmac('sha256', Buffer.from('shopify-secret', 'base64')).update('{}').digest('base64')
    expect(await check(signedRequest('orders/create', '{}', { 'x-shopify-hmac-sha256': hex }))).toBe(false)
    expect(await check(signedRequest('orders/create', '{}', { 'x-shopify-hmac-sha256': decoded }))).toBe(false)
  })

  it('not for another shop of the same app, which signs with the same secret', async () => {
    const elsewhere = signedRequest('orders/create', '{}', { 'x-shopify-shop-domain': 'rival.example' })
    const shouted = signedRequest('orders/create', '{}', { 'x-shopify-shop-domain': 'HARBOUR.example' })
    expect(await check(elsewhere)).toBe(false)
    expect(await check(shouted)).toBe(true)
  })
})

sayIfCorpusIsMissing('published Shopify signatures')
describe.skipIf(!corpusIsThere)('published Shopify signatures', () => {
  const file = corpusFiles('shopify').find((each) => each.name === 'hmac-vectors.json')
  const vectors = JSON.parse(file?.text ?? '{"cases":[]}')

  it('are all judged as published', async () => {
    expect(vectors.cases.length).toBe(8)
    for (const vector of vectors.cases) {
      const headers = vector.header === null ? {} : { 'x-shopify-hmac-sha256': vector.header }
      const request = { ...signedRequest('orders/create', vector.raw_body), headers }
      expect(await check(request, { 'shopify-us-webhook': vectors.secret }), vector.header).toBe(vector.valid)
    }
  })
})
