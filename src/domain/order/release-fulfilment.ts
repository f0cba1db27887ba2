/** From claimed stock to fulfilment orders, one per location; and away from locations that would not ship. */

import type { AccountId } from '../shared/ids.ts'
import { fulfilmentOrderId, type LocationId } from '../shared/ids.ts'
import { freeClaimsIn, isActive } from './claims.ts'
import { hasOpenHold } from './holds.ts'
import { intentOf, lastPartOf, openedIntent } from './open-intent.ts'
import type { OrderEvent } from './order-event.ts'
import type { FulfilmentOrder, OrderState } from './order-state.ts'

/** Claims at a place that rejected or short-shipped are given up: the units are planned again, elsewhere. */
export function reroute(state: OrderState): readonly OrderEvent[] {
  if (state.saga.excluded.length === 0) return []
  const freeOf = freeClaimsIn(state)
  return state.lines.flatMap((line) =>
    freeOf(line.lineId)
      .filter(({ reservation }) => isExcluded(state, reservation.location, line.lineId))
      .map(({ reservation, quantity }): OrderEvent => {
        const { reservationId, location } = reservation
        return { type: 'reservation_reduced', reservationId, location, quantity, to: 'open' }
      }),
  )
}

export function isExcluded(
  { saga }: { readonly saga: Pick<OrderState['saga'], 'excluded'> },
  location: LocationId,
  lineId: string,
): boolean {
  return saga.excluded.some(
    (entry) => entry.location === location && (entry.lineId === null || entry.lineId === lineId),
  )
}

/** A release that the warehouse's account turned down before it got there is a rejection like any other. */
export function rejectedReleases(state: OrderState): readonly OrderEvent[] {
  return state.fulfilmentOrders.filter(isActive).flatMap((fulfilmentOrder): OrderEvent[] => {
    const { fulfilmentOrderId } = fulfilmentOrder
    const release = intentOf(state, 'warehouse_release', fulfilmentOrderId)
    if (release?.status !== 'rejected' || release.mustProbe) return []
    const reason = release.lastError ?? 'the warehouse refused the release'
    return [{ type: 'fulfilment_order_rejected', fulfilmentOrderId, reason }]
  })
}

/** Committed claims become fulfilment orders once nothing holds the order and its newest content was looked at. */
export function release(state: OrderState, nowMs: number): readonly OrderEvent[] {
  if (state.stage !== 'posted' && state.stage !== 'released') return []
  if (hasOpenHold(state) || state.saga.validationDue) return []
  const [location, lines] = firstReleasable(state) ?? []
  if (location === undefined || lines === undefined) return []
  const warehouse = state.plan?.warehouses[location] ?? null
  const fulfilmentOrder = newFulfilmentOrder(state, location, lines, warehouse)
  const opened: OrderEvent = { type: 'fulfilment_order_opened', fulfilmentOrder }
  if (warehouse === null) return [opened]
  const id = fulfilmentOrder.fulfilmentOrderId
  const intent = {
    kind: 'warehouse_release',
    name: lastPartOf(id),
    account: warehouse,
    externalId: id,
    subject: id,
  } as const
  return [opened, openedIntent(intent, nowMs)]
}

type ReleaseLine = FulfilmentOrder['lines'][number]

/** The location of the first line that has committed claims free, with everything that is free there. */
function firstReleasable(state: OrderState): readonly [LocationId, readonly ReleaseLine[]] | null {
  const byLocation = new Map<LocationId, ReleaseLine[]>()
  const freeOf = freeClaimsIn(state)
  for (const line of state.lines) {
    if (line.quantities.reserved === 0) continue
    const committed = freeOf(line.lineId)
      .filter(({ reservation }) => reservation.status === 'committed')
      .toReversed()
    for (const [location, free] of Map.groupBy(committed, ({ reservation }) => reservation.location)) {
      const quantity = free.reduce((sum, claim) => sum + claim.quantity, 0)
      const sku = free[0]?.reservation.sku
      if (sku === undefined) continue
      const lines = byLocation.get(location) ?? []
      lines.push({ lineId: line.lineId, sku, quantity, shipped: 0, cancelled: 0 })
      byLocation.set(location, lines)
    }
  }
  return byLocation.entries().next().value ?? null
}

function newFulfilmentOrder(
  state: OrderState,
  location: LocationId,
  lines: readonly ReleaseLine[],
  warehouse: AccountId | null,
): FulfilmentOrder {
  return {
    fulfilmentOrderId: fulfilmentOrderId(state.orderId, state.fulfilmentOrders.length + 1),
    location,
    // Cast justified: a location without a warehouse account stands in for one under its own name.
    account: warehouse ?? state.plan?.reporters?.[location] ?? (location as string as AccountId),
    byHand: warehouse === null,
    status: 'open',
    lines,
    reference: null,
    rejection: null,
    recallRefused: null,
    releasedAtMs: null,
  }
}
