/**
 * What follows from the state by itself, without asking anybody: run after every command, in the same commit, until
 * nothing follows any more. Effects that need somebody else are not here but in `next-steps.ts`.
 */
import { isUnderWay } from '../outbox/intent-waiting.ts'
import { yieldUncovered } from './cover-lost.ts'
import { hasPendingUnits } from './line-moves.ts'
import { reviewCases } from './order-cases.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'
import { promisePlanned } from './plan-deliveries.ts'
import { fulfilServices, post, tellOfShipments } from './post-order.ts'
import { recall } from './recall.ts'
import { reconcile } from './reconcile.ts'
import { rejectedReleases, release, reroute } from './release-fulfilment.ts'
import { settlePromises } from './settle-promises.ts'
import { takePromises } from './take-promises.ts'

type Rule = (state: OrderState, nowMs: number) => readonly OrderEvent[]

/**
 * In order of urgency: first what must not ship, then what may, then how it stands. The first that applies is taken.
 */
const rules: readonly Rule[] = [
  reopen,
  reconcile,
  takePromises,
  promisePlanned,
  rejectedReleases,
  recall,
  refuseCancellation,
  yieldUncovered,
  reroute,
  post,
  fulfilServices,
  release,
  tellOfShipments,
  settlePromises,
  end,
  reviewCases,
]

export function followUp(state: OrderState, nowMs: number): readonly OrderEvent[] {
  for (const rule of rules) {
    const events = rule(state, nowMs)
    if (events.length > 0) return events
  }
  return []
}

/** The channel wants units of an order that had ended, or shows that some of a cancelled one left after all. */
function reopen(state: OrderState): readonly OrderEvent[] {
  const shipped = state.lines.some((line) => line.quantities.shipped > 0)
  const ended = state.stage === 'closed' || state.stage === 'cancelled'
  if (!ended || (!hasPendingUnits(state) && !(state.stage === 'cancelled' && shipped))) return []
  // What has shipped was posted before it; anything else goes the whole way again. A report of nothing but short lines
  // shipped nothing.
  const posted = state.shipments.some(({ lines }) => lines.length > 0)
  return [{ type: 'reopened', stage: posted ? 'released' : 'captured' }]
}

/** Asked to cancel when a part could not be had back: whoever asked must hear of it. */
function refuseCancellation(state: OrderState): readonly OrderEvent[] {
  if (state.cancellation === null || state.cancellation.refused !== null) return []
  const kept = state.fulfilmentOrders.find((fulfilmentOrder) => fulfilmentOrder.recallRefused !== null)
  if (kept !== undefined) return [{ type: 'cancel_refused', reason: `${kept.account}: ${kept.recallRefused}` }]
  const shipped = state.lines.reduce((sum, line) => sum + line.quantities.shipped, 0)
  if (shipped === 0 || hasPendingUnits(state)) return []
  return [{ type: 'cancel_refused', reason: `${shipped} units had left` }]
}

/**
 * Nothing left to do for any unit. An order of which nothing left is cancelled at once; its effects finish behind it.
 */
function end(state: OrderState): readonly OrderEvent[] {
  if (state.stage === 'closed' || state.stage === 'cancelled' || hasPendingUnits(state)) return []
  if (state.lines.every((line) => line.quantities.shipped === 0)) return [{ type: 'cancelled' }]
  const { saga, intents } = state
  const owed = saga.holding || saga.stockEffects.length > 0
  const unsettled = intents.some((intent) => isUnderWay(intent) || blocksEnd(intent.kind, intent.status))
  return owed || unsettled ? [] : [{ type: 'closed' }]
}

/** A partner that was never told of the order or of a shipment is not done; one that refused a cancellation is. */
function blocksEnd(kind: string, status: string): boolean {
  return status === 'rejected' && kind !== 'warehouse_cancel' && kind !== 'warehouse_release'
}
