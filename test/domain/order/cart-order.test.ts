/** An order that names a cart takes over its units: none is claimed twice, none is lost to somebody in between. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { locationId, reservationId, sku } from '../../../src/domain/shared/ids.ts'
import { rerun } from '../../../src/domain/sourcing/kept-decision.ts'
import { startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'
import { commit, hold, protect, setSafetyStock } from '../../fixtures/stock-commands.ts'

let rig: OrderRig
beforeEach(() => {
  rig = new OrderRig()
})
afterEach(() => rig.check())

const cartName = 'cart/c-1/1'
const expiresAtMs = startMs + 60_000

/** Everything at these positions is the cart's, so that whoever asks for more gets nothing. */
function cartHolds(units: Readonly<Record<string, number>>): void {
  rig.cart = Object.entries(units).map(([position, quantity]) => {
    const [name = '', location = ''] = position.split('@')
    rig.stock.receive(name, location, quantity)
    rig.stock.apply(name, location, [hold(cartName, quantity, { expiresAtMs })], rig.nowMs)
    return { sku: sku(name), location: locationId(location), quantity, reservationId: reservationId(cartName) }
  })
}

const drawn = () => rig.stock.place('ROPE-10', 'east').position.protections.map((each) => each.drawn)

/** A cart of a channel group, some of whose units are protected for it. */
function contractCart(
  quantity: number,
  units: number,
  consume: 'protected_first' | 'unprotected_first' = 'protected_first',
) {
  const { stock, nowMs } = rig
  stock.receive('ROPE-10', 'east', quantity)
  const claimed = hold(cartName, quantity, { expiresAtMs, group: 'contract' })
  stock.apply('ROPE-10', 'east', [protect('contract', units, { consume }), claimed], nowMs)
  const claim = { sku: sku('ROPE-10'), location: locationId('east'), quantity, group: 'contract' }
  rig.cart = [{ ...claim, reservationId: reservationId(cartName) }]
  expect(drawn()).toEqual([units])
}

const order = (lines: Parameters<typeof testOrder>[0], change: Parameters<typeof testOrder>[1] = {}) =>
  rig.accept({ type: 'observe', order: testOrder(lines, { reservationId: 'c-1', ...change }) })
const placesOfOrder = () => rig.state.reservations.map((each) => `${each.quantity}@${each.location}`)

