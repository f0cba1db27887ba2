/** Public defects of Medusa (github.com/medusajs/medusa), shown not to be here. */
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { StockActor } from '../../../durable-objects/stock-actor.ts'
import { testApiKey } from '../../fixtures/config.ts'
import { playQueue } from '../../fixtures/play-queue.ts'
import { get, post, send } from '../send.ts'
import { openShop, order, reserve, sellable, settled, statesOf, stock, unitsIn } from './shop.ts'

beforeAll(() =>
  openShop({ 'STARTER-SET': { 'ROPE-10': 5 }, 'GIFT-SET': { 'ROPE-10': 5 }, 'DECK-SET': { 'BUOY-R': 5 } }),
)

it('#16502: a cart whose two bundles share a component is checked for the sum, not line by line', async () => {
  await stock('ROPE-10', 5)
  const both = await reserve('two-bundles', { 'STARTER-SET': 1, 'GIFT-SET': 1 })
  expect(both.status).toBe(409)
  expect(await statesOf('ROPE-10')).toMatchObject({ available: 5, reserved: 0 })
  expect((await reserve('one-bundle', { 'STARTER-SET': 1 })).status).toBe(201)
  expect(await statesOf('ROPE-10')).toMatchObject({ available: 0, reserved: 5, backordered: 0 })
})

it('#16502: nor does an order of a bundle and of its component oversell the component', async () => {
  await stock('BUOY-R', 5)
  await order('PO-16502', { 'DECK-SET': 1, 'BUOY-R': 5 }, { allowPartial: false })
  expect(unitsIn(await settled('PO-16502'), 'released')).toBe(0)
  expect(await statesOf('BUOY-R')).toMatchObject({ available: 5, committed: 0, backordered: 0 })
})

it('#16569: of concurrent reservations of the last unit one succeeds, and the counter is true', async () => {
  await stock('ANCHOR-S', 1)
  const ids = Array.from({ length: 20 }, (_, index) => `last-anchor-${index}`)
  const statuses = (await Promise.all(ids.map((id) => reserve(id, { 'ANCHOR-S': 1 })))).map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  expect(await statesOf('ANCHOR-S')).toMatchObject({ reserved: 1, available: 0 })
  const authorization = `Bearer ${testApiKey}`
  const remove = (id: string) => send(`/v1/reservations/${id}`, { method: 'DELETE', headers: { authorization } })
  await Promise.all([...ids, ...ids].map(remove))
  expect(await statesOf('ANCHOR-S')).toMatchObject({ reserved: 0, available: 1 })
})

/** Availability is summed over the locations; what was summed must also be what a checkout can have. */
it('#14987: what no location has alone is held and released from several, as its availability said', async () => {
  await stock('LAMP-12V', 1, 'east')
  await stock('LAMP-12V', 1, 'west')
  expect(await sellable('LAMP-12V', 'b2b')).toBe(2)
  const cart = await reserve('both-lamps', { 'LAMP-12V': 2 }, 'b2b')
  expect(cart.status).toBe(201)
  const [line] = ((await cart.json()) as { lines: { allocations: unknown[] }[] }).lines
  expect(line?.allocations).toEqual([
    { location: 'east', quantity: 1 },
    { location: 'west', quantity: 1 },
  ])
  expect(await sellable('LAMP-12V', 'b2b')).toBe(0)
  await order('PO-14987', { 'LAMP-12V': 2 }, { reservationId: 'both-lamps' })
  const state = await settled('PO-14987')
  expect(unitsIn(state, 'released')).toBe(2)
  expect(state.fulfilmentOrders.map(({ location }) => location).sort()).toEqual(['east', 'west'])
  const taken = { onHand: 1, committed: 1, reserved: 0, available: 0, backordered: 0 }
  expect(await statesOf('LAMP-12V', 'east')).toMatchObject(taken)
  expect(await statesOf('LAMP-12V', 'west')).toMatchObject(taken)
})

it('#14987: nor does a checkout without a cart fail for being larger than any location', async () => {
  await stock('ANCHOR-L', 2, 'east')
  await stock('ANCHOR-L', 3, 'west')
  await order('PO-14987-2', { 'ANCHOR-L': 5 })
  expect(unitsIn(await settled('PO-14987-2'), 'released')).toBe(5)
  expect(await statesOf('ANCHOR-L', 'east')).toMatchObject({ committed: 2, available: 0, backordered: 0 })
  expect(await statesOf('ANCHOR-L', 'west')).toMatchObject({ committed: 3, available: 0, backordered: 0 })
})

/**
 * There, checkouts of different carts race for the last unit; where the step that reserves fails after its neighbours
 * have succeeded, nothing is undone, and an order remains that has no reservation and that nobody knows of.
 */
