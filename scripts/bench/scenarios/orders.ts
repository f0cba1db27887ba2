/** Orders of three lines at the API: how many are accepted, and how many a second end up with all units reserved. */
import { eventually } from '../../client/api-client.ts'
import { benchKey, portal } from '../bench-config.ts'
import type { BenchRequest } from '../drive.ts'
import type { Load, Scenario } from '../scenario.ts'
import { assertClaimed, stockUp, unitsClaimed } from '../stock.ts'

const linesPerOrder = 3
const drainTimeoutMs = 120_000
const drainPollMs = 100

export const orders: Scenario = {
  name: 'orders',
  title: `orders of ${linesPerOrder} lines`,
  skus: 30,
  connections: null,
  goals: {},
  load: { product: productLoad, minimal: minimalLoad, postgres: null },
}

async function productLoad(url: string, skus: readonly string[]): Promise<Load> {
  await stockUp(url, skus)
  let count = 0
  let reserved = 0
  let firstMs = 0
  return {
    success: 201,
    perSecond: null,
    next: () => {
      firstMs ||= performance.now()
      count += 1
      return orderRequest(count, skus)
    },
    verify: async (answers) => {
      const accepted = answers['201'] ?? 0
      const reservedMs = await drained(url, skus, accepted * linesPerOrder)
      await assertClaimed(url, skus, accepted * linesPerOrder)
      const reservedPerSecond = ((accepted - reserved) * 1_000) / (reservedMs - firstMs)
      reserved = accepted
      firstMs = 0
      return { reservedPerSecond }
    },
  }
}

/** One document durably kept, which is what the product has done when it answers; no saga behind it. */
async function minimalLoad(_url: string, skus: readonly string[]): Promise<Load> {
  let count = 0
  const next = () => {
    count += 1
    return { ...orderRequest(count, skus), path: '/orders' }
  }
  return { success: 201, perSecond: null, next, verify: async () => ({}) }
}

/** When the last accepted order had its units. */
async function drained(url: string, skus: readonly string[], units: number): Promise<number> {
  const look = async () => ((await unitsClaimed(url, skus)) >= units ? performance.now() : null)
  const reservedMs = await eventually(look, drainTimeoutMs, drainPollMs)
  if (reservedMs === null) throw new Error(`accepted orders are not reserved after ${drainTimeoutMs} ms`)
  return reservedMs
}

function orderRequest(number: number, skus: readonly string[]): BenchRequest {
  const nowMs = Date.now()
  const unitPriceMinor = 1_950
  const lines = Array.from({ length: linesPerOrder }, (_, line) => ({
    lineId: `${line + 1}`,
    externalSku: skus[(number * linesPerOrder + line) % skus.length],
    title: 'Rope, 10 mm',
    quantity: 1,
    unitPriceMinor,
  }))
  const goodsMinor = unitPriceMinor * linesPerOrder
  const body = {
    account: portal,
    externalOrderId: `PO-${number}`,
    placedAtMs: nowMs,
    sourceVersionMs: nowMs,
    currency: 'USD',
    shipTo: { name: 'Receiving dock', line1: '12 Quay Road', city: 'Portland', region: 'ME', country: 'US' },
    lines,
    totals: { subtotalMinor: goodsMinor, totalMinor: goodsMinor },
    payment: 'authorized',
  }
  return {
    method: 'POST',
    path: '/v1/orders',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${benchKey}` },
    body: JSON.stringify(body),
  }
}
