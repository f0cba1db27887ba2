import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { examples } from '../../src/http/wire/examples.ts'
import { playQueue } from '../fixtures/play-queue.ts'
import { seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const portalKey = 'b2b-portal-key-0123456789abcdefgh'
const reviewerKey = 'reviewer-key-0123456789abcdefg'
const otherKey = 'shopify-reader-key-0123456789abcde'

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    accounts: file.accounts.map((account) =>
      account.role === 'warehouse' ? { ...account, partner: 'canonical' } : account,
    ),
    skus: file.skus.map((entry) => ({ ...entry, weightGrams: 800 })),
    rates: {
      zones: [
        { zone: 1, origins: ['west'], country: 'US', postalPrefixes: [] },
        { zone: 3, origins: ['east'], country: 'US', postalPrefixes: [] },
      ],
      services: [
        {
          id: 'ground',
          carrier: '',
          currency: 'USD',
          deliveryMethod: 'ship',
          origins: [],
          prices: [
            { zone: 1, gramsMax: 30_000, costMinor: 400 },
            { zone: 3, gramsMax: 30_000, costMinor: 1_100 },
          ],
          transit: [
            { zone: 1, p50Days: 1, p90Days: 2 },
            { zone: 3, p50Days: 3, p90Days: 5 },
          ],
        },
      ],
    },
    apiKeys: [
      ...file.apiKeys,
      { id: 'reviewer', name: '', key: reviewerKey, scopes: ['configuration:read', 'configuration:write'] },
      { id: 'portal', name: '', key: portalKey, scopes: ['orders:read'], account: 'b2b' },
      { id: 'other', name: '', key: otherKey, scopes: ['orders:read'], account: 'shopify-us' },
    ],
  }))
  const movement = { movement: 'receipt', occurredAt: '2026-03-01T00:00:00Z', sku: 'ROPE-10', quantity: 50 }
  await post('/v1/inventory/movements', {
    movements: ['east', 'west'].map((location) => ({ ...movement, location, eventId: `seed-${location}` })),
  })
})

const cheapest = { id: 'cheapest', strategies: [{ id: 'cheap', weights: { ship: 1 } }] }
const order = (externalOrderId: string) => ({ ...examples.order, externalOrderId })
const ask = (body: object, headers?: Record<string, string>) => post('/v1/sourcing/what-if', body, headers)
const available = async (location: string) =>
  ((await (await get(`/v1/inventory/ROPE-10/${location}`)).json()) as { states: { available: number } }).states
    .available

