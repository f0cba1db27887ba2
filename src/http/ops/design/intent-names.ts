/** What is wanted at a partner, as people call it. */
import type { IntentKind } from '../../../domain/outbox/intent.ts'

export const intentNames = {
  erp_create_order: 'Sales order',
  erp_cancel_order: 'Cancelling the sales order',
  erp_record_shipment: 'Booking the shipment',
  warehouse_release: 'Release',
  warehouse_cancel: 'Recall',
  channel_fulfil: 'Telling the channel',
} as const satisfies Record<IntentKind, string>
