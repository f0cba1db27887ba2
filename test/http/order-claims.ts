/** Stock received and counted, orders placed, and where their units are claimed by now. */
import { expect } from 'vitest'
import { actor, type OrderApi } from '../../src/actor-apis.ts'
import type { OrderState } from '../../src/domain/order/order-state.ts'
import { examples } from '../../src/http/wire/examples.ts'
import { bindings } from './seed-config.ts'
import { get, post } from './send.ts'

let events = 0
export async function receive(sku: string, location: string, quantity: number): Promise<void> {
  const receipt = { sku, location, movement: 'receipt', quantity, occurredAt: '2026-03-14T09:26:53Z' }
  events += 1
  const answer = await post('/v1/inventory/movements', { movements: [{ ...receipt, eventId: `receipt-${events}` }] })
  expect(answer.status).toBe(200)
}

export async function count(sku: string, location: string, onHand: number): Promise<void> {
  events += 1
  const asOf = new Date().toISOString()
  const snapshot = { eventId: `count-${events}`, sku, location, onHand, asOf }
  expect((await post('/v1/inventory/snapshots', { snapshots: [snapshot] })).status).toBe(200)
}

export function order(externalOrderId: string, sku: string, quantity: number) {
  const lines = [{ lineId: '1', externalSku: sku, title: sku, quantity, unitPriceMinor: 100 }]
  return {
    ...examples.order,
    externalOrderId,
    lines,
    totals: { subtotalMinor: 100 * quantity, totalMinor: 100 * quantity },
  }
}

export const idOf = (externalOrderId: string) => `b2b:${externalOrderId}`
export const stateOf = async (externalOrderId: string): Promise<OrderState | null> =>
  actor<OrderApi>(bindings.ORDER, idOf(externalOrderId)).state()
export async function claimsOf(externalOrderId: string): Promise<readonly string[]> {
  const state = await stateOf(externalOrderId)
  return (state?.reservations ?? []).flatMap(({ location, quantity, released, shipped }) => {
    const units = quantity - released - shipped
    return units === 0 ? [] : [`${units}@${location}`]
  })
}
export const typesOf = async (externalOrderId: string): Promise<readonly string[]> => {
  const answer = await get(`/v1/orders/${encodeURIComponent(idOf(externalOrderId))}/timeline`)
  const { entries } = (await answer.json()) as { entries: { type: string }[] }
  return entries.map(({ type }) => type)
}
