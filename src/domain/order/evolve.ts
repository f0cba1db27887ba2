/** Folds one event into the document. Total over the event union; what comes out satisfies the invariants or throws. */
import { unreachable } from '../shared/result.ts'
import * as fulfilment from './apply-fulfilment.ts'
import { applyIntent } from './apply-intent.ts'
import { applyCaptured, applyRevised, applyStaleObserved } from './apply-observation.ts'
import { applyPromise, withPromisesDue } from './apply-promise.ts'
import * as review from './apply-review.ts'
import * as stock from './apply-stock.ts'
import { withLooks } from './better-plan.ts'
import { applyCapacity } from './capacity-claims.ts'
import { applyCoverLost, applyCoverTold } from './cover-lost.ts'
import { withDerivedUnits } from './derived-units.ts'
import { assertOrder } from './invariants.ts'
import { changeLines, moveUnits } from './line-moves.ts'
import type { OrderDocument } from './order-document.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'
import { applyStuck } from './stuck.ts'
import { isLegal, stageAfter } from './transitions.ts'
import { nextWakeMs } from './wake.ts'

export function evolve(document: OrderDocument, event: OrderEvent, atMs: number): OrderDocument {
  return evolveAll(document, [event], atMs)
}

/** What one decision recorded, looked at as a whole: an order of many lines has an event for each, and is as wide. */
export function evolveAll(document: OrderDocument, events: readonly OrderEvent[], atMs: number): OrderDocument {
  const next = runsOf(events).reduce((sofar, run) => step(sofar, run, atMs), document)
  if (next.state !== null && next !== document) assertOrder(next.state)
  return next
}

type EffectDone = Extract<OrderEvent, { type: 'stock_effect_done' }>
/** `more`: what of the same kind follows at once. */
type Run = { readonly event: OrderEvent; readonly more: readonly EffectDone[] }

/** Effects are done one for each line: those that follow each other are taken in together. */
function runsOf(events: readonly OrderEvent[]): readonly Run[] {
  const runs: { event: OrderEvent; more: EffectDone[] }[] = []
  for (const event of events) {
    const last = runs.at(-1)
    if (event.type === 'stock_effect_done' && last?.event.type === event.type) last.more.push(event)
    else runs.push({ event, more: [] })
  }
  return runs
}

function step(document: OrderDocument, { event, more }: Run, atMs: number): OrderDocument {
  const version = document.version + 1 + more.length
  const stage = document.state?.stage ?? null
  if (!isLegal(stage, event.type)) throw new Error(`${event.type} is not possible at stage ${stage}`)
  if (event.type === 'fact_parked') {
    return { orderId: event.orderId, version, state: null, parked: [...document.parked, event.fact] }
  }
  const applied = withLooks(withPromisesDue(apply(document.state, event, more, atMs), event.type, atMs), event, atMs)
  const next = withDerivedUnits({ ...applied, stage: stageAfter(stage, event) ?? applied.stage })
  const state = { ...next, version, updatedAtMs: atMs, wakeAtMs: nextWakeMs(next) }
  return { orderId: state.orderId, version, state, parked: [] }
}

type StateEvent = Exclude<OrderEvent, { type: 'fact_parked' }>

function apply(state: OrderState | null, event: StateEvent, more: readonly EffectDone[], atMs: number): OrderState {
  if (event.type === 'captured') return applyCaptured(event, atMs)
  if (state === null) throw new Error(`${event.type} before the order was captured`)
  if (event.type === 'stock_effect_done') return stock.applyStockEffectsDone(state, [event, ...more])
  return applyTo(state, event, atMs)
}

