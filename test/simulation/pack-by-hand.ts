/** Somebody at a location without a system packs what was released there, all or a part of it, in whole packs. */
import { isActive, remainingOf } from '../../src/domain/order/claims.ts'
import type { ShipmentReport } from '../../src/domain/order/order-command.ts'
import type { FulfilmentOrder, OrderState } from '../../src/domain/order/order-state.ts'
import type { Random } from './random.ts'

/** How the numbers of such shipments begin. */
export const packedByHand = 'hand-'

export function packByHand(state: OrderState | null, random: Random, nowMs: number): ShipmentReport[] {
  if (state === null) return []
  const released = state.fulfilmentOrders.filter((other) => other.byHand && isActive(other) && random.chance(0.6))
  return released.flatMap((fulfilmentOrder) => {
    const lines = unitsOf(state, fulfilmentOrder, random)
    if (lines.length === 0) return []
    const { fulfilmentOrderId } = fulfilmentOrder
    const parcel = { carrier: null, service: null, trackingNumber: null, trackingUrl: null, shippedAtMs: nowMs }
    const externalShipmentId = `${packedByHand}${fulfilmentOrderId}-${nowMs}`
    return [{ externalShipmentId, fulfilmentOrderId, lines, shortLines: [], ...parcel }]
  })
}

function unitsOf(state: OrderState, { lines }: FulfilmentOrder, random: Random): ShipmentReport['lines'] {
  const packs = new Map(state.lines.map((line) => [line.lineId, line.packQuantity]))
  return lines.flatMap((line) => {
    const quantity = random.between(0, remainingOf(line)) * (packs.get(line.lineId) ?? 1)
    return quantity === 0 ? [] : [{ lineId: line.lineId, quantity }]
  })
}
