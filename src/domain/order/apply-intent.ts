/** How the document takes in an intent's progress, and what a settled one tells about the order. */
import type { Intent } from '../outbox/intent.ts'
import { changeFulfilmentOrder } from './apply-fulfilment.ts'
import type { OrderEventType } from './order-event.ts'
import type { OrderState } from './order-state.ts'

export function applyIntent(state: OrderState, type: OrderEventType, intent: Intent, atMs: number): OrderState {
  const known = state.intents.some((other) => other.intentId === intent.intentId)
  const intents = known
    ? state.intents.map((other) => (other.intentId === intent.intentId ? intent : other))
    : [...state.intents, intent]
  const changed = { ...state, intents }
  if (type === 'intent_settled') return applySettled(changed, intent, atMs)
  return type === 'intent_begun' ? applyBegun(changed, intent) : changed
}

/** What the ERP is about to be told. A call that only looks for an earlier one tells it nothing new. */
function applyBegun(state: OrderState, intent: Intent): OrderState {
  if (intent.kind !== 'erp_create_order' || (intent.mustProbe && state.saga.erpUnits !== null)) return state
  const erpUnits = state.lines
    .filter((line) => line.ordered > line.quantities.cancelled)
    .map((line) => ({ lineId: line.lineId, quantity: line.ordered - line.quantities.cancelled }))
  return { ...state, saga: { ...state.saga, erpUnits } }
}

function applySettled(state: OrderState, intent: Intent, atMs: number): OrderState {
  if (intent.kind === 'erp_create_order') {
    return { ...state, erp: { account: intent.account, reference: intent.reference } }
  }
  if (intent.kind !== 'warehouse_release' || intent.subject === null) return state
  return changeFulfilmentOrder(state, intent.subject, (fulfilmentOrder) => ({
    ...fulfilmentOrder,
    status: fulfilmentOrder.status === 'open' ? 'in_progress' : fulfilmentOrder.status,
    reference: fulfilmentOrder.reference ?? intent.reference,
    releasedAtMs: fulfilmentOrder.releasedAtMs ?? atMs,
  }))
}
