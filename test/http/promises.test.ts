/** The promise ledger from end to end: quoted, taken by an order, projected, listed. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { projectActor } from '../../queues/project-actor.ts'
import { type AvailabilityApi, actor, type OrderApi } from '../../src/actor-apis.ts'
import type { AvailabilityDocument } from '../../src/http/wire/atp-answer.ts'
import { examples } from '../../src/http/wire/examples.ts'
import { summaryOf } from '../fixtures/position-summaries.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const ownKey = 'other-own-key-0123456789abcdefgh'

/** It stands still, so that what was told stays young; an hour ahead, so that no alarm goes off by itself. */
beforeAll(async () => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
  await seedConfig((file) => ({
    ...file,
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    apiKeys: [...file.apiKeys, { id: 'own', name: '', key: ownKey, scopes: ['orders:read'], account: 'shopify-us' }],
  }))
  const sku = 'BUOY-R'
  const summary = summaryOf({ sku, location: 'east', version: 7, asOfMs: Date.now(), figures: { sellable: 50 } })
  await actor<AvailabilityApi>(bindings.AVAILABILITY, sku).push(sku, summary, 0)
})

afterAll(() => vi.restoreAllMocks())

async function quote(query: string): Promise<AvailabilityDocument['promise']> {
  const { skus } = (await (await get(`/v1/atp?sku=BUOY-R&${query}`)).json()) as { skus: AvailabilityDocument[] }
  return skus[0]?.promise ?? null
}
const order = (externalOrderId: string, line: object, more: object = {}) => ({
  ...examples.order,
  externalOrderId,
  placedAtMs: Date.now(),
  ...more,
  lines: [
    { ...examples.order.lines[0], lineId: '1', externalSku: 'BUOY-R', quantity: 2, unitPriceMinor: 100, ...line },
  ],
  totals: { subtotalMinor: 200, totalMinor: 200 },
})

type Listed = { promises: { orderId: string; status: string; plan: object[]; by: string }[]; nextCursor: string | null }
const list = async (query: string, headers: Record<string, string> = {}) =>
  (await (await get(`/v1/promises?${query}`, headers)).json()) as Listed

describe('a promise of an answer', () => {
  it('is taken by the order whose line carries it, and stands in the ledger', async () => {
    const by = new Date(Date.now() + 86_400_000).toISOString()
    const promise = await quote(`quantity=2&channel=b2b&by=${by}`)
    const body = order('PO-quoted', { promiseId: promise?.promiseId })
    expect((await post('/v1/orders', body)).status).toBe(201)
    expect((await post('/v1/orders', body)).status).toBe(200)
    const state = await actor<OrderApi>(bindings.ORDER, 'b2b:PO-quoted').state()
    expect(state?.promises).toMatchObject([{ source: 'quoted', byMs: Date.parse(by), confidencePercent: 100 }])
    expect(await projectActor(bindings, 'order', 'b2b:PO-quoted')).toBe('projected')
    const listed = (await list('channel=b2b')).promises.find(({ orderId }) => orderId === 'b2b:PO-quoted')
    expect(listed).toMatchObject({ by, plan: [{ sku: 'BUOY-R', location: 'east', quantity: 2, version: 7 }] })
  })

  it.each([
    ['made up', async () => 'e30.0123456789abcdef'],
    ['of another channel', async () => (await quote('quantity=2&channel=shopify-us'))?.promiseId],
  ])('%s is refused with the line it stands in', async (_what, idOf) => {
    const response = await post('/v1/orders', order('PO-forged', { promiseId: await idOf() }))
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ reason: 'promise_invalid', lineId: '1' })
  })

  it('of another SKU, or of too long ago, is refused as well', async () => {
    const promiseId = (await quote('quantity=2&channel=b2b'))?.promiseId
    const other = await post('/v1/orders', order('PO-other', { promiseId, externalSku: 'LAMP-12V' }))
    const late = await post('/v1/orders', order('PO-late', { promiseId }, { placedAtMs: Date.now() + 3 * 86_400_000 }))
    expect([other.status, late.status]).toEqual([422, 422])
  })
})

describe('the ledger', () => {
  it('lists by status, the nearest date first, in pages, and to a restricted key only its own', async () => {
    const days = [3, 1, 2]
    for (const day of days) {
      const promisedByMs = Date.now() + day * 86_400_000
      const named = `PO-named-${day}`
      await post('/v1/orders', order(named, {}, { promisedByMs }))
      expect(await projectActor(bindings, 'order', `b2b:${named}`)).toBe('projected')
    }
    const named = async (query: string) =>
      (await list(query)).promises.map(({ orderId }) => orderId).filter((id) => id.includes('named'))
    expect(await named('channel=b2b')).toEqual(['b2b:PO-named-1', 'b2b:PO-named-2', 'b2b:PO-named-3'])
    expect(await named('status=kept')).toEqual([])
    const first = await list('limit=1')
    const second = await list(`limit=1&cursor=${first.nextCursor}`)
    expect(second.promises[0]?.orderId).not.toBe(first.promises[0]?.orderId)
    expect((await list('', { authorization: `Bearer ${ownKey}` })).promises).toEqual([])
    expect((await get('/v1/promises?channel=b2b', { authorization: `Bearer ${ownKey}` })).status).toBe(403)
    expect((await get('/v1/promises?status=lost')).status).toBe(422)
  })
})
