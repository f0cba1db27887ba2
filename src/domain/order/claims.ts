/**
 * What the order claims at positions and what of it is with a warehouse. Per line and location:
 * claimed = remaining in fulfilment orders + free; over all locations free = the line's `reserved`.
 */
import { type Parted, partsMember, stockParts } from '../catalog/stock-parts.ts'
import type { LineId, LocationId, Sku } from '../shared/ids.ts'
import { findLine } from './line-moves.ts'
import type { FulfilmentOrder, LineState, OrderReservation, OrderState } from './order-state.ts'
import type { StockEffect } from './saga-state.ts'

export function claimOf(reservation: OrderReservation): number {
  return reservation.quantity - reservation.released - reservation.shipped
}

export function remainingOf(line: FulfilmentOrder['lines'][number]): number {
  return line.quantity - line.shipped - line.cancelled
}

/** With the warehouse, or about to be: not closed, cancelled or given up. */
export function isActive(fulfilmentOrder: FulfilmentOrder): boolean {
  return !['closed', 'cancelled', 'incomplete'].includes(fulfilmentOrder.status)
}

export type FreeClaim = { readonly reservation: OrderReservation; readonly quantity: number }

/**
 * Claimed units that no fulfilment order holds, newest reservation first: giving back the newest keeps the oldest,
 * which is what the warehouse was told about.
 */
export function freeClaims(state: OrderState, lineId: LineId): readonly FreeClaim[] {
  return freeClaimsIn(state)(lineId)
}

export type FreeClaimsOf = (lineId: LineId) => readonly FreeClaim[]

/** As `freeClaims`, for whoever asks about many lines: the order is read through once, when it is asked first. */
export function freeClaimsIn(state: OrderState): FreeClaimsOf {
  let index: ReturnType<typeof indexOf> | null = null
  return (lineId) => {
    index ??= indexOf(state)
    return freeOf(index.claims.get(lineId) ?? [], new Map(index.remaining.get(lineId)))
  }
}

function indexOf({ reservations, fulfilmentOrders }: OrderState) {
  const remaining = new Map<LineId, Map<LocationId, number>>()
  for (const { location, lines } of fulfilmentOrders) {
    for (const line of lines) {
      const places = remaining.get(line.lineId) ?? new Map<LocationId, number>()
      places.set(location, (places.get(location) ?? 0) + remainingOf(line))
      remaining.set(line.lineId, places)
    }
  }
  return { claims: Map.groupBy(reservations, ({ lineId }) => lineId), remaining }
}

/** Of one line. `withWarehouses` is used up. */
function freeOf(own: readonly OrderReservation[], withWarehouses: Map<LocationId, number>): readonly FreeClaim[] {
  const free: FreeClaim[] = []
  for (const reservation of own) {
    if (claimOf(reservation) === 0) continue
    const taken = Math.min(claimOf(reservation), withWarehouses.get(reservation.location) ?? 0)
    withWarehouses.set(reservation.location, (withWarehouses.get(reservation.location) ?? 0) - taken)
    if (claimOf(reservation) > taken) free.push({ reservation, quantity: claimOf(reservation) - taken })
  }
  return free.reverse()
}

/** Gives `quantity` of a reservation back, and notes what its position must be told. */
export function reduceReservation(state: OrderState, reservation: OrderReservation, quantity: number): OrderState {
  const reduced = { ...reservation, released: reservation.released + quantity }
  const reservations = state.reservations.map((other) => (isSame(other, reservation) ? withStatus(reduced) : other))
  const claim = { ...reservation, ...partedAs(state, reservation) }
  return withReleaseEffect(withoutShortage({ ...state, reservations }, claim, quantity), claim, quantity)
}

export type DrawnClaim = { readonly reservation: OrderReservation; readonly quantity: number }

