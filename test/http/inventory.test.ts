import { listDurableObjectIds } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const warehouseKey = 'warehouse-east-key-0123456789abcd'

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    accounts: file.accounts.map((account) => (account.id === 'b2b' ? { ...account, network: ['west'] } : account)),
    apiKeys: [
      ...file.apiKeys,
      { id: 'east', name: '', key: warehouseKey, scopes: ['inventory:write', 'inventory:read'], account: 'wh-east' },
    ],
  }))
})

type Results = {
  applied: number
  unchanged: number
  stale: number
  refused: number
  results: { ok: boolean; effect?: string; available?: number; problem?: { reason: string } }[]
}

const receipt = (eventId: string, sku: string, quantity: number, location = 'east') => ({
  eventId,
  sku,
  location,
  movement: 'receipt',
  quantity,
  occurredAt: '2026-03-14T09:26:53+01:00',
})
async function move(movements: readonly object[], headers: Record<string, string> = {}): Promise<Results> {
  const response = await post('/v1/inventory/movements', { movements }, headers)
  expect(response.status).toBe(200)
  return (await response.json()) as Results
}

describe('a batch of movements', () => {
  it('is applied item by item, in order, several at one position', async () => {
    const answer = await move([
      receipt('m-1', 'ROPE-10', 10),
      receipt('m-2', 'ROPE-20', 7),
      { ...receipt('m-3', 'ROPE-10', 4), movement: 'shipment' },
    ])
    expect(answer).toMatchObject({ applied: 3, refused: 0 })
    expect(answer.results.map((result) => result.available)).toEqual([10, 7, 6])
  })

  it('changes nothing the second time', async () => {
    const batch = [receipt('again-1', 'ANCHOR-S', 5), receipt('again-2', 'ANCHOR-S', 5)]
    await move(batch)
    expect(await move(batch)).toMatchObject({ applied: 0, unchanged: 2 })
    expect(await (await get('/v1/inventory/ANCHOR-S/east')).json()).toMatchObject({ states: { onHand: 10 } })
  })

  it('refuses an item that reuses an event id for something else, and keeps the others', async () => {
    await move([receipt('conflict', 'BUOY-R', 5)])
    const answer = await move([receipt('conflict', 'BUOY-R', 6), receipt('fine', 'BUOY-R', 1)])
    expect(answer).toMatchObject({ applied: 1, refused: 1 })
    expect(answer.results[0]?.problem?.reason).toBe('movement_conflict')
  })

  it('refuses items of unknown SKUs and locations without creating an actor', async () => {
    const before = (await listDurableObjectIds(bindings.STOCK)).length
    const answer = await move([receipt('u-1', 'NO-SUCH-SKU', 1), receipt('u-2', 'ROPE-10', 1, 'nowhere')])
    expect(answer.results.map((result) => result.problem?.reason)).toEqual(['unknown_sku', 'unknown_location'])
    expect((await listDurableObjectIds(bindings.STOCK)).length).toBe(before)
  })

  it("from a warehouse's own key may only concern its own locations", async () => {
    const batch = [receipt('w-1', 'LAMP-12V', 3), receipt('w-2', 'LAMP-12V', 3, 'west')]
    const answer = await move(batch, { authorization: `Bearer ${warehouseKey}` })
    expect(answer.results.map((result) => result.problem?.reason)).toEqual([undefined, 'account_not_allowed'])
  })

  it.each([
    ['none', []],
    ['501', Array.from({ length: 501 }, (_, index) => receipt(`n-${index}`, 'ROPE-10', 1))],
    ['one without an offset in its time', [{ ...receipt('t', 'ROPE-10', 1), occurredAt: '2026-03-14T09:26:53' }]],
    ['one of half a unit', [receipt('h', 'ROPE-10', 0.5)]],
    ['one of 2^53 units', [receipt('b', 'ROPE-10', 2 ** 53)]],
  ])('with %s is refused whole', async (_what, movements) => {
    expect((await post('/v1/inventory/movements', { movements })).status).toBe(422)
  })
})

describe('a batch of snapshots', () => {
  const figure = (eventId: string, asOf: string, onHand: number, sourceSequence: number | null = null) => ({
    snapshots: [{ eventId, sku: 'ANCHOR-L', location: 'east', asOf, onHand, sourceSequence }],
  })

  it('sets absolute figures, and ignores one older than it holds', async () => {
    await post('/v1/inventory/snapshots', figure('s-1', '2026-03-14T06:00:00Z', 40))
    const late = await post('/v1/inventory/snapshots', figure('s-0', '2026-03-13T06:00:00Z', 99))
    expect(await late.json()).toMatchObject({ stale: 1, results: [{ ok: true, effect: 'stale', available: 40 }] })
    expect(await (await get('/v1/inventory/ANCHOR-L/east')).json()).toMatchObject({
      states: { onHand: 40, available: 40 },
      snapshot: { source: 'wh-east', asOf: '2026-03-14T06:00:00.000Z' },
    })
  })
})

describe('a position', () => {
  it('shows its ledger, newest first, in pages', async () => {
    await move([receipt('l-1', 'LAMP-12V', 1, 'west'), receipt('l-2', 'LAMP-12V', 2, 'west')])
    const page = (await (await get('/v1/inventory/LAMP-12V/west?limit=1')).json()) as {
      ledger: { reference: string | null; quantity: number }[]
      nextBeforeSeq: number
    }
    expect(page.ledger.map((entry) => entry.quantity)).toEqual([2])
    const older = await get(`/v1/inventory/LAMP-12V/west?limit=1&beforeSeq=${page.nextBeforeSeq}`)
    expect(await older.json()).toMatchObject({ ledger: [{ quantity: 1 }] })
  })

  it('that nothing was ever reported of says so, and is not created by asking', async () => {
    const response = await get('/v1/inventory/ANCHOR-S/west')
    expect(await response.json()).toMatchObject({ known: false, states: { onHand: 0 }, ledger: [] })
  })

  it.each([
    ['/v1/inventory/NO-SUCH-SKU/east', 422, 'unknown_sku'],
    ['/v1/inventory/ROPE-10/nowhere', 422, 'unknown_location'],
    ['/v1/inventory/ROPE-10/east?limit=1000', 422, 'invalid_query'],
    ['/v1/inventory/ROPE-10/east?limit=x', 422, 'invalid_query'],
  ])('is refused for %s', async (path, status, reason) => {
    const response = await get(path)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ reason })
  })
})
