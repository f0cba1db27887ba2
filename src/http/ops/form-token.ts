/**
 * Every form carries the value of a strict same-site cookie. Together with the origin check of `requireOperator` a
 * change can only come from a page that we rendered for this browser.
 */
import { getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import type { OpsContext, OpsEnv } from './ops-context.ts'

const formTokenCookie = 'crossdock_form'
export const formTokenField = 'form_token'
const tokenShape = /^[0-9a-f]{64}$/
/** A form is a reason and some ids; whatever is larger is not one of ours. */
const formBytesMax = 16_384

export const formToken = createMiddleware<OpsEnv>(async function formToken(c, next) {
  const given = getCookie(c, formTokenCookie)
  const token = given !== undefined && tokenShape.test(given) ? given : newToken()
  if (token !== given) {
    const secure = new URL(c.req.url).protocol === 'https:'
    setCookie(c, formTokenCookie, token, { httpOnly: true, sameSite: 'Strict', path: '/ops', secure })
  }
  c.set('formToken', token)
  await next()
})

function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export type Form = Readonly<Record<string, string>>

/** The fields of a form that is ours; null for a foreign, forged, oversized or malformed one. */
export async function readForm(c: OpsContext): Promise<Form | null> {
  const given = getCookie(c, formTokenCookie)
  if (Number(c.req.header('content-length') ?? formBytesMax + 1) > formBytesMax) return null
  if (!(c.req.header('content-type') ?? '').startsWith('application/x-www-form-urlencoded')) return null
  const fields = Object.fromEntries(new URLSearchParams(new TextDecoder().decode(await c.req.arrayBuffer())))
  const ours = given !== undefined && tokenShape.test(given) && fields[formTokenField] === given
  return ours ? fields : null
}
