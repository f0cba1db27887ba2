/** An order whose position, location or plan turns out otherwise than promised, before and after it was released. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { actor, type OrderApi, type StockApi } from '../../src/actor-apis.ts'
import type { OrderState } from '../../src/domain/order/order-state.ts'
import { examples } from '../../src/http/wire/examples.ts'
import { playQueue } from '../fixtures/play-queue.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const patience = { timeout: 20_000, interval: 100 }

/** Orders wait for an ERP that does not answer: planned and held, and not released. */
const withoutRelease = () => seedConfig()
/** Nobody is asked: released by hand as soon as it is held. */
const withRelease = () =>
  seedConfig((file) => ({
    ...file,
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    locations: file.locations.map(({ account: _account, ...location }) => location),
  }))

beforeAll(() => {
  playQueue('INBOUND_ORDERS')
  playQueue('PROJECTIONS')
})
afterAll(() => vi.restoreAllMocks())

let events = 0
async function receive(sku: string, location: string, quantity: number): Promise<void> {
  const receipt = { sku, location, movement: 'receipt', quantity, occurredAt: '2026-03-14T09:26:53Z' }
  events += 1
  const answer = await post('/v1/inventory/movements', { movements: [{ ...receipt, eventId: `receipt-${events}` }] })
  expect(answer.status).toBe(200)
}

async function count(sku: string, location: string, onHand: number): Promise<void> {
  events += 1
  const asOf = new Date().toISOString()
  const snapshot = { eventId: `count-${events}`, sku, location, onHand, asOf }
  expect((await post('/v1/inventory/snapshots', { snapshots: [snapshot] })).status).toBe(200)
}

function order(externalOrderId: string, sku: string, quantity: number) {
  const lines = [{ lineId: '1', externalSku: sku, title: sku, quantity, unitPriceMinor: 100 }]
  return {
    ...examples.order,
    externalOrderId,
    lines,
    totals: { subtotalMinor: 100 * quantity, totalMinor: 100 * quantity },
  }
}

const idOf = (externalOrderId: string) => `b2b:${externalOrderId}`
const stateOf = async (externalOrderId: string): Promise<OrderState | null> =>
  actor<OrderApi>(bindings.ORDER, idOf(externalOrderId)).state()
async function claimsOf(externalOrderId: string): Promise<readonly string[]> {
  const state = await stateOf(externalOrderId)
  return (state?.reservations ?? []).flatMap(({ location, quantity, released, shipped }) => {
    const units = quantity - released - shipped
    return units === 0 ? [] : [`${units}@${location}`]
  })
}
const typesOf = async (externalOrderId: string): Promise<readonly string[]> => {
  const answer = await get(`/v1/orders/${encodeURIComponent(idOf(externalOrderId))}/timeline`)
  const { entries } = (await answer.json()) as { entries: { type: string }[] }
  return entries.map(({ type }) => type)
}

describe('stock that is not there', () => {
  it('moves the units of an order that nobody has been told to pick', async () => {
    await withoutRelease()
    await receive('ROPE-10', 'east', 5)
    await receive('ROPE-10', 'west', 5)
    expect((await post('/v1/orders', order('drift-1', 'ROPE-10', 5))).status).toBe(201)
    await vi.waitFor(async () => expect(await claimsOf('drift-1')).toEqual(['5@east']), patience)
    await count('ROPE-10', 'east', 2)
    const position = (await (await get('/v1/inventory/ROPE-10/east')).json()) as { states: Record<string, number> }
    expect(position.states).toMatchObject({ available: 0, backordered: 3 })
    await vi.waitFor(async () => expect(await claimsOf('drift-1')).toEqual(['2@east', '3@west']), patience)
    expect(await typesOf('drift-1')).toEqual(expect.arrayContaining(['cover_told', 'cover_lost']))
    await vi.waitFor(async () => {
      const { revision } = await actor<StockApi>(bindings.STOCK, 'ROPE-10@east').coverOf(idOf('drift-1'))
      expect(revision).toBeNull()
    }, patience)
  })

  it('changes nothing when it is found again at once', async () => {
    await withoutRelease()
    await receive('ROPE-20', 'east', 5)
    await receive('ROPE-20', 'west', 5)
    await post('/v1/orders', order('drift-2', 'ROPE-20', 5))
    await vi.waitFor(async () => expect(await claimsOf('drift-2')).toEqual(['5@east']), patience)
    await count('ROPE-20', 'east', 2)
    await count('ROPE-20', 'east', 5)
    await vi.waitFor(async () => {
      const { revision } = await actor<StockApi>(bindings.STOCK, 'ROPE-20@east').coverOf(idOf('drift-2'))
      expect(revision).toBeNull()
    }, patience)
    expect(await claimsOf('drift-2')).toEqual(['5@east'])
    expect(await typesOf('drift-2')).not.toContain('cover_told')
  })

  it('becomes a case where a warehouse was told to pick it', async () => {
    await withRelease()
    await receive('ANCHOR-S', 'east', 5)
    await receive('ANCHOR-S', 'west', 5)
    await post('/v1/orders', order('drift-3', 'ANCHOR-S', 5))
    await vi.waitFor(async () => expect((await stateOf('drift-3'))?.stage).toBe('released'), patience)
    await count('ANCHOR-S', 'east', 2)
    await vi.waitFor(async () => {
      const [found] = (await stateOf('drift-3'))?.exceptions ?? []
      expect(found).toMatchObject({ category: 'inventory_drift', resolvedAtMs: null })
      expect(found?.message).toMatch(/^east was told to ship 3 of ANCHOR-S .* \(-3\)/)
    }, patience)
    expect(await claimsOf('drift-3')).toEqual(['5@east'])
    await count('ANCHOR-S', 'east', 5)
    await vi.waitFor(async () => {
      expect((await stateOf('drift-3'))?.exceptions).toMatchObject([{ resolvedAtMs: expect.any(Number) }])
    }, patience)
  })

  it('leaves a cart its answer, and a case for as long as it lasts', async () => {
    await withRelease()
    await receive('BUOY-R', 'east', 5)
    await post('/v1/reservations', {
      reservationId: 'drift-cart',
      lines: [{ sku: 'BUOY-R', quantity: 5 }],
      expiresInSeconds: 900,
    })
    await count('BUOY-R', 'east', 2)
    const cases = async (status: string) => {
      const answer = await get(`/v1/exceptions?category=inventory_drift&status=${status}`)
      const { exceptions } = (await answer.json()) as { exceptions: { exceptionId: string; message: string }[] }
      return exceptions.filter(({ exceptionId }) => exceptionId.includes('drift-cart'))
    }
    await vi.waitFor(async () => expect(await cases('open')).toHaveLength(1), patience)
    expect((await cases('open'))[0]?.message).toMatch(/^3 units claimed by cart\/drift-cart\/1 are not there/)
    expect(await (await get('/v1/reservations/drift-cart')).json()).toMatchObject({ status: 'held' })
    await receive('BUOY-R', 'west', 5)
    await post('/v1/orders', { ...order('drift-4', 'BUOY-R', 5), reservationId: 'drift-cart' })
    await vi.waitFor(async () => expect(await claimsOf('drift-4')).toEqual(['5@west']), patience)
    await vi.waitFor(async () => expect(await cases('open')).toEqual([]), patience)
  })
})
