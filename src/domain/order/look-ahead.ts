/** Looks ahead at what was promised: what its units wait for is asked of the network, and what that comes to. */
import type { DateOf } from '../atp/deliver-at.ts'
import { type Expected, nextLookMs, predictBreach } from '../atp/predict-breach.ts'
import { stockParts } from '../catalog/stock-parts.ts'
import type { LineId, LocationId, Sku } from '../shared/ids.ts'
import type { DayKey } from '../sourcing/calendar/local-day.ts'
import { claimsOf } from './capacity-claims.ts'
import { claimOf } from './claims.ts'
import { findLine } from './line-moves.ts'
import { dateOfPromise, type LinePromise, type PromiseReview, unsettledPromises } from './line-promise.ts'
import type { OrderEvent } from './order-event.ts'
import type { LineState, OrderState } from './order-state.ts'
import type { SagaCommand } from './saga-command.ts'
import type { SagaStep } from './saga-step.ts'
import { hasLeft, settled } from './settle-promises.ts'

/** What one promised line still needs. */
export type OutlookAsk = {
  readonly lineId: LineId
  /** Base units that no position has set aside. */
  readonly missing: readonly { readonly sku: Sku; readonly units: number }[]
  /** Where units are set aside and have not left; the day that is claimed there and the service, where there are. */
  readonly places: readonly {
    readonly location: LocationId
    readonly day: DayKey | null
    readonly service: string | null
  }[]
  readonly byMs: number
  /** What the date that was promised is: the buyer's to have it, or the location's to send it. */
  readonly dateOf: DateOf
}
export type LineOutlook = { readonly lineId: LineId; readonly expected: readonly Expected[] }

export function lookAheadSteps(state: OrderState, nowMs: number): readonly SagaStep[] {
  const due = unsettledPromises(state).filter(({ lookAtMs }) => lookAtMs !== null && lookAtMs <= nowMs)
  if (due.length === 0 || state.stage === 'cancelled') return []
  const lines = due.map((promise) => outlookAsk(state, promise))
  return [{ type: 'look_ahead', order: state.order, lines }]
}

function outlookAsk(state: OrderState, promise: LinePromise): OutlookAsk {
  const { lineId } = promise
  const line = findLine(state, lineId)
  const claimed = state.reservations.filter((claim) => claim.lineId === lineId && claimOf(claim) > 0)
  const places = [...new Set(claimed.map(({ location }) => location))].map((location) => {
    const day = claimsOf(state).findLast((claim) => claim.location === location)?.day ?? null
    const planned = state.plan?.deliveries?.find((delivery) => delivery.location === location)
    return { location, day, service: planned?.service ?? null }
  })
  const missing = line === undefined ? [] : missingUnits(line)
  return { lineId, missing, places, byMs: promise.byMs, dateOf: dateOfPromise(promise) }
}

function missingUnits(line: LineState): OutlookAsk['missing'] {
  const { sku, notStocked, quantities } = line
  const units = quantities.open + quantities.backordered
  if (sku === null || notStocked || units === 0) return []
  return stockParts({ ...line, sku }).map((part) => ({ sku: part.sku, units: units * part.units }))
}

/** Recorded even when it stands as it stood: when it is looked at next depends on it. */
export function recordOutlook(
  { lines }: Extract<SagaCommand, { type: 'record_outlook' }>,
  state: OrderState,
  nowMs: number,
): readonly OrderEvent[] {
  const expected = new Map(lines.map((line) => [line.lineId, line.expected]))
  const reviews = unsettledPromises(state).flatMap((promise) => {
    const known = expected.get(promise.lineId)
    if (known === undefined) return []
    return hasLeft(promise, state) ? (settled(promise, state, nowMs) ?? []) : [reviewOf(promise, known, nowMs)]
  })
  return reviews.length === 0 ? [] : [{ type: 'promises_reviewed', reviews }]
}

function reviewOf({ lineId, byMs }: LinePromise, expected: readonly Expected[], nowMs: number): PromiseReview {
  const outlook = predictBreach(byMs, expected, nowMs)
  const { standing, expectedAtMs } = outlook
  const reason = outlook.standing === 'open' ? null : outlook.reason
  return { lineId, standing, expectedAtMs, reason, lookAtMs: standing === 'broken' ? null : nextLookMs(byMs, nowMs) }
}
