/** Transfers by callers who get it wrong: units in cases, lots that do not add up, recalls and late arrivals on the way. */
import { beforeAll, describe, expect, it } from 'vitest'
import { catalogSkuSchema } from '../../src/domain/config/config.ts'
import type { AvailabilityDocument } from '../../src/http/wire/atp-answer.ts'
import { seedConfig } from './seed-config.ts'
import { get, post, put } from './send.ts'

const dayMs = 86_400_000
const skus = Array.from({ length: 40 }, (_, index) => `MOVED-${index}`)
let used = 0
const freshSku = () => skus[used++] ?? 'none is left'

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    accounts: file.accounts.map((account) => (account.id === 'b2b' ? { ...account, network: ['west'] } : account)),
    skus: skus.map((name) => catalogSkuSchema.parse({ sku: name, title: name, units: { CS: 12, BIG: 1_000_000 } })),
    listings: [],
  }))
})

const at = (ms: number) => new Date(ms).toISOString()
const past = at(Date.now() - dayMs)
type Lot = { readonly lotId: string; readonly quantity: number; readonly goodUntil?: string }

async function stock(sku: string, quantity: number, lots: readonly Lot[] = []): Promise<void> {
  const receipt = { sku, location: 'east', movement: 'receipt', quantity, occurredAt: at(Date.now() - 2 * dayMs), lots }
  const answer = await post('/v1/inventory/movements', { movements: [{ ...receipt, eventId: `in-${sku}` }] })
  expect(await answer.json()).toMatchObject({ results: [{ ok: true }] })
}

const request = (id: string, sku: string, quantity: number, change: object = {}) =>
  post('/v1/transfers', {
    ...{ transferId: id, from: 'east', to: 'west', lines: [{ sku, quantity }], dueAt: at(Date.now() + dayMs) },
    ...change,
  })
const ship = (id: string, change: object = {}) =>
  post(`/v1/transfers/${id}/ship`, { shipmentId: `${id}-truck`, shippedAt: past, ...change })
const receive = (id: string, receiptId: string, lines: readonly object[], change: object = {}) =>
  post(`/v1/transfers/${id}/receive`, { receiptId, lines, receivedAt: past, ...change })

/** Requested, and all of it has left. */
async function inTransit(quantity: number, change: object = {}): Promise<{ id: string; sku: string }> {
  const sku = freshSku()
  const id = `TR-${sku}`
  await stock(sku, quantity)
  await request(id, sku, quantity, change)
  expect(await (await ship(id)).json()).toMatchObject({ status: 'in_transit', lines: [{ inTransit: quantity }] })
  return { id, sku }
}

type States = { readonly onHand: number; readonly available: number; readonly incoming: number }
const statesAt = async (sku: string, location: string) =>
  ((await (await get(`/v1/inventory/${sku}/${location}`)).json()) as { states: States }).states
type Line = {
  readonly received: number
  readonly inTransit: number
  readonly writtenOff: number
  readonly over: number
}
const lineOf = async (id: string) =>
  ((await (await get(`/v1/transfers/${id}`)).json()) as { lines: readonly Line[] }).lines[0]
const askWest = async (sku: string, more = '') => {
  const answer = await get(`/v1/atp?sku=${sku}&channel=b2b&maxStalenessMs=0${more}`)
  const [only] = ((await answer.json()) as { skus: readonly AvailabilityDocument[] }).skus
  if (only === undefined) throw new Error('nothing was answered')
  return only
}
const reasonOf = async (answer: Response) => [answer.status, ((await answer.json()) as { reason: string }).reason]

/** What left is at the destination, on its way, or written off: by the transfer and by both positions. */
async function expectConserved(id: string, sku: string, left: number): Promise<void> {
  const line = await lineOf(id)
  const west = await statesAt(sku, 'west')
  expect(west.onHand).toBe(line?.received)
  expect(west.incoming).toBe(line?.inTransit)
  expect((line?.received ?? 0) - (line?.over ?? 0) + (line?.inTransit ?? 0) + (line?.writtenOff ?? 0)).toBe(left)
}

