import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { examples } from '../../src/http/wire/examples.ts'
import type { OrderDocument } from '../../src/http/wire/order-document.ts'
import { playQueue } from '../fixtures/play-queue.ts'
import { seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const portalKey = 'b2b-portal-key-0123456789abcdefgh'
const eastKey = 'wh-east-shipping-key-0123456789ab'
const bearerOf = (key: string) => ({ authorization: `Bearer ${key}` })

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    // No ERP and no called warehouse: the order goes as far as a warehouse that reports over this API.
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    locations: file.locations.map((location) => ({ ...location, fulfils: location.id === 'east' })),
    accounts: file.accounts.map((account) => (account.id === 'wh-east' ? withoutCalls(account) : account)),
    apiKeys: [
      ...file.apiKeys,
      { id: 'portal', name: '', key: portalKey, scopes: ['orders:read', 'orders:write'], account: 'b2b' },
      { id: 'east', name: '', key: eastKey, scopes: ['orders:read', 'shipments:write'], account: 'wh-east' },
    ],
  }))
  const movement = { eventId: 'seed', location: 'east', movement: 'receipt', occurredAt: '2026-03-01T00:00:00Z' }
  await post('/v1/inventory/movements', { movements: [{ ...movement, sku: 'ROPE-10', quantity: 1_000 }] })
})

function withoutCalls<T extends { readonly partner: string }>(account: T): T {
  return { ...account, partner: 'canonical' }
}

const order = (externalOrderId: string, change: object = {}) => ({ ...examples.order, externalOrderId, ...change })
const idOf = (externalOrderId: string) => encodeURIComponent(`b2b:${externalOrderId}`)
const read = async (externalOrderId: string) =>
  (await (await get(`/v1/orders/${idOf(externalOrderId)}`)).json()) as OrderDocument
const reasonOf = async (response: Response) => ((await response.json()) as { reason: string }).reason

/** The saga goes on behind the answer: asks until it has come there. */
async function until(externalOrderId: string, is: (document: OrderDocument) => boolean): Promise<OrderDocument> {
  const seen = await eventually(async () => {
    const document = await read(externalOrderId)
    return is(document) ? document : null
  })
  return seen
}

async function eventually<T>(look: () => Promise<T | null>): Promise<T> {
  for (let attempt = 0; attempt < 800; attempt++) {
    const found = await look()
    if (found !== null) return found
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it did not come there in time')
}

describe('POST /v1/orders', () => {
  it('captures an order with 201, its address, and the order as it stands', async () => {
    const response = await post('/v1/orders', order('PO-1'))
    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe('/v1/orders/b2b%3APO-1')
    expect(await response.json()).toMatchObject({
      orderId: 'b2b:PO-1',
      firstDeliveryId: null,
      order: { externalOrderId: 'PO-1', shipTo: { country: 'US', phone: null } },
      lines: [{ lineId: '1', ordered: 2 }],
    })
  })

  it('answers 200 for the same order again', async () => {
    await post('/v1/orders', order('PO-2'))
    const again = await post('/v1/orders', order('PO-2'))
    expect(again.status).toBe(200)
    expect(again.headers.get('x-order-effect')).toBe('unchanged')
    expect(await again.json()).toMatchObject({ orderId: 'b2b:PO-2' })
  })

  it('captures one order when the same is sent many times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('/v1/orders', order('PO-3'))))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19)
  })

  it('takes a newer version as an update, and ignores an older one', async () => {
    const { sourceVersionMs } = examples.order
    await post('/v1/orders', order('PO-4', { sourceVersionMs: sourceVersionMs + 10 }))
    const newer = await post('/v1/orders', order('PO-4', { sourceVersionMs: sourceVersionMs + 20, tags: ['rush'] }))
    const older = await post('/v1/orders', order('PO-4', { tags: ['slow'] }))
    expect([newer.status, newer.headers.get('x-order-effect')]).toEqual([200, 'applied'])
    expect([older.status, older.headers.get('x-order-effect')]).toEqual([200, 'stale'])
    expect((await read('PO-4')).order.tags).toEqual(['rush'])
  })

  it.each([
    ['of an account with an adapter', { account: 'shopify-us' }, 'account_takes_no_orders'],
    ['of an account nobody configured', { account: 'nobody' }, 'unknown_account'],
    ['with an unknown field', { priority: 1 }, 'invalid_body'],
    ['with a line of half a unit', { lines: [{ ...examples.order.lines[0], quantity: 0.5 }] }, 'invalid_body'],
    ['with an id that could leave its path', { externalOrderId: '../b2b' }, 'invalid_body'],
    ['with one line id twice', { lines: [examples.order.lines[0], examples.order.lines[0]] }, 'invalid_body'],
  ])('refuses an order %s with 422', async (_what, change, reason) => {
    const response = await post('/v1/orders', order('PO-X', change))
    expect(response.status).toBe(422)
    expect(await reasonOf(response)).toBe(reason)
  })

  it("takes a portal's orders for its own account only", async () => {
    expect((await post('/v1/orders', order('PO-5'), bearerOf(portalKey))).status).toBe(201)
    expect((await get(`/v1/orders/${idOf('PO-5')}`, bearerOf(portalKey))).status).toBe(200)
    const foreign = await post('/v1/orders', order('PO-5', { account: 'shopify-us' }), bearerOf(portalKey))
    expect(foreign.status).toBe(403)
  })
})

