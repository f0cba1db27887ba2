/** How the document takes in plans and the positions' answers. */
import { claimOf, isSame, partedAs, reduceReservation, withReleaseEffect, withStatus } from './claims.ts'
import { changeLines, moveUnits } from './line-moves.ts'
import type { EventOf, Grant, Position, ReservationRef } from './order-event.ts'
import type { OrderReservation, OrderState } from './order-state.ts'
import { isReplacing, withoutReplacement, withPlanBefore } from './replace-plan.ts'
import type { WaitingAt } from './saga-state.ts'

export function applyPlanned(before: OrderState, { plan }: EventOf<'planned'>): OrderState {
  const state = withPlanBefore(before, plan)
  const warehouses = { ...state.plan?.warehouses, ...plan.warehouses }
  const reporters = { ...state.plan?.reporters, ...plan.reporters }
  const { days = [], ...rest } = plan
  const wanted = days.map((day) => ({ ...day, attempt: plan.attempt, status: 'wanted' as const }))
  const capacity = days.length === 0 ? {} : { capacity: [...(state.saga.capacity ?? []), ...wanted] }
  const { unroutable: _, ...saga } = { ...state.saga, holding: true, ...capacity }
  return { ...state, plan: { ...rest, warehouses, reporters }, attempt: plan.attempt, saga }
}

export function applyCart(state: OrderState, event: EventOf<'cart_taken'> | EventOf<'cart_settled'>): OrderState {
  const { cart } = state.saga
  if (event.type === 'cart_taken') return { ...state, saga: { ...state.saga, cart: event.cart } }
  const known = cart ?? { reservationId: event.reservationId, claims: [], attempt: null }
  return { ...state, saga: { ...state.saga, cart: { ...known, settled: true } } }
}

/** What is taken comes from open units first, which those of a plan that is replaced become; then from those that waited. */
export function applyStockReserved(state: OrderState, event: EventOf<'stock_reserved'>): OrderState {
  const { grants, replaced = [] } = event
  const opened = replaced.reduce(
    (next, claim) => applyReservationReduced(next, { type: 'reservation_reduced', ...claim, to: 'open' }),
    state,
  )
  const taking = changeLines(opened, grants, (line, { taken }) => {
    const fromOpen = Math.min(taken, line.quantities.open)
    return moveUnits(moveUnits(line, 'open', 'reserved', fromOpen), 'backordered', 'reserved', taken - fromOpen)
  })
  const reserved = { ...taking, reservations: [...taking.reservations, ...grants.map(reservationFrom)] }
  const saga = { ...reserved.saga, holding: false, refusals: 0, rechecks: 0 }
  return giveBack({ ...reserved, saga }, grants)
}

function reservationFrom(grant: Grant): OrderReservation {
  const { reservationId, lineId, sku, location, quantity, taken, expiresAtMs } = grant
  const released = quantity - taken
  return withStatus({
    reservationId,
    lineId,
    sku,
    location,
    quantity,
    released,
    shipped: 0,
    status: 'held',
    expiresAtMs,
  })
}

function giveBack(state: OrderState, grants: readonly Grant[]): OrderState {
  return grants
    .filter((grant) => grant.quantity > grant.taken)
    .reduce((next, grant) => withReleaseEffect(next, grant, grant.quantity - grant.taken), state)
}

export function applyStockRefused(state: OrderState, { returned }: EventOf<'stock_refused'>): OrderState {
  const isReplacement = isReplacing(state)
  const refusals = state.saga.refusals + (isReplacement ? 0 : 1)
  const stays = isReplacement ? withoutReplacement(state) : state
  return giveBack({ ...stays, saga: { ...stays.saga, holding: false, refusals } }, returned)
}

export function applyHoldsExtended(state: OrderState, event: EventOf<'holds_extended'>): OrderState {
  return changeReservations(state, event.reservations, (reservation) => ({
    ...reservation,
    expiresAtMs: event.expiresAtMs,
  }))
}

export function applyStockCommitted(state: OrderState, event: EventOf<'stock_committed'>): OrderState {
  return changeReservations(state, event.reservations, (reservation) => ({
    ...reservation,
    status: 'committed',
    expiresAtMs: null,
  }))
}

/**
 * The position has forgotten the claim: the units are open again and nobody has to be told. Of a bundle the other
 * components may still be claimed, so each of them is given back.
 */
