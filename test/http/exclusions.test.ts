/** What a channel does not sell: refused to its carts, never enough, and taken in all the same once it was sold. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { actor, type OrderApi } from '../../src/actor-apis.ts'
import { catalogSkuSchema } from '../../src/domain/config/config.ts'
import { examples } from '../../src/http/wire/examples.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const portalKey = 'b2b-portal-key-0123456789abcdefgh'
const portal = { authorization: `Bearer ${portalKey}` }
const sku = (name: string, more: object = {}) => catalogSkuSchema.parse({ sku: name, title: name, ...more })

type Rule = { readonly sku?: string; readonly class?: string; readonly channel: string }
const always: readonly Rule[] = [
  { sku: 'FLARE', channel: 'b2b' },
  { class: 'hazardous', channel: 'b2b' },
  { sku: 'ENGRAVING', channel: 'b2b' },
  { sku: 'OWN-KIT', channel: 'b2b' },
]

function configure(exclusions: readonly Rule[]): Promise<unknown> {
  return seedConfig((file) => ({
    ...file,
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    locations: file.locations.map(({ account: _account, ...location }) => location),
    skus: [
      ...file.skus,
      ...[sku('FLARE'), sku('FUEL', { class: 'hazardous' }), sku('ENGRAVING', { stocked: false })],
      sku('RESCUE-KIT', { components: ['ROPE-10', 'FLARE'].map((part) => ({ sku: part, quantity: 1 })) }),
      sku('OWN-KIT', { components: [{ sku: 'ROPE-10', quantity: 2 }] }),
    ],
    promising: { ...file.promising, exclusions: [...exclusions] },
    apiKeys: [
      ...file.apiKeys,
      { id: 'portal', name: '', key: portalKey, scopes: ['reservations:write', 'orders:write'], account: 'b2b' },
    ],
  }))
}

beforeAll(async () => {
  await configure(always)
  const receipt = { location: 'east', movement: 'receipt', quantity: 20, occurredAt: '2026-03-14T09:26:53Z' }
  const movements = ['FLARE', 'FUEL', 'ROPE-10', 'BUOY-R'].map((each) => ({ ...receipt, sku: each, eventId: each }))
  expect((await post('/v1/inventory/movements', { movements })).status).toBe(200)
})

const cart = (reservationId: string, lines: Readonly<Record<string, number>>) => ({
  reservationId,
  lines: Object.entries(lines).map(([name, quantity]) => ({ sku: name, quantity })),
  expiresInSeconds: 900,
})
const availableOf = async (name: string) =>
  ((await (await get(`/v1/inventory/${name}/east`)).json()) as { states: { available: number } }).states.available

describe('a cart of what its channel does not sell', () => {
  it.each([
    ['by its name', 'FLARE', 'FLARE'],
    ['by its class', 'FUEL', 'FUEL'],
    ['although it is a service', 'ENGRAVING', 'ENGRAVING'],
    ['as a bundle of its own name', 'OWN-KIT', 'OWN-KIT'],
    ['by a component', 'RESCUE-KIT', 'FLARE'],
  ])('is refused %s, and holds nothing', async (_, name, excluded) => {
    const asked = { ...cart(`no-${name}`, { 'BUOY-R': 1, [name]: 1 }), allowPartial: true }
    const answer = await post('/v1/reservations', asked, portal)
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ reason: 'sku_excluded', sku: name, excluded, channel: 'b2b' })
    expect(await availableOf('BUOY-R')).toBe(20)
    expect((await get(`/v1/reservations/no-${name}`, portal)).status).toBe(404)
  })

  it('is refused to whoever asks for that channel, and to nobody else', async () => {
    const asked = (id: string, channel?: string) => post('/v1/reservations', { ...cart(id, { FLARE: 1 }), channel })
    expect((await asked('for-b2b', 'b2b')).status).toBe(422)
    expect((await asked('for-shop', 'shopify-us')).status).toBe(201)
    expect((await asked('for-nobody')).status).toBe(201)
  })

  it('is decided anew when the rule has ended, and one from before a rule began goes on', async () => {
    const again = () => post('/v1/reservations', cart('anew', { FLARE: 2 }), portal)
    expect((await again()).status).toBe(422)
    await configure([])
    expect((await again()).status).toBe(201)
    await configure(always)
    expect((await again()).status).toBe(200)
    const longer = await post('/v1/reservations/anew/extend', { expiresInSeconds: 1_800 }, portal)
    expect(longer.status).toBe(200)
    expect((await post('/v1/reservations/anew/commit', '', portal)).status).toBe(200)
  })
})

type Answered = { readonly skus: readonly Record<string, unknown>[] }
const askOne = async (query: string) => ((await (await get(`/v1/atp?${query}`)).json()) as Answered).skus[0]

describe('availability of what a channel does not sell', () => {
  it.each(['FLARE', 'FUEL', 'ENGRAVING', 'OWN-KIT', 'RESCUE-KIT'])(
    'is never enough, and says why: %s',
    async (name) => {
      const refused = { known: true, excluded: true, enough: false, ats: 0, promise: null }
      expect(await askOne(`sku=${name}&channel=b2b&quantity=1`)).toMatchObject(refused)
      expect(await askOne(`sku=${name}&channel=b2b`)).toMatchObject({ ...refused, promisable: { now: 0, changes: [] } })
      for (const other of ['', '&channel=shopify-us']) {
        const sold = await askOne(`sku=${name}${other}&maxStalenessMs=0`)
        expect(sold).toMatchObject({ excluded: false, enough: true })
      }
    },
  )

  it('says nothing of what nobody knows', async () => {
    expect(await askOne('sku=NOTHING&channel=b2b')).toMatchObject({ known: false, excluded: false, enough: false })
  })
})

describe('an order of what its channel does not sell', () => {
  const order = (externalOrderId: string, lines: Readonly<Record<string, number>>, more: object = {}) => {
    const totals = { subtotalMinor: 0, totalMinor: 0 }
    const sold = Object.entries(lines).map(([externalSku, quantity], index) => {
      return { lineId: `${index + 1}`, externalSku, title: externalSku, quantity, unitPriceMinor: 0 }
    })
    return { ...examples.order, externalOrderId, lines: sold, totals, ...more }
  }
  const stateOf = (id: string) => actor<OrderApi>(bindings.ORDER, `b2b:${id}`).state()
  const released = async (id: string) => {
    await vi.waitFor(async () => expect((await stateOf(id))?.stage).toBe('released'), 15_000)
    const state = await stateOf(id)
    if (state === null) throw new Error(`no order ${id}`)
    return state
  }
  const casesOf = ({ exceptions }: Awaited<ReturnType<typeof released>>) =>
    exceptions.filter(({ category }) => category === 'excluded_sku')

  it('is taken in and served, and is a case for each SKU until nothing of it is left to ship', async () => {
    const sold = order('PO-1', { 'ROPE-10': 1, FLARE: 1, 'RESCUE-KIT': 1 })
    expect((await post('/v1/orders', sold, portal)).status).toBe(201)
    const state = await released('PO-1')
    expect(state.lines.map(({ excluded }) => excluded)).toEqual([undefined, 'FLARE', 'FLARE'])
    expect(casesOf(state).map(({ exceptionId, message }) => [exceptionId, message])).toEqual([
      ['excluded_sku/FLARE', 'b2b sold FLARE, which the configuration excludes from it. The order goes on.'],
      [
        'excluded_sku/RESCUE-KIT',
        'b2b sold RESCUE-KIT, which the configuration excludes from it, by its component FLARE. The order goes on.',
      ],
    ])
    const document = (await (await get(`/v1/orders/${encodeURIComponent('b2b:PO-1')}`)).json()) as {
      lines: readonly Record<string, unknown>[]
    }
    expect(document.lines[1]).toMatchObject({ sku: 'FLARE', excluded: 'FLARE' })
    await post(`/v1/orders/${encodeURIComponent('b2b:PO-1')}/cancel`, { reason: 'not for sale' })
    await vi.waitFor(async () => {
      const cancelled = await stateOf('PO-1')
      expect(cancelled?.stage).toBe('cancelled')
      expect(casesOf(cancelled ?? state)).toMatchObject([0, 1].map(() => ({ resolvedAtMs: expect.any(Number) })))
    }, 15_000)
  })

  it('takes over the cart that was filled before the rule began', async () => {
    await configure([])
    expect((await post('/v1/reservations', cart('early', { FLARE: 3 }), portal)).status).toBe(201)
    await configure(always)
    const before = await availableOf('FLARE')
    await post('/v1/orders', order('PO-2', { FLARE: 3 }, { reservationId: 'early' }), portal)
    const state = await released('PO-2')
    expect(casesOf(state)).toHaveLength(1)
    expect(await availableOf('FLARE')).toBe(before)
  })
})
