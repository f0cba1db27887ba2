import { beforeAll, describe, expect, it } from 'vitest'
import { actor, type InboxApi } from '../../src/actor-apis.ts'
import { openDb } from '../../src/db/database.ts'
import { deliveries, deliverySubjects } from '../../src/db/schema/deliveries.ts'
import { accountId, correlationId } from '../../src/domain/shared/ids.ts'
import { renderMetrics } from '../../src/http/render-metrics.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { counted, get, post } from './send.ts'

const inbox = 'shopify-us/0'
const receivedAtMs = Date.UTC(2026, 2, 14)
const shopKey = 'shopify-operations-key-0123456789'
let ids: string[]

/** Deliveries in their inbox, and in D1 as the projection writes them. */
beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    apiKeys: [
      ...file.apiKeys,
      {
        id: 'warehouse-operations',
        name: '',
        key: shopKey,
        scopes: ['operations:write', 'lineage:read'],
        account: 'wh-east',
      },
    ],
  }))
  ids = []
  for (const number of [1, 2, 3]) {
    const receipt = await actor<InboxApi>(bindings.INBOX, inbox).receive(inbox, {
      account: accountId('shopify-us'),
      domain: 'orders',
      topic: 'orders/create',
      dedupeKeys: [`operations-${number}`],
      headers: {},
      body: `{"number":${number}}`,
      receivedAtMs: receivedAtMs + number,
      correlationId: correlationId(`operations-${number}`),
    })
    ids.push(receipt.deliveryId)
    await openDb(bindings.DB).insert(deliveries).values(row(receipt.deliveryId, number))
    const subject = { deliveryId: receipt.deliveryId, subject: `shopify-us:${1000 + number}` }
    await openDb(bindings.DB).insert(deliverySubjects).values(subject)
  }
})

function row(deliveryId: string, number: number): typeof deliveries.$inferInsert {
  return {
    deliveryId,
    inbox,
    account: 'shopify-us',
    domain: 'orders',
    topic: 'orders/create',
    status: number === 1 ? 'rejected' : 'applied',
    attempts: 1,
    reason: number === 1 ? 'schema_mismatch' : null,
    message: null,
    bodyBytes: 12,
    correlationId: `operations-${number}`,
    receivedAtMs: receivedAtMs + number,
    settledAtMs: null,
    version: 2,
  }
}

type Page = { deliveries: { deliveryId: string }[]; nextCursor: string | null }
const page = async (path: string) => (await (await get(path)).json()) as Page
const restricted = { authorization: `Bearer ${shopKey}` }

describe('deliveries', () => {
  it('are listed newest first, in pages that neither repeat nor skip', async () => {
    const first = await page('/v1/deliveries?limit=2')
    const second = await page(`/v1/deliveries?limit=2&cursor=${first.nextCursor}`)
    const listed = [...first.deliveries, ...second.deliveries].map((delivery) => delivery.deliveryId)
    expect(listed).toEqual(ids.toReversed())
    expect(second.nextCursor).toBeNull()
  })

  it('are found by what they touched', async () => {
    const found = await page('/v1/deliveries?search=shopify-us:1002')
    expect(found.deliveries.map((delivery) => delivery.deliveryId)).toEqual([ids[1]])
  })

  it.each(['cursor=none', 'limit=0', 'limit=201', 'status=lost', 'offset=3'])('refuse ?%s by name', async (query) => {
    const response = await get(`/v1/deliveries?${query}`)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors: [{ path: query.split('=')[0] }] })
  })

  it('show their body only when asked for it', async () => {
    expect(await (await get(`/v1/deliveries/${ids[0]}`)).json()).toMatchObject({
      reason: 'schema_mismatch',
      subjects: ['shopify-us:1001'],
      body: null,
    })
    const response = await get(`/v1/deliveries/${ids[0]}?include=body`)
    expect(await response.json()).toMatchObject({ body: '{"number":1}' })
  })

  it("of another account are not a restricted key's to see", async () => {
    expect((await get(`/v1/deliveries/${ids[0]}`, restricted)).status).toBe(403)
    expect(await (await get('/v1/deliveries', restricted)).json()).toMatchObject({ deliveries: [] })
    expect((await get(`/v1/lineage/${ids[0]}`, restricted)).status).toBe(404)
  })
})

