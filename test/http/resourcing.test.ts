/** An order whose position, location or plan turns out otherwise than promised, before and after it was released. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { actor, type StockApi } from '../../src/actor-apis.ts'
import { sku } from '../../src/domain/shared/ids.ts'
import { playQueue } from '../fixtures/play-queue.ts'
import { claimsOf, count, idOf, order, receive, stateOf, typesOf } from './order-claims.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const patience = { timeout: 20_000, interval: 100 }
/** What is told by the alarm behind the timer takes twenty seconds more. */
const morePatience = { timeout: 45_000, interval: 100 }

/** A shortage is told two seconds after it was found: the clock stands still until it was looked at. */
async function atOnce(look: () => Promise<void>): Promise<void> {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now())
  try {
    await look()
  } finally {
    clock.mockRestore()
  }
}

/** Orders wait for an ERP that does not answer: planned and held, and not released. */
const withoutRelease = () => seedConfig()
/** Nobody is asked: released by hand as soon as it is held. */
const withRelease = () =>
  seedConfig((file) => ({
    ...file,
    skus: [
      ...file.skus,
      ...['FENDER', 'FENDER-L'].flatMap((name) => file.skus.slice(0, 1).map((any) => ({ ...any, sku: sku(name) }))),
    ],
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    locations: file.locations.map(({ account: _account, ...location }) => location),
  }))

beforeAll(() => {
  playQueue('INBOUND_ORDERS')
  playQueue('PROJECTIONS')
})
afterAll(() => vi.restoreAllMocks())

describe('stock that is not there', () => {
  it('moves the units of an order that nobody has been told to pick', async () => {
    await withoutRelease()
    await receive('ROPE-10', 'east', 5)
    await receive('ROPE-10', 'west', 5)
    expect((await post('/v1/orders', order('drift-1', 'ROPE-10', 5))).status).toBe(201)
    await vi.waitFor(async () => expect(await claimsOf('drift-1')).toEqual(['5@east']), patience)
    await atOnce(async () => {
      await count('ROPE-10', 'east', 2)
      const position = (await (await get('/v1/inventory/ROPE-10/east')).json()) as { states: Record<string, number> }
      expect(position.states).toMatchObject({ available: 0, backordered: 3 })
    })
    await vi.waitFor(async () => expect(await claimsOf('drift-1')).toEqual(['2@east', '3@west']), morePatience)
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
    await atOnce(async () => {
      await count('ROPE-20', 'east', 2)
      await count('ROPE-20', 'east', 5)
    })
    await vi.waitFor(async () => {
      const { revision } = await actor<StockApi>(bindings.STOCK, 'ROPE-20@east').coverOf(idOf('drift-2'))
      expect(revision).toBeNull()
    }, morePatience)
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

const say = async (location: string, status: 'up' | 'down') => {
  const answer = await post(`/v1/locations/${location}/availability`, { status, reason: 'flood' })
  expect(answer.status).toBe(200)
}

describe('a location that goes down and comes up again', () => {
  afterEach(() => say('east', 'up'))

  it('loses what nobody was told to pick, and has it back when nobody else had it', async () => {
    await withoutRelease()
    await receive('LAMP-12V', 'east', 5)
    await post('/v1/orders', order('down-1', 'LAMP-12V', 2))
    await vi.waitFor(async () => expect(await claimsOf('down-1')).toEqual(['2@east']), patience)
    await say('east', 'down')
    await vi.waitFor(async () => expect((await stateOf('down-1'))?.lines[0]?.quantities.backordered).toBe(2), patience)
    expect(await claimsOf('down-1')).toEqual([])
    await say('east', 'up')
    await vi.waitFor(async () => expect(await claimsOf('down-1')).toEqual(['2@east']), patience)
    expect(await typesOf('down-1')).toEqual(expect.arrayContaining(['location_left', 'location_returned']))
  })

  it('wakes what came while it was down and waits for it', async () => {
    await withoutRelease()
    await receive('ANCHOR-L', 'east', 5)
    await say('east', 'down')
    await post('/v1/orders', order('down-2', 'ANCHOR-L', 3))
    await vi.waitFor(async () => {
      const answer = await get('/v1/orders?status=backordered')
      const { orders } = (await answer.json()) as { orders: { orderId: string }[] }
      expect(orders.map(({ orderId }) => orderId)).toContain(idOf('down-2'))
    }, patience)
    await say('east', 'up')
    // Not by a look of its own some time later: it is told.
    await vi.waitFor(async () => expect(await typesOf('down-2')).toContain('location_returned'), patience)
    await vi.waitFor(async () => expect(await claimsOf('down-2')).toEqual(['3@east']), patience)
  })

  it('wakes an order that waits for the rest, of which a part has shipped from elsewhere', async () => {
    await withRelease()
    await receive('FENDER-L', 'west', 5)
    await post('/v1/orders', order('rest-1', 'FENDER-L', 8))
    await vi.waitFor(async () => expect((await stateOf('rest-1'))?.stage).toBe('released'), patience)
    const report = {
      fulfilmentOrderId: `${idOf('rest-1')}/F1`,
      externalShipmentId: 'rest-1-parcel',
      lines: [{ lineId: '1', quantity: 5 }],
      shippedAt: new Date().toISOString(),
    }
    expect((await post('/v1/shipments', report)).status).toBe(200)
    await say('east', 'down')
    await receive('FENDER-L', 'east', 3)
    await vi.waitFor(async () => {
      const answer = await get('/v1/orders?status=partially_shipped')
      const { orders } = (await answer.json()) as { orders: { orderId: string }[] }
      expect(orders.map(({ orderId }) => orderId)).toContain(idOf('rest-1'))
    }, patience)
    const quantitiesOf = async () => (await stateOf('rest-1'))?.lines[0]?.quantities
    expect(await quantitiesOf()).toMatchObject({ shipped: 5, backordered: 3 })
    await say('east', 'up')
    await vi.waitFor(async () => expect(await typesOf('rest-1')).toContain('location_returned'), patience)
    await vi.waitFor(async () => expect(await quantitiesOf()).toMatchObject({ shipped: 5, released: 3 }), patience)
  })
})

describe('a line that is short in part', () => {
  it('is planned again for what is missing and no more', async () => {
    await withRelease()
    await receive('FENDER', 'east', 8)
    await receive('FENDER', 'west', 4)
    await post('/v1/orders', order('short-1', 'FENDER', 8))
    await vi.waitFor(async () => expect((await stateOf('short-1'))?.stage).toBe('released'), patience)
    const report = {
      fulfilmentOrderId: `${idOf('short-1')}/F1`,
      externalShipmentId: 'short-1-parcel',
      lines: [{ lineId: '1', quantity: 5 }],
      shortLines: [{ lineId: '1', quantity: 3, reason: 'not on the shelf' }],
      shippedAt: new Date().toISOString(),
    }
    expect((await post('/v1/shipments', report)).status).toBe(200)
    await vi.waitFor(async () => {
      const { lines = [], fulfilmentOrders = [] } = (await stateOf('short-1')) ?? {}
      expect(lines[0]?.quantities).toMatchObject({ shipped: 5, released: 3, open: 0, backordered: 0 })
      expect(fulfilmentOrders.at(-1)).toMatchObject({ location: 'west', lines: [{ quantity: 3 }] })
    }, patience)
    expect(await claimsOf('short-1')).toEqual(['3@west'])
  })
})
