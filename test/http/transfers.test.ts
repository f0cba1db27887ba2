/** Transfers over HTTP, with both positions real; and through the deaths of the actor that moves them. */
import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { StockActor } from '../../durable-objects/stock-actor.ts'
import { projectActor } from '../../queues/project-actor.ts'
import { openDb } from '../../src/db/database.ts'
import { auditOf } from '../../src/db/queries/audit-of.ts'
import { ringAlarm } from '../fixtures/ring-alarm.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const eastKey = 'warehouse-east-key-0123456789abcdef'
const shopKey = 'trade-portal-key-0123456789abcdef'
const scopes = ['inventory:write', 'inventory:read', 'lineage:read'] as const

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    skus: file.skus.map((entry) => ({ ...entry, units: { CS: 12 } })),
    apiKeys: [
      ...file.apiKeys,
      { id: 'dock-east', name: '', key: eastKey, scopes: [...scopes], account: 'wh-east' },
      { id: 'shop', name: '', key: shopKey, scopes: [...scopes], account: 'b2b' },
    ],
  }))
})

afterEach(() => {
  vi.restoreAllMocks()
})

async function stock(sku: string, quantity: number, eventId = `transfers-${sku}`): Promise<void> {
  const receipt = { sku, location: 'east', movement: 'receipt', quantity, occurredAt: '2026-03-14T09:26:53Z' }
  const answer = await post('/v1/inventory/movements', { movements: [{ ...receipt, eventId }] })
  expect(answer.status).toBe(200)
}

const dueAt = '2099-01-20T12:00:00Z'
const request = (transferId: string, sku: string, quantity: number, change: object = {}) =>
  post('/v1/transfers', { transferId, from: 'east', to: 'west', lines: [{ sku, quantity }], dueAt, ...change })
const ship = (id: string, shipmentId: string, change: object = {}) =>
  post(`/v1/transfers/${id}/ship`, { shipmentId, shippedAt: '2026-03-15T15:02:00Z', ...change })
const receive = (id: string, receiptId: string, sku: string, quantity: number, change: object = {}) =>
  post(`/v1/transfers/${id}/receive`, {
    receiptId,
    lines: quantity === 0 ? [] : [{ sku, quantity }],
    receivedAt: '2026-03-19T09:30:00Z',
    ...change,
  })
const statesAt = async (sku: string, location: string) =>
  ((await (await get(`/v1/inventory/${sku}/${location}`)).json()) as { states: Record<string, number> }).states

