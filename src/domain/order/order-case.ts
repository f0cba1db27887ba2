/** One case as the order's own state shows it, before it has a life of its own. */
import type { OrderException } from '../exceptions/order-exception.ts'
import { pendingUnitsOf } from './line-moves.ts'
import type { LineState, OrderState } from './order-state.ts'

/** `subject` makes the case one of its kind within the order; `cluster` makes equal causes meet across orders. */
export type Case = Pick<OrderException, 'category' | 'class' | 'message' | 'moneyAtRiskMinor'> & {
  readonly subject: string
  readonly cluster: string
}

/** What the buyer pays for units that have not left yet. */
export function pendingValueMinor(state: OrderState, lines: readonly LineState[] = state.lines): number {
  const price = new Map(state.order.lines.map((line) => [line.lineId, line.unitPriceMinor]))
  return lines.reduce((sum, line) => sum + pendingUnitsOf(line) * (price.get(line.lineId) ?? 0), 0)
}
