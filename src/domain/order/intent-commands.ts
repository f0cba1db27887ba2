/** The intent protocol as commands on the order: begin an attempt, record its outcome, put it off. */

import type { Intent } from '../outbox/intent.ts'
import { beginIntent } from '../outbox/intent-begin.ts'
import { concludeIntent } from '../outbox/intent-outcome.ts'
import { deferIntent } from '../outbox/intent-waiting.ts'
import { unreachable } from '../shared/result.ts'
import { hasOpenHold } from './holds.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'
import type { SagaCommand } from './saga-command.ts'

type IntentCommand = Extract<SagaCommand, { type: 'begin_attempt' | 'record_outcome' | 'defer_intent' }>

/** How long a call that a hold keeps back is left alone; a released hold brings it forward. */
export const holdBackMs = 60_000

export function decideIntent(command: IntentCommand, state: OrderState, nowMs: number): readonly OrderEvent[] {
  const intent = findIntent(state, command.intentId)
  if (intent === undefined) return []
  switch (command.type) {
    case 'begin_attempt': {
      if (isHeldBack(state, intent)) return []
      const begun = beginIntent(intent, command.commandId, nowMs)
      return begun.go && begun.intent !== intent ? [{ type: 'intent_begun', intent: begun.intent }] : []
    }
    case 'record_outcome': {
      const { attempt, outcome, settleMs } = command
      const concluded = concludeIntent(intent, attempt, outcome, { nowMs, settleMs })
      return concluded === null ? [] : [{ type: eventOf(concluded), intent: concluded }]
    }
    case 'defer_intent': {
      const deferred = deferIntent(intent, command.retryAtMs, command.why)
      return deferred === null ? [] : [{ type: 'intent_deferred', intent: deferred }]
    }
    default:
      return unreachable(command)
  }
}

export function findIntent(state: OrderState, intentId: string): Intent | undefined {
  return state.intents.find((intent) => intent.intentId === intentId)
}

function eventOf(concluded: Intent) {
  switch (concluded.status) {
    case 'settled':
      return 'intent_settled'
    case 'rejected':
      return 'intent_rejected'
    case 'unknown':
      return 'intent_in_doubt'
    default:
      return 'intent_deferred'
  }
}

/**
 * A hold placed after the intent was opened still keeps the order from advancing, unless the call may already be out.
 */
export function isHeldBack(state: OrderState, intent: Intent): boolean {
  if (intent.status !== 'pending' || intent.mustProbe) return false
  return ['erp_create_order', 'warehouse_release'].includes(intent.kind) && hasOpenHold(state)
}
