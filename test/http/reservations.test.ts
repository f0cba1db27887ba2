import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { StockActor } from '../../durable-objects/stock-actor.ts'
import { actor, type StockApi } from '../../src/actor-apis.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { counted, get, post, send } from './send.ts'

const shopKey = 'b2b-checkout-key-0123456789abcdef'
const bearerOf = (key: string) => ({ authorization: `Bearer ${key}` })

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    skus: [...file.skus, { ...file.skus[0], sku: 'BOOT-41', title: 'Boot' } as (typeof file.skus)[number]],
    apiKeys: [
      ...file.apiKeys,
      { id: 'checkout', name: '', key: shopKey, scopes: ['reservations:write'], account: 'b2b' },
    ],
  }))
})

async function stock(sku: string, quantity: number, location = 'east'): Promise<void> {
  const occurredAt = '2026-03-14T09:26:53Z'
  const movement = { eventId: `stock-${sku}-${location}`, sku, location, movement: 'receipt', quantity, occurredAt }
  await post('/v1/inventory/movements', { movements: [movement] })
}

const cart = (reservationId: string, sku: string, quantity: number) => ({
  reservationId,
  lines: [{ sku, quantity }],
  expiresInSeconds: 900,
})
const reserve = (id: string, sku: string, quantity: number) => post('/v1/reservations', cart(id, sku, quantity))
const remove = (id: string, headers: Record<string, string>) =>
  send(`/v1/reservations/${id}`, { method: 'DELETE', headers })

describe('a reservation of a hot SKU', () => {
  it('is like any other, at whichever shard its units lie, and all of them see the last unit go once', async () => {
    await stock('BOOT-41', 40)
    const position = bindings.STOCK.get(bindings.STOCK.idFromName('BOOT-41@east'))
    // Cast justified: the bindings are typed without their classes, and this one's class is StockActor.
    await runInDurableObject(position as DurableObjectStub<StockActor>, (instance) => {
      const never = { closeBelowPerSecond: 0, closeAfterMs: 3_600_000 }
      instance.escrow.limits = { openAbovePerSecond: 1, openAfterMs: 0, ...never }
    })
    const answers: Response[] = []
    for (let round = 0; round < 3; round += 1) {
      const carts = Array.from({ length: 20 }, (_, at) => reserve(`hot-${round}-${at}`, 'BOOT-41', 1))
      answers.push(...(await Promise.all(carts)))
    }
    expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(40)
    expect(answers.map(({ status }) => status).filter((status) => status === 409)).toHaveLength(20)
    const kept = answers.findIndex(({ status }) => status === 201)
    const id = `hot-${Math.floor(kept / 20)}-${kept % 20}`
    expect(await (await post(`/v1/reservations/${id}/commit`, '')).json()).toMatchObject({ status: 'committed' })
    const { states, ledger } = (await (await get('/v1/inventory/BOOT-41/east')).json()) as {
      states: object
      ledger: readonly { type: string }[]
    }
    expect(states).toMatchObject({ onHand: 40, available: 0, committed: 1, reserved: 39, backordered: 0 })
    expect(ledger.some(({ type }) => type === 'held')).toBe(true)
    expect(
      (await actor<StockApi>(bindings.STOCK, 'BOOT-41@east').ledger(200, null)).some(
        ({ type }) => type === 'shards_set',
      ),
    ).toBe(true)
  })
})

describe('a reservation', () => {
  it('is held with 201, told again with 200, and committed', async () => {
    await stock('ROPE-10', 10)
    const first = await reserve('cart-1', 'ROPE-10', 4)
    expect(first.status).toBe(201)
    const held = await first.json()
    expect(held).toMatchObject({
      reservationId: 'cart-1',
      status: 'held',
      lines: [{ sku: 'ROPE-10', requested: 4, granted: 4, allocations: [{ location: 'east', quantity: 4 }] }],
    })
    const again = await reserve('cart-1', 'ROPE-10', 4)
    expect(again.status).toBe(200)
    expect(await again.json()).toEqual(held)
    expect(await (await post('/v1/reservations/cart-1/commit', '')).json()).toMatchObject({ status: 'committed' })
    expect(await (await get('/v1/reservations/cart-1')).json()).toMatchObject({ status: 'committed' })
    expect(await (await get('/v1/inventory/ROPE-10/east')).json()).toMatchObject({
      states: { available: 6, committed: 4, reserved: 0 },
    })
  })

  it('is released by DELETE, and the units can be had again', async () => {
    await stock('ROPE-20', 5)
    await reserve('cart-2', 'ROPE-20', 5)
    expect((await reserve('cart-3', 'ROPE-20', 1)).status).toBe(409)
    const released = await remove('cart-2', bearerOf('test-key-0123456789abcdefghijkl'))
    expect(await released.json()).toMatchObject({ status: 'released' })
    expect((await reserve('cart-4', 'ROPE-20', 5)).status).toBe(201)
  })

  it('is a conflict when its id was used for another cart', async () => {
    await stock('ANCHOR-S', 5)
    await reserve('cart-5', 'ANCHOR-S', 1)
    const response = await reserve('cart-5', 'ANCHOR-S', 2)
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ reason: 'reservation_conflict', reservationId: 'cart-5' })
  })

  it('that asks for too much is refused with what there is', async () => {
    await stock('ANCHOR-L', 2)
    const response = await reserve('cart-6', 'ANCHOR-L', 3)
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({
      reason: 'insufficient_stock',
      lines: [{ sku: 'ANCHOR-L', requested: 3, available: 2 }],
    })
  })

  it('is answered without any D1 call and without any queue send', async () => {
    await stock('BUOY-R', 5)
    const { env, calls } = counted()
    expect((await post('/v1/reservations', cart('cart-7', 'BUOY-R', 1), {}, env)).status).toBe(201)
    expect(calls).toEqual([])
  })

  it.each([
    ['an unknown SKU', { ...cart('c', 'NO-SUCH-SKU', 1) }, 'unknown_sku'],
    ['a location that is not configured', locatedAt('nowhere'), 'unknown_location'],
    ['an account that is no channel', { ...cart('c', 'ROPE-10', 1), channel: 'wh-east' }, 'unknown_account'],
    ['no lines', { ...cart('c', 'ROPE-10', 1), lines: [] }, 'invalid_body'],
    ['an id with a slash', cart('b2b:1/1/1', 'ROPE-10', 1), 'invalid_body'],
    ['an id that a path cannot name', cart('..', 'ROPE-10', 1), 'invalid_body'],
    ['no time at all', { ...cart('c', 'ROPE-10', 1), expiresInSeconds: 0 }, 'invalid_body'],
  ])('with %s is a 422', async (_what, body, reason) => {
    const response = await post('/v1/reservations', body)
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ reason })
  })

  it('that nobody made is a 404 on every route', async () => {
    const answers = [
      await get('/v1/reservations/none'),
      await post('/v1/reservations/none/commit', ''),
      await remove('none', bearerOf('test-key-0123456789abcdefghijkl')),
    ]
    for (const answer of answers) expect(answer.status).toBe(404)
  })
})

