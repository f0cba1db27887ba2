import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { forgetConfig } from '../../src/config/active-config.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { bearer, get, send } from './send.ts'

beforeAll(async () => {
  await seedConfig()
})

describe('every answer', () => {
  it('carries the correlation id it was given', async () => {
    const response = await send('/healthz', { headers: { 'x-correlation-id': 'cart-checkout-42' } })
    expect(response.headers.get('x-correlation-id')).toBe('cart-checkout-42')
  })

  it('makes a new correlation id when the given one could break a log line', async () => {
    const response = await send('/healthz', { headers: { 'x-correlation-id': 'a b"c' } })
    expect(response.headers.get('x-correlation-id')).toMatch(/^[\w-]{21}$/)
  })

  it('continues the trace with a span of its own', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const response = await send('/healthz', { headers: { traceparent } })
    const answered = response.headers.get('traceparent')
    expect(answered).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/)
    expect(answered).not.toBe(traceparent)
  })

  it('starts a new trace when the header has an all-zero trace id', async () => {
    const traceparent = `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`
    const response = await send('/healthz', { headers: { traceparent } })
    expect(response.headers.get('traceparent')).toMatch(/^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  })

  it('forbids sniffing, framing and every content source', async () => {
    const { headers } = await send('/nowhere')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('a request that fits no route', () => {
  it('is a 404 problem with the correlation id', async () => {
    const response = await send('/v1/nothing', { headers: { 'x-correlation-id': 'trace-1234' } })
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({
      type: '/problems/route_not_found',
      status: 404,
      correlationId: 'trace-1234',
    })
  })

  it('is a 405 problem that names the methods when the path exists', async () => {
    const response = await send('/v1/orders/b2b:1', { method: 'PATCH' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET')
  })

  it.each(['/v1/orders/%zz', '/v1/orders/%ff', '/%c0%af', '/v1/orders/a%00b'])('is a problem for %s', async (path) => {
    const response = await send(path, { headers: bearer })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ reason: 'malformed_path' })
  })
})

describe('a part of the system that is away', () => {
  const failingWith = (marks: object): typeof bindings => {
    const state = () => Promise.reject(Object.assign(new Error('no more'), marks))
    const namespace = { idFromName: (name: string) => name, get: () => ({ state }) }
    return { ...bindings, ORDER: namespace as unknown as DurableObjectNamespace }
  }

  it.each([
    ['an actor with too much at once', { overloaded: true }, 'overloaded'],
    ['an actor that restarted', { retryable: true }, 'unavailable'],
    [
      'an actor with both marks, which must not be asked again soon',
      { overloaded: true, retryable: true },
      'overloaded',
    ],
  ])('is a 503 with Retry-After: %s', async (_what, marks, reason) => {
    const response = await get('/v1/orders/b2b:1', {}, failingWith(marks))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ reason })
  })

  it('is a 500 without any detail when nobody foresaw it', async () => {
    const response = await get('/v1/orders/b2b:1', {}, failingWith({}))
    expect(response.status).toBe(500)
    expect(Object.keys((await response.json()) as object).toSorted()).toEqual([
      'correlationId',
      'reason',
      'status',
      'title',
      'type',
    ])
  })
})

describe('a deployment without configuration', () => {
  const empty = { ...bindings, CONFIG: { get: async () => null } as unknown as KVNamespace }
  afterEach(forgetConfig)

  it('is alive, and says that it is not finished', async () => {
    forgetConfig()
    const response = await send('/healthz', {}, empty)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ status: 'unconfigured', configVersion: null })
  })

  it.each(['/v1/orders', '/v1/webhooks/shopify-us'])(
    'refuses %s with a 503 instead of letting anybody in',
    async (path) => {
      forgetConfig()
      const response = await send(path, { headers: bearer }, empty)
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({ reason: 'not_configured' })
    },
  )
})
