/**
 * Delivered and returned are parts of shipped: derived from facts each time, so their order of arrival cannot matter.
 */
import type { LineId } from '../shared/ids.ts'
import type { LineState, OrderState } from './order-state.ts'

type UnitsPerLine = ReadonlyMap<LineId, number>

export function withDerivedUnits(state: OrderState): OrderState {
  const delivered = sumUnits(
    state.shipments.filter((shipment) => shipment.tracking?.status === 'delivered').flatMap(({ lines }) => lines),
  )
  const refunded = sumUnits(state.refunds.flatMap(({ lines }) => lines).filter((line) => line.restock === 'return'))
  const returned = sumUnits(state.returns.flatMap(({ lines }) => lines))
  if (delivered.size + refunded.size + returned.size === 0) return state
  return { ...state, lines: state.lines.map((line) => withParts(line, delivered, refunded, returned)) }
}

/** A refund and a warehouse's receipt speak of the same goods: the larger figure stands, not the sum. */
function withParts(
  line: LineState,
  deliveredUnits: UnitsPerLine,
  refunded: UnitsPerLine,
  received: UnitsPerLine,
): LineState {
  const { shipped } = line.quantities
  const delivered = Math.min(shipped, deliveredUnits.get(line.lineId) ?? 0)
  const returned = Math.min(shipped, Math.max(refunded.get(line.lineId) ?? 0, received.get(line.lineId) ?? 0))
  if (delivered === line.quantities.delivered && returned === line.quantities.returned) return line
  return { ...line, quantities: { ...line.quantities, delivered, returned } }
}

export function sumUnits(
  units: readonly { readonly lineId: LineId; readonly quantity: number }[],
): Map<LineId, number> {
  const sums = new Map<LineId, number>()
  for (const { lineId, quantity } of units) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity)
  return sums
}