describe('an order in a path', () => {
  it.each(['b2b:PO-6', 'b2b%3APO-6', 'b2b%3aPO-6'])('is found as %s', async (id) => {
    await post('/v1/orders', order('PO-6'))
    expect(await (await get(`/v1/orders/${id}`)).json()).toMatchObject({ orderId: 'b2b:PO-6' })
  })

  it('with a hash in its number is found url-encoded', async () => {
    await post('/v1/orders', order('#1001'))
    expect(await (await get(`/v1/orders/${idOf('#1001')}`)).json()).toMatchObject({ orderId: 'b2b:#1001' })
  })

  it.each(['b2b:none', 'nobody:1', 'b2b', ':', 'b2b:', 'b2b:a%2Fb'])('that does not exist is a 404: %s', async (id) => {
    const response = await get(`/v1/orders/${id}`)
    expect(response.status).toBe(404)
    expect(await reasonOf(response)).toBe('order_not_found')
  })
})

describe('an order that a person works on', () => {
  it('stops at a hold and goes on when it is released', async () => {
    await post('/v1/orders', order('PO-7', { payment: 'pending' }))
    const held = await post(`/v1/orders/${idOf('PO-7')}/holds`, examples.hold)
    expect(held.status).toBe(200)
    const conflict = await post(`/v1/orders/${idOf('PO-7')}/holds`, { ...examples.hold, kind: 'credit' })
    expect(await reasonOf(conflict)).toBe('hold_conflict')
    const unknown = await post(`/v1/orders/${idOf('PO-7')}/holds/none/release`, '')
    expect([unknown.status, await reasonOf(unknown)]).toEqual([404, 'hold_not_found'])
    const released = await post(`/v1/orders/${idOf('PO-7')}/holds/${examples.hold.holdId}/release`, '')
    const { holds } = (await released.json()) as OrderDocument
    expect(holds.find(({ holdId }) => holdId === examples.hold.holdId)?.releasedAt).toMatch(/^\d{4}-/)
  })

  it('is cancelled, and a second cancel changes nothing', async () => {
    await post('/v1/orders', order('PO-8'))
    await post(`/v1/orders/${idOf('PO-8')}/cancel`, examples.cancel)
    expect(await until('PO-8', ({ stage }) => stage === 'cancelled')).toMatchObject({ status: 'cancelled' })
    const again = await post(`/v1/orders/${idOf('PO-8')}/cancel`, examples.cancel)
    expect(again.headers.get('x-order-effect') ?? (await reasonOf(again))).toMatch(/unchanged|order_closed/)
  })

  it('is looked at again when asked', async () => {
    await post('/v1/orders', order('PO-9'))
    expect((await post(`/v1/orders/${idOf('PO-9')}/retry`, '')).status).toBe(200)
    expect((await post(`/v1/orders/${idOf('PO-9')}/retry`, { force: true })).status).toBe(422)
  })

  it('that does not exist is a 404 for every command', async () => {
    for (const [path, body] of [
      ['cancel', examples.cancel],
      ['holds', examples.hold],
      ['holds/h/release', ''],
      ['retry', ''],
    ] as const) {
      expect((await post(`/v1/orders/b2b:none/${path}`, body)).status, path).toBe(404)
    }
  })
})

