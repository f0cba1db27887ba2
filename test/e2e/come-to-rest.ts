/**
 * Waits until nothing moves any more: no order is Crossdock's or a partner's turn, no message is on its way. The lists
 * follow the actors by a second, after a kill by a minute, so in the end it is the orders and inboxes that are asked.
 */

import { keptByAccount } from '../../scripts/check/check-deliveries.ts'
import type { OrderSummary, OrderView } from '../../scripts/check/instance-views.ts'
import { eachOf, readAll, readOne } from '../../scripts/check/read-instance.ts'
import { type ApiClient, eventually } from '../../scripts/client/api-client.ts'
import type { Partners } from '../../scripts/sandbox/partners.ts'

/** Whose turn it may be when the run is over: nobody's, a person's, or a supplier's. */
export const restingActors: readonly string[] = ['nobody', 'operations', 'supplier']
const underWay = ['pending', 'calling', 'unknown']
const pollMs = 250

/** Null: at rest. Otherwise what still moved when the time was over, in words. */
export async function comeToRest(
  api: ApiClient,
  partners: Partners,
  orders: number,
  timeoutMs: number,
  resting: readonly string[] = restingActors,
): Promise<string | null> {
  let moving: string | null = 'nothing was asked yet'
  const asked = async () => {
    moving = await whatMoves(api, partners, orders, resting)
    return moving === null ? true : null
  }
  await eventually(asked, timeoutMs, pollMs)
  return moving
}

async function whatMoves(
  api: ApiClient,
  partners: Partners,
  orders: number,
  resting: readonly string[],
): Promise<string | null> {
  const { carrier, east, west } = partners
  const list = await readAll<OrderSummary>(api, '/v1/orders', 'orders')
  if (list.length < orders) return `${list.length} of ${orders} orders listed`
  const moving = list.filter((order) => !resting.includes(order.nextActor))
  if (moving.length > 0) return `${moving.length} orders move, such as ${describe(moving[0])}`
  const pending = carrier.pending() + east.pending() + west.pending()
  if (pending > 0) return `${pending} partner messages on their way`
  const travelling = carrier.parcels().filter((parcel) => parcel.status !== 'delivered').length
  if (travelling > 0) return `${travelling} parcels travel`
  const open = await readAll<WaitingDelivery>(api, '/v1/deliveries?status=received', 'deliveries')
  if (open.length > 0) return `${open.length} deliveries wait, such as ${JSON.stringify(open[0])}`
  const feed = await readOne<Feed>(api, '/v1/channels/shopify-us/feed')
  const isTold = feed.skusChanged === 0 && feed.states.settled === feed.listings
  if (!isTold) return `the store is being told: ${JSON.stringify(feed.states)}`
  // An inbox that has nothing left has told its order everything, so it is asked before the orders are.
  return (await unsettledDeliveries(api)) ?? (await movingOrder(api, list, resting))
}

async function unsettledDeliveries(api: ApiClient): Promise<string | null> {
  for (const [account, counts] of await keptByAccount(api)) {
    const received = counts.get('received') ?? 0
    if (received > 0) return `${received} deliveries of ${account} wait and are not listed`
  }
  return null
}

async function movingOrder(
  api: ApiClient,
  list: readonly OrderSummary[],
  resting: readonly string[],
): Promise<string | null> {
  const moving: string[] = []
  await eachOf(list, async ({ orderId }) => {
    const order = await readOne<OrderView>(api, `/v1/orders/${encodeURIComponent(orderId)}`)
    const call = order.calls.find((each) => underWay.includes(each.status))
    if (call) moving.push(`${orderId} waits for ${call.intentId}: ${call.lastError}`)
    else if (!resting.includes(order.nextActor)) moving.push(`${describe(order)}, which is not listed yet`)
  })
  return moving[0] ?? null
}

type WaitingDelivery = {
  readonly topic: string
  readonly receivedAt: string
  readonly reason: string | null
  readonly message: string | null
}

type Feed = {
  readonly listings: number
  readonly skusChanged: number
  readonly states: Readonly<Record<string, number>>
}

function describe(order: Pick<OrderSummary, 'orderId' | 'stage' | 'status' | 'nextActor'> | undefined): string {
  return order ? `${order.orderId} (${order.stage}, ${order.status}, ${order.nextActor})` : 'none'
}
