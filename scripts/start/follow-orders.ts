/** Watches the orders until each has come to rest: closed, cancelled, or waiting for a person or for a supplier. */
import type { ApiClient } from '../client/api-client.ts'

export type OrderSummary = {
  readonly orderId: string
  readonly stage: string
  readonly status: string
  readonly nextActor: string
  readonly erpReference: string | null
}
export type Following = { readonly orders: readonly OrderSummary[]; readonly resting: number }

const pollEveryMs = 400
const pageSize = 100

export async function followOrders(
  api: ApiClient,
  expected: number,
  timeoutMs: number,
  onProgress: (now: Following) => void,
): Promise<Following> {
  const endMs = performance.now() + timeoutMs
  for (;;) {
    // A machine too busy to answer is asked again, like orders that are not at rest.
    const orders = await allOrders(api).catch((error: unknown) => {
      if (performance.now() > endMs) throw error
      return null
    })
    if (orders !== null) {
      const now = { orders, resting: orders.filter(isResting).length }
      onProgress(now)
      if ((orders.length >= expected && now.resting === orders.length) || performance.now() > endMs) return now
    }
    await new Promise((resolve) => setTimeout(resolve, pollEveryMs))
  }
}

function isResting({ stage, nextActor }: OrderSummary): boolean {
  return stage === 'closed' || stage === 'cancelled' || nextActor === 'operations' || nextActor === 'supplier'
}

export async function allOrders(api: ApiClient): Promise<readonly OrderSummary[]> {
  const orders: OrderSummary[] = []
  let cursor: string | null = null
  do {
    const path: string = `/v1/orders?limit=${pageSize}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const page = await api.get<{ readonly orders: readonly OrderSummary[]; readonly nextCursor: string | null }>(path)
    if (page.status !== 200) throw new Error(`${path}: ${page.status}`)
    orders.push(...page.body.orders)
    cursor = page.body.nextCursor
  } while (cursor !== null)
  return orders
}
