/** How the document takes in recorded facts, and what looking at the order found: mapping, holds, cases. */
import { unreachable } from '../shared/result.ts'
import { changeLines } from './line-moves.ts'
import type { EventOf } from './order-event.ts'
import type { Hold, OrderState } from './order-state.ts'

type FactEvent = EventOf<
  | 'refund_recorded'
  | 'return_recorded'
  | 'channel_fulfilment_recorded'
  | 'tracking_parked'
  | 'cancel_requested'
  | 'cancel_refused'
>

/** Facts are kept in the order of their own ids, so that the order of arrival leaves no trace. */
export function applyFact(state: OrderState, event: FactEvent): OrderState {
  switch (event.type) {
    case 'refund_recorded':
      return { ...state, refunds: byId(state.refunds, event.refund, (refund) => refund.externalRefundId) }
    case 'return_recorded':
      return { ...state, returns: byId(state.returns, event.return, (entry) => entry.externalReturnId) }
    case 'channel_fulfilment_recorded': {
      const known = state.channelFulfilments
      return { ...state, channelFulfilments: byId(known, event.fulfilment, (entry) => entry.externalFulfilmentId) }
    }
    case 'tracking_parked': {
      const earlyTracking = byId(state.saga.earlyTracking, event.tracking, (fact) => fact.trackingNumber)
      return { ...state, saga: { ...state.saga, earlyTracking } }
    }
    case 'cancel_requested': {
      const { reason, requestedAtMs } = event
      return { ...state, cancellation: { reason, requestedAtMs, refused: state.cancellation?.refused ?? null } }
    }
    case 'cancel_refused':
      if (state.cancellation === null) throw new Error('a cancellation is refused that nobody asked for')
      return { ...state, cancellation: { ...state.cancellation, refused: event.reason } }
    default:
      return unreachable(event)
  }
}

function byId<Fact>(known: readonly Fact[], fact: Fact, idOf: (fact: Fact) => string): Fact[] {
  const others = known.filter((other) => idOf(other) !== idOf(fact))
  return [...others, fact].sort((left, right) => (idOf(left) < idOf(right) ? -1 : 1))
}

type ReviewEvent = EventOf<
  | 'lines_mapped'
  | 'validated'
  | 'validation_deferred'
  | 'retry_requested'
  | 'hold_placed'
  | 'hold_released'
  | 'exception_opened'
  | 'exception_resolved'
>

export function applyReview(state: OrderState, event: ReviewEvent, atMs: number): OrderState {
  switch (event.type) {
    case 'lines_mapped':
      return changeLines(state, event.lines, (line, mapping) => ({ ...line, ...mapping }))
    case 'validated':
      return withSaga({ ...state, policy: event.policy }, reviewed)
    case 'validation_deferred': {
      const validationAttempts = state.saga.validationAttempts + 1
      const due = { validationDue: true, validationAttempts, validateAtMs: event.retryAtMs }
      return withSaga({ ...state, policy: event.policy }, due)
    }
    case 'retry_requested':
      return applyRetryRequested(state, event)
    case 'hold_placed':
      return { ...state, holds: [...state.holds, { ...event.hold, ...unreleased, placedAtMs: atMs }] }
    case 'hold_released':
      return { ...state, holds: state.holds.map((hold) => released(hold, event, atMs)) }
    case 'exception_opened':
      return { ...state, exceptions: [...otherCases(state, event), event.exception] }
    case 'exception_resolved':
      return {
        ...state,
        exceptions: state.exceptions.map((exception) =>
          exception.exceptionId === event.exceptionId && exception.resolvedAtMs === null
            ? { ...exception, resolvedAtMs: atMs }
            : exception,
        ),
      }
    default:
      return unreachable(event)
  }
}

/** A cause that comes back takes the place of its settled case. */
function otherCases(state: OrderState, { exception }: EventOf<'exception_opened'>) {
  return state.exceptions.filter((other) => other.exceptionId !== exception.exceptionId)
}

const reviewed = { validationDue: false, validationAttempts: 0, validateAtMs: 0 }
const unreleased = { releasedAtMs: null, releasedBy: null }

function released(hold: Hold, event: EventOf<'hold_released'>, atMs: number): Hold {
  if (hold.holdId !== event.holdId || hold.releasedAtMs !== null) return hold
  return { ...hold, releasedAtMs: atMs, releasedBy: event.by }
}

function applyRetryRequested(state: OrderState, event: EventOf<'retry_requested'>): OrderState {
  const { recheckAtMs } = event
  if (!event.afresh) return withSaga(state, { recheckAtMs, validateAtMs: 0 })
  return withSaga(state, {
    recheckAtMs,
    validationDue: true,
    validationAttempts: 0,
    validateAtMs: 0,
    refusals: 0,
    rechecks: 0,
    rejections: 0,
    excluded: [],
  })
}

function withSaga(state: OrderState, change: Partial<OrderState['saga']>): OrderState {
  return { ...state, saga: { ...state.saga, ...change } }
}
