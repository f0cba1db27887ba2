/** Supply, lots, protections and units of measure through the door, and what a position shows of them. */
import { beforeAll, describe, expect, it } from 'vitest'
import { seedConfig } from './seed-config.ts'
import { bearer, get, json, post, send } from './send.ts'

beforeAll(async () => {
  await seedConfig()
})

const at = '2026-03-14T09:26:53Z'
const far = '2036-03-14T00:00:00Z'
const past = '2026-03-15T00:00:00Z'

const tell = async (path: string, body: object) => (await post(`/v1/inventory/${path}`, body)).json()
const shown = async (sku: string, location = 'east') => (await get(`/v1/inventory/${sku}/${location}`)).json()
const supply = (quantity: number, sourceVersion: number) => ({
  supplyId: 'PO-1',
  sku: 'ROPE-10',
  location: 'east',
  type: 'purchase_order',
  quantity,
  dueAt: far,
  sourceVersion,
})

describe('supply', () => {
  it('is announced, re-announced in any order, received with its lots, and shown', async () => {
    expect(await tell('supply', { supplies: [supply(20, 2), supply(90, 1)] })).toMatchObject({ applied: 1, stale: 1 })
    const receipt = {
      receiptId: 'D-1',
      supplyId: 'PO-1',
      sku: 'ROPE-10',
      location: 'east',
      quantity: 8,
      lots: [{ lotId: 'L-1', quantity: 8, goodUntil: far }],
      occurredAt: at,
    }
    expect(await tell('supply/receipts', { receipts: [receipt, receipt] })).toMatchObject({ applied: 1, unchanged: 1 })
    expect(await shown('ROPE-10')).toMatchObject({
      states: { onHand: 8, incoming: 12, available: 8 },
      supply: [{ supplyId: 'PO-1', units: 12, confidencePercent: 80, dueAt: '2036-03-14T00:00:00.000Z' }],
      lots: [{ lotId: 'L-1', units: 8, status: 'sellable', isBlocked: false }],
    })
    expect(await tell('supply', { supplies: [{ ...supply(20, 3), cancelled: 'supplier is out' }] })).toMatchObject({
      applied: 1,
    })
    expect(await shown('ROPE-10')).toMatchObject({ states: { incoming: 0 }, supply: [] })
  })
})

describe('a lot', () => {
  it('is recalled at every location, those that have none of it included', async () => {
    const movement = {
      eventId: 'lot-1',
      sku: 'ROPE-20',
      location: 'east',
      movement: 'receipt',
      quantity: 6,
      occurredAt: at,
      lots: [{ lotId: 'BAD', quantity: 4, goodUntil: null }],
    }
    await tell('movements', { movements: [movement] })
    const recall = { sku: 'ROPE-20', lotId: 'BAD', status: 'recalled', reason: 'notice 77' }
    expect(await tell('lots/status', recall)).toMatchObject({ refused: 0 })
    expect(await shown('ROPE-20')).toMatchObject({
      states: { available: 2, qualityControl: 4 },
      lots: [{ lotId: 'BAD', status: 'recalled', isBlocked: true }],
    })
    await tell('movements', { movements: [{ ...movement, eventId: 'lot-2', location: 'west' }] })
    expect(await shown('ROPE-20', 'west')).toMatchObject({ states: { available: 2, qualityControl: 4 } })
  })

  it('cannot be named for more units than moved, and expires by its date', async () => {
    const movement = { sku: 'BUOY-R', location: 'east', movement: 'receipt', quantity: 3, occurredAt: at }
    const named = (eventId: string, quantity: number, goodUntil: string) => ({
      ...movement,
      eventId,
      lots: [{ lotId: 'L', quantity, goodUntil }],
    })
    expect(await tell('movements', { movements: [named('b-1', 4, far), named('b-2', 3, past)] })).toMatchObject({
      results: [
        { ok: false, problem: { reason: 'lots_exceed_quantity' } },
        { ok: true, available: 0 },
      ],
    })
  })
})

describe('protected units', () => {
  const protection = { sku: 'ANCHOR-S', location: 'east', group: 'contract', quantity: 5, releaseAt: far }
  const put = async (change: object = {}) => {
    const body = JSON.stringify({ protections: [{ ...protection, ...change }] })
    return await send('/v1/inventory/protections', { method: 'PUT', headers: { ...bearer, ...json }, body })
  }

  it('are lent to a group by one rule', async () => {
    const loan = { group: 'trade', quantityMax: 2 }
    const answer = await put({ lendsTo: [loan, { ...loan, quantityMax: 3 }] })
    expect(answer.status).toBe(422)
    const errors = [{ path: 'protections.0.lendsTo', message: 'names a group twice' }]
    expect(await answer.json()).toMatchObject({ reason: 'invalid_body', errors })
  })

  it('are set once however often it is said, and shown', async () => {
    expect(await (await put()).json()).toMatchObject({ applied: 1, refused: 0 })
    expect(await (await put()).json()).toMatchObject({ unchanged: 1 })
    expect(await shown('ANCHOR-S')).toMatchObject({ protections: [{ group: 'contract', units: 5 }] })
  })
})

describe('a unit of measure', () => {
  it('is converted by its pack ratio, and refused when the catalogue does not know it', async () => {
    const entry = { sku: 'CRATE-1', title: 'Shackle', units: { CS: 12 } }
    expect((await post('/v1/catalog/skus', { skus: [entry] })).status).toBe(200)
    const movement = { sku: 'CRATE-1', location: 'west', movement: 'receipt', quantity: 2, occurredAt: at }
    const named = { ...movement, unit: 'CS', lots: [{ lotId: 'L', quantity: 1 }] }
    expect(
      await tell('movements', {
        movements: [
          { ...movement, eventId: 'u-1', unit: 'XX' },
          { ...named, eventId: 'u-2' },
        ],
      }),
    ).toMatchObject({
      results: [
        { ok: false, problem: { reason: 'unknown_unit', unit: 'XX' } },
        { ok: true, available: 24 },
      ],
    })
    const figure = { eventId: 'u-3', sku: 'CRATE-1', location: 'west', asOf: past, onHand: 3, unit: 'CS' }
    expect(await tell('snapshots', { snapshots: [figure] })).toMatchObject({ results: [{ ok: true, available: 36 }] })
    expect(await shown('CRATE-1', 'west')).toMatchObject({ lots: [{ lotId: 'L', units: 12 }] })
  })
})
