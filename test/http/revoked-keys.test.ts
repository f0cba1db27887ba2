/** A key that is taken out of the configuration while it has carts: they end by themselves, and nobody speaks for it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { seedConfig } from './seed-config.ts'
import { bearer as adminBearer, get, post, send } from './send.ts'

const portalKey = 'portal-key-0123456789abcdefghij'
const bearer = { authorization: `Bearer ${portalKey}` }
const carts = '/v1/reservations'

const withPortal = (key: string) =>
  seedConfig((file) => ({
    ...file,
    promising: { ...file.promising, holdUnitsPerKeyMax: 10, holdsPerKeyMax: 3 },
    apiKeys: [
      ...file.apiKeys,
      { id: `portal-${tests}`, name: '', key, scopes: ['reservations:write'], account: 'b2b' },
    ],
  }))
const revoke = () => seedConfig()

let sku = ''
let tests = 0
beforeEach(async () => {
  // A key of its own each: a clock that is set back brings carts back.
  tests += 1
  await withPortal(portalKey)
  sku = ['ROPE-10', 'ROPE-20', 'BUOY-R'][tests - 1] ?? 'none is left'
  const receipt = { sku, location: 'east', movement: 'receipt', quantity: 10, occurredAt: '2026-03-14T09:26:53Z' }
  await post('/v1/inventory/movements', { movements: [{ ...receipt, eventId: `revoked-${sku}` }] })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const fill = (id: string, quantity: number, expiresInSeconds = 600) =>
  post(carts, { reservationId: `${id}-${tests}`, lines: [{ sku, quantity }], expiresInSeconds }, bearer)
const act = (id: string, verb: string, body?: object) =>
  body === undefined
    ? send(`${carts}/${id}-${tests}/${verb}`, { method: 'POST', headers: bearer })
    : post(`${carts}/${id}-${tests}/${verb}`, body, bearer)
const available = async () => {
  const answer = await get(`/v1/inventory/${sku}/east`)
  return ((await answer.json()) as { states: { available: number } }).states.available
}
const later = (ms: number) => vi.spyOn(Date, 'now').mockReturnValue(Date.now() + ms)

it('can neither extend, commit, read, give back nor fill a cart, and its carts run out at their time', async () => {
  expect((await fill('cart', 6)).status).toBe(201)
  expect(await available()).toBe(4)
  await revoke()
  const refused = await Promise.all([
    act('cart', 'extend', { expiresInSeconds: 3_600 }),
    act('cart', 'commit'),
    send(`${carts}/cart-${tests}`, { headers: bearer }),
    send(`${carts}/cart-${tests}`, { method: 'DELETE', headers: bearer }),
    fill('next', 1),
  ])
  expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401])
  expect(await available()).toBe(4)
  later(601_000)
  expect(await available()).toBe(10)
})

it('has its carts given back, or committed, by whoever may speak for every account', async () => {
  await fill('back', 4)
  await fill('sold', 3)
  await revoke()
  const path = (id: string) => `${carts}/b2b:${id}-${tests}`
  expect((await send(path('back'), { method: 'DELETE', headers: adminBearer })).status).toBe(200)
  const sold = await send(`${path('sold')}/commit`, { method: 'POST', headers: adminBearer })
  expect(await sold.json()).toMatchObject({ status: 'committed' })
  expect(await available()).toBe(7)
})

it('leaves no count behind: under its name another key holds what the carts do, until they run out', async () => {
  const rotated = 'portal-key-zyxwvutsrqponmlkjihgf'
  expect((await fill('cart', 8)).status).toBe(201)
  await revoke()
  await withPortal(rotated)
  const ask = (id: string, quantity: number) => {
    const body = { reservationId: `${id}-${tests}`, lines: [{ sku, quantity }], expiresInSeconds: 600 }
    return post(carts, body, { authorization: `Bearer ${rotated}` })
  }
  const full = await ask('more', 3)
  expect([full.status, ((await full.json()) as { reason: string }).reason]).toEqual([429, 'hold_limit_reached'])
  expect((await send(`${carts}/cart-${tests}`, { headers: { authorization: `Bearer ${rotated}` } })).status).toBe(200)
  later(601_000)
  expect((await ask('more', 10)).status).toBe(201)
  expect(await (await ask('over', 1)).json()).toMatchObject({ reason: 'hold_limit_reached', heldUnits: 10 })
})
