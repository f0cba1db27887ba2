/** Refuses a path whose percent-encoding is not UTF-8: routers differ in what they make of one, so none sees it. */
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './context.ts'
import { refuse } from './problem.ts'

export const wellFormedPath = createMiddleware<AppEnv>(async function wellFormedPath(c, next) {
  if (c.req.url.includes('%') && !isDecodable(new URL(c.req.url).pathname)) {
    return refuse(c, { reason: 'malformed_path' })
  }
  return await next()
})

function isDecodable(pathname: string): boolean {
  try {
    return !decodeURIComponent(pathname).includes('\0')
  } catch {
    return false
  }
}