describe('#16825: of checkouts that race for the last unit', () => {
  const racers = Array.from({ length: 8 }, (_, index) => `${index}`)
  const released = { status: 'released', backordered: 0, claims: 2, fulfilmentOrders: 1 }
  const waiting = { status: 'backordered', backordered: 2, claims: 0, fulfilmentOrders: 0 }

  beforeAll(() => openShop({}, ['HULL-PAINT', 'HULL-BRUSH', 'MAST-WAX', 'MAST-CLOTH', 'SAIL-TAPE', 'SAIL-NEEDLE']))

  it('one is an order with its units, and every other is an order that waits in line', async () => {
    await stock('HULL-PAINT', 8)
    await stock('HULL-BRUSH', 1)
    const ids = racers.map((racer) => `PO-16825-${racer}`)
    await race(ids, { 'HULL-PAINT': 1, 'HULL-BRUSH': 1 })
    const outcomes = await Promise.all(ids.map(outcomeOf))
    expect(outcomes.filter(({ status }) => status === 'released')).toEqual([released])
    expect(outcomes.filter(({ status }) => status !== 'released')).toEqual(Array(7).fill(waiting))
    expect(await statesOf('HULL-BRUSH')).toMatchObject({ onHand: 1, committed: 1, reserved: 0, backordered: 0 })
    expect(await statesOf('HULL-PAINT')).toMatchObject({ onHand: 8, committed: 1, reserved: 0, available: 7 })
    await vi.waitFor(async () => expect(await lineFor('HULL-BRUSH')).toHaveLength(7), 20_000)

    playQueue('INBOUND_ORDERS')
    onTestFinished(() => void vi.restoreAllMocks())
    await stock('HULL-BRUSH', 7, 'east', 'more')
    await vi.waitFor(async () => {
      expect(await Promise.all(ids.map(outcomeOf))).toEqual(Array(8).fill(released))
    }, 20_000)
    for (const sku of ['HULL-PAINT', 'HULL-BRUSH']) {
      expect(await statesOf(sku)).toMatchObject({ onHand: 8, committed: 8, reserved: 0, backordered: 0 })
    }
    await vi.waitFor(async () => expect(await lineFor('HULL-BRUSH')).toEqual([]), 20_000)
  })

  it('none loses its way when one position fails or loses its answer after the other gave its units', async () => {
    await stock('MAST-WAX', 8)
    await stock('MAST-CLOTH', 1)
    const failures = failTwoOfThree('MAST-CLOTH@east', 12)
    const ids = racers.map((racer) => `PO-16825-failing-${racer}`)
    await race(ids, { 'MAST-WAX': 1, 'MAST-CLOTH': 1 })
    expect(failures()).toBe(8)
    const outcomes = await Promise.all(ids.map(outcomeOf))
    expect(outcomes.filter(({ status }) => status === 'released')).toEqual([released])
    expect(outcomes.filter(({ status }) => status !== 'released')).toEqual(Array(7).fill(waiting))
    expect(await statesOf('MAST-CLOTH')).toMatchObject({ onHand: 1, committed: 1, reserved: 0, backordered: 0 })
    expect(await statesOf('MAST-WAX')).toMatchObject({ onHand: 8, committed: 1, reserved: 0, available: 7 })
  })

  it('one has a cart, which is committed and becomes an order; of the others nothing remains', async () => {
    await stock('SAIL-TAPE', 8)
    await stock('SAIL-NEEDLE', 1)
    const carts = racers.map((racer) => `cart-16825-${racer}`)
    const completed = await Promise.all(
      carts.map(async (cart) => {
        const held = await reserve(cart, { 'SAIL-TAPE': 1, 'SAIL-NEEDLE': 1 }, 'b2b')
        return { cart, held: held.status, committed: (await post(`/v1/reservations/${cart}/commit`, {})).status }
      }),
    )
    const [won, ...more] = completed.filter(({ held }) => held === 201)
    expect(more).toEqual([])
    expect(won?.committed).toBe(200)
    for (const lost of completed.filter(({ held }) => held !== 201))
      expect([lost.held, lost.committed]).toEqual([409, 404])
    expect(await statesOf('SAIL-NEEDLE')).toMatchObject({ committed: 1, reserved: 0, available: 0, backordered: 0 })
    expect(await statesOf('SAIL-TAPE')).toMatchObject({ committed: 1, reserved: 0, available: 7 })
    const change = { allowPartial: false, reservationId: won?.cart }
    await order('PO-16825-cart', { 'SAIL-TAPE': 1, 'SAIL-NEEDLE': 1 }, change)
    await settled('PO-16825-cart')
    expect(await outcomeOf('PO-16825-cart')).toEqual(released)
    expect(await statesOf('SAIL-NEEDLE')).toMatchObject({ committed: 1, reserved: 0, available: 0, backordered: 0 })
  })

  async function race(ids: readonly string[], units: Readonly<Record<string, number>>): Promise<void> {
    await Promise.all(ids.map((id) => order(id, units, { allowPartial: false })))
    await Promise.all(ids.map(settled))
  }

  async function outcomeOf(id: string) {
    const answer = await get(`/v1/orders/b2b:${id}`)
    const document = (await answer.json()) as {
      status: string
      lines: { quantities: { backordered: number } }[]
      reservations: { quantity: number; released: number }[]
      fulfilmentOrders: unknown[]
    }
    return {
      status: document.status,
      backordered: document.lines.reduce((sum, { quantities }) => sum + quantities.backordered, 0),
      claims: document.reservations.reduce((sum, { quantity, released: back }) => sum + quantity - back, 0),
      fulfilmentOrders: document.fulfilmentOrders.length,
    }
  }

  async function lineFor(sku: string): Promise<readonly unknown[]> {
    return ((await (await get(`/v1/backorders?sku=${sku}`)).json()) as { backorders: unknown[] }).backorders
  }

  /** Of the first calls in turn: one fails before anything was done, one loses its answer, one is answered. */
  function failTwoOfThree(failing: string, calls: number): () => number {
    const { applyMany } = StockActor.prototype
    let asked = 0
    let failed = 0
    const spy = vi.spyOn(StockActor.prototype, 'applyMany').mockImplementation(async function (
      this: StockActor,
      ...given
    ) {
      const turn = given[0] === failing && asked < calls ? asked++ % 3 : 2
      if (turn < 2) failed += 1
      if (turn === 0) throw new Error('failed before it began')
      const verdicts = await applyMany.apply(this, given)
      if (turn === 1) throw new Error('its answer was lost')
      return verdicts
    })
    onTestFinished(() => spy.mockRestore())
    return () => failed
  }
})