export function applyReservationLost(state: OrderState, event: EventOf<'reservation_lost'>): OrderState {
  const reservation = findReservation(state, event)
  const claim = claimOf(reservation)
  const lost = changeReservations(state, [event], (other) =>
    withStatus({ ...other, released: other.released + claimOf(other) }),
  )
  const opened = changeLines(lost, [reservation], (line) => moveUnits(line, 'reserved', 'open', claim))
  const parted = partedAs(state, reservation)
  if (parted.parts === undefined) return opened
  return withReleaseEffect(opened, { ...reservation, ...parted }, claim)
}

export function applyReservationReduced(state: OrderState, event: EventOf<'reservation_reduced'>): OrderState {
  const reservation = findReservation(state, event)
  const reduced = reduceReservation(state, reservation, event.quantity)
  return changeLines(reduced, [reservation], (line) => {
    const moved = moveUnits(line, 'reserved', event.to, event.quantity)
    if (event.to !== 'shipped') return moved
    return { ...moved, shippedExternally: moved.shippedExternally + event.quantity }
  })
}

export function applyUnitsBackordered(state: OrderState, event: EventOf<'units_backordered'>): OrderState {
  const { unroutable: _, ...before } = state.saga
  const saga = {
    ...before,
    ...(event.unroutable === undefined ? {} : { unroutable: event.unroutable }),
    refusals: 0,
    rechecks: state.saga.rechecks + 1,
    recheckAtMs: event.recheckAtMs,
    waitingAt: standingInLine(state.saga.waitingAt, event.waitingAt),
  }
  return changeLines({ ...state, saga }, event.lines, (line, { quantity }) =>
    moveUnits(line, 'open', 'backordered', quantity),
  )
}

/** A place in line is kept: only a new position or another quantity has to be registered. */
function standingInLine(present: readonly WaitingAt[], wanted: readonly WaitingAt[]): WaitingAt[] {
  const kept = present.filter((entry) => !wanted.some((other) => at(other, entry)))
  const asWanted = wanted.map((entry) => {
    const known = present.find((other) => at(other, entry))
    const isSame = known?.quantity === entry.quantity && known.group === entry.group
    return isSame && known.registered ? known : entry
  })
  return [...kept, ...asWanted]
}

export function applyWaiting(
  state: OrderState,
  event: EventOf<'waiting_registered'> | EventOf<'waiting_ended'>,
): OrderState {
  const concerned = (entry: WaitingAt) => event.positions.some((position) => at(position, entry))
  const waitingAt =
    event.type === 'waiting_ended'
      ? state.saga.waitingAt.filter((entry) => !concerned(entry))
      : state.saga.waitingAt.map((entry) => (concerned(entry) ? { ...entry, registered: true } : entry))
  return { ...state, saga: { ...state.saga, waitingAt } }
}

/** All that one decision recorded: a wide order is read through once. */
export function applyStockEffectsDone(state: OrderState, events: readonly EventOf<'stock_effect_done'>[]): OrderState {
  const left = new Map(state.saga.stockEffects.map((effect) => [effect.effectId, effect]))
  const refused = events.flatMap(({ effectId, refusal }) => {
    const effect = left.get(effectId)
    left.delete(effectId)
    return effect?.kind === 'ship' && refusal !== null ? [{ effect, reason: refusal }] : []
  })
  const stockRefusals = [...state.saga.stockRefusals, ...refused]
  return { ...state, saga: { ...state.saga, stockEffects: [...left.values()], stockRefusals } }
}

export function applyLocationLeft(state: OrderState, { location }: EventOf<'location_left'>): OrderState {
  const excluded = [...state.saga.excluded, { location, lineId: null, isLeft: true }]
  return { ...state, saga: { ...state.saga, excluded } }
}

export function applyLocationReturned(state: OrderState, event: EventOf<'location_returned'>): OrderState {
  const { location, recheckAtMs } = event
  const excluded = state.saga.excluded.filter((entry) => entry.location !== location || entry.isLeft !== true)
  return { ...state, saga: { ...state.saga, excluded, recheckAtMs } }
}

const at = (left: Position, right: Position) => left.sku === right.sku && left.location === right.location

function findReservation(state: OrderState, ref: ReservationRef): OrderReservation {
  const reservation = state.reservations.find((other) => isSame(other, ref))
  if (reservation === undefined) throw new Error(`no reservation ${ref.reservationId} at ${ref.location}`)

  return reservation
}

function changeReservations(
  state: OrderState,
  refs: readonly ReservationRef[],
  change: (reservation: OrderReservation) => OrderReservation,
): OrderState {
  const named = new Set(refs.map(nameOf))
  return {
    ...state,
    reservations: state.reservations.map((reservation) =>
      named.has(nameOf(reservation)) ? change(reservation) : reservation,
    ),
  }
}

const nameOf = ({ reservationId, location }: ReservationRef) => `${reservationId}@${location}`
