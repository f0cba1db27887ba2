/**
 * One word for where an order stands, and who must act next: derived from the document for lists and filters. The saga
 * itself never reads them; it reads quantities, holds and intents.
 */
import { unreachable } from '../shared/result.ts'
import type { LineQuantities, OrderState } from './order-state.ts'

export const orderStatuses = [
  'on_hold',
  'exception',
  'processing',
  'backordered',
  'released',
  'partially_shipped',
  'shipped',
  'delivered',
  'closed',
  'cancelled',
] as const
export type OrderStatus = (typeof orderStatuses)[number]

/** Which system must act before the order can advance; the console shows it and `stuck_order` names it. */
export type NextActor = 'crossdock' | 'channel' | 'erp' | 'warehouse' | 'carrier' | 'operations' | 'supplier' | 'nobody'

/** What a person must see first wins: the end of the order, then what stops it, then how far its units are. */
export function statusOf(state: OrderState): OrderStatus {
  if (state.stage === 'cancelled') return 'cancelled'
  if (state.stage === 'closed') return isDelivered(state) ? 'delivered' : 'closed'
  if (state.holds.some((hold) => hold.releasedAtMs === null)) return 'on_hold'
  if (state.exceptions.some((exception) => exception.resolvedAtMs === null)) return 'exception'
  return statusOfUnits(state)
}

function statusOfUnits(state: OrderState): OrderStatus {
  const shipped = unitsOf(state, 'shipped')
  const inHand = unitsOf(state, 'open') + unitsOf(state, 'reserved') + unitsOf(state, 'released')
  const backordered = unitsOf(state, 'backordered')
  if (shipped > 0 && inHand + backordered > 0) return 'partially_shipped'
  if (shipped > 0) return isDelivered(state) ? 'delivered' : 'shipped'
  if (backordered > 0) return 'backordered'
  return state.stage === 'released' ? 'released' : 'processing'
}

/** What never travels (a gift card, a service) keeps no order from being delivered. */
function isDelivered(state: OrderState): boolean {
  const travelling = state.lines.filter((line) => !line.notStocked)
  const shipped = travelling.reduce((sum, line) => sum + line.quantities.shipped, 0)
  return shipped > 0 && unitsOf(state, 'delivered') >= shipped
}

export function unitsOf(state: OrderState, status: keyof LineQuantities): number {
  return state.lines.reduce((sum, line) => sum + line.quantities[status], 0)
}

/** Which system the order waits for. */
export function nextActorOf(state: OrderState): NextActor {
  const status = statusOf(state)
  switch (status) {
    case 'cancelled':
    case 'closed':
    case 'delivered':
      return partnerAwaited(state) ?? 'nobody'
    case 'on_hold':
    case 'exception':
      return 'operations'
    case 'shipped':
      return partnerAwaited(state) ?? 'carrier'
    case 'backordered':
      return partnerAwaited(state) ?? 'supplier'
    case 'released':
    case 'partially_shipped':
      return partnerAwaited(state) ?? (unitsOf(state, 'released') > 0 ? 'warehouse' : 'supplier')
    case 'processing':
      return partnerAwaited(state) ?? 'crossdock'
    default:
      return unreachable(status)
  }
}

/** The partner whose answer is outstanding. */
function partnerAwaited(state: OrderState): NextActor | null {
  const waiting = state.intents.find((intent) => ['pending', 'calling', 'unknown'].includes(intent.status))
  if (waiting === undefined) return null
  if (waiting.kind === 'channel_fulfil') return 'channel'
  return waiting.kind.startsWith('warehouse') ? 'warehouse' : 'erp'
}
