/** Orders of three lines at the API: how many are accepted, and how many a second end up with all units reserved. */
import { eventually } from '../../client/api-client.ts'
import { benchKey, portal } from '../bench-config.ts'
import type { BenchRequest } from '../drive.ts'
import { assertPeerUnits, peerUnitsReserved, sent, stockUpPeer } from '../peer.ts'
import type { Load, Scenario } from '../scenario.ts'
import { assertClaimed, stockUp, unitsClaimed, unitsPerPosition } from '../stock.ts'

const linesPerOrder = 3
const drainTimeoutMs = 120_000
const drainPollMs = 100
const wantedTimeoutMs = 30_000

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
  return loadOf('/v1/orders', skus, {
    claimed: () => unitsClaimed(url, skus),
    assertUnits: (units) => assertClaimed(url, skus, units),
  })
}

/** The document is durable when it is answered; the lines are held behind the answer, as the product does it. */
async function minimalLoad(url: string, skus: readonly string[]): Promise<Load> {
  await stockUpPeer(url, skus)
  return loadOf('/orders', skus, {
    claimed: () => peerUnitsReserved(url, skus),
    assertUnits: async (reserved) => {
      await assertWanted(url, skus)
      await assertPeerUnits(url, skus, { reserved, received: 0 })
    },
  })
}

/** An order for more than there is keeps nothing, and what it wants is promised to nobody else. */
async function assertWanted(url: string, skus: readonly string[]): Promise<void> {
  await sent(url, { ...orderRequest(0, skus, unitsPerPosition + 1), path: '/orders' })
  const look = async () => {
    const answer = await fetch(`${url}/atp?maxStalenessMs=0&sku=${skus[0]}`)
    const { skus: found } = (await answer.json()) as { readonly skus: readonly { readonly available: number }[] }
    return found[0]?.available === 0 ? found : null
  }
  if ((await eventually(look, wantedTimeoutMs, drainPollMs)) === null)
    throw new Error('what an order wants is forgotten')
}

type Judge = {
  readonly claimed: () => Promise<number>
  /** Exactly so many are claimed, and every position conserves. */
  readonly assertUnits: (units: number) => Promise<void>
}

function loadOf(path: string, skus: readonly string[], { claimed, assertUnits }: Judge): Load {
  let count = 0
  let reserved = 0
  let firstMs = 0
  return {
    success: 201,
    perSecond: null,
    next: () => {
      firstMs ||= performance.now()
      count += 1
      return { ...orderRequest(count, skus), path }
    },
    verify: async (answers) => {
      const accepted = answers['201'] ?? 0
      const reservedMs = await drained(claimed, accepted * linesPerOrder)
      await assertUnits(accepted * linesPerOrder)
      const reservedPerSecond = ((accepted - reserved) * 1_000) / (reservedMs - firstMs)
      reserved = accepted
      firstMs = 0
      return { reservedPerSecond }
    },
  }
}

/** When the last accepted order had its units. */
async function drained(claimed: () => Promise<number>, units: number): Promise<number> {
  const look = async () => ((await claimed()) >= units ? performance.now() : null)
  const reservedMs = await eventually(look, drainTimeoutMs, drainPollMs)
  if (reservedMs === null) throw new Error(`accepted orders are not reserved after ${drainTimeoutMs} ms`)
  return reservedMs
}

function orderRequest(number: number, skus: readonly string[], quantity = 1): Omit<BenchRequest, 'path'> {
  const nowMs = Date.now()
  const unitPriceMinor = 1_950
  const lines = Array.from({ length: linesPerOrder }, (_, line) => ({
    lineId: `${line + 1}`,
    externalSku: skus[(number * linesPerOrder + line) % skus.length],
    title: 'Rope, 10 mm',
    quantity,
    unitPriceMinor,
  }))
  const goodsMinor = unitPriceMinor * quantity * linesPerOrder
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
    headers: { 'content-type': 'application/json', authorization: `Bearer ${benchKey}` },
    body: JSON.stringify(body),
  }
}
