import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTVerifyGetKey, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Vars, varsOf } from '../../src/env.ts'
import { operatorOf } from '../../src/http/operator.ts'
import { testDevToken } from '../fixtures/config.ts'
import { bindings } from './seed-config.ts'

const team = 'harbour.cloudflareaccess.com'
const access = { teamDomain: team, audience: 'console-audience' }
const production: Vars = { environment: 'production', secrets: {}, devToken: null, access }
let keySetOf: () => JWTVerifyGetKey
let token: (change?: { readonly aud?: string; readonly iss?: string; readonly exp?: string }) => Promise<string>

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256' }] })
  keySetOf = () => keys
  token = async (change = {}) => {
    const { aud, iss, exp } = { aud: access.audience, iss: `https://${team}`, exp: '5m', ...change }
    const header = { alg: 'RS256' }
    const claims = { sub: 'operator-7', aud, iss }
    return await new SignJWT(claims).setProtectedHeader(header).setExpirationTime(exp).sign(privateKey)
  }
})

const operator = (accessToken: string | undefined, cookie: string | undefined, vars: Vars) =>
  operatorOf({ accessToken, cookie }, vars, keySetOf)

describe('behind Cloudflare Access', () => {
  it('an operator is whom the team says', async () => {
    expect(await operator(await token(), undefined, production)).toEqual({ subject: 'operator-7', via: 'access' })
  })

  it.each([
    ['another audience', { aud: 'another-application' }],
    ['another team', { iss: 'https://evil.cloudflareaccess.com' }],
    ['yesterday', { exp: '-1h' }],
  ])('a token for %s is nobody', async (_what, change) => {
    expect(await operator(await token(change), undefined, production)).toBeNull()
  })

  it('no token is nobody, whatever the cookie says', async () => {
    expect(
      await operator(undefined, testDevToken, { ...production, environment: 'local', devToken: testDevToken }),
    ).toBeNull()
  })
})

describe('locally', () => {
  const local = varsOf(bindings)

  it("the development token's cookie is an operator", async () => {
    expect(await operator(undefined, testDevToken, local)).toEqual({ subject: 'local', via: 'dev_token' })
  })

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['another of the same length', testDevToken.replace('f', 'e')],
    ['a part', testDevToken.slice(0, -1)],
  ])('%s is nobody', async (_what, cookie) => {
    expect(await operator(undefined, cookie, local)).toBeNull()
  })

  it('the development token opens nothing in production', async () => {
    const vars = varsOf({ ...bindings, ENVIRONMENT: 'production', DEV_TOKEN: testDevToken })
    expect(vars.devToken).toBeNull()
    expect(await operator(undefined, testDevToken, vars)).toBeNull()
  })

  it('an ENVIRONMENT that nobody recognises counts as production', () => {
    expect(varsOf({ ...bindings, ENVIRONMENT: 'Local ' }).environment).toBe('production')
  })
})
