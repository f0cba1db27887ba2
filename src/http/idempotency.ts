/**
 * `Idempotency-Key` by Stripe's rules: the same key with the same request gives the first answer again, another request
 * under the key is refused, a request still under way is a conflict, and an answer that says nothing final (5xx, or a
 * body that no handler ever saw) is not kept. Without the header no actor is called.
 */
import { createMiddleware } from 'hono/factory'
import { actor, type IdempotencyApi } from '../actor-apis.ts'
import { sha256Hex } from '../connectors/transport/hmac.ts'
import type { AppContext, AppEnv } from './context.ts'
import { refuse } from './problem.ts'

/** A structured-field string, as the IETF draft writes it, or the bare token that most clients send. */
const quotedKey = /^"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"$/
const bareKey = /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/
const keptHeaders = ['content-type', 'location', 'etag'] as const

export function parseIdempotencyKey(header: string): string | null {
  return quotedKey.exec(header)?.[1] ?? (bareKey.test(header) ? header : null)
}

export const idempotent = createMiddleware<AppEnv>(async function idempotent(c, next) {
  const header = c.req.header('idempotency-key')
  if (header === undefined) return await next()
  const key = parseIdempotencyKey(header)
  if (key === null) return refuse(c, { reason: 'invalid_idempotency_key' })
  const fingerprint = await fingerprintOf(c)
  const memory = await memoryOf(c, key)
  const answer = await memory.begin(key, fingerprint)
  if (answer.kind === 'in_flight') return refuse(c, { reason: 'idempotency_in_flight' })
  if (answer.kind === 'other_request') return refuse(c, { reason: 'idempotency_key_reused' })
  if (answer.kind === 'replay') return replayed(answer)
  c.set('commandKey', `${key}/${fingerprint.slice(0, 16)}`)
  await next()
  await memory.finish(key, fingerprint, await keptAnswer(c))
})

/** Sixteen memories a caller, by the key's hash: one caller's load does not queue behind one object. */
async function memoryOf(c: AppContext, key: string): Promise<IdempotencyApi> {
  const shard = (await sha256Hex(key)).charAt(0)
  return actor<IdempotencyApi>(c.env.IDEMPOTENCY, `${c.var.principal.id}/${shard}`)
}

/** Method, path and query are part of the request: the same body to another order is another request. */
async function fingerprintOf(c: AppContext): Promise<string> {
  const { pathname, search } = new URL(c.req.url)
  return await sha256Hex(`${c.req.method} ${pathname}${search}\n${await c.req.text()}`)
}

function replayed(answer: { status: number; headers: Readonly<Record<string, string>>; body: string }): Response {
  const headers = { ...answer.headers, 'idempotent-replayed': 'true' }
  return new Response(answer.status === 204 ? null : answer.body, { status: answer.status, headers })
}

async function keptAnswer(c: AppContext): Promise<Parameters<IdempotencyApi['finish']>[2]> {
  if (c.res.status >= 500 || c.var.refusedBySchema === true) return null
  const headers: Record<string, string> = {}
  for (const name of keptHeaders) {
    const value = c.res.headers.get(name)
    if (value !== null) headers[name] = value
  }
  return { status: c.res.status, headers, body: await c.res.clone().text() }
}
