import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { app } from '../../src/http/app.ts'
import { jsonBodyMaxBytes } from '../../src/http/json-body.ts'
import { openApiDocument } from '../../src/http/openapi.ts'
import { testApiKey } from '../fixtures/config.ts'
import {
  hostileHeaders,
  hostileSegments,
  hostileTexts,
  hostileValues,
  malformedBodies,
  withEveryLeaf,
  wrongTypes,
} from './hostile.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { send } from './send.ts'

const noScopeKey = 'no-scope-key-0123456789abcdefghij'
const strangerKey = 'carrier-key-0123456789abcdefghijk'

beforeAll(async () => {
  for (const method of ['info', 'warn', 'error'] as const) vi.spyOn(console, method).mockImplementation(() => {})
  await seedConfig((file) => ({
    ...file,
    apiKeys: [
      ...file.apiKeys,
      { id: 'no-scope', name: '', key: noScopeKey, scopes: ['metrics:read'], account: 'b2b' },
      {
        id: 'carrier',
        name: '',
        key: strangerKey,
        scopes: ['orders:read', 'orders:write', 'shipments:write', 'reservations:write', 'inventory:write'],
        account: 'easypost',
      },
    ],
  }))
})
afterAll(() => {
  vi.restoreAllMocks()
})

type Operation = {
  readonly method: string
  readonly path: string
  readonly example: unknown
  readonly guarded: boolean
  readonly statuses: readonly string[]
}

const operations: Operation[] = Object.entries(openApiDocument(app).paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item).map(([method, described]) => {
    const { requestBody, security, responses } = described as {
      requestBody?: { content: Record<string, { example?: unknown }> }
      security?: unknown[]
      responses: object
    }
    const example = requestBody?.content['application/json']?.example
    const guarded = security !== undefined
    return { method: method.toUpperCase(), path, example, guarded, statuses: Object.keys(responses) }
  }),
)
const guarded = operations.filter((operation) => operation.guarded)
const withBody = guarded.filter((operation) => operation.example !== undefined)
const named = (list: readonly Operation[]) =>
  list.map((operation) => [`${operation.method} ${operation.path}`, operation] as const)

const known: Readonly<Record<string, string>> = { account: 'shopify-us', sku: 'ROPE-10', location: 'east' }
const filled = (path: string, fill = 'b2b%3Anone') =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => (fill === 'b2b%3Anone' ? (known[name] ?? fill) : fill))

/** Refused for what stands in some field: the problem says in which. */
const schemaReasons = ['invalid_body', 'invalid_query', 'invalid_path']

/** The same, whatever happened: an answer, and if it is a refusal a problem that the reference promises. */
async function refusalOf(operation: Operation, path: string, init: RequestInit): Promise<number> {
  const response = await send(path, { method: operation.method, ...init })
  const where = `${operation.method} ${path.slice(0, 200)} → ${response.status}`
  expect(response.status, where).toBeLessThan(500)
  expect(response.headers.get('x-correlation-id'), where).toMatch(/^[\w-]{8,64}$/)
  if (response.status < 400) return response.status
  expect(response.headers.get('content-type'), where).toBe('application/problem+json')
  const problem = (await response.json()) as Record<string, unknown>
  expect(problem, where).toMatchObject({
    type: `/problems/${problem.reason}`,
    title: expect.any(String),
    status: response.status,
    correlationId: response.headers.get('x-correlation-id'),
  })
  expect([...operation.statuses, '404', '405'], where).toContain(String(response.status))
  if (schemaReasons.includes(String(problem.reason))) {
    const field = { path: expect.any(String), message: expect.stringMatching(/./) }
    expect(problem.errors, where).toEqual(expect.arrayContaining([field]))
  }
  return response.status
}

const headers = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' })
const full = headers(testApiKey)

const namespaces = [
  ...[bindings.ORDER, bindings.STOCK, bindings.ESCROW, bindings.INBOX, bindings.LOCATION, bindings.RESERVATION],
  ...[bindings.HOLD_QUOTA, bindings.TRANSFER, bindings.IDEMPOTENCY, bindings.LIMITER, bindings.DIRECTORY],
  ...[bindings.AVAILABILITY, bindings.FEED],
]

/** Every row, every key and every actor that exists. */
async function everything(): Promise<string> {
  const tables = await bindings.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
    name: string
  }>()
  const names = tables.results.map(({ name }) => name).filter((name) => !name.startsWith('_'))
  const rows = await bindings.DB.batch(names.map((name) => bindings.DB.prepare(`SELECT * FROM "${name}"`)))
  const keys = (await bindings.CONFIG.list()).keys.map(({ name }) => name)
  const values = await Promise.all(keys.map((key) => bindings.CONFIG.get(key)))
  const actors = await Promise.all(namespaces.map(rowsOfActors))
  return JSON.stringify([rows.map(({ results }) => results), keys, values, actors])
}

