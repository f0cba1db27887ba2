/** A public defect of Odoo (github.com/odoo/odoo), shown not to be here. */
import { beforeAll, expect, it } from 'vitest'
import { testApiKey } from '../../fixtures/config.ts'
import { post, send } from '../send.ts'
import { openShop, reserve, statesOf, stock } from './shop.ts'

beforeAll(() => openShop())

async function count(sku: string, onHand: number): Promise<void> {
  const counted = { eventId: `count-${sku}-${onHand}`, sku, location: 'east', asOf: new Date().toISOString(), onHand }
  expect((await post('/v1/inventory/snapshots', { snapshots: [counted] })).status).toBe(200)
}
const release = (id: string) =>
  send(`/v1/reservations/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${testApiKey}` } })

it('#62139: more units than are left in stock can be unreserved: a reservation never gets stuck', async () => {
  await stock('ROPE-10', 5)
  expect((await reserve('stuck', { 'ROPE-10': 5 })).status).toBe(201)
  await count('ROPE-10', 2)
  expect(await statesOf('ROPE-10')).toMatchObject({ onHand: 2, reserved: 2, available: 0, backordered: 3 })
  expect((await release('stuck')).status).toBe(200)
  expect(await statesOf('ROPE-10')).toMatchObject({ onHand: 2, reserved: 0, available: 2, backordered: 0 })
})

it('#62139: nor does a committed one, and the figures agree afterwards', async () => {
  await stock('ANCHOR-S', 5)
  await reserve('sold', { 'ANCHOR-S': 4 })
  await post('/v1/reservations/sold/commit', '')
  await count('ANCHOR-S', 0)
  expect(await statesOf('ANCHOR-S')).toMatchObject({ onHand: 0, committed: 0, backordered: 4 })
  expect((await release('sold')).status).toBe(200)
  await count('ANCHOR-S', 3)
  expect(await statesOf('ANCHOR-S')).toMatchObject({ onHand: 3, committed: 0, available: 3, backordered: 0 })
})