async function routing(externalOrderId: string, query = '') {
  for (let attempt = 0; attempt < 400; attempt++) {
    const answer = await (
      await get(`/v1/orders/${encodeURIComponent(`b2b:${externalOrderId}`)}/routing${query}`)
    ).json()
    const { decisions } = answer as { decisions: { type: string; sourcing: unknown; rerun: string | null }[] }
    if (decisions.some(({ type }) => type === 'stock_reserved')) return decisions
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it was not reserved in time')
}

describe('POST /v1/sourcing/what-if', () => {
  it('decides for an order that does not exist by the active profile, with every plan and its terms', async () => {
    const response = await ask({ order: order('NEW') })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      profile: { id: 'fewest-splits', version: null },
      strategy: 'fewest-splits',
      plan: { allocations: [{ lineId: '1', location: 'east', quantity: 2 }], refused: null },
      attempts: [{ feasible: 2, boundReached: false, refusals: [] }],
    })
  })

  it('decides by a profile that is given with the question', async () => {
    expect(await (await ask({ order: order('NEW'), profile: cheapest })).json()).toMatchObject({
      profile: { id: 'cheapest', version: null },
      plan: {
        allocations: [{ location: 'west', quantity: 2 }],
        shipments: [{ location: 'west', service: 'ground', costMinor: 400 }],
        terms: { ship: { raw: 400, normalised: 0 } },
      },
    })
  })

  it('decides by a version that was in force once and is not any more, by its number', async () => {
    const reviewer = { authorization: `Bearer ${reviewerKey}` }
    const step = (verb: string, expectedRevision: number, more: object = {}, headers = {}) =>
      post(`/v1/sourcing/profiles/dated${verb}`, { expectedRevision, comment: 'Because', ...more }, headers)
    const first = { ...cheapest, id: 'dated' }
    const second = { id: 'dated', strategies: [{ id: 'few', weights: { split: 1 } }] }
    await post('/v1/sourcing/profiles', { profile: first, comment: 'New' })
    await step('/review', 1, {}, reviewer)
    await step('/activate', 2, { withoutShadow: true })
    await step('/drafts', 3, { profile: second })
    await step('/review', 4, {}, reviewer)
    expect((await step('/activate', 5, { withoutShadow: true })).status).toBe(200)
    const decided = async (version: number) =>
      (await ask({ order: order('NEW'), profile: { id: 'dated', version } })).json()
    expect(await decided(1)).toMatchObject({ profile: { id: 'dated', version: 1 }, strategy: 'cheap' })
    expect(await decided(2)).toMatchObject({ profile: { id: 'dated', version: 2 }, strategy: 'few' })
  })

  it('names what was in the way where there is no plan', async () => {
    const storesOnly = { id: 'stores', strategies: [{ id: 'only', constraints: { locationKinds: ['store'] } }] }
    expect(await (await ask({ order: order('NEW'), profile: storesOnly })).json()).toMatchObject({
      strategy: null,
      plan: null,
      attempts: [{ refusals: [{ location: 'east', constraint: 'location_kind' }, { constraint: 'location_kind' }] }],
    })
  })

  it('holds nothing and keeps nothing', async () => {
    const before = [await available('east'), await available('west')]
    await ask({ order: order('GHOST'), profile: cheapest })
    expect([await available('east'), await available('west')]).toEqual(before)
    expect((await get(`/v1/orders/${encodeURIComponent('b2b:GHOST')}`)).status).toBe(404)
  })

  it('decides again for a stored order', async () => {
    playQueue('PROJECTIONS')
    onTestFinished(() => void vi.restoreAllMocks())
    await post('/v1/orders', order('STORED'))
    await routing('STORED')
    expect(await (await ask({ orderId: 'b2b:STORED', profile: cheapest })).json()).toMatchObject({
      plan: { allocations: [{ location: 'west', quantity: 2 }] },
    })
  })

  it.each<[string, object, number, string]>([
    ['neither an order nor its id', {}, 422, 'invalid_body'],
    ['an order and an id', { order: order('X'), orderId: 'b2b:X' }, 422, 'invalid_body'],
    ['an order that nobody knows', { orderId: 'b2b:NOBODY' }, 404, 'order_not_found'],
    ['a profile that is not in force', { order: order('X'), profileId: 'nothing' }, 422, 'unknown_profile'],
    ['a version that never was', { order: order('X'), profile: { id: 'dated', version: 9 } }, 404, 'version_not_found'],
    ['an account that is no channel', { order: { ...order('X'), account: 'wh-east' } }, 422, 'unknown_account'],
  ])('refuses %s', async (_, body, status, reason) => {
    const response = await ask(body)
    expect({ status: response.status, ...(await response.json<object>()) }).toMatchObject({ status, reason })
  })

  it('refuses a key that is restricted to another account', async () => {
    const asOther = { authorization: `Bearer ${otherKey}` }
    expect((await ask({ order: order('NEW') }, asOther)).status).toBe(403)
    expect((await ask({ order: order('NEW') }, { authorization: `Bearer ${portalKey}` })).status).toBe(200)
  })
})

describe('GET /v1/orders/{id}/routing', () => {
  it('explains a decision, and decides it again to the same plan when asked', async () => {
    await post('/v1/orders', order('WHY'))
    const [planned] = await routing('WHY')
    expect(planned).toMatchObject({
      type: 'planned',
      rerun: null,
      sourcing: {
        profile: { id: 'fewest-splits' },
        plan: { shipments: [{ location: 'east' }] },
        attempts: [{ feasible: 2 }],
      },
    })
    const [verified, reserved] = await routing('WHY', '?verify=true')
    expect(verified?.rerun).toBe('same')
    expect(reserved).toMatchObject({ sourcing: null, rerun: null })
  })

  it('holds an order for a day so far ahead that no location counts it yet', async () => {
    const shipNotBeforeMs = Date.now() + 2 * 366 * 86_400_000
    expect((await post('/v1/orders', { ...order('IN-TWO-YEARS'), shipNotBeforeMs })).status).toBe(201)
    const decisions = await routing('IN-TWO-YEARS')
    expect(decisions.map(({ type }) => type)).toEqual(['planned', 'stock_reserved'])
  })
})
