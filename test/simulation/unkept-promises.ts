/**
 * What may not stay so when nothing goes wrong any more and nothing new has come: units promised where they are not,
 * without a case for a person; units planned where nothing leaves; orders that keep away from where they could go.
 */
import { claimOf, freeClaims, isActive } from '../../src/domain/order/claims.ts'
import { isLeft } from '../../src/domain/order/leave-location.ts'
import { hasPendingUnits } from '../../src/domain/order/line-moves.ts'
import type { OrderState } from '../../src/domain/order/order-state.ts'
import { orderIdFrom } from '../../src/domain/shared/ids.ts'
import type { LocationDesk } from './location-desk.ts'
import type { StockShell } from './stock-shell.ts'
import type { World } from './world.ts'

export function unkeptPromises(world: World, locations: LocationDesk): string[] {
  const states = [...world.orders.values()].flatMap(({ document }) => document.state ?? [])
  return [
    ...world.positions.flatMap((position) => uncoveredAt(world, position)),
    ...states.flatMap((state) => needlessCases(world, state)),
    ...states.flatMap((state) => misplaced(world, state, locations)),
  ]
}

function uncoveredAt(world: World, position: StockShell): string[] {
  const place = `${position.sku}@${position.location}`
  return position.lacking().flatMap(({ orderId, reservationId, uncovered }) => {
    if (orderId === null) return []
    const state = world.order(orderIdFrom(orderId)).document.state
    const isCase = state?.exceptions.some((other) => isCoverCase(other, place) && other.resolvedAtMs === null)
    return isCase ? [] : [`I2: ${reservationId} lacks ${uncovered} units at ${place}, and nobody knows`]
  })
}

/** Of units that are there after all. */
function needlessCases(world: World, state: OrderState): string[] {
  return world.positions.flatMap((position) => {
    const place = `${position.sku}@${position.location}`
    const isOpen = state.exceptions.some((other) => isCoverCase(other, place) && other.resolvedAtMs === null)
    const lacks = position.lacking().some(({ orderId }) => orderId === state.orderId)
    return isOpen && !lacks ? [`I5: ${state.orderId} keeps a case of ${place}, which lacks nothing`] : []
  })
}

const isCoverCase = ({ exceptionId }: OrderState['exceptions'][number], place: string) =>
  exceptionId === `inventory_drift/cover ${place}`

function misplaced(world: World, state: OrderState, locations: LocationDesk): string[] {
  return world.company.locations.flatMap((location) => {
    if (locations.isUp(location)) {
      const isAway = isLeft(state, location) && hasPendingUnits(state)
      return isAway ? [`I5: ${state.orderId} keeps away from ${location}, which is up`] : []
    }
    const free = state.lines.flatMap((line) => freeClaims(state, line.lineId))
    const claimed = free.filter(({ reservation }) => reservation.location === location && claimOf(reservation) > 0)
    // What a warehouse would not give back is a case.
    const released = state.fulfilmentOrders.filter((other) => isActive(other) && other.recallRefused === null)
    const stays = claimed.length > 0 || released.some((other) => other.location === location)
    return stays ? [`I5: ${state.orderId} is planned at ${location}, which is down`] : []
  })
}