describe('a transfer', () => {
  it('is claimed, shipped, received short and closed, and its log verifies', async () => {
    await stock('ROPE-10', 20)
    const requested = await request('TR-1', 'ROPE-10', 1, { lines: [{ sku: 'ROPE-10', quantity: 1, unit: 'CS' }] })
    expect(requested.status).toBe(201)
    expect(await requested.json()).toMatchObject({
      status: 'reserved',
      settled: true,
      lines: [{ sku: 'ROPE-10', requested: 12, reserved: 12 }],
    })
    expect(await statesAt('ROPE-10', 'east')).toMatchObject({ committed: 12, available: 8 })
    expect(await (await ship('TR-1', 'truck')).json()).toMatchObject({
      status: 'in_transit',
      lines: [{ shipped: 12, inTransit: 12, reserved: 0 }],
    })
    expect(await statesAt('ROPE-10', 'east')).toMatchObject({ committed: 0, available: 8, onHand: 8 })
    expect(await statesAt('ROPE-10', 'west')).toMatchObject({ onHand: 0 })
    await receive('TR-1', 'dock-1', 'ROPE-10', 7)
    const closed = await receive('TR-1', 'dock-2', 'ROPE-10', 4, { final: true })
    expect(await closed.json()).toMatchObject({
      status: 'closed',
      lines: [{ shipped: 12, inTransit: 0, received: 11, writtenOff: 1, over: 0 }],
    })
    expect(await statesAt('ROPE-10', 'west')).toMatchObject({ onHand: 11, available: 11 })
    expect(await (await get('/v1/audit/transfer:TR-1/verify')).json()).toMatchObject({ valid: true })
    expect(await (await get('/v1/transfers/TR-1')).json()).toMatchObject({ status: 'closed' })
  })

  it('is one transfer however often it is asked for, and a conflict with other content', async () => {
    await stock('ROPE-20', 5)
    const first = await request('TR-2', 'ROPE-20', 3)
    const again = await request('TR-2', 'ROPE-20', 3)
    expect([first.status, again.status]).toEqual([201, 200])
    expect(await again.json()).toEqual(await first.json())
    expect((await request('TR-2', 'ROPE-20', 4)).status).toBe(409)
    expect(await statesAt('ROPE-20', 'east')).toMatchObject({ committed: 3, available: 2 })
  })

  it('gives back what has not left when it is cancelled', async () => {
    await stock('ANCHOR-S', 5)
    await request('TR-3', 'ANCHOR-S', 5)
    const cancelled = await post('/v1/transfers/TR-3/cancel', { reason: 'sold here after all' })
    expect(await cancelled.json()).toMatchObject({ status: 'cancelled', lines: [{ released: 5 }] })
    expect(await statesAt('ANCHOR-S', 'east')).toMatchObject({ committed: 0, available: 5 })
  })

  it('of more than there is is refused, and the same id is refused for ever', async () => {
    await stock('ANCHOR-L', 2)
    expect(await (await request('TR-4', 'ANCHOR-L', 3)).json()).toMatchObject({ status: 'refused' })
    expect(await (await request('TR-4', 'ANCHOR-L', 3)).json()).toMatchObject({ status: 'refused' })
    expect(await statesAt('ANCHOR-L', 'east')).toMatchObject({ available: 2 })
  })

  it.each([
    ['an unknown SKU', { lines: [{ sku: 'NO-SUCH', quantity: 1 }] }, 'unknown_sku'],
    ['an unknown unit', { lines: [{ sku: 'ROPE-10', quantity: 1, unit: 'PAL' }] }, 'unknown_unit'],
    ['an unknown location', { to: 'nowhere' }, 'unknown_location'],
    ['one location for both', { to: 'east' }, 'invalid_body'],
  ])('with %s is a 422', async (_what, change, reason) => {
    const answer = await request('TR-bad', 'ROPE-10', 1, change)
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ reason })
  })

  it('that nobody requested is a 404 on every route', async () => {
    const answers = [await get('/v1/transfers/none'), await ship('none', 's'), await receive('none', 'r', 'ROPE-10', 1)]
    for (const answer of answers) expect(answer.status).toBe(404)
  })

  it("is shipped by the source's own key, and not received by it", async () => {
    const bearer = { authorization: `Bearer ${eastKey}` }
    await stock('LAMP-12V', 4)
    await request('TR-5', 'LAMP-12V', 4)
    const shipped = { shipmentId: 'van', shippedAt: '2026-03-15T15:02:00Z' }
    expect((await post('/v1/transfers/TR-5/ship', shipped, bearer)).status).toBe(200)
    const told = { receiptId: 'r', lines: [{ sku: 'LAMP-12V', quantity: 4 }], receivedAt: '2026-03-19T09:30:00Z' }
    expect((await post('/v1/transfers/TR-5/receive', told, bearer)).status).toBe(403)
  })
})

