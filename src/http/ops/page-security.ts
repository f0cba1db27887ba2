/**
 * What a console page may do in the browser: run our own files and nothing else, talk to nobody else, be framed by
 * nobody. Inline script and style stay forbidden, so text that slipped through unescaped still could not run.
 */
import { createMiddleware } from 'hono/factory'
import type { OpsEnv } from './ops-context.ts'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types crossdock-live',
].join('; ')

export const pageSecurity = createMiddleware<OpsEnv>(async function pageSecurity(c, next) {
  await next()
  const { headers } = c.res
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', policy)
  // `no-referrer` would make browsers send `Origin: null` with our own forms, which the same-origin check refuses.
  headers.set('referrer-policy', 'same-origin')
  headers.set('cache-control', 'no-store')
  headers.set('x-content-type-options', 'nosniff')
  headers.set('x-frame-options', 'DENY')
  headers.set('cross-origin-opener-policy', 'same-origin')
  headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
})
