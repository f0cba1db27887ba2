/** The rows of each table as they are read and written. */
import type { deliveries, deliverySubjects } from './schema/deliveries.ts'
import type { fulfilmentOrders, shipments } from './schema/fulfilment.ts'
import type { audit, exceptions, rebuilds } from './schema/operations.ts'
import type {
  channelFulfilments,
  externalRefs,
  intents,
  orderLines,
  orders,
  promises,
  refunds,
  reservations,
  returns,
} from './schema/orders.ts'
import type { positions } from './schema/stock.ts'
import type { transferReports, transfers } from './schema/transfers.ts'

export type OrderRow = typeof orders.$inferSelect
export type OrderLineRow = typeof orderLines.$inferSelect
export type ReservationRow = typeof reservations.$inferSelect
export type IntentRow = typeof intents.$inferSelect
export type ReturnRow = typeof returns.$inferSelect
export type ChannelFulfilmentRow = typeof channelFulfilments.$inferSelect
export type PromiseRow = typeof promises.$inferSelect
export type RefundRow = typeof refunds.$inferSelect
export type ExternalRefRow = typeof externalRefs.$inferSelect
export type FulfilmentOrderRow = typeof fulfilmentOrders.$inferSelect
export type ShipmentRow = typeof shipments.$inferSelect
export type PositionRow = typeof positions.$inferSelect
export type TransferRow = typeof transfers.$inferSelect
export type TransferReportRow = typeof transferReports.$inferSelect
export type DeliveryRow = typeof deliveries.$inferSelect
export type DeliverySubjectRow = typeof deliverySubjects.$inferSelect
export type AuditRow = typeof audit.$inferSelect
export type ExceptionRow = typeof exceptions.$inferSelect
export type RebuildRow = typeof rebuilds.$inferSelect
