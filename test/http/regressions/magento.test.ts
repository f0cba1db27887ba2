/** Public defects of Magento's multi-source inventory (github.com/magento/inventory), shown not to be here. */
import { beforeAll, expect, it } from 'vitest'
import { post } from '../send.ts'
import { openShop, order, reserve, settled, statesOf, stock, unitsIn } from './shop.ts'

beforeAll(() => openShop({ 'FIVE-BUOYS': { 'BUOY-R': 5 } }))

it('#3036: two customers who buy the last unit at the same moment do not both get it', async () => {
  await stock('ROPE-10', 1)
  const carts = await Promise.all(['first', 'second'].map((id) => reserve(`${id}-customer`, { 'ROPE-10': 1 })))
  expect(carts.map(({ status }) => status).sort()).toEqual([201, 409])
  const orders = ['first', 'second'].map((id) => order(id, { 'ROPE-10': 1 }, { reservationId: `${id}-customer` }))
  await Promise.all(orders)
  const states = await Promise.all(['first', 'second'].map(settled))
  expect(states.map((state) => unitsIn(state, 'released')).sort()).toEqual([0, 1])
  expect(await statesOf('ROPE-10')).toMatchObject({ committed: 1, available: 0, backordered: 0 })
})

it('#1849: a bundle that was shipped gives nothing back when its order is cancelled afterwards', async () => {
  await stock('BUOY-R', 100)
  await order('PO-1849', { 'FIVE-BUOYS': 1 })
  const [release] = (await settled('PO-1849')).fulfilmentOrders
  const shipped = await post('/v1/shipments', {
    fulfilmentOrderId: release?.fulfilmentOrderId,
    externalShipmentId: 'whole',
    lines: [{ lineId: '1', quantity: 1 }],
    shippedAt: '2026-03-15T15:02:00Z',
  })
  expect(shipped.status).toBe(200)
  await settled('PO-1849')
  expect(await statesOf('BUOY-R')).toMatchObject({ onHand: 95, available: 95, committed: 0 })
  const cancelled = await post('/v1/orders/b2b:PO-1849/cancel', { reason: 'too late' })
  expect(cancelled.status).toBe(409)
  await settled('PO-1849')
  expect(await statesOf('BUOY-R')).toMatchObject({ onHand: 95, available: 95, committed: 0 })
})