describe('what happened to an order', () => {
  it('is told in its timeline with causes and an unbroken sequence', async () => {
    const headers = { 'x-correlation-id': 'portal-session-1' }
    await post('/v1/orders', order('PO-10'), headers)
    await until('PO-10', ({ reservations }) => reservations.length > 0)
    const response = await get(`/v1/orders/${idOf('PO-10')}/timeline`)
    const { entries } = (await response.json()) as {
      entries: { seq: number; type: string; cause: Record<string, string> }[]
    }
    expect(entries[0]).toMatchObject({
      type: 'captured',
      cause: { kind: 'api', id: 'test', correlationId: 'portal-session-1' },
    })
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
    const later = await get(`/v1/orders/${idOf('PO-10')}/timeline?afterSeq=1`)
    expect(((await later.json()) as { entries: { seq: number }[] }).entries[0]?.seq).toBe(2)
  })

  it('says where its units come from, under which configuration', async () => {
    await post('/v1/orders', order('PO-11'))
    await until('PO-11', ({ reservations }) => reservations.length > 0)
    expect(await (await get(`/v1/orders/${idOf('PO-11')}/routing`)).json()).toMatchObject({
      attempt: 1,
      plan: {
        configVersion: expect.stringMatching(/^test-/),
        allocations: [{ lineId: '1', sku: 'ROPE-10', location: 'east', quantity: 2 }],
        unplanned: [],
      },
      decisions: [{ type: 'planned' }, { type: 'stock_reserved' }],
    })
  })

  it('reaches the list, the lineage and the published audit', async () => {
    playQueue('PROJECTIONS')
    onTestFinished(() => void vi.restoreAllMocks())
    await post('/v1/orders', order('PO-12'))
    const listed = await eventually(async () => {
      const page = (await (await get('/v1/orders?channel=b2b&externalId=PO-12')).json()) as { orders: object[] }
      return page.orders.length > 0 ? page.orders : null
    })
    expect(listed).toEqual([expect.objectContaining({ orderId: 'b2b:PO-12', totalMinor: 4_700, currency: 'USD' })])
    expect(await (await get(`/v1/lineage/${idOf('PO-12')}`)).json()).toMatchObject({
      chains: [{ kind: 'order', id: 'b2b:PO-12' }],
    })
    const agrees = await eventually(async () => {
      const verdict = await (await get(`/v1/audit/${encodeURIComponent('order:b2b:PO-12')}/verify`)).json()
      return (verdict as { published: string }).published === 'agrees' ? verdict : null
    })
    expect(agrees).toMatchObject({ valid: true, brokenAtSeq: null })
  })
})

describe('a shipment reported over the API', () => {
  const shipment = (externalOrderId: string, change: object = {}) => ({
    ...examples.shipment,
    fulfilmentOrderId: `b2b:${externalOrderId}/F1`,
    ...change,
  })
  const released = (externalOrderId: string) =>
    until(externalOrderId, ({ fulfilmentOrders }) => fulfilmentOrders.length > 0)

  it('ships the units once, however often it is sent, and then they may come back', async () => {
    await post('/v1/orders', order('PO-13'))
    await released('PO-13')
    const first = await post('/v1/shipments', shipment('PO-13'))
    expect(await first.json()).toMatchObject({ orderId: 'b2b:PO-13', effect: 'applied' })
    expect(await (await post('/v1/shipments', shipment('PO-13'))).json()).toMatchObject({ effect: 'unchanged' })
    const document = await read('PO-13')
    expect(document.shipments).toMatchObject([{ trackingNumber: '1Z999AA10123456784', carrier: 'UPS' }])
    expect(document.lines[0]?.quantities).toMatchObject({ shipped: 2, released: 0 })
    const back = { ...examples.return, orderId: 'b2b:PO-13', lines: [{ lineId: '1', quantity: 1 }] }
    expect(await (await post('/v1/returns', back)).json()).toMatchObject({ effect: 'applied' })
    const tooMany = { ...back, externalReturnId: 'RMA-2', lines: [{ lineId: '1', quantity: 2 }] }
    expect(await reasonOf(await post('/v1/returns', tooMany))).toBe('return_exceeds_shipped')
  })

  it('of more units than were released is a conflict', async () => {
    await post('/v1/orders', order('PO-14'))
    await released('PO-14')
    const response = await post('/v1/shipments', shipment('PO-14', { lines: [{ lineId: '1', quantity: 3 }] }))
    expect([response.status, await reasonOf(response)]).toEqual([409, 'shipment_exceeds_release'])
  })

  it("may come from the warehouse's own key, for its own release only", async () => {
    await post('/v1/orders', order('PO-15'))
    const { fulfilmentOrders } = await released('PO-15')
    expect(fulfilmentOrders[0]).toMatchObject({ account: 'wh-east', byHand: true, status: 'open' })
    expect((await get(`/v1/orders/${idOf('PO-15')}`, bearerOf(eastKey))).status).toBe(200)
    const other = shipment('PO-15', { fulfilmentOrderId: 'b2b:PO-15/F2' })
    expect((await post('/v1/shipments', other, bearerOf(eastKey))).status).toBe(403)
    expect((await post('/v1/shipments', shipment('PO-15'), bearerOf(eastKey))).status).toBe(200)
  })

  it.each([
    ['a fulfilment order of no order', { fulfilmentOrderId: 'b2b:none/F1' }, 404],
    ['an id that is no fulfilment order', { fulfilmentOrderId: 'b2b:PO-13' }, 404],
    ['a link that runs a script', { trackingUrl: 'javascript:alert(1)' }, 422],
    ['nothing in it', { lines: [] }, 422],
  ])('with %s is refused', async (_what, change, status) => {
    expect((await post('/v1/shipments', shipment('PO-13', change))).status).toBe(status)
  })
})
