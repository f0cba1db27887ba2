/** Claims that can be given up for others: held, not final, and with no warehouse. */
import { type FreeClaim, freeClaimsIn } from './claims.ts'
import { isCartOpen } from './order-cart.ts'
import type { OrderStage, OrderState } from './order-state.ts'

export type MovableClaim = FreeClaim

/** Of each line the newest first. */
export function movableClaims(state: OrderState): readonly MovableClaim[] {
  if (state.reservations.every(({ status }) => status !== 'held')) return []
  const freeOf = freeClaimsIn(state)
  return state.lines.flatMap(({ lineId, sku }) =>
    freeOf(lineId).filter(({ reservation }) => reservation.status === 'held' && reservation.sku === sku),
  )
}

/** By line. */
export function heldUnits(claims: readonly MovableClaim[]): ReadonlyMap<string, number> {
  const units = new Map<string, number>()
  for (const { reservation, quantity } of claims) {
    units.set(reservation.lineId, (units.get(reservation.lineId) ?? 0) + quantity)
  }
  return units
}

/** While nothing else is being done about its units. */
export function isMovable(state: OrderState): boolean {
  const { holding, stockEffects } = state.saga
  if (!mayMove(state) || holding || isCartOpen(state)) return false
  return stockEffects.every(({ kind }) => kind !== 'release') && movableClaims(state).length > 0
}

/** As long as it is wanted as it was when it was looked at last. */
export function mayMove({ stage, cancellation, saga }: OrderState): boolean {
  return stages.has(stage) && cancellation === null && !saga.validationDue
}
const stages: ReadonlySet<OrderStage> = new Set(['reserved', 'posted', 'released'])
