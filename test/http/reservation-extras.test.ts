import { beforeAll, describe, expect, it } from 'vitest'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const shopKey = 'b2b-checkout-key-0123456789abcdef'

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    apiKeys: [
      ...file.apiKeys,
      { id: 'checkout', name: '', key: shopKey, scopes: ['reservations:write'], account: 'b2b' },
    ],
    promising: { ...file.promising, holdsPerKeyMax: 2 },
  }))
  const occurredAt = '2026-03-14T09:26:53Z'
  const receipt = { location: 'east', movement: 'receipt', quantity: 20, occurredAt }
  const movements = ['ROPE-10', 'ANCHOR-S'].map((sku) => ({ ...receipt, eventId: `extras-${sku}`, sku }))
  expect((await post('/v1/inventory/movements', { movements })).status).toBe(200)
})

const bearer = { authorization: `Bearer ${shopKey}` }
const cart = (reservationId: string, lines: readonly object[] = [{ sku: 'ROPE-10', quantity: 1 }]) => ({
  reservationId,
  lines,
  expiresInSeconds: 600,
})

describe('extending a reservation', () => {
  it('moves its end, and a shorter wish leaves it where it is', async () => {
    const held = (await (await post('/v1/reservations', cart('longer'))).json()) as { expiresAt: string }
    const extended = await post('/v1/reservations/longer/extend', { expiresInSeconds: 1_200 })
    expect(extended.status).toBe(200)
    const { expiresAt } = (await extended.json()) as { expiresAt: string }
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.parse(held.expiresAt))
    const shorter = await post('/v1/reservations/longer/extend', { expiresInSeconds: 1 })
    expect(await shorter.json()).toMatchObject({ status: 'held', expiresAt })
    expect(await (await get('/v1/reservations/longer')).json()).toMatchObject({ expiresAt })
  })

  it('of what nobody reserved is a 404', async () => {
    expect((await post('/v1/reservations/never/extend', { expiresInSeconds: 60 })).status).toBe(404)
  })
})

describe('an API key that holds as many reservations as it may', () => {
  it('gets a 429 with figures and the time to wait, and goes on when one is given back', async () => {
    for (const id of ['one', 'two']) expect((await post('/v1/reservations', cart(id), bearer)).status).toBe(201)
    const refused = await post('/v1/reservations', cart('three'), bearer)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(500)
    expect(await refused.json()).toMatchObject({
      reason: 'hold_limit_reached',
      heldReservations: 2,
      reservationsMax: 2,
      requestedUnits: 1,
    })
    expect((await post('/v1/reservations/one/commit', '', bearer)).status).toBe(200)
    expect((await post('/v1/reservations', cart('three'), bearer)).status).toBe(201)
  })
})

describe('a bundle in the catalogue', () => {
  const entry = (sku: string, components: readonly object[]) => ({ sku, title: sku, components })

  it('may be entered with what it holds, and is refused when that cannot be resolved', async () => {
    const skus = [
      entry('SET', [{ sku: 'ROPE-10', quantity: 2 }]),
      entry('BOX', [{ sku: 'SET', quantity: 3 }]),
      entry('LOOP', [{ sku: 'LOOP', quantity: 1 }]),
    ]
    const answer = await (await post('/v1/catalog/skus', { skus })).json()
    expect(answer).toMatchObject({
      saved: 2,
      refused: 1,
      results: [
        { key: 'SET', ok: true },
        { key: 'BOX', ok: true },
        { key: 'LOOP', ok: false, problem: { reason: 'invalid_components', detail: 'contains itself: LOOP > LOOP' } },
      ],
    })
    expect(await bindings.CONFIG.get('sku/LOOP')).toBeNull()
  })

  it('and a listing in a unit of measure are kept in base units', async () => {
    await post('/v1/catalog/skus', { skus: [{ sku: 'WIRE', title: 'Wire', units: { CS: 24 } }] })
    const listing = { account: 'b2b', sku: 'WIRE', packQuantity: 2 }
    const listings = [
      { ...listing, externalSku: 'TWO-CASES', unit: 'CS' },
      { ...listing, externalSku: 'TWO-PALLETS', unit: 'PAL' },
    ]
    expect(await (await post('/v1/catalog/listings', { listings })).json()).toMatchObject({
      results: [{ ok: true }, { ok: false, problem: { reason: 'unknown_unit' } }],
    })
    const kept = JSON.parse((await bindings.CONFIG.get('listing/b2b/TWO-CASES')) ?? '{}') as object
    expect(kept).toMatchObject({ packQuantity: 48 })
    expect(kept).not.toHaveProperty('unit')
  })

  it('is reserved as its components', async () => {
    const held = await post('/v1/reservations', cart('boxed', [{ sku: 'BOX', quantity: 1 }]))
    expect(await held.json()).toMatchObject({
      lines: [{ sku: 'BOX', requested: 1, granted: 1, allocations: [{ location: 'east', quantity: 1 }] }],
    })
    expect(await (await get('/v1/inventory/ROPE-10/east')).json()).toMatchObject({ states: { reserved: 9 } })
  })
})
