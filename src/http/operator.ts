/**
 * Who works in the console: a Cloudflare Access token in production, a development token's cookie locally. Everything
 * under `/ops` that shows or changes something stands behind `requireOperator`; the sign-in page does not.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { constantTimeEqual } from '../connectors/transport/hmac.ts'
import { type Vars, varsOf } from '../env.ts'
import type { AppEnv, Operator } from './context.ts'
import { refuse } from './problem.ts'

const operatorCookie = 'crossdock_ops'
/** A working day; signing in again costs one paste. */
const cookieMaxAgeSeconds = 12 * 3_600

/** What handlers behind `requireOperator` find. */
export type OperatorEnv = AppEnv

export type KeySetOf = (teamDomain: string) => JWTVerifyGetKey

const remoteKeySets = new Map<string, JWTVerifyGetKey>()
const remoteKeySetOf: KeySetOf = (teamDomain) => {
  const known = remoteKeySets.get(teamDomain)
  if (known) return known
  const created = createRemoteJWKSet(new URL(`https://${teamDomain}/cdn-cgi/access/certs`))
  remoteKeySets.set(teamDomain, created)
  return created
}

type Credentials = { readonly accessToken: string | undefined; readonly cookie: string | undefined }

/** Null for anybody who cannot prove who they are. Access wins where it is configured; the token is local only. */
export async function operatorOf(
  credentials: Credentials,
  vars: Vars,
  keySetOf: KeySetOf = remoteKeySetOf,
): Promise<Operator | null> {
  if (vars.access !== null) return await operatorOfAccess(credentials.accessToken, vars.access, keySetOf)
  if (!(await isDevToken(credentials.cookie, vars))) return null
  return { subject: 'local', via: 'dev_token' }
}

async function operatorOfAccess(
  token: string | undefined,
  access: NonNullable<Vars['access']>,
  keySetOf: KeySetOf,
): Promise<Operator | null> {
  if (token === undefined) return null
  try {
    const { payload } = await jwtVerify(token, keySetOf(access.teamDomain), {
      algorithms: ['RS256'],
      issuer: `https://${access.teamDomain}`,
      audience: access.audience,
      requiredClaims: ['exp', 'sub'],
    })
    return payload.sub ? { subject: payload.sub, via: 'access' } : null
  } catch {
    return null
  }
}

/** Fails closed: production has no development token (`varsOf`), so nothing equals it. */
async function isDevToken(given: string | undefined, vars: Vars): Promise<boolean> {
  if (vars.environment !== 'local' || vars.devToken === null || given === undefined) return false
  return await constantTimeEqual(given, vars.devToken)
}

/** Signs a browser in; false when the token is wrong or this is not a local deployment. */
export async function signIn<E extends AppEnv>(c: Context<E>, token: string): Promise<boolean> {
  if (!(await isDevToken(token, varsOf(c.env)))) return false
  const secure = new URL(c.req.url).protocol === 'https:'
  const cookie = { httpOnly: true, sameSite: 'Strict', path: '/ops', maxAge: cookieMaxAgeSeconds, secure } as const
  setCookie(c, operatorCookie, token, cookie)
  return true
}

export function signOut<E extends AppEnv>(c: Context<E>): void {
  setCookie(c, operatorCookie, '', { httpOnly: true, sameSite: 'Strict', path: '/ops', maxAge: 0 })
}

/**
 * `signInPath`: where a browser that asks for a page is sent instead of a problem, given what it asked for. A change
 * from another origin is refused even with a valid cookie.
 */
export function requireOperator(options: {
  readonly signInPath?: (asked: URL) => string
  readonly keySetOf?: KeySetOf
}): MiddlewareHandler<AppEnv> {
  return createMiddleware<AppEnv>(async function requireOperator(c, next) {
    const credentials = {
      accessToken: c.req.header('cf-access-jwt-assertion'),
      cookie: getCookie(c, operatorCookie),
    }
    const vars = varsOf(c.env)
    const operator = await operatorOf(credentials, vars, options.keySetOf ?? remoteKeySetOf)
    if (operator === null) {
      const { signInPath } = options
      const sendsToSignIn = signInPath !== undefined && vars.access === null && c.req.method === 'GET'
      if (sendsToSignIn) return c.redirect(signInPath(new URL(c.req.url)), 303)
      return refuse(c, { reason: 'unauthenticated' })
    }
    if (!isSameOrigin(c.req.raw)) return refuse(c, { reason: 'cross_origin' })
    c.set('operator', operator)
    return await next()
  })
}

/** Reads are always fine; a change must come from a page of ours, and browsers say where from. */
function isSameOrigin(request: Request): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return true
  const origin = request.headers.get('origin')
  return origin !== null && origin === new URL(request.url).origin
}