describe('lots of a transfer', () => {
  it('that are counted in cases are cases of base units, as they are everywhere else', async () => {
    const { id, sku } = await inTransit(24)
    const lots = [{ lotId: 'L', quantity: 2, goodUntil: at(Date.now() + 9 * dayMs) }]
    expect((await receive(id, 'dock', [{ sku, quantity: 2, unit: 'CS', lots }])).status).toBe(200)
    const position = (await (await get(`/v1/inventory/${sku}/west`)).json()) as { lots: unknown }
    expect(position.lots).toMatchObject([{ lotId: 'L', units: 24 }])
    await expectConserved(id, sku, 24)
  })

  it.each([
    ['of one line', (sku: string) => [{ sku, quantity: 3, lots: [{ lotId: 'A', quantity: 4 }] }]],
    [
      'of a line that is told twice',
      (sku: string) => [
        { sku, quantity: 1, lots: [{ lotId: 'A', quantity: 2 }] },
        { sku, quantity: 2, lots: [{ lotId: 'B', quantity: 2 }] },
      ],
    ],
  ])('that name more units than arrived %s are refused, and lose none', async (_, lines) => {
    const { id, sku } = await inTransit(5)
    expect(await reasonOf(await receive(id, 'dock', lines(sku)))).toEqual([422, 'lots_exceed_quantity'])
    await expectConserved(id, sku, 5)
    expect((await receive(id, 'dock', [{ sku, quantity: 3, lots: [{ lotId: 'A', quantity: 3 }] }])).status).toBe(200)
    await expectConserved(id, sku, 5)
  })

  it('that are more than the position keeps are booked without their names', async () => {
    const { id, sku } = await inTransit(6)
    const many = (from: number) =>
      Array.from({ length: 100 }, (_, index) => ({ lotId: `X-${from + index}`, quantity: 1 }))
    const full = [0, 100].map((from) => ({
      ...{ eventId: `full-${from}`, sku, location: 'west', movement: 'receipt', quantity: 100, occurredAt: past },
      lots: many(from),
    }))
    await post('/v1/inventory/movements', { movements: full })
    const told = await receive(id, 'dock', [{ sku, quantity: 6, lots: [{ lotId: 'ONE-MORE', quantity: 6 }] }])
    expect(await told.json()).toMatchObject({ status: 'closed', settled: true, lines: [{ received: 6 }] })
    expect((await statesAt(sku, 'west')).onHand).toBe(206)
    expect(await (await get(`/v1/audit/transfer:${id}/verify`)).json()).toMatchObject({ valid: true })
  })

  it('that were recalled or put on hold on the way arrive and are not for sale, until the hold is lifted', async () => {
    const { id, sku } = await inTransit(8)
    const say = (lotId: string, status: string) =>
      post('/v1/inventory/lots/status', { sku, lotId, status, reason: 'inspection' })
    await say('RECALLED', 'recalled')
    await say('HELD', 'quality_hold')
    const lots = [
      { lotId: 'RECALLED', quantity: 3 },
      { lotId: 'HELD', quantity: 4 },
    ]
    await receive(id, 'dock', [{ sku, quantity: 8, lots }])
    await expectConserved(id, sku, 8)
    expect(await statesAt(sku, 'west')).toMatchObject({ available: 1, qualityControl: 7 })
    expect(await askWest(sku)).toMatchObject({ available: 1 })
    await say('HELD', 'sellable')
    expect(await statesAt(sku, 'west')).toMatchObject({ available: 5, qualityControl: 3 })
  })
})