describe('a replay', () => {
  const statusOf = async (id: string | undefined) =>
    (await actor<InboxApi>(bindings.INBOX, inbox).read([id ?? '']))[0]?.status

  it('puts a settled delivery back to be taken in again', async () => {
    const rejected = { status: 'rejected', reason: 'schema_mismatch', message: 'line 1', subjects: [] } as const
    await actor<InboxApi>(bindings.INBOX, inbox).settle(ids[0] ?? '', rejected)
    const response = await post('/v1/replays', { filter: { status: 'rejected', account: 'shopify-us' } })
    expect(await response.json()).toEqual({ replayed: 1, results: [{ deliveryId: ids[0], ok: true, replayed: true }] })
    expect(await statusOf(ids[0])).toBe('received')
  })

  it('answers for each delivery named, the unknown ones included', async () => {
    const response = await post('/v1/replays', { deliveryIds: ['no-such-delivery'] })
    expect(await response.json()).toMatchObject({
      replayed: 0,
      results: [{ deliveryId: 'no-such-delivery', ok: false, problem: { reason: 'delivery_not_found' } }],
    })
  })

  it.each([
    ['nothing', {}],
    ['both ways at once', { deliveryIds: ['a'], filter: { status: 'applied' } }],
    ['a filter that names no status', { filter: {} }],
  ])('asked for with %s is a 422', async (_what, body) => {
    expect((await post('/v1/replays', body)).status).toBe(422)
  })
})

describe('lineage', () => {
  it('finds a delivery that became no order', async () => {
    expect(await (await get(`/v1/lineage/${ids[0]}`)).json()).toMatchObject({
      chains: [{ kind: 'delivery', id: ids[0], account: 'shopify-us', at: '2026-03-14T00:00:00.001Z', children: [] }],
    })
  })

  it('of a number that nobody knows is a 404, whatever characters it has', async () => {
    for (const id of ['nothing', "'; DROP TABLE orders; --", '../../etc/passwd', '__proto__']) {
      const response = await get(`/v1/lineage/${encodeURIComponent(id)}`)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ reason: 'lineage_not_found', id })
    }
  })
})

describe('the audit of an actor', () => {
  it('verifies its chain and says what was published of it', async () => {
    const verdict = await (await get(`/v1/audit/${encodeURIComponent(`inbox:${inbox}`)}/verify`)).json()
    expect(verdict).toMatchObject({ actor: `inbox:${inbox}`, valid: true, brokenAtSeq: null, published: 'not_yet' })
  })

  it.each([
    'inbox:shopify-us/8',
    'inbox:nobody/0',
    'order:nobody:1',
    'stock:NO-SUCH-SKU@east',
    'stock:ROPE-10@nowhere',
    'stock:ROPE-10',
    'limiter:shopify-us',
    'order:',
  ])('that cannot be is a 404 without asking for it: %s', async (name) => {
    const response = await get(`/v1/audit/${encodeURIComponent(name)}/verify`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ reason: 'actor_not_found' })
  })
})

describe('a rebuild', () => {
  it('is sent to the projections queue and answered at once', async () => {
    const sent: unknown[] = []
    const queue = { send: async (message: unknown) => void sent.push(message) }
    const env = { ...bindings, PROJECTIONS: queue as unknown as typeof bindings.PROJECTIONS }
    const response = await post('/v1/operations/rebuild', '', {}, env)
    const { rebuildId } = (await response.json()) as { rebuildId: string }
    expect(response.status).toBe(202)
    expect(response.headers.get('location')).toBe(`/v1/operations/rebuilds/${rebuildId}`)
    expect(sent).toEqual([expect.objectContaining({ type: 'rebuild', rebuildId, step: { phase: 'drop' } })])
  })

  it('takes no body', async () => {
    expect((await post('/v1/operations/rebuild', { tables: ['orders'] })).status).toBe(422)
  })

  it('that was never asked for is a 404', async () => {
    expect((await get('/v1/operations/rebuilds/none')).status).toBe(404)
  })
})

describe('metrics', () => {
  it('are Prometheus text from inboxes, limiters and a bounded look at D1', async () => {
    const { env, calls } = counted()
    const response = await get('/metrics', {}, env)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const text = await response.text()
    expect(text).toMatch(/^crossdock_inbox_deliveries\{account="shopify-us",status="received"\} \d+$/m)
    expect(text).toContain('crossdock_partner_budget{account="tryton-main",figure="parked"} 0')
    expect(text).toContain('crossdock_metrics_accounts_left_out 0')
    expect(calls.filter((call) => call === 'DB.batch')).toHaveLength(1)
  })

  it('escape what a label may hold', () => {
    const samples = [{ labels: { name: 'a"b\\c\nd' }, value: 1 }]
    expect(renderMetrics([{ name: 'x', help: 'y', samples }])).toContain('x{name="a\\"b\\\\c\\nd"} 1')
  })
})

describe('health', () => {
  it('names the configuration in force', async () => {
    const health = (await (await get('/healthz')).json()) as { status: string; configVersion: string }
    expect(health).toMatchObject({ status: 'ok', configVersion: expect.stringMatching(/^test-/) })
  })
})

describe('exceptions', () => {
  it('are an empty page where there are none', async () => {
    const response = await get('/v1/exceptions?category=sku_mapping')
    expect(await response.json()).toEqual({ exceptions: [], nextCursor: null })
  })
})