function applyTo(
  state: OrderState,
  event: Exclude<StateEvent, { type: 'captured' | 'stock_effect_done' }>,
  atMs: number,
): OrderState {
  switch (event.type) {
    case 'revised':
      return applyRevised(state, event)
    case 'stale_observed':
      return applyStaleObserved(state, event)
    case 'refund_recorded':
    case 'return_recorded':
    case 'channel_fulfilment_recorded':
    case 'tracking_parked':
    case 'cancel_requested':
    case 'cancel_refused':
      return review.applyFact(state, event)
    case 'lines_mapped':
    case 'validated':
    case 'validation_deferred':
    case 'retry_requested':
    case 'hold_placed':
    case 'hold_released':
    case 'exception_opened':
    case 'exception_resolved':
      return review.applyReview(state, event, atMs)
    case 'promise_taken':
    case 'promises_reviewed':
      return applyPromise(state, event, atMs)
    case 'planned':
      return stock.applyPlanned(state, event)
    case 'plan_reviewed':
      return state
    case 'saga_stuck':
    case 'saga_recovered':
      return applyStuck(state, event)
    case 'cart_taken':
    case 'cart_settled':
      return stock.applyCart(state, event)
    case 'stock_reserved':
      return stock.applyStockReserved(state, event)
    case 'stock_refused':
      return stock.applyStockRefused(state, event)
    case 'holds_extended':
      return stock.applyHoldsExtended(state, event)
    case 'stock_committed':
      return stock.applyStockCommitted(state, event)
    case 'reservation_lost':
      return stock.applyReservationLost(state, event)
    case 'reservation_reduced':
      return stock.applyReservationReduced(state, event)
    case 'units_backordered':
      return stock.applyUnitsBackordered(state, event)
    case 'capacity_claimed':
    case 'capacity_released':
      return applyCapacity(state, event)
    case 'cover_told':
      return applyCoverTold(state, event)
    case 'cover_lost':
      return applyCoverLost(state, event)
    case 'location_left':
      return stock.applyLocationLeft(state, event)
    case 'location_returned':
      return stock.applyLocationReturned(state, event)
    case 'waiting_registered':
    case 'waiting_ended':
      return stock.applyWaiting(state, event)
    case 'units_cancelled':
      return changeLines(state, event.lines, (line, by) => moveUnits(line, by.from, 'cancelled', by.quantity))
    case 'units_reinstated':
      return changeLines(state, event.lines, (line, by) => moveUnits(line, 'cancelled', 'open', by.quantity))
    case 'units_fulfilled_externally':
      return changeLines(state, event.lines, (line, by) => ({
        ...moveUnits(line, by.from, 'shipped', by.quantity),
        shippedExternally: line.shippedExternally + by.quantity,
      }))
    case 'external_fulfilment_withdrawn':
      return changeLines(state, event.lines, (line, by) => ({
        ...moveUnits(line, 'shipped', 'open', by.quantity),
        shippedExternally: line.shippedExternally - by.quantity,
      }))
    case 'services_fulfilled':
      return changeLines(state, event.lines, (line, by) => moveUnits(line, 'open', 'shipped', by.quantity))
    case 'fulfilment_order_opened':
      return fulfilment.applyFulfilmentOrderOpened(state, event)
    case 'fulfilment_order_accepted':
      return fulfilment.applyAccepted(state, event)
    case 'fulfilment_order_rejected':
      return fulfilment.applyRejected(state, event)
    case 'fulfilment_order_cancelled':
      return fulfilment.applyFulfilmentCancelled(state, event)
    case 'recall_refused':
      return fulfilment.applyRecallRefused(state, event)
    case 'shipment_recorded':
      return fulfilment.applyShipmentRecorded(state, event)
    case 'units_short':
      return fulfilment.applyUnitsShort(state, event)
    case 'tracking_recorded':
      return fulfilment.applyTrackingRecorded(state, event)
    case 'intent_opened':
    case 'intent_begun':
    case 'intent_deferred':
    case 'intent_in_doubt':
    case 'intent_settled':
    case 'intent_rejected':
    case 'intent_withdrawn':
    case 'intent_reopened':
      return applyIntent(state, event.type, event.intent, atMs)
    case 'posted':
    case 'closed':
    case 'cancelled':
    case 'reopened':
      return applyStage(state, event)
    default:
      return unreachable(event)
  }
}

/**
 * An order taken up again is looked at again, and asks for its cart again if it never had a plan of it; the stage
 * itself moves by the transition table.
 */
function applyStage(state: OrderState, event: { readonly type: string }): OrderState {
  if (event.type !== 'reopened') return state
  const { cart, ...saga } = state.saga
  const kept = cart === undefined || cart.attempt === null ? {} : { cart }
  return { ...state, saga: { ...saga, ...kept, validationDue: true, validationAttempts: 0, validateAtMs: 0 } }
}
