/**
 * What the channel's facts, taken together, want of each line. A function of the newest version and the set of refunds,
 * fulfilments and cancellations, never of the order in which they came.
 */
import type { LineId } from '../shared/ids.ts'
import { sumUnits } from './derived-units.ts'
import { foreignFulfilments } from './is-our-fulfilment.ts'
import { pendingUnitsOf } from './line-moves.ts'
import type { LineState, OrderState } from './order-state.ts'

export type Wanted = {
  readonly line: LineState
  /** Units fulfilled by hand in the channel that the line does not count as shipped yet; negative: too many counted. */
  readonly external: number
  /** Pending units beyond what the channel still wants from us; negative: units to make or take back. */
  readonly excess: number
}

export function wantedByLine(state: OrderState): readonly Wanted[] {
  const asked = new Map(state.order.lines.map((line) => [line.lineId, line.quantity]))
  const refunded = refundedSince(state)
  const foreign = sumUnits(foreignFulfilments(state).flatMap((fulfilment) => fulfilment.lines))
  return state.lines.map((line) => {
    const live = state.cancellation === null ? (asked.get(line.lineId) ?? 0) - (refunded.get(line.lineId) ?? 0) : 0
    return wantedOf(line, Math.max(0, live), foreign.get(line.lineId) ?? 0)
  })
}

/**
 * The newest version has already taken off what was cancelled before it; only later refunds are still to be taken off.
 */
function refundedSince(state: OrderState): Map<LineId, number> {
  const later = state.refunds.filter((refund) => refund.atMs > state.order.sourceVersionMs)
  return sumUnits(later.flatMap(({ lines }) => lines).filter((line) => line.restock === 'cancel'))
}

function wantedOf(line: LineState, live: number, foreign: number): Wanted {
  const ours = line.quantities.shipped - line.shippedExternally
  const external = Math.min(foreign, line.ordered - ours) - line.shippedExternally
  const stillWanted = Math.max(0, live - line.quantities.shipped - external)
  return { line, external, excess: pendingUnitsOf(line) - stillWanted }
}