describe('what a transfer reports', () => {
  it('twice with other quantities is a conflict, and under another id what came over', async () => {
    const { id, sku } = await inTransit(5)
    const told = (receiptId: string, quantity: number) => receive(id, receiptId, [{ sku, quantity }])
    expect((await told('dock', 3)).status).toBe(200)
    expect((await told('dock', 3)).status).toBe(200)
    expect(await reasonOf(await told('dock', 2))).toEqual([409, 'transfer_conflict'])
    await expectConserved(id, sku, 5)
    expect(await (await told('dock-2', 4)).json()).toMatchObject({ status: 'closed', lines: [{ over: 2 }] })
    await expectConserved(id, sku, 5)
  })

  it('after its end is refused: a cancel, a shipment and a receipt', async () => {
    const { id, sku } = await inTransit(5)
    const cancel = () => post(`/v1/transfers/${id}/cancel`, { reason: 'too late' })
    expect(await reasonOf(await cancel())).toEqual([409, 'transfer_shipped'])
    await receive(id, 'dock', [], { final: true })
    expect(await lineOf(id)).toMatchObject({ writtenOff: 5, inTransit: 0 })
    await expectConserved(id, sku, 5)
    expect(await reasonOf(await cancel())).toEqual([409, 'transfer_closed'])
    expect(await reasonOf(await ship(id, { shipmentId: 'second' }))).toEqual([409, 'transfer_closed'])
    expect(await reasonOf(await receive(id, 'found', [{ sku, quantity: 5 }]))).toEqual([409, 'transfer_closed'])
    await expectConserved(id, sku, 5)
  })

  it('of a cancelled one is refused, and the claim is gone', async () => {
    const sku = freshSku()
    await stock(sku, 5)
    await request('TR-cancelled', sku, 5)
    await post('/v1/transfers/TR-cancelled/cancel', { reason: 'no truck' })
    expect(await reasonOf(await ship('TR-cancelled'))).toEqual([409, 'transfer_closed'])
    expect(await statesAt(sku, 'east')).toMatchObject({ onHand: 5, available: 5 })
  })

  it('in units whose number nobody keeps is refused before a position hears of it', async () => {
    const sku = freshSku()
    await stock(sku, 5)
    const lines = [1, 2].map(() => ({ sku, quantity: 1_000_000, unit: 'BIG' }))
    const answer = await request('TR-huge', sku, 1, { lines })
    expect([201, 422]).toContain(answer.status)
    expect(await (await get('/v1/transfers/TR-huge')).json()).not.toMatchObject({ settled: false })
  })
})

describe('units that are protected or promised', () => {
  it('are not moved away from the group that they are kept for', async () => {
    const sku = freshSku()
    await stock(sku, 10)
    const protection = { sku, location: 'east', group: 'contract', quantity: 7 }
    expect((await put('/v1/inventory/protections', { protections: [protection] })).status).toBe(200)
    expect(await (await request('TR-protected', sku, 4)).json()).toMatchObject({ status: 'refused' })
    expect(await (await request('TR-spare', sku, 4, { allowPartial: true })).json()).toMatchObject({
      ...{ status: 'reserved', lines: [{ reserved: 3 }] },
    })
  })

  it('on their way are promised for when they come, and for a day later than now once they are late', async () => {
    const soon = await inTransit(10)
    const promised = await askWest(soon.sku, '&quantity=9')
    expect(promised).toMatchObject({ available: 0, enough: false, promisable: { now: 0, changes: [{ units: 9 }] } })
    const late = await inTransit(10, { dueAt: past })
    const { promisable } = await askWest(late.sku)
    expect(promisable).toMatchObject({ now: 0, changes: [{ units: 9 }] })
    const inMs = Date.parse(promisable.changes[0]?.from ?? '') - Date.now()
    expect(inMs).toBeGreaterThan(dayMs - 60_000)
    await receive(late.id, 'dock', [{ sku: late.sku, quantity: 10 }])
    expect(await askWest(late.sku)).toMatchObject({ available: 10, promisable: { now: 10, changes: [] } })
  })
})
