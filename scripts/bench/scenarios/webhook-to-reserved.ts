/** From the moment a shop sends an order to the moment its units are reserved, at a rate that leaves no queue behind. */
import { eventually } from '../../client/api-client.ts'
import { percentile } from '../drive.ts'
import type { Load, Scenario } from '../scenario.ts'
import { signedOrders } from '../signed-webhooks.ts'
import { benchApi, stockUp } from '../stock.ts'

type Timeline = { readonly entries: readonly { readonly at: string; readonly type: string }[] }

const ordersPerSecond = 20
const reservedTimeoutMs = 30_000

export const webhookToReserved: Scenario = {
  name: 'webhook-to-reserved',
  title: `webhook to reserved, ${ordersPerSecond}/s`,
  skus: 30,
  connections: 8,
  goals: {},
  load: { product: productLoad, minimal: null, postgres: null },
}

async function productLoad(url: string, skus: readonly string[]): Promise<Load> {
  await stockUp(url, skus)
  const order = signedOrders(skus)
  const sent: { readonly orderId: string; readonly atMs: number }[] = []
  return {
    success: 202,
    perSecond: ordersPerSecond,
    next: () => {
      const { orderId, request } = order()
      sent.push({ orderId, atMs: Date.now() })
      return request
    },
    verify: async () => {
      const tookMs: number[] = []
      for (const { orderId, atMs } of sent) tookMs.push((await reservedAtMs(url, orderId)) - atMs)
      tookMs.sort((left, right) => left - right)
      return { reservedP50Ms: percentile(tookMs, 0.5), reservedP90Ms: percentile(tookMs, 0.9) }
    },
  }
}

/** From the order's own timeline; both clocks are this machine's. */
async function reservedAtMs(url: string, orderId: string): Promise<number> {
  const look = async () => {
    const answer = await benchApi(url).get<Timeline>(`/v1/orders/${encodeURIComponent(orderId)}/timeline`)
    return answer.body.entries.find((entry) => entry.type === 'stock_reserved') ?? null
  }
  const reserved = await eventually(look, reservedTimeoutMs)
  if (reserved === null) throw new Error(`${orderId} was acknowledged and is not reserved`)
  return Date.parse(reserved.at)
}
