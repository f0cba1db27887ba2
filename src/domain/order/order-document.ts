/** What one order actor stores: the order once it has been observed, and the facts that came before it. */
import type { OrderCommand } from './order-command.ts'
import type { OrderState } from './order-state.ts'

export type OrderDocument = {
  /** Null when nothing ever happened. */
  readonly orderId: string | null
  /** Sequence number of the newest event; 0 when nothing ever happened. */
  readonly version: number
  readonly state: OrderState | null
  /** In order of arrival; applied and forgotten when the order is captured. */
  readonly parked: readonly OrderCommand[]
}

export const emptyDocument: OrderDocument = { orderId: null, version: 0, state: null, parked: [] }
