/** Everything the page of one order shows, gathered before anything is rendered. */
import type { ExceptionRow } from '../../../db/rows.ts'
import type { Config } from '../../../domain/config/config.ts'
import type { LineageChain } from '../../../domain/lineage/lineage.ts'
import type { LineBackorder } from '../../../domain/order/line-backorders.ts'
import type { LogEntry } from '../../../domain/order/order-command.ts'
import type { OrderState } from '../../../domain/order/order-state.ts'

export type RawPayload =
  | { readonly kind: 'shown'; readonly deliveryId: string; readonly body: string }
  | { readonly kind: 'missing'; readonly deliveryId: string | null; readonly why: string }

export type OrderView = {
  readonly state: OrderState
  /** Oldest first; the newest page of the log. */
  readonly entries: readonly LogEntry[]
  /** A person asked for everything, bookkeeping included. */
  readonly allEvents: boolean
  /** Null while D1 has not heard of the order yet. */
  readonly chain: LineageChain | null
  readonly cases: readonly ExceptionRow[]
  readonly raw: RawPayload
  readonly config: Config
  /** What its backordered lines wait for. */
  readonly backorders: readonly LineBackorder[]
  readonly personalShown: boolean
  readonly formToken: string
  /** One for every form of this page: sending the same form twice is the same command. */
  readonly commandId: string
  readonly nowMs: number
}

export const orderPath = (orderId: string): string => `/ops/orders/${encodeURIComponent(orderId)}`
export const deliveryPath = (deliveryId: string): string => `/ops/deliveries/${encodeURIComponent(deliveryId)}`

/** Its id where it has no name, or is not in the configuration any more. */
export const locationName = (config: Config, id: string): string =>
  config.locations.find((location) => location.id === id)?.name || id
export const accountName = (config: Config, id: string): string =>
  config.accounts.find((account) => account.id === id)?.name || id
