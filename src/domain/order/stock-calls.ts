/**
 * The saga's effects as stock commands, grouped so that each position is called once. Command ids are made of what the
 * command is about, so the same effect asked for again after a crash is the same command.
 */
import { stockParts } from '../catalog/stock-parts.ts'
import type { CommandId } from '../shared/ids.ts'
import { commandId, orderReservationId } from '../shared/ids.ts'
import { waiterPriorityDefault } from '../stock/await-stock.ts'
import type { StockCommand, StockCommandBody } from '../stock/stock-command.ts'
import { partedAs } from './claims.ts'
import { hasBackorderedUnits } from './line-moves.ts'
import { takeOverMembers } from './order-cart.ts'
import type { Position } from './order-event.ts'
import type { OrderReservation, OrderState } from './order-state.ts'
import { holdMembers } from './plan-claims.ts'
import { heldReservations } from './record-stock.ts'
import type { StockEffect } from './saga-state.ts'
import type { StockCall } from './saga-step.ts'
import { holdTtlMs } from './wake.ts'

/** Effects asked for at once: bounds a turn; the rest follows in the next. */
const effectsPerStepMax = 500

type Item = Position & { readonly id: CommandId; readonly body: StockCommandBody }

export function holdCalls(state: OrderState): readonly StockCall[] {
  const { plan } = state
  if (plan === null || !state.saga.holding) return []
  const items = plan.allocations.flatMap((allocation): Item[] => {
    const { lineId, location, quantity } = allocation
    const reservationId = orderReservationId(state.orderId, lineId, plan.attempt)
    return stockParts(allocation).map(({ sku, units }) => {
      const claim = {
        reservationId,
        quantity: quantity * units,
        expiresAtMs: plan.plannedAtMs + holdTtlMs,
        orderId: state.orderId,
        allowPartial: false,
        ...(state.policy?.priority === undefined ? {} : { priority: state.policy.priority }),
        ...holdMembers(plan.claims, sku, location),
      }
      const taken = takeOverMembers(state, plan, sku, location)
      const body: StockCommandBody =
        taken === null ? { type: 'hold', ...claim } : { type: 'take_over', ...claim, ...taken }
      return { sku, location, id: commandId(`${reservationId}/hold`), body }
    })
  })
  return callsOf(state, items)
}

export function commitCalls(state: OrderState): readonly StockCall[] {
  const items = heldReservations(state).flatMap((reservation): Item[] => {
    const { reservationId } = reservation
    const id = commandId(`${reservationId}/commit`)
    return placesOf(state, reservation).map((place) => ({ ...place, id, body: { type: 'commit', reservationId } }))
  })
  return callsOf(state, items)
}

/** Holds that end before `untilMs`. */
export function extendCalls(state: OrderState, untilMs: number): readonly StockCall[] {
  const ending = heldReservations(state).filter(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= untilMs)
  const items = ending.flatMap((reservation): Item[] => {
    const { reservationId, expiresAtMs } = reservation
    const longer = (expiresAtMs ?? 0) + holdTtlMs
    const body: StockCommandBody = { type: 'extend', reservationId, expiresAtMs: longer }
    const id = commandId(`${reservationId}/extend/${longer}`)
    return placesOf(state, reservation).map((place) => ({ ...place, id, body }))
  })
  return callsOf(state, items)
}

/** The positions at which the reservation is known by its name. */
function placesOf(state: OrderState, reservation: OrderReservation): readonly Position[] {
  return stockParts(partedAs(state, reservation)).map(({ sku }) => ({ sku, location: reservation.location }))
}

export function effectCalls(state: OrderState, kind: StockEffect['kind']): readonly StockCall[] {
  const effects = state.saga.stockEffects.filter((effect) => effect.kind === kind).slice(0, effectsPerStepMax)
  const items = effects.map((effect): Item => {
    const { sku, location, effectId } = effect
    return { sku, location, id: commandId(effectId), body: bodyOf(state, effect) }
  })
  return callsOf(state, items)
}

function bodyOf(state: OrderState, effect: StockEffect): StockCommandBody {
  const { reservationId, shipmentId } = effect
  const quantity = effect.quantity * effect.packQuantity
  if (effect.kind === 'release' || shipmentId === null) return { type: 'release', reservationId, quantity }
  const shipment = state.shipments.find((other) => other.shipmentId === shipmentId)
  const left = shipment === undefined ? {} : { occurredAtMs: shipment.shippedAtMs }
  return { type: 'ship', reservationId, shipmentId, quantity, ...left }
}

export function awaitCalls(state: OrderState): readonly StockCall[] {
  if (!hasBackorderedUnits(state)) return []
  const waiting = state.saga.waitingAt.filter((entry) => !entry.registered)
  const turn = { priority: state.policy?.priority ?? waiterPriorityDefault, sinceMs: state.order.placedAtMs }
  const items = waiting.map(({ sku, location, quantity, round, group }): Item => {
    const asOf = group === undefined ? {} : { group }
    const body: StockCommandBody = { type: 'await_stock', orderId: state.orderId, quantity, ...turn, ...asOf }
    return { sku, location, id: commandId(`${state.orderId}/await/${sku}/${round}`), body }
  })
  return callsOf(state, items)
}

export function forgetCalls(state: OrderState): readonly StockCall[] {
  const items = state.saga.waitingAt.map(({ sku, location, round }): Item => {
    const body: StockCommandBody = { type: 'forget_waiter', orderId: state.orderId }
    return { sku, location, id: commandId(`${state.orderId}/forget/${sku}/${round}`), body }
  })
  return callsOf(state, items)
}

function callsOf(state: OrderState, items: readonly Item[]): readonly StockCall[] {
  const byPosition = Map.groupBy(items, ({ sku, location }) => `${sku}@${location}`)
  return [...byPosition.values()].flatMap((group): StockCall[] => {
    const [first] = group
    if (first === undefined) return []
    const commands = group.map(({ id, body }): StockCommand => {
      const cause = { correlationId: state.correlationId, kind: 'saga', id: state.orderId } as const
      return { ...body, commandId: id, cause }
    })
    return [{ sku: first.sku, location: first.location, commands }]
  })
}
