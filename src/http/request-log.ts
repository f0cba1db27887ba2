/** One line for every refused or failed request. What succeeded is in the audit and the platform's own request log. */
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { AppEnv } from './context.ts'
import { log } from './log.ts'

export const requestLog = createMiddleware<AppEnv>(async function requestLog(c, next) {
  await next()
  const { status } = c.res
  if (status < 400) return
  log({
    level: status >= 500 ? 'error' : 'warn',
    event: status >= 500 ? 'request_failed' : 'request_refused',
    correlationId: c.var.correlationId,
    traceparent: c.var.traceparent,
    method: c.req.method,
    route: routePath(c, -1),
    status,
    durationMs: Date.now() - c.var.receivedAtMs,
    // A JWT's subject may be an e-mail address; an API key's id is a slug from the configuration.
    ...(c.var.principal?.kind === 'api_key' ? { principal: c.var.principal.id } : {}),
  })
})
