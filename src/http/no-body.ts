/** For routes whose path says everything: an absent body or an empty object, nothing that would silently be ignored. */
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './context.ts'
import { refuse } from './problem.ts'
import { decodeUtf8, readBody } from './read-body.ts'

const emptyMaxBytes = 64

export const noBody = createMiddleware<AppEnv>(async function noBody(c, next) {
  const bytes = await readBody(c.req.raw, emptyMaxBytes)
  const text = bytes.ok ? decodeUtf8(bytes.value)?.trim() : null
  if (text !== '' && text !== '{}') {
    return refuse(c, { reason: 'invalid_body', errors: [{ path: '', message: 'this route takes no body' }] })
  }
  Object.assign(c.req.bodyCache, { text: Promise.resolve('') })
  return await next()
})
