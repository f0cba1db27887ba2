/**
 * An order whose saga gets nowhere: positions, locations or shards do not answer, for longer than a deployment or a
 * busy hour takes. It goes on being tried; that it does not succeed is a case, which closes when something comes of it.
 */
import { type Case, pendingValueMinor } from './order-case.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'
import type { SagaCommand } from './saga-command.ts'

/** Most failures are a moment's, and nobody's business. */
export const stuckAfterMs = 15 * 60_000
const reasonLengthMax = 300

export function recordStuck(
  { sinceMs, reason }: Extract<SagaCommand, { type: 'record_stuck' }>,
  state: OrderState,
): readonly OrderEvent[] {
  if (state.saga.stuck != null) return []
  return [{ type: 'saga_stuck', sinceMs, reason: reason.slice(0, reasonLengthMax) }]
}

export function recordRecovery(state: OrderState): readonly OrderEvent[] {
  return state.saga.stuck == null ? [] : [{ type: 'saga_recovered' }]
}

export function applyStuck(
  state: OrderState,
  event: Extract<OrderEvent, { type: 'saga_stuck' | 'saga_recovered' }>,
): OrderState {
  const stuck = event.type === 'saga_stuck' ? { sinceMs: event.sinceMs, reason: event.reason } : null
  return { ...state, saga: { ...state.saga, stuck } }
}

export function stuckCases(state: OrderState): readonly Case[] {
  const { stuck } = state.saga
  if (stuck == null) return []
  const since = `${new Date(stuck.sinceMs).toISOString().slice(0, 16)}Z`
  return [
    {
      category: 'stuck_order',
      class: 'intermittent',
      subject: 'saga',
      cluster: stuck.reason,
      message: `Nothing has come of this order since ${since}, though it is tried again and again: ${stuck.reason}`,
      moneyAtRiskMinor: pendingValueMinor(state),
    },
  ]
}