/** Rows per table of every actor that has any; an actor that was only asked has none. */
async function rowsOfActors(namespace: DurableObjectNamespace): Promise<string[]> {
  const ids = await listDurableObjectIds(namespace)
  const counted = ids.map((id) =>
    runInDurableObject(namespace.get(id), (_actor, { storage }) => {
      const tables = storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray()
      const counts = tables
        .filter(({ name }) => !name.startsWith('_'))
        .map(({ name }) => `${name} ${storage.sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM "${name}"`).one().n}`)
      return counts.length === 0 ? null : `${id}: ${counts.toSorted().join(', ')}`
    }),
  )
  return (await Promise.all(counted)).filter((line) => line !== null).toSorted()
}

async function leavesEverythingAsItWas(attack: () => Promise<void>): Promise<void> {
  const before = await everything()
  await attack()
  expect(await everything()).toBe(before)
}

describe('a caller who is nobody', () => {
  const encode = (value: unknown) => btoa(JSON.stringify(value)).replaceAll('=', '')
  const claims = { sub: 'x', iss: 'x', aud: 'x', exp: 1, scope: 'orders:write' }
  const strangers: readonly (readonly [string, Record<string, string>])[] = [
    ['no credential', { 'content-type': 'application/json' }],
    ['a wrong key', headers('wrong-key-0123456789abcdefghijk')],
    ['a key that is SQL', headers("'OR'1'='1")],
    ['an expired JWT', headers(`${encode({ alg: 'ES256' })}.${encode(claims)}.${'A'.repeat(86)}`)],
    ['an unsigned JWT', headers(`${encode({ alg: 'none' })}.${encode(claims)}.AA`)],
    ['a very long token', headers('x'.repeat(20_000))],
    ['two credentials', { authorization: `Bearer a, Bearer ${testApiKey}`, 'content-type': 'application/json' }],
  ]

  it.each(named(guarded))('is refused by %s with 401 and changes nothing', async (_name, operation) => {
    await leavesEverythingAsItWas(async () => {
      for (const [what, given] of strangers) {
        const body = operation.example === undefined ? null : JSON.stringify(operation.example)
        expect(await refusalOf(operation, filled(operation.path), { headers: given, body }), what).toBe(401)
      }
    })
  })
})

describe('a caller who may not', () => {
  it.each(named(guarded.filter(({ path }) => path !== '/metrics')))(
    'is refused by %s with 403 and changes nothing',
    async (_name, operation) => {
      await leavesEverythingAsItWas(async () => {
        const body = operation.example === undefined ? null : JSON.stringify(operation.example)
        expect(await refusalOf(operation, filled(operation.path), { headers: headers(noScopeKey), body })).toBe(403)
      })
    },
  )

  const foreign = ['/v1/orders', '/v1/orders/{id}/cancel', '/v1/reservations', '/v1/returns', '/v1/shipments']
  it.each(named(withBody.filter(({ path }) => foreign.includes(path))))(
    "is refused by %s for another account's business",
    async (_name, operation) => {
      await leavesEverythingAsItWas(async () => {
        const body = JSON.stringify(operation.example)
        expect(await refusalOf(operation, filled(operation.path), { headers: headers(strangerKey), body })).toBe(403)
      })
    },
  )
})

describe('a malformed body', () => {
  it.each(named(withBody))('is refused by %s and changes nothing', async (_name, operation) => {
    await leavesEverythingAsItWas(async () => {
      for (const [what, body] of malformedBodies) {
        const status = await refusalOf(operation, filled(operation.path), { headers: full, body })
        expect([400, 413, 422], what).toContain(status)
      }
      const tooLarge = new Uint8Array(jsonBodyMaxBytes + 1).fill(0x20)
      expect(await refusalOf(operation, filled(operation.path), { headers: full, body: tooLarge })).toBe(413)
      const chunked = new Blob([tooLarge]).stream()
      expect(await refusalOf(operation, filled(operation.path), { headers: full, body: chunked })).toBe(413)
    })
  })

  it.each(named(withBody))('that is not said to be JSON is refused by %s', async (_name, operation) => {
    await leavesEverythingAsItWas(async () => {
      // Bytes, so that nobody adds a content type where none is given.
      const body = new TextEncoder().encode(JSON.stringify(operation.example))
      const { authorization } = full
      for (const type of wrongTypes) {
        const status = await refusalOf(operation, filled(operation.path), { headers: { authorization, ...type }, body })
        expect(status, JSON.stringify(type)).toBe(415)
      }
    })
  })

  it.each(named(withBody))('that names a member twice is refused by %s, good as it is', async (_name, operation) => {
    await leavesEverythingAsItWas(async () => {
      const text = JSON.stringify(operation.example)
      const [first] = Object.entries(operation.example as object)
      const body = text.replace(/^\{/, () => `{${JSON.stringify(first?.[0])}:${JSON.stringify(first?.[1])},`)
      expect(await refusalOf(operation, filled(operation.path), { headers: full, body })).toBe(400)
    })
  })

  it.each(named(withBody))(
    'with a hostile value in any place and a field too many is refused by %s',
    async (_n, operation) => {
      await leavesEverythingAsItWas(async () => {
        for (const value of hostileValues) {
          for (const text of withEveryLeaf(operation.example, value)) {
            const body = text.replace(/^\{/, '{"unexpected":1,')
            const status = await refusalOf(operation, filled(operation.path), { headers: full, body })
            expect([400, 422]).toContain(status)
          }
        }
      })
    },
  )
})

describe('a hostile value outside the body', () => {
  it.each(named(operations.filter(({ path }) => path.includes('{'))))(
    'in the path never breaks %s',
    async (_n, operation) => {
      await leavesEverythingAsItWas(async () => {
        for (const segment of hostileSegments) {
          const body = operation.example === undefined ? null : JSON.stringify(operation.example)
          const status = await refusalOf(operation, filled(operation.path, segment), { headers: full, body })
          expect(status, segment).toBeGreaterThanOrEqual(400)
        }
      })
    },
  )

  it.each(named(guarded))('in the query never breaks %s', async (_name, operation) => {
    await leavesEverythingAsItWas(async () => {
      const names = ['cursor', 'limit', 'sku', 'channel', 'status', 'afterSeq', '__proto__', 'x']
      for (const text of hostileTexts.filter((candidate) => candidate.length < 1_000)) {
        for (const name of names) {
          const query = `${name}=${encodeURIComponent(text)}&${name}=${encodeURIComponent(text)}`
          await refusalOf(operation, `${filled(operation.path)}?unknown=1&${query}`, { headers: full, body: null })
        }
      }
      const broken = await refusalOf(operation, `${filled(operation.path)}?x=%zz&%ff=%00&&==&`, { headers: full })
      expect(broken).toBeGreaterThanOrEqual(400)
    })
  })

  it('in a header never breaks anything', async () => {
    const operation = guarded.find(({ method, path }) => method === 'POST' && path === '/v1/catalog/skus')
    if (!operation) throw new Error('no such operation')
    const body = JSON.stringify(operation.example)
    for (const text of hostileHeaders) {
      for (const name of ['x-correlation-id', 'traceparent', 'idempotency-key', 'content-encoding', 'content-type']) {
        await refusalOf(operation, operation.path, { headers: { ...full, [name]: text }, body })
      }
    }
  })
})

describe('a condition that nobody can read', () => {
  it.each(['"', 'W/', 'W/W/"x"', ',,,,', '""', 'null', '**', `${'"a",'.repeat(2_000)}"a"`, '%22', '\u00ff'])(
    'is no match: %s',
    async (condition) => {
      const asked = { headers: { ...full, 'if-none-match': condition, 'if-match': condition } }
      expect((await send('/v1/atp?sku=ROPE-10', asked)).status).toBe(200)
      expect((await send('/v1/atp?sku=ROPE-10&limit=x', asked)).status).toBe(422)
    },
  )
})

describe('a wrong method', () => {
  /** A path may be one with parameters as well: `/v1/inventory/supply/receipts` is a SKU at a location to a GET. */
  const takes = (template: string, path: string) =>
    new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path)
  const paths = [...new Set(operations.map(({ path }) => path))]
  it.each(paths)('on %s is a 405 that names the right ones', async (path) => {
    const right = [...new Set(operations.filter((other) => takes(other.path, path)).map(({ method }) => method))]
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      if (right.includes(method)) continue
      const response = await send(filled(path), { method, headers: full })
      expect(response.status, method).toBe(405)
      expect(response.headers.get('allow')?.split(', ').toSorted()).toEqual(right.toSorted())
    }
  })
})

describe('a forged webhook', () => {
  const operation = operations.find(({ method, path }) => method === 'POST' && path.includes('webhooks'))

  it('is refused and changes nothing, whatever its body and headers', async () => {
    if (!operation) throw new Error('no webhook route')
    await leavesEverythingAsItWas(async () => {
      for (const account of [
        'shopify-us',
        'wh-east',
        'easypost',
        'b2b',
        'tryton-main',
        'nobody',
        '..%2f',
        '__proto__',
      ]) {
        for (const [what, body] of malformedBodies) {
          const forged = { 'x-shopify-hmac-sha256': 'AAAA', 'webhook-signature': 'v1,AAAA', 'x-hmac-signature': 'x' }
          const status = await refusalOf(operation, `/v1/webhooks/${account}`, { headers: forged, body })
          expect(status, what).toBe(401)
        }
      }
    })
  })
})

/** Last: some of these are good requests, and what they set in motion goes on by itself. */
describe('a hostile value in an otherwise good body', () => {
  it.each(named(withBody))('never breaks %s, wherever it stands', async (_name, operation) => {
    for (const value of hostileValues) {
      for (const body of withEveryLeaf(operation.example, value)) {
        await refusalOf(operation, filled(operation.path), { headers: full, body })
      }
    }
  })
})
