/**
 * The saga as a process manager: from the state to the effects wanted next. It remembers nothing of its own; a crash
 * between any two steps only means that the same steps are wanted again, under the same ids.
 */

import { isLookDue, lookSteps } from './better-plan.ts'
import { claimCapacityCalls, type LocationCall, releaseCapacityCalls } from './capacity-claims.ts'
import { isUnmapped } from './intake-cases.ts'
import { hasBackorderedUnits, hasPendingUnits } from './line-moves.ts'
import { lookAheadSteps } from './look-ahead.ts'
import { cartSteps, isCartOpen } from './order-cart.ts'
import type { OrderState } from './order-state.ts'
import { unitsToPlan, wantsPlan } from './propose-plan.ts'
import { isReplacing } from './replace-plan.ts'
import type { LocationStepType, SagaStep, StockStepType } from './saga-step.ts'
import { isBooked, waitsForShipDate } from './ship-date.ts'
import { planAsk } from './sourcing-request.ts'
import { awaitCalls, commitCalls, effectCalls, extendCalls, forgetCalls, holdCalls } from './stock-calls.ts'
import { holdMarginMs } from './wake.ts'

/** Steps of one answer are independent of each other and may run side by side. */
export function nextSteps(state: OrderState, nowMs: number): readonly SagaStep[] {
  const isFinal = isBooked(state) && !waitsForShipDate(state, nowMs)
  return [
    ...reviewStep(state, nowMs),
    ...cartSteps(state, nowMs),
    ...planStep(state, nowMs),
    ...lookSteps(state, nowMs),
    ...locationStep('claim_capacity', claimCapacityCalls(state)),
    ...locationStep('release_capacity', releaseCapacityCalls(state)),
    ...stockStep(state, 'hold_stock', claimCapacityCalls(state).length > 0 ? [] : holdCalls(state)),
    ...stockStep(state, 'release_stock', effectCalls(state, 'release')),
    ...stockStep(state, 'ship_stock', effectCalls(state, 'ship')),
    ...stockStep(state, 'commit_stock', isFinal && !isMoving(state, nowMs) ? commitCalls(state) : []),
    ...stockStep(state, 'extend_stock', isFinal ? [] : extendCalls(state, nowMs + holdMarginMs)),
    ...stockStep(state, 'await_stock', awaitCalls(state)),
    ...stockStep(state, 'forget_waiter', hasBackorderedUnits(state) ? [] : forgetCalls(state)),
    ...lookAheadSteps(state, nowMs),
  ]
}

function reviewStep(state: OrderState, nowMs: number): SagaStep[] {
  const { validationDue, validateAtMs } = state.saga
  // A line that wanted nothing when the order was looked at was not mapped; by now it may want something again.
  const unmapped = state.lines.filter(isUnmapped)
  if (!validationDue && unmapped.length === 0) return []
  if (nowMs < validateAtMs || !hasPendingUnits(state)) return []
  if (state.stage === 'closed' || state.stage === 'cancelled') return []
  const lines = unmapped.map(({ lineId, externalSku, unit }) => ({
    lineId,
    externalSku,
    ...(unit === undefined ? {} : { unit }),
  }))
  return [{ type: 'review', account: state.order.account, lines }]
}

function planStep(state: OrderState, nowMs: number): SagaStep[] {
  // What is being given back may be what the plan needs: it is looked for once it is there.
  const isGivingBack = state.saga.stockEffects.some(({ kind }) => kind === 'release')
  if (isCartOpen(state) || isGivingBack || !wantsPlan(state, nowMs)) return []
  const wanted = state.lines.filter((line) => unitsToPlan(line, state, nowMs) > 0)
  const isFresh = state.saga.refusals > 0 || state.saga.rechecks > 0
  return [{ type: 'plan', ask: planAsk(state.order, wanted, (line) => unitsToPlan(line, state, nowMs), isFresh) }]
}

function locationStep(type: LocationStepType, calls: readonly LocationCall[]): SagaStep[] {
  return calls.length === 0 ? [] : [{ type, calls }]
}

function stockStep(state: OrderState, type: StockStepType, calls: ReturnType<typeof holdCalls>): SagaStep[] {
  return calls.length === 0 ? [] : [{ type, attempt: state.attempt, calls }]
}

/** What may be about to be given up for a better plan does not become final meanwhile. */
function isMoving(state: OrderState, nowMs: number): boolean {
  return isReplacing(state) || isLookDue(state, nowMs)
}
