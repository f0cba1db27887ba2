/** Asks warehouses for units back that nobody wants shipped any more, and deals with what they answer. */

import type { Intent } from '../outbox/intent.ts'
import { isUnderWay, withdrawIntent } from '../outbox/intent-waiting.ts'
import { isActive, remainingOf } from './claims.ts'
import { isLeft } from './leave-location.ts'
import { intentOf, lastPartOf, openedIntent } from './open-intent.ts'
import type { OrderEvent } from './order-event.ts'
import type { FulfilmentOrder, OrderState } from './order-state.ts'
import { wantedByLine } from './wanted.ts'

export function recall(state: OrderState, nowMs: number): readonly OrderEvent[] {
  for (const fulfilmentOrder of state.fulfilmentOrders) {
    const answered = answeredRecall(state, fulfilmentOrder)
    if (answered.length > 0) return answered
  }
  return toRecall(state).flatMap((fulfilmentOrder) => startRecall(state, fulfilmentOrder, nowMs))
}

/** What the warehouse said to our request, turned into what became of the fulfilment order. */
function answeredRecall(state: OrderState, fulfilmentOrder: FulfilmentOrder): readonly OrderEvent[] {
  const { fulfilmentOrderId } = fulfilmentOrder
  const request = intentOf(state, 'warehouse_cancel', fulfilmentOrderId)
  if (!isActive(fulfilmentOrder)) return noLongerNeeded(state, fulfilmentOrder)
  if (request?.status === 'settled') return [cancelledForUs(state, fulfilmentOrder)]
  if (request?.status === 'rejected' && !request.mustProbe && fulfilmentOrder.recallRefused === null) {
    return [{ type: 'recall_refused', fulfilmentOrderId, reason: request.lastError ?? 'the warehouse refused' }]
  }
  return []
}

function noLongerNeeded(state: OrderState, { fulfilmentOrderId }: FulfilmentOrder): readonly OrderEvent[] {
  const intents = [
    intentOf(state, 'warehouse_cancel', fulfilmentOrderId),
    intentOf(state, 'warehouse_release', fulfilmentOrderId),
  ]
  return intents.flatMap((intent) => withdrawal(intent))
}

/** Withdrawn while the partner certainly knows nothing of it. */
export function withdrawal(intent: Intent | undefined): readonly OrderEvent[] {
  if (intent === undefined || !isUnderWay(intent)) return []
  const withdrawn = withdrawIntent(intent)
  return withdrawn === null ? [] : [{ type: 'intent_withdrawn', intent: withdrawn }]
}

/** The newest releases first: the oldest are the likeliest to have been picked. Released by hand counts as unpicked. */
function toRecall(state: OrderState): readonly FulfilmentOrder[] {
  const candidates = state.fulfilmentOrders.filter((other) => isActive(other) && other.recallRefused === null)
  const chosen = new Set<FulfilmentOrder>()
  const newestFirst = candidates.toReversed()
  for (const { line, excess } of wantedByLine(state)) {
    let left = Math.min(line.quantities.released, excess)
    if (left <= 0) continue
    for (const fulfilmentOrder of newestFirst) {
      const held = fulfilmentOrder.lines.find((other) => other.lineId === line.lineId)
      if (left <= 0 || held === undefined || remainingOf(held) === 0) continue
      chosen.add(fulfilmentOrder)
      left -= remainingOf(held)
    }
  }
  for (const fulfilmentOrder of candidates) if (isLeft(state, fulfilmentOrder.location)) chosen.add(fulfilmentOrder)
  return [...chosen]
}

function startRecall(state: OrderState, fulfilmentOrder: FulfilmentOrder, nowMs: number): readonly OrderEvent[] {
  const { fulfilmentOrderId, account } = fulfilmentOrder
  if (fulfilmentOrder.byHand) return [cancelledForUs(state, fulfilmentOrder)]
  const release = intentOf(state, 'warehouse_release', fulfilmentOrderId)
  if (release?.status === 'pending') {
    const withdrawn = withdrawal(release)
    return withdrawn.length === 0 ? [] : [...withdrawn, cancelledForUs(state, fulfilmentOrder)]
  }
  if (release?.status !== 'settled' || intentOf(state, 'warehouse_cancel', fulfilmentOrderId) !== undefined) return []
  const intent = {
    kind: 'warehouse_cancel',
    name: lastPartOf(fulfilmentOrderId),
    account,
    externalId: `${fulfilmentOrderId}/cancel`,
    subject: fulfilmentOrderId,
  } as const
  return [openedIntent(intent, nowMs)]
}

function cancelledForUs(state: OrderState, { fulfilmentOrderId }: FulfilmentOrder): OrderEvent {
  const reason = state.cancellation?.reason ?? 'no longer wanted'
  return { type: 'fulfilment_order_cancelled', fulfilmentOrderId, reason, byWarehouse: false }
}