/** Claims whose units have shipped: the order is read through once. */
export function shipClaims(state: OrderState, drawn: readonly DrawnClaim[], shipmentId: string): OrderState {
  const units = new Map(drawn.map(({ reservation, quantity }) => [reservation, quantity]))
  const reservations = state.reservations.map((reservation) => {
    const quantity = units.get(reservation)
    if (quantity === undefined) return reservation
    return withStatus({ ...reservation, shipped: reservation.shipped + quantity })
  })
  const lines = new Map(state.lines.map((line) => [line.lineId, line]))
  const made: StockEffect[] = []
  for (const { reservation, quantity } of drawn) {
    const claim = { ...reservation, ...partedBy(lines.get(reservation.lineId), reservation.sku) }
    made.push(...effectsOn(claim, quantity, { kind: 'ship', shipmentId }, state.saga.stockEffectsMade + made.length))
  }
  return withMadeEffects({ ...state, reservations }, made)
}

/** As the position does: what is given back is what was not there. */
function withoutShortage(
  state: OrderState,
  claim: Pick<OrderReservation, 'reservationId' | 'location'> & Parted,
  quantity: number,
): OrderState {
  const { shortages } = state.saga
  if (shortages === undefined) return state
  const back = new Map(stockParts(claim).map(({ sku, units }) => [sku, units * quantity]))
  const left = shortages.map((shortage) => {
    if (shortage.location !== claim.location) return shortage
    const claims = shortage.claims.map((other) =>
      other.reservationId === claim.reservationId
        ? { ...other, units: other.units - (back.get(shortage.sku) ?? 0) }
        : other,
    )
    return { ...shortage, claims: claims.filter(({ units }) => units > 0) }
  })
  return { ...state, saga: { ...state.saga, shortages: left } }
}

/** What one ordered unit of a reservation takes: a line keeps its mapping for as long as stock is claimed for it. */
export function partedAs(state: OrderState, { lineId, sku }: Pick<OrderReservation, 'lineId' | 'sku'>): Parted {
  return partedBy(findLine(state, lineId), sku)
}

function partedBy(line: LineState | undefined, sku: Sku): Parted {
  return line === undefined ? { sku, packQuantity: 1 } : { sku, packQuantity: line.packQuantity, ...partsMember(line) }
}

export function isSame(
  left: Pick<OrderReservation, 'reservationId' | 'location'>,
  right: Pick<OrderReservation, 'reservationId' | 'location'>,
): boolean {
  return left.reservationId === right.reservationId && left.location === right.location
}

export function withStatus(reservation: OrderReservation): OrderReservation {
  if (claimOf(reservation) > 0) return reservation
  return { ...reservation, status: reservation.shipped > 0 ? 'shipped' : 'released', expiresAtMs: null }
}

/** One for each position that the claim stands at: of a bundle, for each component. */
export function withReleaseEffect(
  state: OrderState,
  claim: Pick<OrderReservation, 'reservationId' | 'location'> & Parted,
  quantity: number,
): OrderState {
  const effect = { kind: 'release', shipmentId: null } as const
  return withMadeEffects(state, effectsOn(claim, quantity, effect, state.saga.stockEffectsMade))
}

function effectsOn(
  claim: Pick<OrderReservation, 'reservationId' | 'location'> & Parted,
  quantity: number,
  effect: Pick<StockEffect, 'kind' | 'shipmentId'>,
  madeBefore: number,
): readonly StockEffect[] {
  return stockParts(claim).map(
    ({ sku, units }, index): StockEffect => ({
      effectId: `${claim.reservationId}/${effect.kind}/${madeBefore + index + 1}`,
      kind: effect.kind,
      reservationId: claim.reservationId,
      sku,
      location: claim.location,
      quantity,
      packQuantity: units,
      shipmentId: effect.shipmentId,
    }),
  )
}

function withMadeEffects(state: OrderState, made: readonly StockEffect[]): OrderState {
  const stockEffects = [...state.saga.stockEffects, ...made]
  const stockEffectsMade = state.saga.stockEffectsMade + made.length
  return { ...state, saga: { ...state.saga, stockEffects, stockEffectsMade } }
}
