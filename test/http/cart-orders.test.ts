/** From cart to order over HTTP: the order takes over the units of the reservation that it names. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { actor, type OrderApi, type StockApi } from '../../src/actor-apis.ts'
import { commandId, correlationId } from '../../src/domain/shared/ids.ts'
import { examples } from '../../src/http/wire/examples.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

const shopKey = 'b2b-checkout-key-0123456789abcdef'

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    locations: file.locations.map(({ account: _account, ...location }) => location),
    apiKeys: [
      ...file.apiKeys,
      { id: 'checkout', name: '', key: shopKey, scopes: ['reservations:write', 'orders:write'], account: 'b2b' },
    ],
  }))
})

const bearer = { authorization: `Bearer ${shopKey}` }
const cart = (reservationId: string, sku: string, quantity: number) => ({
  reservationId,
  lines: [{ sku, quantity }],
  expiresInSeconds: 900,
})

async function stock(sku: string, quantity: number): Promise<void> {
  const receipt = { sku, location: 'east', movement: 'receipt', quantity, occurredAt: '2026-03-14T09:26:53Z' }
  const answer = await post('/v1/inventory/movements', { movements: [{ ...receipt, eventId: `cart-order-${sku}` }] })
  expect(answer.status).toBe(200)
}

function order(externalOrderId: string, sku: string, quantity: number, reservationId?: string) {
  const lines = [{ lineId: '1', externalSku: sku, title: sku, quantity, unitPriceMinor: 100 }]
  const totals = { subtotalMinor: 100 * quantity, totalMinor: 100 * quantity }
  const named = reservationId === undefined ? {} : { reservationId }
  return { ...examples.order, externalOrderId, lines, totals, ...named }
}

async function released(externalOrderId: string): Promise<void> {
  await vi.waitFor(async () => {
    const state = await actor<OrderApi>(bindings.ORDER, `b2b:${externalOrderId}`).state()
    expect(state?.stage).toBe('released')
  }, 15_000)
}
const statesOf = async (sku: string) =>
  ((await (await get(`/v1/inventory/${sku}/east`)).json()) as { states: Record<string, number> }).states

describe('an order that names a reservation', () => {
  it('gets its units although nothing else is left, and the rest of them goes back', async () => {
    await stock('ROPE-10', 5)
    await post('/v1/reservations', cart('basket', 'ROPE-10', 5), bearer)
    expect((await post('/v1/orders', order('PO-1', 'ROPE-10', 3, 'basket'), bearer)).status).toBe(201)
    await released('PO-1')
    await vi.waitFor(async () => {
      expect(await statesOf('ROPE-10')).toMatchObject({ committed: 3, reserved: 0, available: 2 })
    }, 15_000)
    const routing = await get(`/v1/orders/${encodeURIComponent('b2b:PO-1')}/routing?verify=true`)
    const { decisions } = (await routing.json()) as { decisions: Record<string, unknown>[] }
    expect(decisions.find(({ type }) => type === 'planned')).toMatchObject({
      rerun: 'same',
      sourcing: { strategy: 'fewest-splits' },
    })
    const location = await get('/v1/locations/east?days=1')
    expect(await location.json()).toMatchObject({ days: [{ ordersUsed: 1, unitsUsed: 3 }] })
    const read = await get('/v1/reservations/basket', bearer)
    expect(await read.json()).toMatchObject({ status: 'ordered' })
    expect(await (await post('/v1/reservations/basket/commit', '', bearer)).json()).toMatchObject({
      reason: 'reservation_ordered',
      reservationId: 'basket',
    })
  })

  it('of a reservation that was committed at the checkout takes it over as well', async () => {
    await stock('ANCHOR-S', 2)
    await post('/v1/reservations', cart('paid', 'ANCHOR-S', 2))
    await post('/v1/reservations/paid/commit', '')
    await post('/v1/orders', order('PO-2', 'ANCHOR-S', 2, 'paid'))
    await released('PO-2')
    expect(await statesOf('ANCHOR-S')).toMatchObject({ committed: 2, reserved: 0, available: 0 })
  })

  it('keeps its units although more of them are protected for another channel group since', async () => {
    await stock('ANCHOR-L', 3)
    await post('/v1/reservations', cart('early-bird', 'ANCHOR-L', 3), bearer)
    const position = actor<StockApi>(bindings.STOCK, 'ANCHOR-L@east')
    const cause = { correlationId: correlationId('test'), kind: 'api', id: 'test' } as const
    const others = { group: 'others', quantity: 9, releaseAtMs: null, consume: 'protected_first', lendsTo: [] } as const
    const rule = { type: 'set_protection', ...others, commandId: commandId('rule'), cause } as const
    expect(await position.execute('ANCHOR-L@east', rule)).toMatchObject({ ok: true, effect: 'applied' })
    await post('/v1/orders', order('PO-9', 'ANCHOR-L', 2, 'early-bird'), bearer)
    await released('PO-9')
    await vi.waitFor(async () => {
      expect(await statesOf('ANCHOR-L')).toMatchObject({ committed: 2, reserved: 1 })
    }, 15_000)
  })

  it('is the only one: a second order of the same reservation gets none of its units', async () => {
    await stock('LAMP-12V', 2)
    await post('/v1/reservations', cart('once', 'LAMP-12V', 2))
    await Promise.all(['PO-3', 'PO-4'].map((id) => post('/v1/orders', order(id, 'LAMP-12V', 2, 'once'))))
    await vi.waitFor(async () => {
      const states = await Promise.all(
        ['PO-3', 'PO-4'].map((id) => actor<OrderApi>(bindings.ORDER, `b2b:${id}`).state()),
      )
      const units = states.map((state) => state?.lines[0]?.quantities)
      expect(units.map((each) => [each?.released, each?.backordered]).sort()).toEqual([
        [0, 2],
        [2, 0],
      ])
    }, 15_000)
    expect(await statesOf('LAMP-12V')).toMatchObject({ committed: 2, reserved: 0, available: 0 })
  })

  it('cannot take the reservation of a key that is not its own', async () => {
    await stock('BUOY-R', 2)
    await post('/v1/reservations', cart('ours', 'BUOY-R', 2))
    await post('/v1/orders', order('PO-5', 'BUOY-R', 2, 'ours'), bearer)
    await vi.waitFor(async () => {
      const state = await actor<OrderApi>(bindings.ORDER, 'b2b:PO-5').state()
      expect(state?.lines[0]?.quantities.backordered).toBe(2)
    }, 15_000)
    expect(await (await get('/v1/reservations/ours')).json()).toMatchObject({ status: 'held' })
  })

  it('loses none of its units to buyers who ask at the very moment they change hands', async () => {
    await stock('ROPE-20', 4)
    await post('/v1/reservations', cart('contested', 'ROPE-20', 4))
    const rush = async (wave: number) => {
      const ids = Array.from({ length: 10 }, (_, buyer) => `rush-${wave}-${buyer}`)
      return (await Promise.all(ids.map((id) => post('/v1/reservations', cart(id, 'ROPE-20', 1))))).map((r) => r.status)
    }
    const [answer, ...waves] = await Promise.all([
      post('/v1/orders', order('PO-6', 'ROPE-20', 4, 'contested')),
      ...[1, 2, 3].map(rush),
    ])
    expect(answer.status).toBe(201)
    await released('PO-6')
    expect(new Set(waves.flat())).toEqual(new Set([409]))
    expect(await statesOf('ROPE-20')).toMatchObject({ committed: 4, available: 0 })
  })
})
