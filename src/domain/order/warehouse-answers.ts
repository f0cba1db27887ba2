/** What warehouses say of a fulfilment order besides shipping it: accepted, rejected, cancelled. */
import { concludeIntent, settleDefaultMs } from '../outbox/intent-outcome.ts'
import { isUnderWay } from '../outbox/intent-waiting.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { isActive } from './claims.ts'
import { intentOf } from './open-intent.ts'
import type { OrderCommand, OrderRefusal } from './order-command.ts'
import type { OrderEvent } from './order-event.ts'
import type { FulfilmentOrder, OrderState } from './order-state.ts'

type Answer = Extract<OrderCommand, { type: 'record_acceptance' | 'record_rejection' | 'record_fulfilment_cancelled' }>

export function recordWarehouseAnswer(
  command: Answer,
  state: OrderState,
  nowMs: number,
): Result<readonly OrderEvent[], OrderRefusal> {
  const { fulfilmentOrderId } = command
  const fulfilmentOrder = state.fulfilmentOrders.find((other) => other.fulfilmentOrderId === fulfilmentOrderId)
  if (fulfilmentOrder === undefined) return err({ reason: 'fulfilment_order_not_found', fulfilmentOrderId })
  if (!isActive(fulfilmentOrder)) return ok([])
  const reference = command.type === 'record_acceptance' ? command.reference : null
  const told = releaseEvidence(state, fulfilmentOrder, reference, nowMs)
  return ok([...told, ...answerEvents(command, state, fulfilmentOrder)])
}

function answerEvents(command: Answer, state: OrderState, fulfilmentOrder: FulfilmentOrder): readonly OrderEvent[] {
  const { fulfilmentOrderId } = fulfilmentOrder
  switch (command.type) {
    case 'record_acceptance': {
      const { reference } = command
      const known =
        fulfilmentOrder.status !== 'open' && (reference ?? fulfilmentOrder.reference) === fulfilmentOrder.reference
      return known ? [] : [{ type: 'fulfilment_order_accepted', fulfilmentOrderId, reference }]
    }
    case 'record_rejection':
      return [{ type: 'fulfilment_order_rejected', fulfilmentOrderId, reason: command.reason }]
    case 'record_fulfilment_cancelled': {
      const asked = state.cancellation !== null || intentOf(state, 'warehouse_cancel', fulfilmentOrderId) !== undefined
      return [{ type: 'fulfilment_order_cancelled', fulfilmentOrderId, reason: command.reason, byWarehouse: !asked }]
    }
  }
}

/** A warehouse that speaks of a fulfilment order has it: whatever became of our call, it had its effect. */
export function releaseEvidence(
  state: OrderState,
  { fulfilmentOrderId }: FulfilmentOrder,
  reference: string | null,
  nowMs: number,
): readonly OrderEvent[] {
  const release = intentOf(state, 'warehouse_release', fulfilmentOrderId)
  if (release === undefined || !isUnderWay(release)) return []
  const outcome = { outcome: 'committed', reference: reference ?? fulfilmentOrderId } as const
  const settled = concludeIntent(release, release.attempts, outcome, { nowMs, settleMs: settleDefaultMs })
  return settled === null ? [] : [{ type: 'intent_settled', intent: settled }]
}
