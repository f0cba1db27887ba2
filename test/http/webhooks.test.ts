import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { hmacSha256, toBase64 } from '../../src/connectors/transport/hmac.ts'
import { inboxShards } from '../../src/domain/inbox/inbox-name.ts'
import type { Env } from '../../src/env.ts'
import { webhookMaxBytes } from '../../src/http/routes/webhooks.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { counted, send } from './send.ts'

let env: Env

beforeAll(async () => {
  const { secrets } = await seedConfig()
  env = { ...bindings, CROSSDOCK_SECRETS: JSON.stringify(secrets) }
})

const encode = (text: string) => new TextEncoder().encode(text)

async function signed(body: string, eventId: string, secret = 'shopify-secret'): Promise<RequestInit> {
  const signature = toBase64(await hmacSha256(encode(secret), encode(body)))
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': 'harbour.example',
      'x-shopify-event-id': eventId,
      'x-shopify-hmac-sha256': signature,
    },
  }
}

const order = (id: number) => JSON.stringify({ id, updated_at: '2026-03-14T09:26:53Z', note: 'Ring twice' })
const deliver = (init: RequestInit, account = 'shopify-us', bound = env) => send(`/v1/webhooks/${account}`, init, bound)

async function kept(deliveryId: string): Promise<string[]> {
  const found: string[] = []
  for (let shard = 0; shard < inboxShards; shard++) {
    const stub = env.INBOX.get(env.INBOX.idFromName(`shopify-us/${shard}`))
    const bodies = await runInDurableObject(stub, async (inbox) => {
      const api = inbox as unknown as { read(ids: string[]): Promise<{ body: string }[]> }
      return (await api.read([deliveryId])).map((delivery) => delivery.body)
    })
    found.push(...bodies)
  }
  return found
}

describe('a delivery that verifies', () => {
  it('is kept exactly as sent before it is acknowledged', async () => {
    const body = `  ${order(1)}\n`
    const response = await deliver(await signed(body, 'event-kept'))
    expect(response.status).toBe(202)
    const { deliveryId, duplicate } = (await response.json()) as { deliveryId: string; duplicate: boolean }
    expect(duplicate).toBe(false)
    expect(await kept(deliveryId)).toEqual([body])
  })

  it('is a duplicate of itself the second time, under the first id', async () => {
    const init = await signed(order(2), 'event-twice')
    const first = (await (await deliver(init)).json()) as { deliveryId: string }
    const second = await (await deliver(init)).json()
    expect(second).toEqual({ deliveryId: first.deliveryId, duplicate: true })
  })

  it('is acknowledged without any D1 call and without any queue send', async () => {
    const watched = counted(env)
    expect((await deliver(await signed(order(3), 'event-counted'), 'shopify-us', watched.env)).status).toBe(202)
    expect(watched.calls).toEqual([])
  })

  it('carries the correlation id of the request', async () => {
    const init = await signed(order(4), 'event-traced')
    const headers = { ...(init.headers as Record<string, string>), 'x-correlation-id': 'from-the-gateway' }
    const response = await deliver({ ...init, headers })
    expect(response.headers.get('x-correlation-id')).toBe('from-the-gateway')
  })

  it('is answered 503 with Retry-After when the inbox has too much at once', async () => {
    const full = { receive: () => Promise.reject(new Error('overloaded')) }
    const inbox = { idFromName: (name: string) => name, get: () => full }
    const overloaded = { ...env, INBOX: inbox as unknown as DurableObjectNamespace }
    const response = await deliver(await signed(order(5), 'event-full'), 'shopify-us', overloaded)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
  })

  it('is refused, not kept, when its bytes are no text', async () => {
    const bytes = new Uint8Array([0x7b, 0xff, 0x7d])
    const signature = toBase64(await hmacSha256(encode('shopify-secret'), bytes))
    const init = await signed('{}', 'event-bytes')
    const headers = { ...(init.headers as Record<string, string>), 'x-shopify-hmac-sha256': signature }
    expect((await deliver({ ...init, body: bytes, headers })).status).toBe(400)
  })
})

describe('a delivery that does not verify', () => {
  const answerTo = async (init: RequestInit, account: string) => {
    const response = await deliver(init, account)
    const { correlationId: _id, ...problem } = (await response.json()) as Record<string, unknown>
    return { status: response.status, problem }
  }

  it('gets the same answer for a wrong secret, a missing signature and an unknown account', async () => {
    const good = await signed(order(6), 'event-refused')
    const forged = await answerTo(await signed(order(6), 'event-refused', 'guessed'), 'shopify-us')
    const unsigned = await answerTo({ method: 'POST', body: order(6) }, 'shopify-us')
    const unknown = await answerTo(good, 'no-such-account')
    const outbound = await answerTo(good, 'b2b')
    expect(forged).toEqual({ status: 401, problem: expect.objectContaining({ reason: 'webhook_unverified' }) })
    expect([unsigned, unknown, outbound]).toEqual([forged, forged, forged])
  })

  it('is refused when one byte of the body differs', async () => {
    const init = await signed(order(7), 'event-tampered')
    expect((await deliver({ ...init, body: order(8) })).status).toBe(401)
  })

  it('is refused when the secret store is empty, rather than let in', async () => {
    const closed = { ...env, CROSSDOCK_SECRETS: '{}' }
    expect((await deliver(await signed(order(9), 'event-closed'), 'shopify-us', closed)).status).toBe(401)
  })

  it('is refused for its size before anything is hashed', async () => {
    const response = await deliver({ method: 'POST', body: 'x'.repeat(webhookMaxBytes + 1) })
    expect(response.status).toBe(413)
  })

  it('is a problem when it comes as a GET that no partner of ours sends', async () => {
    expect((await send('/v1/webhooks/shopify-us', {}, env)).status).toBe(401)
  })
})