describe('an order of a cart', () => {
  it('claims what the cart claimed, where it did, although nothing else is available', async () => {
    cartHolds({ 'ROPE-10@west': 3, 'ANCHOR-S@west': 1 })
    rig.stock.receive('ROPE-10', 'east', 9)
    order([{ quantity: 3 }, { sku: 'ANCHOR-S', quantity: 1 }])
    await rig.settle(['warehouse_release'])
    expect(rig.units('L1')).toEqual({ released: 3 })
    expect(placesOfOrder()).toEqual(['3@west', '1@west'])
    expect(rig.stock.claimed()).toBe(4)
    expect(rig.types.filter((type) => type.startsWith('cart'))).toEqual(['cart_taken', 'cart_settled'])
  })

  it('keeps why it is where it is, beside what else could have been, and decides the same again', async () => {
    cartHolds({ 'ROPE-10@west': 3 })
    rig.stock.receive('ROPE-10', 'east', 9)
    order([{ quantity: 3 }])
    await rig.advance()
    const planned = rig.history.map(({ event }) => event).find((event) => event.type === 'planned')
    const { decision } = planned ?? {}
    if (decision === undefined) throw new Error('the plan of a cart has no decision')
    expect(decision.plan?.allocations).toEqual([{ lineId: 'L1', location: 'west', quantity: 3 }])
    const [attempt] = decision.attempts
    expect(attempt?.plans.map(({ allocations }) => allocations[0]?.location)).toEqual(['west', 'east'])
    expect(decision.strategy).toBe('fewest-splits')
    expect(rerun(decision)).toBe('same')
  })

  it('claims the day of the location that it takes its units from, before it holds them', async () => {
    rig.locations = [
      {
        location: 'west',
        isUp: true,
        dispatchAtMs: startMs,
        capacity: { dayKey: '2026-03-02', unitsMax: null, unitsUsed: 0, ordersMax: 9, ordersUsed: 0 },
      },
    ]
    cartHolds({ 'ROPE-10@west': 3 })
    rig.beforePort = (port) => {
      if (port.startsWith('take_over ROPE-10')) expect(rig.locationCalls).toHaveLength(1)
    }
    order([{ quantity: 3 }])
    await rig.settle(['warehouse_release'])
    expect(rig.locationCalls).toMatchObject([
      { location: 'west', command: { type: 'reserve_capacity', day: '2026-03-02', orders: 1, units: 3 } },
    ])
  })

  it('gives back what it does not want of it', async () => {
    cartHolds({ 'ROPE-10@east': 5 })
    order([{ quantity: 2 }])
    await rig.settle(['warehouse_release'])
    expect(rig.stock.claimed()).toBe(2)
    expect(rig.stock.available('ROPE-10', 'east')).toBe(3)
  })

  it('plans the rest as usual when it wants more than the cart has', async () => {
    cartHolds({ 'ROPE-10@west': 2 })
    rig.stock.receive('ROPE-10', 'east', 1)
    order([{ quantity: 4 }])
    await rig.settle(['warehouse_release'])
    expect(placesOfOrder()).toEqual(['2@west', '1@east'])
    expect(rig.units()).toEqual({ released: 3, backordered: 1 })
  })

  it('that may not go in part is planned whole, elsewhere, when the cart covers a part of it only', async () => {
    cartHolds({ 'ROPE-10@west': 2 })
    rig.stock.receive('ROPE-10', 'east', 4)
    order([{ quantity: 4 }], { allowPartial: false })
    await rig.settle(['warehouse_release'])
    expect(placesOfOrder()).toEqual(['4@east'])
    expect(rig.stock.claimed()).toBe(4)
  })

  it('splits one claim of the cart over the lines that share its SKU', async () => {
    cartHolds({ 'ROPE-10@east': 5 })
    order([{ quantity: 3 }, { quantity: 2 }])
    await rig.settle(['warehouse_release'])
    expect([rig.units('L1'), rig.units('L2')]).toEqual([{ released: 3 }, { released: 2 }])
    expect(rig.stock.claimed()).toBe(5)
  })

  it('takes over a bundle by its components', async () => {
    rig.catalogue = { KIT: { sku: 'KIT', parts: { 'ROPE-10': 2, 'ANCHOR-S': 1 } } }
    cartHolds({ 'ROPE-10@east': 4, 'ANCHOR-S@east': 2 })
    order([{ sku: 'KIT', quantity: 2 }])
    await rig.settle(['warehouse_release'])
    expect(rig.units()).toEqual({ released: 2 })
    expect(rig.stock.claimed()).toBe(6)
  })

  it("takes the cart's protected units although its own channel is of another group", async () => {
    contractCart(5, 4)
    // Less is protected by now than the cart has drawn: the claim goes on as it was.
    rig.stock.apply('ROPE-10', 'east', [protect('contract', 2)], rig.nowMs)
    order([{ quantity: 3 }])
    await rig.settle(['warehouse_release'])
    expect(rig.units()).toEqual({ released: 3 })
    expect(rig.stock.claimed()).toBe(3)
    expect(drawn()).toEqual([3])
  })

  it.each([
    ['first', 'protected_first', 3],
    ['last', 'unprotected_first', 2],
  ] as const)('of a part of it leaves drawn what it has of what was drawn %s', async (_, consume, units) => {
    contractCart(5, 4, consume)
    order([{ quantity: 3 }])
    await rig.settle(['warehouse_release'])
    expect(rig.stock.claimed()).toBe(3)
    expect(drawn()).toEqual([units])
  })

  it.each([
    ['more is kept for safety', () => setSafetyStock(9)],
    ['all of it is protected for others', () => protect('others', 9)],
  ])('keeps the units although %s by now', async (_, rule) => {
    cartHolds({ 'ROPE-10@east': 3 })
    rig.stock.apply('ROPE-10', 'east', [rule()], rig.nowMs)
    order([{ quantity: 3 }])
    await rig.settle(['warehouse_release'])
    expect(rig.units()).toEqual({ released: 3 })
    expect(placesOfOrder()).toEqual(['3@east'])
  })

  it('keeps the units of which some are missing by now', async () => {
    cartHolds({ 'ROPE-10@east': 3 })
    rig.stock.receive('ROPE-10', 'east', -1)
    order([{ quantity: 3 }])
    await rig.settle(['warehouse_release'])
    expect(rig.units()).toEqual({ released: 3 })
  })

  it('of an expired cart is a plain order: whatever is there is planned', async () => {
    cartHolds({ 'ROPE-10@east': 3 })
    rig.nowMs = expiresAtMs
    order([{ quantity: 2 }])
    await rig.settle(['warehouse_release'])
    expect(rig.units()).toEqual({ released: 2 })
    expect(rig.stock.claimed()).toBe(2)
  })

  it('whose cart is unknown or another order took it is a plain order', async () => {
    rig.stock.receive('ROPE-10', 'east', 2)
    order([{ quantity: 2 }])
    await rig.settle()
    expect(rig.units()).toEqual({ released: 2 })
    expect(rig.types).not.toContain('cart_settled')
  })

  it('that is cancelled before it could say that it has taken the cart gives all of it back', async () => {
    cartHolds({ 'ROPE-10@east': 3 })
    rig.stock.apply('ROPE-10', 'east', [commit(cartName)], rig.nowMs)
    order([{ quantity: 2 }])
    rig.beforePort = (port) => {
      if (port === 'planInputs') throw new Error('crashed')
    }
    expect(await rig.advance()).toMatchObject({ outcome: 'failed' })
    rig.beforePort = () => {}
    rig.accept({ type: 'cancel', reason: 'changed their mind' }, 'operator')
    expect(await rig.advance()).toEqual({ outcome: 'idle', errors: [] })
    expect(rig.state.stage).toBe('cancelled')
    expect(rig.stock.claimed()).toBe(0)
  })

  it('that is cancelled while it takes the cart gives all of it back', async () => {
    cartHolds({ 'ROPE-10@east': 3 })
    rig.stock.apply('ROPE-10', 'east', [commit(cartName)], rig.nowMs)
    order([{ quantity: 2 }])
    rig.beforePort = (port) => {
      if (port === 'planInputs') rig.accept({ type: 'cancel', reason: 'changed their mind' }, 'operator')
    }
    expect(await rig.advance()).toEqual({ outcome: 'idle', errors: [] })
    expect(rig.state.stage).toBe('cancelled')
    expect(rig.stock.claimed()).toBe(0)
  })

  it('that ends before it has asked for the cart leaves it alone once, and is done', async () => {
    order([{ quantity: 2 }])
    rig.accept({ type: 'cancel', reason: 'changed their mind' }, 'operator')
    await rig.advance()
    expect(rig.types.filter((type) => type === 'cart_settled')).toHaveLength(1)
    expect(await rig.advance()).toEqual({ outcome: 'idle', errors: [] })
  })

  it.each(['takeCart', 'after take_over', 'take_over ROPE-10@east', 'settleCart'])(
    'claims the same after a crash at: %s',
    async (boundary) => {
      cartHolds({ 'ROPE-10@east': 3 })
      order([{ quantity: 2 }])
      let crashes = 1
      rig.beforePort = (port) => {
        if (port.startsWith(boundary) && crashes-- > 0) throw new Error('crashed')
      }
      await rig.advance()
      await rig.settle(['warehouse_release'])
      expect(rig.units()).toEqual({ released: 2 })
      expect(rig.stock.claimed()).toBe(2)
    },
  )
})
