/**
 * Look again now. A person's retry starts afresh: places that turned the order down are asked again and rejected calls
 * reopened. Woken by stock or a timer, the order only plans again what waits.
 */

import type { Intent } from '../outbox/intent.ts'
import { reopenIntent } from '../outbox/intent-waiting.ts'
import { wokenAtMs } from './backorder.ts'
import { isActive } from './claims.ts'
import { hasBackorderedUnits } from './line-moves.ts'
import type { OrderCommand } from './order-command.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'

export function retry(command: OrderCommand, state: OrderState, nowMs: number): readonly OrderEvent[] {
  const afresh = command.cause.kind === 'operator' || command.cause.kind === 'api'
  if (!afresh) {
    if (!hasBackorderedUnits(state) && !state.saga.validationDue) return []
    return [{ type: 'retry_requested', afresh, recheckAtMs: wokenAtMs(state, nowMs) }]
  }
  const reopened = state.intents
    .filter((intent) => isStillWanted(state, intent))
    .map((intent) => reopenIntent(intent, nowMs))
    .filter((intent) => intent !== null)
  return [
    { type: 'retry_requested', afresh, recheckAtMs: nowMs },
    ...reopened.map((intent): OrderEvent => ({ type: 'intent_reopened', intent })),
  ]
}

function isStillWanted(state: OrderState, intent: Intent): boolean {
  switch (intent.kind) {
    case 'erp_create_order':
      return state.stage !== 'cancelled' || intent.mustProbe
    case 'erp_cancel_order':
      return state.stage === 'cancelled' || intent.mustProbe
    case 'warehouse_release':
    case 'warehouse_cancel':
      return state.fulfilmentOrders.some((other) => other.fulfilmentOrderId === intent.subject && isActive(other))
    case 'erp_record_shipment':
    case 'channel_fulfil':
      return true
  }
}
