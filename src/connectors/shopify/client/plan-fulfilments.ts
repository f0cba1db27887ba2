/** Which of Shopify's fulfilment orders a shipment's units belong to: one call per location, as Shopify asks. Pure. */
import { err, ok, type Result } from '../../../domain/shared/result.ts'
import type { ChannelFulfilmentOrder, FulfilledLine } from './read-fulfilments.ts'

/** `FulfillmentInput.lineItemsByFulfillmentOrder` of one call. */
export type FulfilmentGroup = readonly {
  readonly fulfillmentOrderId: string
  readonly fulfillmentOrderLineItems: readonly { readonly id: string; readonly quantity: number }[]
}[]
export type PlanRefusal = { readonly reason: 'held' | 'not_ours' | 'nothing_left'; readonly lineId: string }

const fulfillable = new Set(['OPEN', 'IN_PROGRESS'])
const held = new Set(['ON_HOLD', 'SCHEDULED'])

/**
 * Takes units from the fulfilment orders in Shopify's own order. Units that no open fulfilment order has left are
 * forgiven when `recorded` (fulfilments that already carry this shipment's number) covers them: an earlier attempt that
 * got through in part has recorded those.
 */
export function planFulfilments(
  lines: readonly FulfilledLine[],
  orders: readonly ChannelFulfilmentOrder[],
  recorded: ReadonlyMap<string, number>,
): Result<readonly FulfilmentGroup[], PlanRefusal> {
  const groups = new Map<string, Map<string, { id: string; quantity: number }[]>>()
  const taken = new Map<string, number>()
  for (const line of lines) {
    let wanted = line.quantity
    for (const order of orders.filter((each) => each.mayFulfil && fulfillable.has(each.status))) {
      for (const candidate of order.lines.filter((each) => each.lineId === line.lineId)) {
        const left = candidate.remaining - (taken.get(candidate.gid) ?? 0)
        const quantity = Math.min(wanted, left)
        if (quantity <= 0) continue
        taken.set(candidate.gid, (taken.get(candidate.gid) ?? 0) + quantity)
        wanted -= quantity
        itemsOf(groups, order).push({ id: candidate.gid, quantity })
      }
    }
    if (wanted > (recorded.get(line.lineId) ?? 0)) return err(refusalOf(line.lineId, orders))
  }
  return ok([...groups.values()].map(groupOf))
}

function itemsOf(groups: Map<string, Map<string, { id: string; quantity: number }[]>>, order: ChannelFulfilmentOrder) {
  const atLocation = groups.get(order.location) ?? new Map<string, { id: string; quantity: number }[]>()
  groups.set(order.location, atLocation)
  const items = atLocation.get(order.gid) ?? []
  atLocation.set(order.gid, items)
  return items
}

function groupOf(atLocation: ReadonlyMap<string, readonly { id: string; quantity: number }[]>): FulfilmentGroup {
  return [...atLocation].map(([fulfillmentOrderId, items]) => ({
    fulfillmentOrderId,
    fulfillmentOrderLineItems: items,
  }))
}

/** Why the units cannot be taken: somebody holds them, another fulfilment service owns them, or they are gone. */
function refusalOf(lineId: string, orders: readonly ChannelFulfilmentOrder[]): PlanRefusal {
  const waiting = orders.filter((order) => order.lines.some((line) => line.lineId === lineId && line.remaining > 0))
  if (waiting.some((order) => held.has(order.status))) return { reason: 'held', lineId }
  if (waiting.some((order) => fulfillable.has(order.status) && !order.mayFulfil)) return { reason: 'not_ours', lineId }
  return { reason: 'nothing_left', lineId }
}
