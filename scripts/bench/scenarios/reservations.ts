/** Carts of one line: all of them after the same position, or spread over a thousand. */
import { benchKey, portal } from '../bench-config.ts'
import type { BenchRequest } from '../drive.ts'
import { type Answers, assertEqual, type Load, type Scenario } from '../scenario.ts'
import { assertClaimed, stockUp, unitsPerPosition } from '../stock.ts'

const spreadOver = 1_000
const json = { 'content-type': 'application/json' }

export const hotReservations: Scenario = {
  name: 'hot-reservations',
  title: 'reservations, one position',
  skus: 1,
  connections: null,
  load: { product: productLoad, minimal: minimalLoad },
}

export const spreadReservations: Scenario = {
  name: 'spread-reservations',
  title: `reservations, ${spreadOver} positions`,
  skus: spreadOver,
  connections: null,
  load: { product: productLoad, minimal: minimalLoad },
}

async function productLoad(url: string, skus: readonly string[]): Promise<Load> {
  await stockUp(url, skus)
  return {
    success: 201,
    perSecond: null,
    next: carts(skus, (id, sku) => ({
      method: 'POST',
      path: '/v1/reservations',
      headers: { ...json, authorization: `Bearer ${benchKey}` },
      body: JSON.stringify({
        reservationId: id,
        channel: portal,
        lines: [{ sku, quantity: 1 }],
        expiresInSeconds: 3_600,
      }),
    })),
    verify: async (answers) => {
      await assertClaimed(url, skus, winnersOf(answers))
      return {}
    },
  }
}

async function minimalLoad(url: string, skus: readonly string[]): Promise<Load> {
  const receipt = { method: 'POST', headers: json, body: JSON.stringify({ skus, quantity: unitsPerPosition }) }
  assertEqual('status of /receipts', (await fetch(`${url}/receipts`, receipt)).status, 201)
  return {
    success: 201,
    perSecond: null,
    next: carts(skus, (reservationId, sku) => ({
      method: 'POST',
      path: '/reservations',
      headers: json,
      body: JSON.stringify({ reservationId, sku, quantity: 1 }),
    })),
    verify: async (answers) => {
      const totals = await Promise.all(skus.map((sku) => reservedAt(url, sku)))
      const reserved = totals.reduce((sum, units) => sum + units, 0)
      assertEqual('units claimed', reserved, winnersOf(answers))
      return {}
    },
  }
}

async function reservedAt(url: string, sku: string): Promise<number> {
  const totals = (await (await fetch(`${url}/totals/${sku}`)).json()) as { readonly reserved: number }
  return totals.reserved
}

const winnersOf = (answers: Answers) => answers['201'] ?? 0

function carts(skus: readonly string[], ask: (id: string, sku: string) => BenchRequest): () => BenchRequest {
  let count = 0
  return () => {
    count += 1
    return ask(`cart-${count}`, skus[count % skus.length] ?? '')
  }
}