describe('the list of transfers', () => {
  type Listed = { transfers: { transferId: string; status: string; writtenOff: number }[]; nextCursor: string | null }
  const list = async (query: string, headers: Record<string, string> = {}) =>
    (await (await get(`/v1/transfers${query}`, headers)).json()) as Listed
  const named = async (query: string, headers: Record<string, string> = {}) =>
    (await list(query, headers)).transfers.map(({ transferId }) => transferId)

  beforeAll(async () => {
    await stock('ROPE-20', 20, 'listed')
    for (const [id, change] of [
      ['TR-L1', {}],
      ['TR-L2', {}],
      ['TR-L3', { from: 'west', to: 'east', allowPartial: true }],
    ] as const) {
      await request(id, 'ROPE-20', 2, change)
    }
    await ship('TR-L2', 'truck')
    await receive('TR-L2', 'dock', 'ROPE-20', 1, { final: true })
    for (const id of ['TR-L1', 'TR-L2', 'TR-L3']) await projectActor(bindings, 'transfer', id)
  })

  it('is filtered by status, by either end, and by whether units were lost, and says what each came to', async () => {
    expect(await named('?location=east')).toEqual(expect.arrayContaining(['TR-L1', 'TR-L2', 'TR-L3']))
    expect(await named('?status=closed')).toContain('TR-L2')
    expect(await named('?status=closed')).not.toContain('TR-L1')
    const { transfers } = await list('?short=true')
    expect(transfers.find(({ transferId }) => transferId === 'TR-L2')).toMatchObject({
      ...{ status: 'closed', from: 'east', to: 'west', settled: true, skus: 1 },
      ...{ requested: 2, reserved: 0, shipped: 2, inTransit: 0, received: 1, over: 0, writtenOff: 1 },
    })
    expect(transfers.every(({ writtenOff }) => writtenOff > 0)).toBe(true)
  })

  describe('as lineage', () => {
    const chainsOf = async (id: string, headers: Record<string, string> = {}) => {
      const answer = await get(`/v1/lineage/${encodeURIComponent(id)}`, headers)
      return ((await answer.json()) as { chains?: { id: string }[] }).chains ?? answer.status
    }
    const story = {
      ...{ kind: 'transfer', id: 'TR-L2', status: 'closed', reference: 'east to west', href: '/v1/transfers/TR-L2' },
      children: [
        { kind: 'transfer_shipment', id: 'truck', at: '2026-03-15T15:02:00.000Z', reference: '2 units' },
        { kind: 'transfer_receipt', id: 'dock', at: '2026-03-19T09:30:00.000Z', reference: '1 unit' },
      ],
    }

    it.each(['TR-L2', 'truck', 'dock', 'transfer/TR-L2'])('is the whole story of a transfer by %s', async (id) => {
      expect(await chainsOf(id)).toMatchObject([story])
    })

    it('is an untold one while nothing is reported of it', async () => {
      expect(await chainsOf('TR-L1')).toMatchObject([{ kind: 'transfer', status: 'reserved', children: [] }])
    })

    it("is told to either end's own key, and to no channel's", async () => {
      expect(await chainsOf('dock', { authorization: `Bearer ${eastKey}` })).toMatchObject([story])
      expect(await chainsOf('dock', { authorization: `Bearer ${shopKey}` })).toBe(404)
    })

    it('names each shipment and receipt in the published log', async () => {
      const { rows } = await auditOf(openDb(bindings.DB), { actorKind: 'transfer', actorName: 'TR-L2' })
      const reports = rows.filter(({ type }) => type === 'shipped' || type === 'received')
      expect(reports.map(({ type, subject }) => [type, subject])).toEqual([
        ['shipped', 'truck'],
        ['received', 'dock'],
      ])
    })
  })

  it('comes in pages, and goes on where it stopped', async () => {
    const first = await list('?limit=1')
    const rest = await named(`?cursor=${first.nextCursor}`)
    expect(first.transfers).toHaveLength(1)
    expect([first.transfers[0]?.transferId, ...rest]).toEqual(await named(''))
  })

  it('shows a restricted key what begins or ends with it, and refuses it other places', async () => {
    const bearer = { authorization: `Bearer ${eastKey}` }
    expect(await named('', bearer)).toEqual(await named('?location=east'))
    expect((await get('/v1/transfers?location=west', bearer)).status).toBe(403)
  })

  it.each(['?status=lost', '?location=', '?short=false', '?cursor=x', '?from=east'])('refuses %s', async (query) => {
    expect((await get(`/v1/transfers${query}`)).status).toBe(422)
  })

  it('hears of a transfer from its actor, again until it has confirmed it', async () => {
    const stub = bindings.TRANSFER.get(bindings.TRANSFER.idFromName('TR-told'))
    const sent = vi.spyOn(bindings.PROJECTIONS, 'send')
    await request('TR-told', 'ROPE-20', 1)
    const wake = async (afterMs: number) => {
      vi.spyOn(Date, 'now').mockReturnValue(Date.now() + afterMs)
      await ringAlarm(stub)
      return sent.mock.calls.filter(([body]) => 'name' in body && body.name === 'TR-told').length
    }
    expect(await wake(5_000)).toBe(1)
    expect(await wake(70_000)).toBe(2)
    await projectActor(bindings, 'transfer', 'TR-told')
    expect(await wake(700_000)).toBe(2)
  })
})

describe('a transfer whose actor dies', () => {
  const stubOf = (id: string) => bindings.TRANSFER.get(bindings.TRANSFER.idFromName(id))
  const westOf = (sku: string) =>
    // Cast justified: the bindings are typed without their classes, and this one's class is StockActor.
    bindings.STOCK.get(bindings.STOCK.idFromName(`${sku}@west`)) as DurableObjectStub<StockActor>

  it('between its two positions tells the other one when it comes back', async () => {
    await stock('BUOY-R', 6)
    await request('TR-6', 'BUOY-R', 6)
    await runInDurableObject(westOf('BUOY-R'), ({ execution }) => {
      vi.spyOn(execution, 'joinAll').mockReturnValue(null)
    })
    const shipped = await ship('TR-6', 'truck')
    expect(await shipped.json()).toMatchObject({ status: 'in_transit', settled: false })
    expect(await statesAt('BUOY-R', 'east')).toMatchObject({ onHand: 0 })
    vi.restoreAllMocks()
    await abortAllDurableObjects()
    await get('/v1/transfers/TR-6')
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(stubOf('TR-6'))
      expect(await (await get('/v1/transfers/TR-6')).json()).toMatchObject({ settled: true })
    }, 15_000)
    await receive('TR-6', 'dock', 'BUOY-R', 6)
    expect(await statesAt('BUOY-R', 'west')).toMatchObject({ onHand: 6 })
    expect(await statesAt('BUOY-R', 'east')).toMatchObject({ onHand: 0 })
  })
})
