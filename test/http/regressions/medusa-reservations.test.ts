/**
 * More public defects of Medusa (github.com/medusajs/medusa), shown not to be here: what becomes of a reservation after
 * it was made, when it is moved, fulfilled, given back or taken again.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { examples } from '../../../src/http/wire/examples.ts'
import { playQueue } from '../../fixtures/play-queue.ts'
import { claimsOf, count, receive } from '../order-claims.ts'
import { seedConfig } from '../seed-config.ts'
import { bearer, post, send } from '../send.ts'
import { openShop, order, reserve, settled, statesOf, stock, stockAll, unitsIn } from './shop.ts'

const patience = { timeout: 20_000, interval: 100 }
const many = Array.from({ length: 12 }, (_, index) => `PART-${index}`)

const giveBack = (reservationId: string) =>
  send(`/v1/reservations/${reservationId}`, { method: 'DELETE', headers: bearer })
const cancel = (id: string) => post(`/v1/orders/b2b:${id}/cancel`, examples.cancel)

/** A report on the first release of the order, of its only line. */
function report(id: string, shipped: number, short: number) {
  const lineOf = (quantity: number) => (quantity === 0 ? [] : [{ lineId: '1', quantity }])
  return post('/v1/shipments', {
    ...examples.shipment,
    fulfilmentOrderId: `b2b:${id}/F1`,
    externalShipmentId: `parcel-${id}`,
    trackingNumber: `1Z-${id}`,
    lines: lineOf(shipped),
    shortLines: lineOf(short).map((line) => ({ ...line, reason: 'not on the shelf' })),
  })
}

it('#16488: units move to another location only as far as it has them', async () => {
  playQueue('INBOUND_ORDERS')
  await seedConfig() // The ERP does not answer, so nobody has been told to pick.
  await receive('BUOY-R', 'east', 5)
  await receive('BUOY-R', 'west', 2)
  await order('PO-16488', { 'BUOY-R': 5 })
  await vi.waitFor(async () => expect(await claimsOf('PO-16488')).toEqual(['5@east']), patience)
  await count('BUOY-R', 'east', 1)
  await vi.waitFor(async () => expect(await claimsOf('PO-16488')).toEqual(['1@east', '2@west']), patience)
  expect(await statesOf('BUOY-R', 'east')).toMatchObject({ reserved: 1, available: 0, backordered: 0 })
  expect(await statesOf('BUOY-R', 'west')).toMatchObject({ reserved: 2, available: 0, backordered: 0 })
  vi.restoreAllMocks()
})

describe('a reservation', () => {
  beforeAll(() => openShop({}, many))

  it('#13625: that cannot be had whole leaves nothing held of what it got', async () => {
    await stockAll(many.slice(0, 3), 4)
    const refused = await reserve('half-there', { 'PART-0': 4, 'PART-1': 4, 'PART-2': 5 })
    expect(refused.status).toBe(409)
    for (const sku of many.slice(0, 3)) expect(await statesOf(sku)).toMatchObject({ available: 4, reserved: 0 })
    expect((await reserve('all-there', { 'PART-0': 4, 'PART-1': 4, 'PART-2': 4 })).status).toBe(201)
    await giveBack('all-there')
  })

  it('#12401: given back again and again never takes the counter below what is held', async () => {
    await stock('ANCHOR-S', 3)
    expect((await reserve('stays', { 'ANCHOR-S': 1 })).status).toBe(201)
    for (let round = 0; round < 5; round += 1) {
      expect((await reserve(`round-${round}`, { 'ANCHOR-S': 2 })).status).toBe(201)
      await Promise.all([giveBack(`round-${round}`), giveBack(`round-${round}`), giveBack(`round-${round}`)])
      expect(await statesOf('ANCHOR-S')).toMatchObject({ onHand: 3, reserved: 1, available: 2 })
    }
  })
})

describe('an order', () => {
  beforeAll(() => openShop({}, many))

  it('#15397: cancelled twice, and placed again, ends with the counters of one order', async () => {
    await stock('ROPE-20', 4)
    for (let round = 0; round < 3; round += 1) {
      await order(`PO-15397-${round}`, { 'ROPE-20': 4 })
      expect(unitsIn(await settled(`PO-15397-${round}`), 'released')).toBe(4)
      await Promise.all([cancel(`PO-15397-${round}`), cancel(`PO-15397-${round}`)])
      await vi.waitFor(async () => {
        expect(await statesOf('ROPE-20')).toMatchObject({ onHand: 4, committed: 0, reserved: 0, available: 4 })
      }, patience)
    }
  })

  it('#4763: of a dozen lines is cancelled whole', async () => {
    await stockAll(many, 4)
    await order('PO-4763', Object.fromEntries(many.map((sku) => [sku, 1])))
    await settled('PO-4763')
    expect((await cancel('PO-4763')).status).toBe(200)
    for (const sku of many) {
      await vi.waitFor(async () => {
        expect(await statesOf(sku)).toMatchObject({ committed: 0, reserved: 0, backordered: 0 })
      }, patience)
    }
  })

  it('#6500: ships what is claimed for it although nothing is left for anybody else', async () => {
    await stock('LAMP-12V', 4)
    const ids = ['PO-6500-1', 'PO-6500-2', 'PO-6500-3', 'PO-6500-4']
    for (const id of ids) await order(id, { 'LAMP-12V': 1 })
    for (const id of ids) expect(unitsIn(await settled(id), 'released')).toBe(1)
    expect(await statesOf('LAMP-12V')).toMatchObject({ onHand: 4, committed: 4, available: 0 })
    for (const id of ids) expect((await report(id, 1, 0)).status).toBe(200)
    await vi.waitFor(async () => {
      expect(await statesOf('LAMP-12V')).toMatchObject({ onHand: 0, committed: 0, available: 0, backordered: 0 })
    }, patience)
  })

  it('#16338: takes its parcel from the location that holds its claim, and from no other', async () => {
    await stock('ROPE-10', 2, 'east')
    await stock('ROPE-10', 5, 'west')
    await order('PO-16338', { 'ROPE-10': 5 })
    const state = await settled('PO-16338')
    expect(state.fulfilmentOrders.map(({ location }) => location)).toEqual(['west'])
    expect((await report('PO-16338', 6, 0)).status).toBe(409)
    expect((await report('PO-16338', 5, 0)).status).toBe(200)
    await vi.waitFor(async () => {
      expect(await statesOf('ROPE-10', 'west')).toMatchObject({ onHand: 0, committed: 0, available: 0 })
    }, patience)
    expect(await statesOf('ROPE-10', 'east')).toMatchObject({ onHand: 2, committed: 0, available: 2 })
  })

  it('#11703: keeps its claim to what a warehouse did not ship, where there are units', async () => {
    await stock('ANCHOR-L', 3, 'east')
    await stock('ANCHOR-L', 2, 'west')
    await order('PO-11703', { 'ANCHOR-L': 3 })
    await settled('PO-11703')
    expect((await report('PO-11703', 1, 2)).status).toBe(200)
    await vi.waitFor(async () => expect(await claimsOf('PO-11703')).toEqual(['2@west']), patience)
    expect(unitsIn(await settled('PO-11703'), 'shipped')).toBe(1)
    expect(await statesOf('ANCHOR-L', 'west')).toMatchObject({ committed: 2, available: 0, backordered: 0 })
  })
})
