/** Which system owns the next action, and why, in one sentence that a person can act on. */
import type { OrderState } from '../../../domain/order/order-state.ts'
import type { NextActor } from '../../../domain/order/order-status.ts'
import { nextActorOf, statusOf, unitsOf } from '../../../domain/order/order-status.ts'
import { waitsForShipDate } from '../../../domain/order/ship-date.ts'
import type { Intent, IntentKind } from '../../../domain/outbox/intent.ts'
import { spanText } from '../design/time.tsx'
import { count, words } from '../design/words.ts'

export type NextStep = { readonly actor: NextActor; readonly why: string }

const wanted = {
  erp_create_order: 'book the sales order',
  erp_cancel_order: 'cancel the sales order',
  erp_record_shipment: 'book the shipment',
  warehouse_release: 'accept the release',
  warehouse_cancel: 'stop the release',
  channel_fulfil: 'take the tracking number',
} as const satisfies Record<IntentKind, string>

export function nextStepOf(state: OrderState, nowMs: number): NextStep {
  const actor = nextActorOf(state)
  return { actor, why: blocked(state) ?? awaited(state, nowMs) ?? unitsWhy(state, actor, nowMs) }
}

/** What a person must settle first. */
function blocked(state: OrderState): string | null {
  const status = statusOf(state)
  const hold = state.holds.find((entry) => entry.releasedAtMs === null)
  if (status === 'on_hold' && hold !== undefined) return `On hold (${words(hold.kind).toLowerCase()}): ${hold.reason}`
  const open = state.exceptions.find((entry) => entry.resolvedAtMs === null)
  return status === 'exception' && open !== undefined ? open.remediation : null
}

/** The partner call under way, and what its state means. */
function awaited(state: OrderState, nowMs: number): string | null {
  const intent = state.intents.find((entry) => ['pending', 'calling', 'unknown'].includes(entry.status))
  return intent === undefined ? null : `${intent.account} is to ${wanted[intent.kind]}: ${progressOf(intent, nowMs)}`
}

function progressOf(intent: Intent, nowMs: number): string {
  if (intent.status === 'calling') return 'the call is under way.'
  if (intent.status === 'unknown') return 'nobody knows whether the last call took effect, so it is looked up first.'
  const waitMs = intent.notBeforeMs - nowMs
  if (waitMs >= 1_000) return `the next attempt is in ${spanText(waitMs)}.`
  return intent.attempts === 0 ? 'the call is queued.' : `attempt ${intent.attempts + 1} is queued.`
}

function unitsWhy(state: OrderState, actor: NextActor, nowMs: number): string {
  const units = (status: Parameters<typeof unitsOf>[1]) => count(unitsOf(state, status), 'unit')
  switch (actor) {
    case 'warehouse':
      return `${units('released')} released and not shipped yet.`
    case 'carrier':
      return `${units('shipped')} under way; the carrier has not reported delivery.`
    case 'supplier':
      return `${units('backordered')} on backorder; the order goes on by itself when stock arrives.`
    case 'crossdock':
      return wakeWhy(state, nowMs)
    case 'nobody':
      return state.stage === 'cancelled' ? 'The order is cancelled.' : 'Everything is done.'
    default:
      return 'An answer is outstanding.'
  }
}

function wakeWhy(state: OrderState, nowMs: number): string {
  const { shipNotBeforeMs: dayMs } = state.order
  if (dayMs !== undefined && waitsForShipDate(state, nowMs)) {
    return `Held for a later day: it may leave in ${spanText(dayMs - nowMs)}, and goes to the warehouse then.`
  }
  if (state.wakeAtMs === null || state.wakeAtMs <= nowMs) return 'The order is being worked on.'
  return `The order looks again in ${spanText(state.wakeAtMs - nowMs)}.`
}
