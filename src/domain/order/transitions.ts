/**
 * Which event may happen at which stage, and where it leads (I6). A history is legal when every event was allowed at
 * the stage it met. The table is typed by the event union: a new event fails to compile until it has its row.
 */
import type { OrderEvent, OrderEventType } from './order-event.ts'
import type { OrderStage } from './order-state.ts'

const everywhere = [
  'captured',
  'validated',
  'planned',
  'reserved',
  'posted',
  'released',
  'closed',
  'cancelled',
] as const
const underWay = ['captured', 'validated', 'planned', 'reserved', 'posted', 'released'] as const
const fromValidated = ['validated', 'planned', 'reserved', 'posted', 'released'] as const
const fromReserved = ['reserved', 'posted', 'released'] as const
const fromPosted = ['posted', 'released'] as const
const nowhere: readonly OrderStage[] = []

/** Facts, cases and intents know no stage; what moves goods does. */
const legalAt: Readonly<Record<OrderEventType, readonly OrderStage[]>> = {
  fact_parked: nowhere,
  captured: nowhere,
  revised: everywhere,
  stale_observed: everywhere,
  refund_recorded: everywhere,
  return_recorded: everywhere,
  channel_fulfilment_recorded: everywhere,
  tracking_recorded: everywhere,
  tracking_parked: everywhere,
  cancel_requested: everywhere,
  cancel_refused: everywhere,
  lines_mapped: underWay,
  validated: underWay,
  validation_deferred: underWay,
  retry_requested: everywhere,
  hold_placed: everywhere,
  hold_released: everywhere,
  exception_opened: everywhere,
  exception_resolved: everywhere,
  promise_taken: everywhere,
  promises_reviewed: everywhere,
  planned: fromValidated,
  plan_reviewed: fromReserved,
  cart_taken: fromValidated,
  cart_settled: everywhere,
  saga_stuck: everywhere,
  saga_recovered: everywhere,
  stock_reserved: ['planned', 'reserved', 'posted', 'released'],
  // The last plan's holds are answered even when the order has ended in between, so that nothing stays claimed.
  stock_refused: everywhere,
  holds_extended: fromReserved,
  stock_committed: fromPosted,
  reservation_lost: fromReserved,
  reservation_reduced: everywhere,
  units_backordered: fromValidated,
  capacity_claimed: everywhere,
  capacity_released: everywhere,
  cover_told: everywhere,
  cover_lost: everywhere,
  location_left: everywhere,
  location_returned: everywhere,
  waiting_registered: everywhere,
  waiting_ended: everywhere,
  stock_effect_done: everywhere,
  units_cancelled: everywhere,
  units_reinstated: everywhere,
  units_fulfilled_externally: everywhere,
  external_fulfilment_withdrawn: everywhere,
  services_fulfilled: fromPosted,
  fulfilment_order_opened: fromPosted,
  fulfilment_order_accepted: ['released', 'closed'],
  fulfilment_order_rejected: ['released'],
  fulfilment_order_cancelled: ['released'],
  recall_refused: ['released'],
  shipment_recorded: ['released'],
  units_short: ['released'],
  intent_opened: everywhere,
  intent_begun: everywhere,
  intent_deferred: everywhere,
  intent_in_doubt: everywhere,
  intent_settled: everywhere,
  intent_rejected: everywhere,
  intent_withdrawn: everywhere,
  intent_reopened: everywhere,
  posted: ['validated', 'reserved'],
  closed: underWay,
  cancelled: underWay,
  reopened: ['closed', 'cancelled'],
}

/** `stage` null: before the order exists. */
export function isLegal(stage: OrderStage | null, type: OrderEventType): boolean {
  if (stage === null) return type === 'fact_parked' || type === 'captured'
  return legalAt[type].includes(stage)
}

/** The stage after the event; most events leave it as it is. */
export function stageAfter(stage: OrderStage | null, event: OrderEvent): OrderStage | null {
  switch (event.type) {
    case 'captured':
      return 'captured'
    case 'validated':
      return stage === 'captured' ? 'validated' : stage
    case 'planned':
      return stage === 'validated' ? 'planned' : stage
    case 'stock_reserved':
      return stage === 'planned' ? 'reserved' : stage
    case 'stock_refused':
      return stage === 'planned' ? 'validated' : stage
    case 'posted':
      return 'posted'
    case 'fulfilment_order_opened':
      return 'released'
    case 'closed':
      return 'closed'
    case 'cancelled':
      return 'cancelled'
    case 'reopened':
      return event.stage
    default:
      return stage
  }
}

/** The place in the history of the first event that its stage does not allow; null for a legal path. */
export function firstIllegalStep(history: readonly OrderEvent[]): number | null {
  let stage: OrderStage | null = null
  for (const [index, event] of history.entries()) {
    if (!isLegal(stage, event.type)) return index
    stage = stageAfter(stage, event)
  }
  return null
}
