/** Tryton ERP, version 6.0, over JSON-RPC. It is called, it never calls: there is nothing inbound. */
import type { Connector } from '../ports.ts'
import { cancelSale } from './cancel-sale.ts'
import { createSale } from './create-sale.ts'
import { recordShipment } from './record-shipment.ts'

export const tryton: Connector = {
  partner: 'tryton',
  account: { roles: ['erp'], needs: ['api', 'baseUrl'] },
  inbound: null,
  outbound: { erp_create_order: createSale, erp_cancel_order: cancelSale, erp_record_shipment: recordShipment },
  poll: null,
  publishers: {},
  // A Tryton transaction takes tenths of a second; one that lasts longer leaves a draft that nobody confirms.
  settleMs: 5_000,
}
