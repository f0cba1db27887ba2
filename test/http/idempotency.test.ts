import { beforeAll, describe, expect, it } from 'vitest'
import type { Env } from '../../src/env.ts'
import { parseIdempotencyKey } from '../../src/http/idempotency.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { post, send } from './send.ts'

const otherKey = 'another-key-0123456789abcdefghijk'

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    apiKeys: [...file.apiKeys, { id: 'other', name: '', key: otherKey, scopes: ['catalog:write'] }],
  }))
})

const body = (title: string) => ({ skus: [{ sku: 'IDEM-1', title }] })
const path = '/v1/catalog/skus'
const withKey = (key: string) => ({ 'idempotency-key': key })

/** KV whose writes wait until the test lets them go, or fail. */
function kv(put: (key: string, value: string) => Promise<void>): Env {
  const config = new Proxy(bindings.CONFIG, {
    get(target, property) {
      if (property === 'put') return put
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { ...bindings, CONFIG: config }
}

describe('the Idempotency-Key header', () => {
  it.each([
    ['8e03978e-40d5', '8e03978e-40d5'],
    ['"8e03978e-40d5"', '8e03978e-40d5'],
    ['"with space"', 'with space'],
    ['with space', null],
    ['', null],
    ['""', null],
    ['"unbalanced', null],
    ['x'.repeat(256), null],
    ['schlüssel', null],
  ])('%j is read as %j', (header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key)
  })

  it('malformed is a 400', async () => {
    const response = await post(path, body('a'), withKey('"unbalanced'))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ reason: 'invalid_idempotency_key' })
  })
})

describe('a write under an Idempotency-Key', () => {
  it('is answered the same again, and says that it was replayed', async () => {
    let writes = 0
    const env = kv(async (key, value) => {
      writes++
      await bindings.CONFIG.put(key, value)
    })
    const first = await post(path, body('a'), withKey('"k-same"'), env)
    const second = await post(path, body('a'), withKey('k-same'), env)
    expect([first.status, second.status]).toEqual([200, 200])
    expect(await second.text()).toBe(await first.text())
    expect(first.headers.has('idempotent-replayed')).toBe(false)
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect(writes).toBe(1)
  })

  it('is a 422 when the key was used for another body', async () => {
    await post(path, body('a'), withKey('k-body'))
    const response = await post(path, body('b'), withKey('k-body'))
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ reason: 'idempotency_key_reused' })
  })

  it('is a 422 when the key was used for another route', async () => {
    await post(path, body('a'), withKey('k-route'))
    const response = await post('/v1/catalog/listings', body('a'), withKey('k-route'))
    expect(await response.json()).toMatchObject({ reason: 'idempotency_key_reused' })
  })

  it('is a 409 while the first is still being answered', async () => {
    const gate = Promise.withResolvers<void>()
    const began = Promise.withResolvers<void>()
    const env = kv(() => {
      began.resolve()
      return gate.promise
    })
    const first = post(path, body('a'), withKey('k-flight'), env)
    await began.promise
    const second = await post(path, body('a'), withKey('k-flight'), env)
    expect(second.status).toBe(409)
    expect(second.headers.get('retry-after')).toBe('1')
    expect(await second.json()).toMatchObject({ reason: 'idempotency_in_flight' })
    gate.resolve()
    expect((await first).status).toBe(200)
  })

  it('is not frozen by a fault of ours', async () => {
    const failing = kv(() => Promise.reject(new Error('KV is away')))
    expect((await post(path, body('a'), withKey('k-fault'), failing)).status).toBe(500)
    const again = await post(path, body('a'), withKey('k-fault'))
    expect(again.status).toBe(200)
    expect(again.headers.has('idempotent-replayed')).toBe(false)
  })

  it('is not frozen by a body that no handler saw, which may be mended under the same key', async () => {
    expect((await post(path, { skus: 'none' }, withKey('k-invalid'))).status).toBe(422)
    expect((await post(path, body('a'), withKey('k-invalid'))).status).toBe(200)
  })

  it('belongs to its caller: another key may use the same text', async () => {
    await post(path, body('a'), withKey('k-mine'))
    const theirs = await post(path, body('b'), { ...withKey('k-mine'), authorization: `Bearer ${otherKey}` })
    expect(theirs.status).toBe(200)
    expect(theirs.headers.has('idempotent-replayed')).toBe(false)
  })

  it('asks no actor when the header is absent', async () => {
    const refusing = { ...bindings, IDEMPOTENCY: refusingNamespace() }
    expect((await post(path, body('a'), {}, refusing)).status).toBe(200)
    expect((await post(path, body('a'), withKey('k-actor'), refusing)).status).toBe(500)
  })

  it('does not remember who was refused at the door', async () => {
    const init = { method: 'POST', body: JSON.stringify(body('a')), headers: { 'content-type': 'application/json' } }
    const stranger = await send(path, { ...init, headers: { ...init.headers, ...withKey('k-door') } })
    expect(stranger.status).toBe(401)
    expect((await post(path, body('b'), withKey('k-door'))).status).toBe(200)
  })
})

function refusingNamespace(): DurableObjectNamespace {
  return new Proxy(bindings.IDEMPOTENCY, {
    get() {
      throw new Error('no actor may be asked')
    },
  })
}
