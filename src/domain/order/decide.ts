/**
 * One command, decided: what the verb records, then everything that follows from it, in one list of events and with the
 * document they lead to. Refusals change nothing.
 */
import { err, ok, type Result, unreachable } from '../shared/result.ts'
import { reviewPlan } from './better-plan.ts'
import { cancel } from './cancel.ts'
import { recordCapacity } from './capacity-claims.ts'
import { recordChannelFulfilment, recordRefund, recordReturn, recordTracking } from './channel-facts.ts'
import { recordCover } from './cover-lost.ts'
import { evolveAll } from './evolve.ts'
import { followUp } from './follow-up.ts'
import { placeHold, releaseHold } from './holds.ts'
import { decideIntent } from './intent-commands.ts'
import { leaveLocation, returnToLocation } from './leave-location.ts'
import { recordOutlook } from './look-ahead.ts'
import { capture, observe } from './observe.ts'
import { recordCart, recordCartSettled } from './order-cart.ts'
import type { OrderCommand, OrderRefusal } from './order-command.ts'
import type { OrderDocument } from './order-document.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'
import { proposePlan } from './propose-plan.ts'
import { recordReview } from './record-review.ts'
import { recordShipment } from './record-shipment.ts'
import { recordStock } from './record-stock.ts'
import { retry } from './retry.ts'
import type { SagaCommand } from './saga-command.ts'
import { recordRecovery, recordStuck } from './stuck.ts'
import { recordWarehouseAnswer } from './warehouse-answers.ts'

export type Facts = { readonly orderId: string; readonly nowMs: number }

export type Decision = {
  readonly events: readonly OrderEvent[]
  readonly effect: 'applied' | 'unchanged' | 'stale'
  readonly document: OrderDocument
}
type Effect = Decision['effect']
type Verb = Result<{ readonly events: readonly OrderEvent[]; readonly effect: Effect }, OrderRefusal>

/** Facts that may overtake the order itself; kept until it comes. More than these are a sender gone wrong. */
const parkedMax = 100
/** Far beyond any real chain of consequences: a cycle is a bug and must not spin. */
const followUpsMax = 1_000

export function decide(
  command: OrderCommand | SagaCommand,
  document: OrderDocument,
  facts: Facts,
): Result<Decision, OrderRefusal> {
  if (document.state === null) return decideUnknown(command, document, facts)
  const decided = verbOf(command, document.state, facts.nowMs)
  return decided.ok ? ok(conclude(document, decided.value.events, decided.value.effect, facts.nowMs)) : decided
}

function decideUnknown(
  command: OrderCommand | SagaCommand,
  document: OrderDocument,
  facts: Facts,
): Result<Decision, OrderRefusal> {
  switch (command.type) {
    case 'observe': {
      const captured = conclude(document, capture(command), 'applied', facts.nowMs)
      return ok(document.parked.reduce((decision, fact) => afterParked(decision, fact, facts), captured))
    }
    case 'record_refund':
    case 'record_channel_fulfilment':
    case 'record_tracking':
    case 'record_return':
      if (document.parked.some((fact) => fact.commandId === command.commandId)) {
        return ok({ events: [], effect: 'unchanged', document })
      }
      if (document.parked.length < parkedMax) {
        return ok(
          conclude(document, [{ type: 'fact_parked', orderId: facts.orderId, fact: command }], 'applied', facts.nowMs),
        )
      }
      return err({ reason: 'order_not_found', orderId: facts.orderId })
    default:
      return err({ reason: 'order_not_found', orderId: facts.orderId })
  }
}

/** A parked fact that the order refuses, now that it is known, has been answered long ago: it is let go. */
function afterParked(before: Decision, fact: OrderCommand, facts: Facts): Decision {
  const after = decide(fact, before.document, facts)
  if (!after.ok) return before
  return { ...after.value, events: [...before.events, ...after.value.events], effect: before.effect }
}

function conclude(document: OrderDocument, events: readonly OrderEvent[], effect: Effect, nowMs: number): Decision {
  const all = [...events]
  let next = evolveAll(document, events, nowMs)
  for (let round = 0; round < followUpsMax; round++) {
    const following = events.length === 0 || next.state === null ? [] : followUp(next.state, nowMs)
    if (following.length === 0) return { events: all, effect, document: next }
    next = evolveAll(next, following, nowMs)
    all.push(...following)
  }
  throw new Error(`${next.state?.orderId}: one thing keeps following another: ${all.at(-1)?.type}`)
}

const changed = (events: readonly OrderEvent[]): Verb =>
  ok({ events, effect: events.length === 0 ? 'unchanged' : 'applied' })
const changedBy = (decided: Result<readonly OrderEvent[], OrderRefusal>): Verb =>
  decided.ok ? changed(decided.value) : decided

function verbOf(command: OrderCommand | SagaCommand, state: OrderState, nowMs: number): Verb {
  switch (command.type) {
    case 'observe':
      return ok(observe(command, state))
    case 'cancel':
      return changedBy(cancel(command, state, nowMs))
    case 'place_hold':
      return changedBy(placeHold(command, state))
    case 'release_hold':
      return changedBy(releaseHold(command, state))
    case 'retry':
      return changed(retry(command, state, nowMs))
    case 'record_acceptance':
    case 'record_rejection':
    case 'record_fulfilment_cancelled':
      return changedBy(recordWarehouseAnswer(command, state, nowMs))
    case 'record_shipment':
      return changedBy(recordShipment(command, state, nowMs))
    case 'record_tracking':
      return recordTracking(command, state)
    case 'record_refund':
      return ok(recordRefund(command, state))
    case 'record_return':
      return recordReturn(command, state)
    case 'record_channel_fulfilment':
      return ok(recordChannelFulfilment(command, state))
    case 'record_review':
      return changed(recordReview(command, state, nowMs))
    case 'record_cart':
      return changed(recordCart(command, state, nowMs))
    case 'record_stuck':
      return changed(recordStuck(command, state))
    case 'record_recovery':
      return changed(recordRecovery(state))
    case 'record_cart_settled':
      return changed(recordCartSettled(state))
    case 'propose_plan':
      return changed(proposePlan(command, state, nowMs))
    case 'review_plan':
      return changed(reviewPlan(command, state, nowMs))
    case 'record_stock':
      return changed(recordStock(command, state, nowMs))
    case 'record_capacity':
      return changed(recordCapacity(command, state, nowMs))
    case 'leave_location':
      return changed(leaveLocation(command, state))
    case 'return_to_location':
      return changed(returnToLocation(command, state, nowMs))
    case 'record_cover':
      return changed(recordCover(command, state))
    case 'record_outlook':
      return changed(recordOutlook(command, state, nowMs))
    case 'begin_attempt':
    case 'record_outcome':
    case 'defer_intent':
      return changed(decideIntent(command, state, nowMs))
    default:
      return unreachable(command)
  }
}
