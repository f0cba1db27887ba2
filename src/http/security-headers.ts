/** Headers of every answer. A page that needs more than nothing sets its own content-security-policy. */
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './context.ts'

const defaults: readonly (readonly [string, string])[] = [
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"],
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['strict-transport-security', 'max-age=31536000; includeSubDomains'],
]

export const securityHeaders = createMiddleware<AppEnv>(async function securityHeaders(c, next) {
  await next()
  for (const [name, value] of defaults) {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value)
  }
})
