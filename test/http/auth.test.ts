import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { app } from '../../src/http/app.ts'
import { routeAccess } from '../../src/http/auth.ts'
import { openApiDocument } from '../../src/http/openapi.ts'
import { testApiKey } from '../fixtures/config.ts'
import { seedConfig } from './seed-config.ts'
import { get, json, post, send } from './send.ts'

const issuer = 'https://id.example'
const audience = 'crossdock'
const restrictedKey = 'restricted-key-for-b2b-0123456789'
const readOnlyKey = 'read-only-key-0123456789abcdefgh'
let sign: (claims: JWTPayload, options?: { readonly expires?: string; readonly aud?: string }) => Promise<string>

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk: Record<string, string> = { kid: 'k1', alg: 'ES256', ...toText(await exportJWK(publicKey)) }
  sign = (claims, options = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(issuer)
      .setAudience(options.aud ?? audience)
      .setExpirationTime(options.expires ?? '5m')
      .sign(privateKey)
  await seedConfig((file) => ({
    ...file,
    jwt: { issuer, audience, jwks: { keys: [{ ...jwk }] } },
    apiKeys: [
      ...file.apiKeys,
      {
        id: 'b2b-portal',
        name: '',
        key: restrictedKey,
        scopes: ['orders:read', 'orders:write', 'metrics:read', 'catalog:write', 'reservations:write'],
        account: 'b2b',
      },
      { id: 'reader', name: '', key: readOnlyKey, scopes: ['orders:read'] },
    ],
  }))
})

/** An elliptic curve's public key has text members only. */
function toText(jwk: JWK): Record<string, string> {
  return Object.fromEntries(Object.entries(jwk).map(([name, value]) => [name, String(value)]))
}

const as = (token: string) => ({ authorization: `Bearer ${token}` })
const skus = { skus: [{ sku: 'AUTH-1', title: 'Entered by a test' }] }
const enter = (headers: Record<string, string>) => post('/v1/catalog/skus', skus, headers)

describe('an API key', () => {
  it('opens the routes of its scopes', async () => {
    expect((await enter(as(testApiKey))).status).toBe(200)
  })

  it.each([
    ['no header', {}],
    ['an unknown key', as('unknown-key-0123456789abcdef')],
    ['another scheme', { authorization: `Basic ${btoa(`x:${testApiKey}`)}` }],
    ['a key with a space in it', { authorization: `Bearer ${testApiKey} x` }],
    ['an empty key', { authorization: 'Bearer ' }],
  ])('is needed: %s is a 401 with a challenge', async (_what, headers) => {
    const init = { method: 'POST', body: JSON.stringify(skus), headers: { ...json, ...headers } }
    const response = await send('/v1/catalog/skus', init)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /)
    expect(await response.json()).toMatchObject({ reason: 'unauthenticated' })
  })

  it('without the scope is a 403 that names the scope', async () => {
    const response = await enter(as(readOnlyKey))
    expect(response.status).toBe(403)
    expect(response.headers.get('www-authenticate')).toContain('scope="catalog:write"')
    expect(await response.json()).toMatchObject({ reason: 'insufficient_scope', scope: 'catalog:write' })
  })

  it('is checked before the body is looked at', async () => {
    const response = await post('/v1/catalog/skus', '{not json', as('unknown-key-0123456789abcdef'))
    expect(response.status).toBe(401)
  })
})

