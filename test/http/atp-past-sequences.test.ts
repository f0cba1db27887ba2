/** What was answered of a moment is what is answered of it later, whatever has happened since. */

import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import type { StockActor } from '../../durable-objects/stock-actor.ts'
import { sku as skuOf } from '../../src/domain/shared/ids.ts'
import { bindings, seedConfig } from './seed-config.ts'
import { bearer, get, post, send } from './send.ts'

const sku = 'THEN-1'
type Document = { available: number; sources: { location: string; available: number }[] }
const passing = () => new Promise((resolve) => setTimeout(resolve, 5))

const activate = (safety: number) =>
  seedConfig((file) => {
    const [entry] = file.skus
    return {
      ...file,
      skus: entry === undefined ? [] : [...file.skus, { ...entry, sku: skuOf(sku), class: 'then' }],
      promising: { ...file.promising, safetyStock: [{ class: 'then', location: 'east', quantity: safety }] },
    }
  })
beforeAll(() => activate(0))

async function figures(query: string): Promise<{ asOf: string; told: unknown }> {
  const response = await get(`/v1/atp?sku=${sku}&explain=true&${query}`)
  expect(response.status).toBe(200)
  const { asOf, skus } = (await response.json()) as { asOf: string; skus: [Document] }
  return { asOf, told: [skus[0].available, toldOf(skus[0])] }
}
/** Of each place what counts, without how old it is. */
const toldOf = (document: Document) =>
  JSON.parse(JSON.stringify(document, (key, value) => (unsteady.has(key) ? undefined : value)))
const unsteady: ReadonlySet<string> = new Set(['asOf', 'ageMs', 'confirmedAt', 'version', 'freshness'])

const live: { step: string; asOf: string; told: unknown }[] = []
/** The step is over before the instant of the answer, and the next one begins after it. */
async function having(step: string, done: Promise<Response> | Promise<unknown>): Promise<void> {
  const answer = await done
  if (answer instanceof Response) expect([step, answer.status < 300]).toEqual([step, true])
  await passing()
  live.push({ step, ...(await figures('maxStalenessMs=0')) })
  await passing()
}

let events = 0
const move = (movement: string, location: string, quantity: number, more: object = {}) => {
  events += 1
  const event = { eventId: `then-${events}`, sku, location, movement, quantity, occurredAt: new Date().toISOString() }
  return post('/v1/inventory/movements', { movements: [{ ...event, ...more }] })
}
const count = (location: string, onHand: number, asOf: Date) => {
  events += 1
  return post('/v1/inventory/snapshots', {
    snapshots: [{ eventId: `then-${events}`, sku, location, onHand, asOf: asOf.toISOString() }],
  })
}
const cart = (reservationId: string, quantity: number) =>
  post('/v1/reservations', {
    reservationId,
    channel: 'b2b',
    lines: [{ sku, quantity, location: 'east' }],
    expiresInSeconds: 900,
  })

describe('an answer of the past', () => {
  it('is the one that was given then', async () => {
    await having('two receipts', Promise.all([move('receipt', 'east', 40), move('receipt', 'west', 10)]))
    const counted = new Date()
    await passing()
    await having('a movement that a count has not seen', move('adjustment', 'east', -3))
    await having('a count of before it', count('east', 38, counted))
    await having('an older count, that changes nothing', count('east', 99, new Date(counted.getTime() - 60_000)))
    await having(
      'a movement of before the count, heard late',
      move('adjustment', 'east', -1, { occurredAt: '2026-01-01T00:00:00Z' }),
    )
    await having('units set aside', move('hold', 'east', 4, { state: 'quality_control' }))
    await having('a cart', cart('then-a', 5))
    await having('another configuration', activate(6))
    await having('the cart given back', send('/v1/reservations/then-a', { method: 'DELETE', headers: bearer }))
    const transfer = {
      transferId: 'THEN-T',
      from: 'east',
      to: 'west',
      lines: [{ sku, quantity: 6 }],
      dueAt: '2099-01-20T12:00:00Z',
    }
    await having('a transfer asked for', post('/v1/transfers', transfer))
    await having(
      'it is shipped',
      post('/v1/transfers/THEN-T/ship', { shipmentId: 's', shippedAt: '2026-03-15T15:02:00Z' }),
    )
    const received = { receiptId: 'r', lines: [{ sku, quantity: 5 }], receivedAt: '2026-03-19T09:30:00Z' }
    await having('it is received short', post('/v1/transfers/THEN-T/receive', received))
    await openShards()
    await having('carts at shards', Promise.all(Array.from({ length: 6 }, (_, at) => cart(`then-hot-${at}`, 1))))
    await having('one of them given back', send('/v1/reservations/then-hot-1', { method: 'DELETE', headers: bearer }))
    await having('no shards any more', closeShards())
    await having('a cart at the position itself', cart('then-b', 1))
    const lots = [{ lotId: 'THEN-L', quantity: 7 }]
    await having('a lot of its own', move('receipt', 'east', 7, { lots }))
    await having('its recall', lotStatus('recalled'))
    await having(
      'shards again, without the lot',
      openShards().then(() => cart('then-c', 1)),
    )
    await having('the lot let go', lotStatus('sellable'))
    await having('the first configuration again', activate(0))
    await having('everything damaged in the west', move('adjustment', 'west', -12))
    expect(new Set(live.map(({ told }) => JSON.stringify(told))).size).toBeGreaterThan(10)
    for (const { step, asOf, told } of live) {
      expect({ step, told: (await figures(`asOf=${asOf}`)).told }).toEqual({ step, told })
    }
  })

  it('of before anything happened is that there was nothing', async () => {
    const [first] = (await figures('asOf=2026-01-01T00:00:00Z')).told as [number]
    expect(first).toBe(0)
  })
})

const lotStatus = (status: string) =>
  post('/v1/inventory/lots/status', { sku, lotId: 'THEN-L', status, reason: 'notice' })

/** What they hold comes home, and the position serves alone again. */
async function closeShards(): Promise<void> {
  const position = bindings.STOCK.get(bindings.STOCK.idFromName(`${sku}@east`))
  // Cast justified: the bindings are typed without their classes, and this one's class is StockActor.
  const shardsLeft = await runInDurableObject(position as DurableObjectStub<StockActor>, async (instance) => {
    instance.escrow.limits = { openAbovePerSecond: 1e6, openAfterMs: 0, closeBelowPerSecond: 1e6, closeAfterMs: 0 }
    for (let round = 0; round < 12 && (instance.escrow.shards.shards ?? 0) > 0; round += 1) {
      await instance.alarm()
      await passing()
    }
    await instance.alarm()
    return instance.escrow.shards.shards ?? 0
  })
  expect(shardsLeft).toBe(0)
}

/** From the next claim on the position lends units to shards. */
async function openShards(): Promise<void> {
  const position = bindings.STOCK.get(bindings.STOCK.idFromName(`${sku}@east`))
  // Cast justified: the bindings are typed without their classes, and this one's class is StockActor.
  await runInDurableObject(position as DurableObjectStub<StockActor>, (instance) => {
    const never = { closeBelowPerSecond: 0, closeAfterMs: 3_600_000 }
    instance.escrow.limits = { openAbovePerSecond: 1, openAfterMs: 0, ...never }
  })
}