function locatedAt(location: string) {
  return { ...cart('c', 'ROPE-10', 1), lines: [{ sku: 'ROPE-10', quantity: 1, location }] }
}

describe("a restricted key's reservations", () => {
  it('are its own: another key neither sees nor releases them under their id, and the ids do not meet', async () => {
    await stock('LAMP-12V', 3)
    const theirs = await post('/v1/reservations', cart('shared-id', 'LAMP-12V', 1), bearerOf(shopKey))
    const ours = await post('/v1/reservations', cart('shared-id', 'LAMP-12V', 2))
    expect([theirs.status, ours.status]).toEqual([201, 201])
    expect(await theirs.json()).toMatchObject({ reservationId: 'shared-id' })
    await remove('shared-id', bearerOf(shopKey))
    expect(await (await get('/v1/reservations/shared-id')).json()).toMatchObject({ status: 'held' })
  })

  it('are named in refusals as the key names them', async () => {
    const answer = await (await get('/v1/reservations/unheard-of', bearerOf(shopKey))).json()
    expect(answer).toMatchObject({ reason: 'reservation_not_found', reservationId: 'unheard-of' })
  })
})

describe('the last 100 units', () => {
  const buyers = 2_000
  const sends = 3

  it('go to exactly 100 of 2,000 buyers who all send three times at once', { timeout: 240_000 }, async () => {
    for (const method of ['info', 'warn', 'error'] as const) vi.spyOn(console, method).mockImplementation(() => {})
    await post('/v1/catalog/skus', { skus: [{ sku: 'LAST-100', title: 'The last hundred' }] })
    await stock('LAST-100', 100)
    const answers = await Promise.all(
      Array.from({ length: buyers }, async (_, buyer) => {
        const attempts = Array.from({ length: sends }, () => untilDecided(`buyer-${buyer}`))
        return await Promise.all(attempts)
      }),
    )
    vi.restoreAllMocks()
    const winners = answers.filter((attempts) => attempts.every(({ status }) => status === 200 || status === 201))
    const losers = answers.filter((attempts) => attempts.every(({ status }) => status === 409))
    expect(winners).toHaveLength(100)
    expect(losers).toHaveLength(buyers - 100)
    for (const attempts of winners) {
      expect(attempts.filter(({ status }) => status === 201)).toHaveLength(1)
      expect(new Set(attempts.map(({ body }) => body)).size).toBe(1)
    }
    for (const { body } of losers.flat()) expect(JSON.parse(body)).toMatchObject({ reason: 'insufficient_stock' })
    const position = 'LAST-100@east'
    const view = await actor<StockApi>(bindings.STOCK, position).view(position)
    expect(view.states).toMatchObject({ onHand: 100, available: 0, reserved: 100, backordered: 0 })
    expect(await heldUnits(position)).toBe(100)
  })

  /** A client does what `Retry-After` tells it: too much at once is no verdict. */
  async function untilDecided(id: string): Promise<{ status: number; body: string }> {
    for (;;) {
      const response = await reserve(id, 'LAST-100', 1)
      if (response.status !== 503) return { status: response.status, body: withoutIds(await response.text()) }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** A refusal carries the correlation id of its own request. */
  const withoutIds = (text: string) => text.replace(/"correlationId":"[\w-]+"/, '"correlationId":""')

  async function heldUnits(position: string): Promise<number> {
    const stub = bindings.STOCK.get(bindings.STOCK.idFromName(position))
    return await runInDurableObject(stub, (_stock, { storage }) => {
      const held = "SELECT COALESCE(SUM(quantity), 0) AS units FROM reservation WHERE status = 'held'"
      return storage.sql.exec<{ units: number }>(held).one().units
    })
  }
})