describe('a key restricted to an account', () => {
  it('may not read what spans accounts', async () => {
    const response = await get('/metrics', as(restrictedKey))
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ reason: 'account_not_allowed' })
  })

  it("may not read another account's order", async () => {
    const response = await get('/v1/orders/shopify-us%3A1001', as(restrictedKey))
    expect(response.status).toBe(403)
  })

  it("may not list another account's orders", async () => {
    expect((await get('/v1/orders?channel=shopify-us', as(restrictedKey))).status).toBe(403)
  })

  it("may not map another account's listings", async () => {
    const listings = [{ account: 'shopify-us', externalSku: 'X', sku: 'ROPE-10' }]
    const response = await post('/v1/catalog/listings', { listings }, as(restrictedKey))
    expect(await response.json()).toMatchObject({
      saved: 0,
      refused: 1,
      results: [{ ok: false, problem: { reason: 'account_not_allowed' } }],
    })
  })

  it('may not reserve for another channel', async () => {
    const lines = [{ sku: 'ROPE-10', quantity: 1 }]
    const body = { reservationId: 'r', channel: 'shopify-us', lines, expiresInSeconds: 60 }
    expect((await post('/v1/reservations', body, as(restrictedKey))).status).toBe(403)
  })
})

describe('a JWT of the configured issuer', () => {
  it('opens the routes of its scope claim', async () => {
    const token = await sign({ sub: 'erp-sync', scope: 'catalog:write openid' })
    expect((await enter(as(token))).status).toBe(200)
  })

  it('without the scope is a 403', async () => {
    const token = await sign({ sub: 'erp-sync', scope: 'openid' })
    expect((await enter(as(token))).status).toBe(403)
  })

  it('restricts to the account that it names', async () => {
    const token = await sign({ sub: 'portal', scope: 'metrics:read', account: 'b2b' })
    expect((await get('/metrics', as(token))).status).toBe(403)
  })

  it.each<[string, () => Promise<string>]>([
    ['an expired one', () => sign({ sub: 'a', scope: 'catalog:write' }, { expires: '-1m' })],
    ['one for another audience', () => sign({ sub: 'a', scope: 'catalog:write' }, { aud: 'elsewhere' })],
    ['one without a subject', () => sign({ scope: 'catalog:write' })],
    ['one with a scope that is no text', () => sign({ sub: 'a', scope: ['catalog:write'] })],
    ['one with a malformed account', () => sign({ sub: 'a', scope: 'catalog:write', account: '../b2b' })],
    ['an unsigned one', async () => unsigned({ sub: 'a', scope: 'catalog:write', iss: issuer, aud: audience })],
    ['one signed with the public key as a shared secret', signedWithPublicKey],
    ['one signed by a stranger', signedByStranger],
  ])('is refused when it is %s', async (_what, token) => {
    expect((await enter(as(await token()))).status).toBe(401)
  })
})

const encode = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

function unsigned(claims: JWTPayload): string {
  const body = { ...claims, exp: Math.floor(Date.now() / 1000) + 300 }
  return `${encode({ alg: 'none' })}.${encode(body)}.AA`
}

async function signedWithPublicKey(): Promise<string> {
  const claims = { sub: 'a', scope: 'catalog:write' }
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode('the public key is no secret at all'))
}

async function signedByStranger(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256')
  return await new SignJWT({ sub: 'a', scope: 'catalog:write' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime('5m')
    .sign(privateKey)
}

describe('the scope table', () => {
  const paths = openApiDocument(app).paths ?? {}
  const described = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path}`,
      security: (operation as { security?: { bearer: string[] }[] }).security,
    })),
  )
  const open = ['GET /healthz', 'GET /v1/webhooks/{account}', 'POST /v1/webhooks/{account}']

  it('has a row for every route that is not open to everybody', () => {
    const guarded = described.map(({ route }) => route).filter((route) => !open.includes(route))
    expect(guarded.toSorted()).toEqual(Object.keys(routeAccess).toSorted())
  })

  it('is what the API reference says of each route', () => {
    for (const { route, security } of described) {
      const access = routeAccess[route as keyof typeof routeAccess]
      expect(security, route).toEqual(access === undefined ? undefined : [{ bearer: [access.scope] }])
    }
  })

  it.each(Object.keys(routeAccess))('is enforced: %s refuses a key that has no scope for it', async (route) => {
    const token = await sign({ sub: 'nobody', scope: '' })
    const [method, path] = route.split(' ') as [string, string]
    const response = await send(path.replace(/\{\w+\}/g, 'x'), { method, headers: as(token) })
    expect(response.status).toBe(403)
  })
})
