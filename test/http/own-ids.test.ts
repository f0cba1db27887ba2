/** Ids that Crossdock books its own doings under: nobody else may say them, or the real booking would be a repetition. */
import { beforeAll, expect, it } from 'vitest'
import { seedConfig } from './seed-config.ts'
import { get, post } from './send.ts'

beforeAll(() => seedConfig())

const past = new Date(Date.now() - 3_600_000).toISOString()
const soon = new Date(Date.now() + 86_400_000).toISOString()
const place = { sku: 'ROPE-10', location: 'west' }
const onHandAt = async (location: string) => {
  const answer = await get(`/v1/inventory/ROPE-10/${location}`)
  return ((await answer.json()) as { states: { onHand: number; incoming: number } }).states
}

it.each([
  [
    'a movement',
    '/v1/inventory/movements',
    'movements',
    'eventId',
    { ...place, eventId: 'transfer/TR-1/truck', movement: 'receipt', quantity: 1, occurredAt: past },
  ],
  [
    'an absolute figure',
    '/v1/inventory/snapshots',
    'snapshots',
    'eventId',
    { ...place, eventId: 'transfer/TR-1/count', asOf: past, onHand: 1 },
  ],
  [
    'a supply',
    '/v1/inventory/supply',
    'supplies',
    'supplyId',
    { ...place, supplyId: 'transfer/TR-1', type: 'transfer', quantity: 9, dueAt: soon, sourceVersion: 99 },
  ],
  [
    'what arrived of one',
    '/v1/inventory/supply/receipts',
    'receipts',
    'supplyId',
    { ...place, supplyId: 'transfer/TR-1', receiptId: 'own', quantity: 5, final: true, occurredAt: past },
  ],
  [
    'its receipt',
    '/v1/inventory/supply/receipts',
    'receipts',
    'receiptId',
    { ...place, supplyId: 'PO-1', receiptId: 'transfer/TR-1/dock', quantity: 5, occurredAt: past },
  ],
])('are refused by name where %s is reported', async (_what, path, list, field, item) => {
  const answer = await post(path, { [list]: [item] })
  expect(answer.status).toBe(422)
  const message = "begins with transfer/, as only ids of Crossdock's own do"
  expect(await answer.json()).toMatchObject({
    reason: 'invalid_body',
    errors: [{ path: `${list}.0.${field}`, message }],
  })
})

it('cannot make units of a transfer disappear', async () => {
  const receipt = { sku: 'ROPE-10', location: 'east', movement: 'receipt', quantity: 8, occurredAt: past }
  await post('/v1/inventory/movements', { movements: [{ ...receipt, eventId: 'first' }] })
  const lines = [{ sku: 'ROPE-10', quantity: 5 }]
  await post('/v1/transfers', { transferId: 'TR-1', from: 'east', to: 'west', lines, dueAt: soon })
  const said = { sku: 'ROPE-10', occurredAt: past }
  await post('/v1/inventory/movements', {
    movements: [
      { ...said, location: 'east', eventId: 'transfer/TR-1/truck', movement: 'adjustment', quantity: 0 },
      { ...said, location: 'west', eventId: 'transfer/TR-1/dock', movement: 'adjustment', quantity: 0 },
    ],
  })
  const imitated = { ...said, location: 'west', supplyId: 'PO-1', receiptId: 'transfer/TR-1/dock', quantity: 0 }
  await post('/v1/inventory/supply/receipts', { receipts: [imitated] })
  await post('/v1/transfers/TR-1/ship', { shipmentId: 'truck', shippedAt: past })
  expect([await onHandAt('east'), await onHandAt('west')]).toMatchObject([{ onHand: 3 }, { onHand: 0, incoming: 5 }])
  await post('/v1/transfers/TR-1/receive', { receiptId: 'dock', lines, receivedAt: past })
  expect([await onHandAt('east'), await onHandAt('west')]).toMatchObject([{ onHand: 3 }, { onHand: 5, incoming: 0 }])
})
