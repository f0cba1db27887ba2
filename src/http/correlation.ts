/** Ties a request to its caller's trace: `x-correlation-id` and W3C `traceparent`, in and out. */
import { createMiddleware } from 'hono/factory'
import { nanoid } from 'nanoid'
import { correlationId } from '../domain/shared/ids.ts'
import type { AppEnv } from './context.ts'

const acceptedId = /^[A-Za-z0-9_-]{8,64}$/
/** https://www.w3.org/TR/trace-context/#traceparent-header; all-zero ids and version ff are invalid. */
const acceptedTraceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?$/

/** UUIDs have 122 random bits: enough for a trace id, and the cheapest random hexadecimal digits there are. */
const randomHex = () => crypto.randomUUID().replaceAll('-', '')
const spanHexDigits = 16

/** The caller's trace with a span of our own; a missing or malformed header starts a new trace. */
function continueTrace(header: string | undefined): string {
  const match = header === undefined ? null : acceptedTraceparent.exec(header)
  const flags = match?.[2] ?? '00'
  const random = randomHex()
  return `00-${match?.[1] ?? randomHex()}-${random.slice(0, spanHexDigits)}-${flags}`
}

export const correlation = createMiddleware<AppEnv>(async function correlation(c, next) {
  const given = c.req.header('x-correlation-id')
  const id = given !== undefined && acceptedId.test(given) ? given : nanoid()
  c.set('correlationId', correlationId(id))
  c.set('traceparent', continueTrace(c.req.header('traceparent')))
  c.set('receivedAtMs', Date.now())
  await next()
  c.res.headers.set('x-correlation-id', id)
  c.res.headers.set('traceparent', c.var.traceparent)
})
