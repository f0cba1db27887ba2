/**
 * The days that a plan uses, claimed at its locations as its units are claimed at positions: before them, so that a day
 * that is full refuses the plan while nothing is held for it. Given back when nothing of the plan is left there.
 */
import { stockParts } from '../catalog/stock-parts.ts'
import type { LocationCommand, LocationVerdict } from '../location/location-command.ts'
import { commandId, type LocationId, orderReservationId } from '../shared/ids.ts'
import type { SourcingDecision } from '../sourcing/decision.ts'
import { claimOf } from './claims.ts'
import { giveUp } from './give-up.ts'
import type { EventOf, OrderEvent } from './order-event.ts'
import type { OrderState, PlanAllocation } from './order-state.ts'
import type { PlanInputs, SagaCommand } from './saga-command.ts'
import type { CapacityClaim } from './saga-state.ts'

export type LocationCall = {
  readonly location: LocationId
  readonly attempt: number
  readonly command: LocationCommand
}
export type LocationAnswer = Omit<LocationCall, 'command'> & { readonly verdict: LocationVerdict }

/** A day for each location of the plan that anything is known of. */
export function plannedDays(
  allocations: readonly PlanAllocation[],
  { candidates, profile }: PlanInputs,
  { strategy }: SourcingDecision,
): readonly Omit<CapacityClaim, 'attempt' | 'status'>[] {
  const insists = profile.strategies.find(({ id }) => id === strategy)?.constraints.withinCapacity ?? true
  return candidates.flatMap(({ location, capacity }) => {
    const here = allocations.filter((each) => each.location === location)
    if (capacity === null || here.length === 0) return []
    const units = here.reduce((sum, each) => sum + each.quantity * unitsIn(each), 0)
    return [{ location, day: capacity.dayKey, units, overbook: !insists }]
  })
}

const unitsIn = (allocation: PlanAllocation) => stockParts(allocation).reduce((sum, { units }) => sum + units, 0)

/** Claims of the newest plan that were not answered: its holds wait for them. */
export function claimCapacityCalls(state: OrderState): readonly LocationCall[] {
  if (!state.saga.holding) return []
  return claimsOf(state)
    .filter(({ status, attempt }) => status === 'wanted' && attempt === state.attempt)
    .map((claim): LocationCall => {
      const { location, attempt, day, units, overbook } = claim
      const body = { type: 'reserve_capacity', orderId: state.orderId, day, orders: 1, units, overbook } as const
      return { location, attempt, command: { ...body, ...named(state, claim, 'reserve') } }
    })
}

export function releaseCapacityCalls(state: OrderState): readonly LocationCall[] {
  return claimsOf(state)
    .filter((claim) => claim.status === 'held' && !isUsed(state, claim))
    .map((claim): LocationCall => {
      const { location, attempt } = claim
      return { location, attempt, command: { type: 'release_capacity', ...named(state, claim, 'release') } }
    })
}

function named(state: OrderState, { attempt, location }: CapacityClaim, verb: 'reserve' | 'release') {
  const claimId = `${state.orderId}/${attempt}`
  const cause = { correlationId: state.correlationId, kind: 'saga', id: state.orderId } as const
  return { claimId, commandId: commandId(`${claimId}/${verb}/${location}`), cause }
}

/** What has left used its day; what is still claimed is going to. */
function isUsed(state: OrderState, { location, attempt }: CapacityClaim): boolean {
  if (state.saga.holding && attempt === state.attempt) return true
  return state.reservations.some(
    (reservation) =>
      reservation.location === location &&
      reservation.reservationId === orderReservationId(state.orderId, reservation.lineId, attempt) &&
      (claimOf(reservation) > 0 || reservation.shipped > 0),
  )
}

type RecordCapacity = Extract<SagaCommand, { type: 'record_capacity' }>

/** One location that refuses refuses the plan: it is made again, with the days as they are now. */
export function recordCapacity(
  { step, answers }: RecordCapacity,
  state: OrderState,
  nowMs: number,
): readonly OrderEvent[] {
  const known = answers.filter((answer) => claimsOf(state).some((claim) => isSameClaim(claim, answer)))
  if (known.length === 0) return []
  if (step === 'release_capacity') return [{ type: 'capacity_released', claims: known.map(claimRef) }]
  const held = known.filter(({ verdict }) => verdict.ok)
  const refused = known.filter(({ verdict }) => !verdict.ok)
  const events: OrderEvent[] = [
    ...(held.length === 0 ? [] : [{ type: 'capacity_claimed', claims: held.map(claimRef) } as const]),
    ...(refused.length === 0 ? [] : [{ type: 'capacity_released', claims: refused.map(claimRef) } as const]),
  ]
  const { plan } = state
  if (refused.length === 0 || plan === null) return events
  const lines = plan.allocations.flatMap(({ lineId, quantity, location }) => {
    const verdict = refused.find((answer) => answer.location === location)?.verdict
    return verdict?.ok === false ? [{ lineId, quantity, location, reason: verdict.error.reason }] : []
  })
  const refusal: OrderEvent = { type: 'stock_refused', attempt: plan.attempt, refused: lines, returned: [] }
  return [...events, refusal, ...(plan.replaces === undefined ? giveUp(state, plan, lines, nowMs) : [])]
}

const claimRef = ({ location, attempt }: LocationAnswer) => ({ location, attempt })

type ClaimRef = { readonly location: LocationId; readonly attempt: number }
const isSameClaim = (claim: ClaimRef, other: ClaimRef) =>
  claim.location === other.location && claim.attempt === other.attempt

export function claimsOf({ saga }: OrderState): readonly CapacityClaim[] {
  return saga.capacity ?? []
}

export function applyCapacity(
  state: OrderState,
  event: EventOf<'capacity_claimed'> | EventOf<'capacity_released'>,
): OrderState {
  const concerned = (claim: CapacityClaim) => event.claims.some((other) => isSameClaim(claim, other))
  const capacity =
    event.type === 'capacity_released'
      ? claimsOf(state).filter((claim) => !concerned(claim))
      : claimsOf(state).map((claim) => (concerned(claim) ? ({ ...claim, status: 'held' } as const) : claim))
  return { ...state, saga: { ...state.saga, capacity } }
}
